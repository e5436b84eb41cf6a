-- Written by scripts/prisma.ts from platform/database/platform-tables.ts. The same in every subgraph.
GRANT USAGE ON SCHEMA "accounts" TO "alims_accounts";

-- One row per organization and topic. Its lock orders the topic's writers, so sequence numbers become visible in order.
CREATE TABLE "event_counter" (
  "organization_id" UUID NOT NULL,
  "topic" TEXT NOT NULL,
  -- Names this incarnation of the log: it changes when sequence numbers may have been given twice (a restored backup).
  "epoch" UUID NOT NULL DEFAULT gen_random_uuid(),
  "sequence" BIGINT NOT NULL,
  CONSTRAINT "event_counter_pkey" PRIMARY KEY ("organization_id", "topic")
) WITH (fillfactor = 50);

CREATE TABLE "outbox_event" (
  "id" UUID NOT NULL,
  -- Order of the relay. Taken while the counter is locked: within a topic it agrees with the sequence.
  "position" BIGINT GENERATED ALWAYS AS IDENTITY,
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
  "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
  "claimed_until" TIMESTAMPTZ,
  "sent_at" TIMESTAMPTZ,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "last_error" TEXT,
  CONSTRAINT "outbox_event_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX "outbox_event_organization_id_topic_sequence_key" ON "outbox_event" ("organization_id", "topic", "sequence");
CREATE INDEX "outbox_event_unsent_idx" ON "outbox_event" ("position") WHERE "sent_at" IS NULL AND "attempts" < 10;
CREATE INDEX "outbox_event_at_idx" ON "outbox_event" USING brin ("at");

CREATE TABLE "idempotency_record" (
  "organization_id" UUID NOT NULL,
  "actor_id" TEXT NOT NULL,
  "operation" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "request_hash" TEXT NOT NULL,
  -- Null only inside the transaction that does the work.
  "answer" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("organization_id", "actor_id", "operation", "key")
);
CREATE INDEX "idempotency_record_created_at_idx" ON "idempotency_record" USING brin ("created_at");

CREATE TABLE "handled_event" (
  "organization_id" UUID NOT NULL,
  "consumer" TEXT NOT NULL,
  "event_id" UUID NOT NULL,
  "handled_at" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
  CONSTRAINT "handled_event_pkey" PRIMARY KEY ("organization_id", "consumer", "event_id")
);
CREATE INDEX "handled_event_handled_at_idx" ON "handled_event" USING brin ("handled_at");

-- An unset tenant is an error, not an empty answer. The owner sees all rows: the functions below run as the owner.
ALTER TABLE "outbox_event" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "outbox_event" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "outbox_event" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "outbox_event" TO CURRENT_USER USING (true) WITH CHECK (true);
ALTER TABLE "event_counter" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "event_counter" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "event_counter" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "event_counter" TO CURRENT_USER USING (true) WITH CHECK (true);
ALTER TABLE "idempotency_record" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "idempotency_record" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "idempotency_record" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "idempotency_record" TO CURRENT_USER USING (true) WITH CHECK (true);
ALTER TABLE "handled_event" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "handled_event" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "handled_event" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "handled_event" TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON "event_counter" TO "alims_accounts";
GRANT SELECT, INSERT ON "outbox_event" TO "alims_accounts";
GRANT SELECT, INSERT, UPDATE ON "idempotency_record" TO "alims_accounts";
GRANT SELECT, INSERT ON "handled_event" TO "alims_accounts";

-- The relay serves all tenants, through these functions alone.

-- Leases the oldest unsent events for 30 s. One claim at a time, and none of a topic of which events are already leased:
-- so a topic's events are under way in one place and in order, however many relays there are.
CREATE FUNCTION "outbox_claim"("most" INTEGER)
RETURNS TABLE (
  "id" UUID, "organization_id" UUID, "topic" TEXT, "sequence" BIGINT, "epoch" UUID, "type" TEXT, "subject_type" TEXT,
  "subject_id" TEXT, "reason" TEXT, "payload" JSONB, "actor_id" TEXT, "request_id" TEXT, "at" TIMESTAMPTZ, "attempts" INTEGER
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = "accounts", pg_temp AS $$
#variable_conflict use_column
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('alims outbox accounts', 0));
  RETURN QUERY
  WITH "leased" AS MATERIALIZED (
    SELECT DISTINCT o."organization_id", o."topic" FROM "outbox_event" o
    WHERE o."sent_at" IS NULL AND o."attempts" < 10 AND o."claimed_until" > clock_timestamp()
  ), "next" AS MATERIALIZED (
    SELECT o."id" FROM "outbox_event" o
    WHERE o."sent_at" IS NULL AND o."attempts" < 10
      AND NOT EXISTS (SELECT FROM "leased" l WHERE l."organization_id" = o."organization_id" AND l."topic" = o."topic")
    ORDER BY o."position" LIMIT "most" FOR UPDATE SKIP LOCKED
  ), "taken" AS (
    UPDATE "outbox_event" o SET "claimed_until" = clock_timestamp() + interval '30 seconds'
    FROM "next" n WHERE o."id" = n."id" RETURNING o.*
  )
  SELECT t."id", t."organization_id", t."topic", t."sequence", t."epoch", t."type", t."subject_type",
    t."subject_id", t."reason", t."payload", t."actor_id", t."request_id", t."at"::timestamptz, t."attempts"
  FROM "taken" t ORDER BY t."position";
END $$;

CREATE FUNCTION "outbox_done"("ids" UUID[]) RETURNS INTEGER LANGUAGE sql SECURITY DEFINER SET search_path = "accounts", pg_temp AS $$
  WITH "done" AS (
    UPDATE "outbox_event" o SET "sent_at" = clock_timestamp(), "claimed_until" = NULL
    WHERE o."id" = ANY ("ids") AND o."sent_at" IS NULL RETURNING 1
  ) SELECT count(*)::integer FROM "done" $$;

-- Counts the attempt and renews the lease, so that the relay which tried keeps the topic while it tries again.
CREATE FUNCTION "outbox_failed"("failed_id" UUID, "error" TEXT) RETURNS INTEGER LANGUAGE sql SECURITY DEFINER SET search_path = "accounts", pg_temp AS $$
  UPDATE "outbox_event" o SET "attempts" = o."attempts" + 1, "last_error" = "error", "claimed_until" = clock_timestamp() + interval '30 seconds'
  WHERE o."id" = "failed_id" AND o."sent_at" IS NULL RETURNING o."attempts" $$;

-- Forgets what is older: published events, answers to retries, and what consumers have handled. Returns the number of events.
CREATE FUNCTION "outbox_purge"("before" TIMESTAMPTZ) RETURNS INTEGER LANGUAGE sql SECURITY DEFINER SET search_path = "accounts", pg_temp AS $$
  WITH "answers" AS (
    DELETE FROM "idempotency_record" r WHERE r."created_at" < "before"
  ), "inbox" AS (
    DELETE FROM "handled_event" h WHERE h."handled_at" < "before"
  ), "events" AS (
    DELETE FROM "outbox_event" o WHERE o."at" < "before" AND o."sent_at" IS NOT NULL RETURNING 1
  ) SELECT count(*)::integer FROM "events" $$;

REVOKE EXECUTE ON FUNCTION outbox_claim(INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_claim(INTEGER) TO "alims_accounts";
REVOKE EXECUTE ON FUNCTION outbox_done(UUID[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_done(UUID[]) TO "alims_accounts";
REVOKE EXECUTE ON FUNCTION outbox_failed(UUID, TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_failed(UUID, TEXT) TO "alims_accounts";
REVOKE EXECUTE ON FUNCTION outbox_purge(TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION outbox_purge(TIMESTAMPTZ) TO "alims_accounts";
