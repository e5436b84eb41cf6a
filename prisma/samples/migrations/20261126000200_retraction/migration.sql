-- Who withdrew an analysis, when and why stood in the event alone, which nobody can ask the analysis for.
ALTER TABLE "analysis"
  ADD COLUMN "retracted_by" TEXT,
  ADD COLUMN "retracted_at" TIMESTAMPTZ(3),
  ADD COLUMN "retract_reason" TEXT;

UPDATE "analysis" a SET "retracted_by" = e."actor_id", "retracted_at" = e."at", "retract_reason" = e."reason"
FROM (
  SELECT "organization_id", "subject_id", "actor_id", "at", "reason" FROM "outbox_event" WHERE "type" = 'analysis.retracted'
  UNION ALL
  SELECT "organization_id", "subject_id", "actor_id", "at", "reason" FROM "event_archive" WHERE "type" = 'analysis.retracted'
) e
WHERE e."organization_id" = a."organization_id" AND e."subject_id" = a."id"::text
  AND a."status" IN ('RETRACTED', 'CANCELLED');

-- Those whose event was purged before events were archived keep no trace; half a trace is none.
ALTER TABLE "analysis" ADD CONSTRAINT "analysis_retraction_check"
  CHECK (("retracted_by" IS NULL) = ("retracted_at" IS NULL) AND ("retracted_by" IS NULL OR "status" IN ('RETRACTED', 'CANCELLED')));
