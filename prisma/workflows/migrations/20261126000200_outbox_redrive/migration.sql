-- Written by scripts/prisma.ts from platform/database/platform-tables-redrive.ts. The same in every subgraph.

-- Puts back what was given up, as if it had never been tried, and wakes the relays. Returns the number of events.
CREATE FUNCTION "outbox_redrive"() RETURNS INTEGER
LANGUAGE sql SECURITY DEFINER SET search_path = "workflows", pg_temp AS $$
  WITH "again" AS (
    UPDATE "outbox_event" o SET "attempts" = 0, "last_error" = NULL, "claimed_until" = NULL
    WHERE o."sent_at" IS NULL AND o."attempts" >= 10 RETURNING 1
  ), "counted" AS (
    SELECT count(*)::integer AS "events" FROM "again"
  ) SELECT "events" FROM "counted", pg_notify('alims_outbox_workflows', '') $$;
REVOKE EXECUTE ON FUNCTION "outbox_redrive"() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "outbox_redrive"() TO "alims_workflows";
