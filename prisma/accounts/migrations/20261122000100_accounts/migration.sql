CREATE TABLE "organization" (
  "id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "app_user" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "email" TEXT NOT NULL,
  "password_hash" TEXT NOT NULL,
  "roles" TEXT[],
  "client_id" UUID,
  "active" BOOLEAN NOT NULL,
  "version" INTEGER NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");
CREATE INDEX "app_user_organization_id_name_id_idx" ON "app_user"("organization_id", "name", "id");

CREATE TABLE "session" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "refresh_hash" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "ended_at" TIMESTAMPTZ(3),
  "end_reason" TEXT,
  CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "session_organization_id_user_id_idx" ON "session"("organization_id", "user_id");
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- Without a tenant: it also counts wrong passwords for addresses that do not exist.
CREATE TABLE "sign_in_throttle" (
  "email_hash" TEXT NOT NULL,
  "failures" INTEGER NOT NULL,
  "locked_until" TIMESTAMPTZ(3),
  "updated_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "sign_in_throttle_pkey" PRIMARY KEY ("email_hash")
);

-- Without a tenant: one set of keys signs for the installation. The private half is sealed with SECRET_KEY.
CREATE TABLE "signing_key" (
  "id" TEXT NOT NULL,
  "public_jwk" JSONB NOT NULL,
  "private_jwk_sealed" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "signing_key_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "organization" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "organization" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "organization" USING ("id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "organization" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "app_user" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "app_user" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "app_user" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "app_user" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "session" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "session" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "session" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "session" TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE ON "organization", "app_user", "session" TO "alims_accounts";
GRANT SELECT, INSERT, UPDATE, DELETE ON "sign_in_throttle" TO "alims_accounts";
GRANT SELECT, INSERT, DELETE ON "signing_key" TO "alims_accounts";

-- The one question that is asked before the tenant is known: whose address is this?
CREATE FUNCTION "find_account"("address" TEXT)
  RETURNS TABLE ("id" UUID, "organization_id" UUID, "password_hash" TEXT, "active" BOOLEAN)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
  AS $$ SELECT u."id", u."organization_id", u."password_hash", u."active" FROM "app_user" u WHERE u."email" = lower("address") $$;
REVOKE ALL ON FUNCTION "find_account"(TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "find_account"(TEXT) TO "alims_accounts";

-- Sessions that ended long ago carry nothing that the audit trail lacks.
CREATE FUNCTION "purge_sessions"("before" TIMESTAMPTZ) RETURNS INTEGER
  LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
  AS $$ WITH gone AS (DELETE FROM "session" WHERE "expires_at" < "before" RETURNING 1) SELECT count(*)::int FROM gone $$;
REVOKE ALL ON FUNCTION "purge_sessions"(TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "purge_sessions"(TIMESTAMPTZ) TO "alims_accounts";
