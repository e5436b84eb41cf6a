-- Grows with every change of an organization's facts or rules: what is held in memory is known to be fresh by it. Every
-- writer locks the row first, so an organization's knowledge changes in one order.
CREATE TABLE "knowledge_epoch" (
  "organization_id" UUID NOT NULL,
  "epoch" BIGINT NOT NULL,
  CONSTRAINT "knowledge_epoch_pkey" PRIMARY KEY ("organization_id")
) WITH (fillfactor = 50);

CREATE TABLE "fact" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "predicate" TEXT NOT NULL,
  "text" TEXT NOT NULL,
  "text_hash" TEXT NOT NULL,
  "valid_from" TIMESTAMPTZ(3) NOT NULL,
  "valid_to" TIMESTAMPTZ(3),
  "asserted_at" TIMESTAMPTZ(3) NOT NULL,
  "asserted_by" UUID NOT NULL,
  "reason" TEXT,
  "retracted_at" TIMESTAMPTZ(3),
  "retracted_by" UUID,
  "retract_reason" TEXT,
  CONSTRAINT "fact_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "fact_valid_check" CHECK ("valid_to" IS NULL OR "valid_to" >= "valid_from"),
  CONSTRAINT "fact_retracted_check" CHECK (
    ("retracted_at" IS NULL) = ("retracted_by" IS NULL) AND ("retracted_at" IS NULL) = ("retract_reason" IS NULL)
  )
);
CREATE INDEX "fact_organization_id_predicate_id_idx" ON "fact"("organization_id", "predicate", "id");
CREATE INDEX "fact_organization_id_text_hash_idx" ON "fact"("organization_id", "text_hash");
CREATE INDEX "fact_organization_id_valid_to_idx" ON "fact"("organization_id", "valid_to");

CREATE TABLE "rule_set_version" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "rule_set" TEXT NOT NULL,
  "number" INTEGER NOT NULL,
  "text" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "termination" TEXT NOT NULL,
  "diagnostics" JSONB NOT NULL,
  "saved_at" TIMESTAMPTZ(3) NOT NULL,
  "saved_by" UUID NOT NULL,
  "published_at" TIMESTAMPTZ(3),
  "published_by" UUID,
  "publish_reason" TEXT,
  "signature_id" TEXT,
  CONSTRAINT "rule_set_version_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "rule_set_version_number_check" CHECK ("number" >= 1),
  CONSTRAINT "rule_set_version_status_check" CHECK ("status" IN ('DRAFT', 'PUBLISHED', 'RETIRED')),
  CONSTRAINT "rule_set_version_termination_check" CHECK ("termination" IN ('TOTAL', 'BUDGETED'))
);
CREATE UNIQUE INDEX "rule_set_version_organization_id_rule_set_number_key" ON "rule_set_version"("organization_id", "rule_set", "number");

ALTER TABLE "knowledge_epoch" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "knowledge_epoch" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "knowledge_epoch" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "knowledge_epoch" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "fact" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "fact" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "fact" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "fact" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "rule_set_version" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rule_set_version" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "rule_set_version" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "rule_set_version" TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE ON "knowledge_epoch" TO "alims_rules";
-- What was said stays said: a fact can only be ended, a version only put in force or out of it.
GRANT SELECT, INSERT ON "fact", "rule_set_version" TO "alims_rules";
GRANT UPDATE ("valid_to", "retracted_at", "retracted_by", "retract_reason") ON "fact" TO "alims_rules";
GRANT UPDATE ("status", "published_at", "published_by", "publish_reason", "signature_id") ON "rule_set_version" TO "alims_rules";
