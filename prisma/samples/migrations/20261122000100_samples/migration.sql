CREATE TABLE "sample_type" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "code" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  CONSTRAINT "sample_type_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "sample_type_organization_id_code_key" ON "sample_type"("organization_id", "code");

CREATE TABLE "client" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "code" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  CONSTRAINT "client_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "client_organization_id_code_key" ON "client"("organization_id", "code");

CREATE TABLE "sample_point" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "code" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "latitude" DOUBLE PRECISION,
  "longitude" DOUBLE PRECISION,
  CONSTRAINT "sample_point_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "sample_point_organization_id_code_key" ON "sample_point"("organization_id", "code");

CREATE TABLE "analysis_service" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "code" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "unit" TEXT,
  "method" TEXT,
  "required_verifications" INTEGER NOT NULL,
  "holding_time_hours" INTEGER,
  CONSTRAINT "analysis_service_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "analysis_service_required_verifications_check" CHECK ("required_verifications" BETWEEN 0 AND 5),
  CONSTRAINT "analysis_service_holding_time_hours_check" CHECK ("holding_time_hours" > 0)
);
CREATE UNIQUE INDEX "analysis_service_organization_id_code_key" ON "analysis_service"("organization_id", "code");

CREATE TABLE "accession_counter" (
  "organization_id" UUID NOT NULL,
  "year" INTEGER NOT NULL,
  "last" INTEGER NOT NULL,
  CONSTRAINT "accession_counter_pkey" PRIMARY KEY ("organization_id", "year")
);

-- Reception and progress rewrite the row: free space in each page lets it stay there.
CREATE TABLE "sample" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "accession_number" TEXT NOT NULL,
  "barcode" TEXT,
  "search_text" TEXT NOT NULL,
  "search_grams" INTEGER[],
  "status" TEXT NOT NULL,
  "priority" TEXT NOT NULL,
  "category" TEXT NOT NULL,
  "collected_at" TIMESTAMPTZ(3),
  "received_at" TIMESTAMPTZ(3),
  "due_at" TIMESTAMPTZ(3),
  "registered_at" TIMESTAMPTZ(3) NOT NULL,
  "condition" TEXT,
  "remarks" TEXT,
  "sample_type_id" UUID NOT NULL,
  "client_id" UUID,
  "sample_point_id" UUID,
  "parent_id" UUID,
  "version" INTEGER NOT NULL,
  "facts_version" INTEGER NOT NULL,
  "workflow_version" INTEGER NOT NULL,
  CONSTRAINT "sample_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "sample_version_check" CHECK ("version" >= 1),
  CONSTRAINT "sample_status_check" CHECK ("status" IN ('REGISTERED', 'RECEIVED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED')),
  CONSTRAINT "sample_priority_check" CHECK ("priority" IN ('STAT', 'URGENT', 'ROUTINE')),
  CONSTRAINT "sample_category_check" CHECK ("category" IN ('ROUTINE', 'FIELD_BLANK', 'EQUIPMENT_BLANK', 'LABORATORY_BLANK', 'FIELD_REPLICATE', 'LABORATORY_DUPLICATE', 'SPIKE', 'REFERENCE_MATERIAL')),
  CONSTRAINT "sample_condition_check" CHECK ("condition" IN ('INTACT', 'DAMAGED', 'LEAKING', 'TEMPERATURE_EXCURSION'))
)
WITH (fillfactor = 85);
CREATE UNIQUE INDEX "sample_organization_id_accession_number_key" ON "sample"("organization_id", "accession_number");
CREATE UNIQUE INDEX "sample_organization_id_barcode_key" ON "sample"("organization_id", "barcode");
CREATE INDEX "sample_organization_id_registered_at_id_idx" ON "sample"("organization_id", "registered_at", "id");
CREATE INDEX "sample_organization_id_received_at_id_idx" ON "sample"("organization_id", "received_at", "id");
CREATE INDEX "sample_organization_id_collected_at_id_idx" ON "sample"("organization_id", "collected_at", "id");
CREATE INDEX "sample_organization_id_due_at_id_idx" ON "sample"("organization_id", "due_at", "id");
CREATE INDEX "sample_organization_id_status_registered_at_id_idx" ON "sample"("organization_id", "status", "registered_at", "id");
CREATE INDEX "sample_organization_id_status_received_at_id_idx" ON "sample"("organization_id", "status", "received_at", "id");
CREATE INDEX "sample_organization_id_priority_due_at_id_idx" ON "sample"("organization_id", "priority", "due_at", "id");
CREATE INDEX "sample_organization_id_client_id_registered_at_id_idx" ON "sample"("organization_id", "client_id", "registered_at", "id");
CREATE INDEX "sample_organization_id_sample_point_id_registered_at_id_idx" ON "sample"("organization_id", "sample_point_id", "registered_at", "id");
CREATE INDEX "sample_search_grams_idx" ON "sample" USING GIN ("search_grams");
CREATE INDEX "sample_organization_id_parent_id_idx" ON "sample"("organization_id", "parent_id");

CREATE TABLE "custody_entry" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "sample_id" UUID NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "action" TEXT NOT NULL,
  "location" TEXT,
  "actor_id" TEXT NOT NULL,
  "reason" TEXT,
  CONSTRAINT "custody_entry_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "custody_entry_organization_id_sample_id_at_id_idx" ON "custody_entry"("organization_id", "sample_id", "at", "id");

