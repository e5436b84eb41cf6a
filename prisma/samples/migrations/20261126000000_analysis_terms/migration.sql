-- What decides about an analysis is copied from its service when it is asked for. Whoever changes the catalogue no longer
-- changes what was asked for before.
ALTER TABLE "analysis"
  ADD COLUMN "unit" TEXT,
  ADD COLUMN "method" TEXT,
  ADD COLUMN "required_verifications" INTEGER,
  ADD COLUMN "holding_time_hours" INTEGER;

-- The status was decided by what the service demanded then. Where that has changed since, the status is right: VERIFIED
-- needs no more than it has, and a result that waits, and is not held, needs one more.
UPDATE "analysis" a SET
  "unit" = s."unit",
  "method" = s."method",
  "holding_time_hours" = s."holding_time_hours",
  "required_verifications" = CASE
    WHEN a."status" = 'VERIFIED' THEN LEAST(s."required_verifications", p."verifications")
    WHEN a."status" = 'SUBMITTED' AND NOT p."held" THEN GREATEST(s."required_verifications", p."verifications" + 1)
    ELSE s."required_verifications"
  END
FROM "analysis_service" s, (
  SELECT b."id", count(v."id")::int AS "verifications",
    coalesce(bool_or(r."flags" && '{UNIT_MISMATCH,MEASURED_BEFORE_COLLECTED}'), false) AS "held"
  FROM "analysis" b
  LEFT JOIN LATERAL (
    SELECT l."id", l."flags" FROM "result" l
    WHERE l."organization_id" = b."organization_id" AND l."analysis_id" = b."id" ORDER BY l."sequence" DESC LIMIT 1
  ) r ON true
  LEFT JOIN "verification" v ON v."organization_id" = b."organization_id" AND v."result_id" = r."id"
  GROUP BY b."id"
) p
WHERE s."id" = a."service_id" AND p."id" = a."id";

ALTER TABLE "analysis"
  ALTER COLUMN "required_verifications" SET NOT NULL,
  ADD CONSTRAINT "analysis_required_verifications_check" CHECK ("required_verifications" BETWEEN 0 AND 5),
  ADD CONSTRAINT "analysis_holding_time_hours_check" CHECK ("holding_time_hours" > 0);
