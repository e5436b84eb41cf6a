-- Parts of four characters tell numbers apart that count upward: "000" is part of each of a million, "0000" of few.
DROP FUNCTION "find_samples"(INTEGER[], TEXT, INTEGER);
DROP INDEX "sample_search_grams_idx";
-- FNV-1a over characters, going on from "hash", as the service computes it.
CREATE FUNCTION "fnv1a"("hash" BIGINT, "text" TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. length("text") LOOP
    "hash" := (("hash" # ascii(substr("text", i, 1))) * 16777619) & 4294967295;
  END LOOP;
  RETURN "hash";
END $$;
UPDATE "sample" s SET "search_grams" = ARRAY(
  SELECT DISTINCT "fnv1a"(o."hash", substr(l."line", p."start", 4))::bit(32)::int
  FROM unnest(string_to_array(s."search_text", E'\n')) AS l("line"), generate_series(1, length(l."line") - 3) AS p("start")
)
FROM (
  SELECT t."organization_id", "fnv1a"(2166136261, t."organization_id"::text) AS "hash"
  FROM (SELECT DISTINCT "organization_id" FROM "sample") t
) o
WHERE o."organization_id" = s."organization_id";
DROP FUNCTION "fnv1a"(BIGINT, TEXT);
CREATE INDEX "sample_search_grams_idx" ON "sample" USING GIN ("search_grams");

-- What lists are searched by. Row-level security looks at the tenant before any index can answer "contains", whose
-- operators are not leakproof. The view reads with its owner's right and states the tenant itself, so that the planner may
-- ask the index of texts first. Rows that it finds are read from the table again, under its policy.
CREATE VIEW "sample_search" AS
  SELECT s."id", s."organization_id", s."search_text", s."search_grams", s."accession_number", s."status", s."priority",
    s."category", s."collected_at", s."received_at", s."due_at", s."registered_at", s."sample_type_id", s."client_id",
    s."sample_point_id"
  FROM "sample" s
  WHERE s."organization_id" = (SELECT current_setting('app.organization_id')::uuid);
GRANT SELECT ON "sample_search" TO "alims_samples";