CREATE TABLE "analysis" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "sample_id" UUID NOT NULL,
  "service_id" UUID NOT NULL,
  "position" INTEGER NOT NULL,
  "status" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "assigned_to" TEXT,
  "replaces_id" UUID,
  CONSTRAINT "analysis_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "analysis_version_check" CHECK ("version" >= 1),
  CONSTRAINT "analysis_status_check" CHECK ("status" IN ('REGISTERED', 'ASSIGNED', 'SUBMITTED', 'VERIFIED', 'RETRACTED', 'CANCELLED'))
)
WITH (fillfactor = 85);
CREATE UNIQUE INDEX "analysis_organization_id_sample_id_position_key" ON "analysis"("organization_id", "sample_id", "position");
CREATE UNIQUE INDEX "analysis_replaces_id_key" ON "analysis"("replaces_id");

CREATE TABLE "result" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "analysis_id" UUID NOT NULL,
  "sequence" INTEGER NOT NULL,
  "value" TEXT,
  "text" TEXT,
  "unit" TEXT,
  "detection_limit" TEXT,
  "flags" TEXT[],
  "qualifiers" TEXT[],
  "measured_at" TIMESTAMPTZ(3),
  "entered_by" TEXT NOT NULL,
  "entered_at" TIMESTAMPTZ(3) NOT NULL,
  "reason" TEXT,
  CONSTRAINT "result_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "result_value_or_text_check" CHECK (("value" IS NULL) <> ("text" IS NULL)),
  CONSTRAINT "result_value_check" CHECK ("value" ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$')
);
CREATE UNIQUE INDEX "result_organization_id_analysis_id_sequence_key" ON "result"("organization_id", "analysis_id", "sequence");

CREATE TABLE "verification" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "analysis_id" UUID NOT NULL,
  "result_id" UUID NOT NULL,
  "verified_by" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "verification_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "verification_organization_id_result_id_verified_by_key" ON "verification"("organization_id", "result_id", "verified_by");
CREATE INDEX "verification_organization_id_analysis_id_idx" ON "verification"("organization_id", "analysis_id");

ALTER TABLE "sample" ADD CONSTRAINT "sample_sample_type_id_fkey" FOREIGN KEY ("sample_type_id") REFERENCES "sample_type"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "sample" ADD CONSTRAINT "sample_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "client"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "sample" ADD CONSTRAINT "sample_sample_point_id_fkey" FOREIGN KEY ("sample_point_id") REFERENCES "sample_point"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "sample" ADD CONSTRAINT "sample_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "sample"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "custody_entry" ADD CONSTRAINT "custody_entry_sample_id_fkey" FOREIGN KEY ("sample_id") REFERENCES "sample"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "analysis" ADD CONSTRAINT "analysis_sample_id_fkey" FOREIGN KEY ("sample_id") REFERENCES "sample"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "analysis" ADD CONSTRAINT "analysis_service_id_fkey" FOREIGN KEY ("service_id") REFERENCES "analysis_service"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "analysis" ADD CONSTRAINT "analysis_replaces_id_fkey" FOREIGN KEY ("replaces_id") REFERENCES "analysis"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "result" ADD CONSTRAINT "result_analysis_id_fkey" FOREIGN KEY ("analysis_id") REFERENCES "analysis"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;
ALTER TABLE "verification" ADD CONSTRAINT "verification_result_id_fkey" FOREIGN KEY ("result_id") REFERENCES "result"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

ALTER TABLE "sample_type" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "sample_type" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "sample_type" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "sample_type" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "client" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "client" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "client" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "client" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "sample_point" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "sample_point" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "sample_point" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "sample_point" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "analysis_service" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "analysis_service" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "analysis_service" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "analysis_service" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "accession_counter" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "accession_counter" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "accession_counter" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "accession_counter" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "sample" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "sample" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "sample" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "sample" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "custody_entry" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "custody_entry" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "custody_entry" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "custody_entry" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "analysis" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "analysis" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "analysis" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "analysis" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "result" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "result" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "result" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "result" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "verification" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "verification" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "verification" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "verification" TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE ON "sample_type", "client", "sample_point", "analysis_service", "accession_counter", "sample", "analysis" TO "alims_samples";
-- What was entered, verified or handed over is only ever added to.
GRANT SELECT, INSERT ON "custody_entry", "result", "verification" TO "alims_samples";

-- Under row-level security no index answers "contains": its operators are not leakproof, so the tenant's rows would be
-- read first. The owner asks the index instead and applies the tenant itself; grams carry the tenant as well.
CREATE FUNCTION "find_samples"("grams" INTEGER[], "needle" TEXT, "most" INTEGER) RETURNS SETOF UUID
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT SET enable_seqscan = off
  AS $$
    SELECT l."id" FROM (
      SELECT s."id", s."organization_id", s."search_text" FROM "sample" s WHERE s."search_grams" @> "grams" OFFSET 0
    ) l
    WHERE l."organization_id" = current_setting('app.organization_id')::uuid AND strpos(l."search_text", "needle") > 0
    LIMIT "most"
  $$;
REVOKE ALL ON FUNCTION "find_samples"(INTEGER[], TEXT, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "find_samples"(INTEGER[], TEXT, INTEGER) TO "alims_samples";
