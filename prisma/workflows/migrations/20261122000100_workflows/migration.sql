-- Every move rewrites the row: free space in each page lets it stay there.
CREATE TABLE "workflow" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "sample_id" UUID NOT NULL,
  "stage" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "definition_name" TEXT NOT NULL,
  "definition_version" INTEGER NOT NULL,
  "started_at" TIMESTAMPTZ(3) NOT NULL,
  "updated_at" TIMESTAMPTZ(3) NOT NULL,
  "received_at" TIMESTAMPTZ(3),
  "status_reason" TEXT,
  "sample_version" INTEGER NOT NULL,
  "priority" TEXT NOT NULL,
  "due_at" TIMESTAMPTZ(3),
  "client_id" UUID,
  CONSTRAINT "workflow_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "workflow_version_check" CHECK ("version" >= 1),
  CONSTRAINT "workflow_stage_check" CHECK ("stage" IN ('INITIATION', 'SAMPLE_RECEPTION', 'REGISTRATION', 'ASSIGNMENT', 'PROCESSING', 'TESTING', 'RESULTS', 'COMPLETION')),
  CONSTRAINT "workflow_status_check" CHECK ("status" IN ('ACTIVE', 'ON_HOLD', 'FAILED', 'CANCELLED', 'COMPLETED'))
)
WITH (fillfactor = 80);
CREATE UNIQUE INDEX "workflow_organization_id_sample_id_key" ON "workflow"("organization_id", "sample_id");
CREATE INDEX "workflow_organization_id_due_at_id_idx" ON "workflow"("organization_id", "due_at", "id");
CREATE INDEX "workflow_organization_id_stage_status_due_at_id_idx" ON "workflow"("organization_id", "stage", "status", "due_at", "id");
CREATE INDEX "workflow_organization_id_priority_due_at_id_idx" ON "workflow"("organization_id", "priority", "due_at", "id");
CREATE INDEX "workflow_organization_id_client_id_due_at_id_idx" ON "workflow"("organization_id", "client_id", "due_at", "id");

CREATE TABLE "workflow_event" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "workflow_id" UUID NOT NULL,
  "epoch" TEXT NOT NULL,
  "sequence" BIGINT NOT NULL,
  "type" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "from_stage" TEXT,
  "to_stage" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "version" INTEGER NOT NULL,
  "reason" TEXT,
  "actor_id" TEXT NOT NULL,
  CONSTRAINT "workflow_event_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "workflow_event_workflow_id_version_key" ON "workflow_event"("workflow_id", "version");
CREATE UNIQUE INDEX "workflow_event_organization_id_sequence_key" ON "workflow_event"("organization_id", "sequence");

ALTER TABLE "workflow" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "workflow" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "workflow" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "workflow" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "workflow_event" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "workflow_event" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "workflow_event" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "workflow_event" TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE ON "workflow" TO "alims_workflows";
-- History is only ever added to.
GRANT SELECT, INSERT ON "workflow_event" TO "alims_workflows";
