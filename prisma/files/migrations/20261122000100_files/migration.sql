CREATE TABLE "file" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "media_type" TEXT NOT NULL,
  "size" BIGINT NOT NULL,
  "sha256" TEXT NOT NULL,
  "status" TEXT NOT NULL,
  "current_version" INTEGER NOT NULL,
  "upload_id" UUID NOT NULL,
  "sample_id" UUID,
  "workflow_id" UUID,
  "owner_id" UUID NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "file_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "file_organization_id_sample_id_id_idx" ON "file"("organization_id", "sample_id", "id");
CREATE INDEX "file_organization_id_workflow_id_id_idx" ON "file"("organization_id", "workflow_id", "id");

CREATE TABLE "file_version" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "file_id" UUID NOT NULL,
  "number" INTEGER NOT NULL,
  "name" TEXT NOT NULL,
  "media_type" TEXT NOT NULL,
  "size" BIGINT NOT NULL,
  "sha256" TEXT NOT NULL,
  "reason" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "created_by" UUID NOT NULL,
  CONSTRAINT "file_version_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "file_version_file_id_number_key" ON "file_version"("file_id", "number");

CREATE TABLE "file_extraction" (
  "version_id" UUID NOT NULL,
  "kind" TEXT NOT NULL,
  "organization_id" UUID NOT NULL,
  "text" TEXT NOT NULL,
  "truncated" BOOLEAN NOT NULL,
  CONSTRAINT "file_extraction_pkey" PRIMARY KEY ("version_id", "kind")
);

CREATE TABLE "upload" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "file_id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "media_type" TEXT NOT NULL,
  "size" BIGINT NOT NULL,
  "sha256" TEXT NOT NULL,
  "reason" TEXT,
  "status" TEXT NOT NULL,
  "staged" BOOLEAN NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "created_by" UUID NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "rejection_code" TEXT,
  "rejection_message" TEXT,
  CONSTRAINT "upload_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "upload_organization_id_created_by_status_idx" ON "upload"("organization_id", "created_by", "status");
CREATE INDEX "upload_staged_created_at_idx" ON "upload"("staged", "created_at");

CREATE TABLE "file_access" (
  "file_id" UUID NOT NULL,
  "subject" TEXT NOT NULL,
  "organization_id" UUID NOT NULL,
  "level" TEXT NOT NULL,
  CONSTRAINT "file_access_pkey" PRIMARY KEY ("file_id", "subject"),
  CONSTRAINT "file_access_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "file"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

ALTER TABLE "file" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "file" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "file" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "file" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "file_version" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "file_version" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "file_version" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "file_version" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "file_extraction" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "file_extraction" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "file_extraction" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "file_extraction" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "upload" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "upload" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "upload" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "upload" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "file_access" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "file_access" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "file_access" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "file_access" TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE ON "file", "upload" TO "alims_files";
-- A version is never changed and never removed.
GRANT SELECT, INSERT ON "file_version", "file_extraction" TO "alims_files";
GRANT SELECT, INSERT, UPDATE, DELETE ON "file_access" TO "alims_files";

-- The repair job looks after every organization's uploads: it learns whose they are, and works on each under its tenant.
CREATE FUNCTION "staged_uploads"("begun_before" TIMESTAMPTZ, "most" INTEGER)
  RETURNS TABLE ("id" UUID, "organization_id" UUID, "created_by" UUID)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
  AS $$ SELECT u."id", u."organization_id", u."created_by" FROM "upload" u
        WHERE u."staged" AND u."created_at" < "begun_before" ORDER BY u."created_at" LIMIT "most" $$;
REVOKE ALL ON FUNCTION "staged_uploads"(TIMESTAMPTZ, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "staged_uploads"(TIMESTAMPTZ, INTEGER) TO "alims_files";
