import { ARCHIVE_MIGRATION, ARCHIVE_TABLES, archiveMigration } from './platform-tables-archive.ts';
import { REDRIVE_MIGRATION, redriveMigration } from './platform-tables-redrive.ts';
import { roleOf } from './provision.ts';

const FIRST_TABLES = ['outbox_event', 'event_counter', 'idempotency_record', 'handled_event'] as const;

/** Tables that the platform brings along: no Prisma schema describes them, and the platform alone reads them. */
export const PLATFORM_TABLES = [...FIRST_TABLES, ...ARCHIVE_TABLES] as const;

/** Migrations that every subgraph has, the first of its history foremost. What is merged is never edited. */
export const PLATFORM_MIGRATIONS: readonly { readonly name: string; sql(subgraph: string): string }[] = [
  { name: '20261122000000_platform', sql: firstMigration },
  { name: ARCHIVE_MIGRATION, sql: archiveMigration },
  { name: REDRIVE_MIGRATION, sql: redriveMigration },
];

/** Deliveries in vain after which an event is given up. */
const MOST_ATTEMPTS = 10;
const LEASE = "interval '30 seconds'";

/** SQL of the platform's first tables in one subgraph's schema, the same for all but for the subgraph's name. */
function firstMigration(subgraph: string): string {
  return `-- Written by scripts/prisma.ts from platform/database/platform-tables.ts. The same in every subgraph.
${grants(subgraph)}
${tables()}
${policies(subgraph)}
${relayFunctions(subgraph)}`;
}

function grants(subgraph: string): string {
  return `GRANT USAGE ON SCHEMA "${subgraph}" TO "${roleOf(subgraph)}";
`;
}

function tables(): string {
  return `-- One row per organization and topic. Its lock orders the topic's writers, so sequence numbers become visible in order.
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
CREATE INDEX "outbox_event_unsent_idx" ON "outbox_event" ("position") WHERE "sent_at" IS NULL AND "attempts" < ${MOST_ATTEMPTS};
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
`;
}

function policies(subgraph: string): string {
  const role = roleOf(subgraph);
  const perTable = FIRST_TABLES.map(
    (table) => `ALTER TABLE "${table}" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "${table}" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "${table}" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "${table}" TO CURRENT_USER USING (true) WITH CHECK (true);`,
  );
  return `-- An unset tenant is an error, not an empty answer. The owner sees all rows: the functions below run as the owner.
${perTable.join('\n')}
GRANT SELECT, INSERT, UPDATE ON "event_counter" TO "${role}";
GRANT SELECT, INSERT ON "outbox_event" TO "${role}";
GRANT SELECT, INSERT, UPDATE ON "idempotency_record" TO "${role}";
GRANT SELECT, INSERT ON "handled_event" TO "${role}";
`;
}

function relayFunctions(subgraph: string): string {
  const asOwner = `SECURITY DEFINER SET search_path = "${subgraph}", pg_temp`;
  const signatures = [
    'outbox_claim(INTEGER)',
    'outbox_done(UUID[])',
    'outbox_failed(UUID, TEXT)',
    'outbox_purge(TIMESTAMPTZ)',
  ];
  return `-- The relay serves all tenants, through these functions alone.

-- Leases the oldest unsent events for 30 s. One claim at a time, and none of a topic of which events are already leased:
-- so a topic's events are under way in one place and in order, however many relays there are.
CREATE FUNCTION "outbox_claim"("most" INTEGER)
RETURNS TABLE (
  "id" UUID, "organization_id" UUID, "topic" TEXT, "sequence" BIGINT, "epoch" UUID, "type" TEXT, "subject_type" TEXT,
  "subject_id" TEXT, "reason" TEXT, "payload" JSONB, "actor_id" TEXT, "request_id" TEXT, "at" TIMESTAMPTZ, "attempts" INTEGER
)
LANGUAGE plpgsql ${asOwner} AS $$
#variable_conflict use_column
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('alims outbox ${subgraph}', 0));
  RETURN QUERY
  WITH "leased" AS MATERIALIZED (
    SELECT DISTINCT o."organization_id", o."topic" FROM "outbox_event" o
    WHERE o."sent_at" IS NULL AND o."attempts" < ${MOST_ATTEMPTS} AND o."claimed_until" > clock_timestamp()
  ), "next" AS MATERIALIZED (
    SELECT o."id" FROM "outbox_event" o
    WHERE o."sent_at" IS NULL AND o."attempts" < ${MOST_ATTEMPTS}
      AND NOT EXISTS (SELECT FROM "leased" l WHERE l."organization_id" = o."organization_id" AND l."topic" = o."topic")
    ORDER BY o."position" LIMIT "most" FOR UPDATE SKIP LOCKED
  ), "taken" AS (
    UPDATE "outbox_event" o SET "claimed_until" = clock_timestamp() + ${LEASE}
    FROM "next" n WHERE o."id" = n."id" RETURNING o.*
  )
  SELECT t."id", t."organization_id", t."topic", t."sequence", t."epoch", t."type", t."subject_type",
    t."subject_id", t."reason", t."payload", t."actor_id", t."request_id", t."at"::timestamptz, t."attempts"
  FROM "taken" t ORDER BY t."position";
END $$;

CREATE FUNCTION "outbox_done"("ids" UUID[]) RETURNS INTEGER LANGUAGE sql ${asOwner} AS $$
  WITH "done" AS (
    UPDATE "outbox_event" o SET "sent_at" = clock_timestamp(), "claimed_until" = NULL
    WHERE o."id" = ANY ("ids") AND o."sent_at" IS NULL RETURNING 1
  ) SELECT count(*)::integer FROM "done" $$;

-- Counts the attempt and renews the lease, so that the relay which tried keeps the topic while it tries again.
CREATE FUNCTION "outbox_failed"("failed_id" UUID, "error" TEXT) RETURNS INTEGER LANGUAGE sql ${asOwner} AS $$
  UPDATE "outbox_event" o SET "attempts" = o."attempts" + 1, "last_error" = "error", "claimed_until" = clock_timestamp() + ${LEASE}
  WHERE o."id" = "failed_id" AND o."sent_at" IS NULL RETURNING o."attempts" $$;

-- Forgets what is older: published events, answers to retries, and what consumers have handled. Returns the number of events.
CREATE FUNCTION "outbox_purge"("before" TIMESTAMPTZ) RETURNS INTEGER LANGUAGE sql ${asOwner} AS $$
  WITH "answers" AS (
    DELETE FROM "idempotency_record" r WHERE r."created_at" < "before"
  ), "inbox" AS (
    DELETE FROM "handled_event" h WHERE h."handled_at" < "before"
  ), "events" AS (
    DELETE FROM "outbox_event" o WHERE o."at" < "before" AND o."sent_at" IS NOT NULL RETURNING 1
  ) SELECT count(*)::integer FROM "events" $$;

${signatures.map((each) => `REVOKE EXECUTE ON FUNCTION ${each} FROM PUBLIC;\nGRANT EXECUTE ON FUNCTION ${each} TO "${roleOf(subgraph)}";`).join('\n')}
`;
}
