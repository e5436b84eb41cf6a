-- What has to be known to ask a question again of the knowledge as it was, so that its answers can be explained.
CREATE TABLE "question" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "asked_by" UUID NOT NULL,
  "asked_at" TIMESTAMPTZ(3) NOT NULL,
  "goal" TEXT NOT NULL,
  "rule_set" TEXT NOT NULL,
  -- Not always a UUID: the shipped rules are a version as well, and have no row.
  "version_id" TEXT NOT NULL,
  -- The shipped rules lie beneath an organization's own version; another release may bring others.
  "shipped_hash" TEXT NOT NULL,
  "distinct" BOOLEAN NOT NULL,
  "assume" TEXT[] NOT NULL,
  "limit_inferences" INTEGER NOT NULL,
  "limit_answers" INTEGER NOT NULL,
  "limit_depth" INTEGER NOT NULL,
  "limit_millis" INTEGER NOT NULL,
  -- Six bytes of SHA-256 for each answer, in the order of the answers.
  "answers" BYTEA NOT NULL,
  CONSTRAINT "question_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "question_answers_check" CHECK (octet_length("answers") % 6 = 0)
);
CREATE INDEX "question_asked_at_idx" ON "question"("asked_at");
-- Hashes do not become smaller by compression.
ALTER TABLE "question" ALTER COLUMN "answers" SET STORAGE EXTERNAL;

ALTER TABLE "question" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "question" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "question" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "question" TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT, INSERT ON "question" TO "alims_rules";

-- The purge serves all tenants, through this function alone. It erases the oldest first, at most so many at a time, and
-- returns how many: a long backlog is no long transaction.
CREATE FUNCTION "purge_questions"("before" TIMESTAMPTZ, "most" INTEGER) RETURNS INTEGER
  LANGUAGE sql SECURITY DEFINER SET search_path = "rules", pg_temp
  AS $$
    WITH "expired" AS MATERIALIZED (
      SELECT q."id" FROM "question" q WHERE q."asked_at" <= "before"
      ORDER BY q."asked_at" LIMIT "most" FOR UPDATE SKIP LOCKED
    ), "gone" AS (
      DELETE FROM "question" q USING "expired" e WHERE q."id" = e."id" RETURNING 1
    ) SELECT count(*)::integer FROM "gone"
  $$;
REVOKE ALL ON FUNCTION "purge_questions"(TIMESTAMPTZ, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "purge_questions"(TIMESTAMPTZ, INTEGER) TO "alims_rules";
