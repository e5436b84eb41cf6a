-- The test cases of a version. Others are another revision; those that a published version passed stay what they were.
CREATE TABLE "rule_test_suite" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "version_id" UUID NOT NULL,
  "revision" INTEGER NOT NULL,
  "cases" JSONB NOT NULL,
  "saved_at" TIMESTAMPTZ(3) NOT NULL,
  "saved_by" UUID NOT NULL,
  "reason" TEXT,
  CONSTRAINT "rule_test_suite_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "rule_test_suite_revision_check" CHECK ("revision" >= 1),
  CONSTRAINT "rule_test_suite_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "rule_set_version"("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "rule_test_suite_version_id_revision_key" ON "rule_test_suite"("version_id", "revision");

ALTER TABLE "rule_test_suite" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rule_test_suite" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "rule_test_suite" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "rule_test_suite" TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON "rule_test_suite" TO "alims_rules";
