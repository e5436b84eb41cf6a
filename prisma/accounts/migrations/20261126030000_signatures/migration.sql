-- Electronic signatures. A row is made once, by who signs, and never altered: the service's role can only add.
CREATE TABLE "signature" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "signer_id" UUID NOT NULL,
  -- As it was then: a name may change, what was signed does not.
  "signer_name" TEXT NOT NULL,
  "meaning" TEXT NOT NULL,
  "subject_type" TEXT NOT NULL,
  "subject_id" TEXT NOT NULL,
  "content_hash" TEXT NOT NULL,
  "signed_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "signature_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "signature_organization_id_subject_id_idx" ON "signature"("organization_id", "subject_id");

ALTER TABLE "signature" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "signature" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "signature" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "signature" TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON "signature" TO "alims_accounts";
