-- Written by scripts/prisma.ts from platform/database/platform-tables-archive.ts. The same in every subgraph.

-- The record for ever of who did what and why: what an event says, without the columns of its delivery.
CREATE TABLE "event_archive" (
  "id" UUID NOT NULL,
  "position" BIGINT NOT NULL,
  "organization_id" UUID NOT NULL,
  "topic" TEXT NOT NULL,
  "sequence" BIGINT NOT NULL,
  "epoch" UUID NOT NULL,
  "type" TEXT NOT NULL,
  "subject_type" TEXT NOT NULL,
  "subject_id" TEXT NOT NULL,
  "reason" TEXT,
  "payload" JSONB NOT NULL,
  "actor_id" TEXT NOT NULL,
  "request_id" TEXT,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "sent_at" TIMESTAMPTZ NOT NULL,
  "archived_at" TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT "event_archive_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "event_archive_organization_id_subject_id_idx" ON "event_archive" ("organization_id", "subject_id");
CREATE INDEX "event_archive_at_idx" ON "event_archive" USING brin ("at");

ALTER TABLE "event_archive" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "event_archive" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "event_archive" FOR SELECT USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
-- The owner may read and append, which "outbox_purge" does on its behalf; no policy lets anybody change or delete.
CREATE POLICY "owner_reads" ON "event_archive" FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY "owner_appends" ON "event_archive" FOR INSERT TO CURRENT_USER WITH CHECK (true);
GRANT SELECT ON "event_archive" TO "alims_memory";

-- Holds for those too whom no policy binds.
CREATE FUNCTION "refuse_archive_change"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'event_archive is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "event_archive"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_archive_change"();

-- Moves published events that are older into the archive, and forgets answers to retries and what consumers have handled.
-- One statement: an event is in one of the two tables at every moment. Returns the number of events.
CREATE OR REPLACE FUNCTION "outbox_purge"("before" TIMESTAMPTZ) RETURNS INTEGER
LANGUAGE sql SECURITY DEFINER SET search_path = "memory", pg_temp AS $$
  WITH "answers" AS (
    DELETE FROM "idempotency_record" r WHERE r."created_at" < "before"
  ), "inbox" AS (
    DELETE FROM "handled_event" h WHERE h."handled_at" < "before"
  ), "events" AS (
    DELETE FROM "outbox_event" o WHERE o."at" < "before" AND o."sent_at" IS NOT NULL
    RETURNING o."id", o."position", o."organization_id", o."topic", o."sequence", o."epoch", o."type", o."subject_type", o."subject_id", o."reason", o."payload", o."actor_id", o."request_id", o."at", o."sent_at"
  ), "archived" AS (
    INSERT INTO "event_archive" ("id", "position", "organization_id", "topic", "sequence", "epoch", "type", "subject_type", "subject_id", "reason", "payload", "actor_id", "request_id", "at", "sent_at")
    SELECT e."id", e."position", e."organization_id", e."topic", e."sequence", e."epoch", e."type", e."subject_type", e."subject_id", e."reason", e."payload", e."actor_id", e."request_id", e."at", e."sent_at" FROM "events" e ORDER BY e."position" RETURNING 1
  ) SELECT count(*)::integer FROM "archived" $$;
