CREATE TABLE "conversation" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "client_key" TEXT NOT NULL,
  "started_at" TIMESTAMPTZ(3) NOT NULL,
  "last_activity_at" TIMESTAMPTZ(3) NOT NULL,
  "last_position" INTEGER NOT NULL,
  CONSTRAINT "conversation_pkey" PRIMARY KEY ("id")
)
-- Every turn rewrites the row: free space in each page lets it stay there.
WITH (fillfactor = 80);
CREATE UNIQUE INDEX "conversation_organization_id_user_id_client_key_key" ON "conversation"("organization_id", "user_id", "client_key");
CREATE INDEX "conversation_organization_id_user_id_last_activity_at_id_idx" ON "conversation"("organization_id", "user_id", "last_activity_at", "id");

CREATE TABLE "conversation_context" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "conversation_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "position" INTEGER NOT NULL,
  "message_type" TEXT NOT NULL,
  "content" TEXT NOT NULL,
  "content_summary" TEXT NOT NULL,
  "workflow_id" UUID,
  "workflow_stage" TEXT,
  "embedding" BYTEA,
  "embedding_model" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  "expires_at" TIMESTAMPTZ(3),
  CONSTRAINT "conversation_context_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "conversation_context_conversation_id_fkey" FOREIGN KEY ("conversation_id") REFERENCES "conversation"("id") ON DELETE NO ACTION ON UPDATE NO ACTION,
  CONSTRAINT "conversation_context_message_type_check" CHECK ("message_type" IN ('USER', 'ASSISTANT', 'SYSTEM', 'TOOL')),
  CONSTRAINT "conversation_context_embedding_check" CHECK (("embedding" IS NULL) = ("embedding_model" IS NULL) AND octet_length("embedding") = 1536)
);
CREATE UNIQUE INDEX "conversation_context_conversation_id_position_key" ON "conversation_context"("conversation_id", "position");
CREATE INDEX "conversation_context_organization_id_user_id_id_idx" ON "conversation_context"("organization_id", "user_id", "id");
CREATE INDEX "conversation_context_organization_id_user_id_workflow_id_id_idx" ON "conversation_context"("organization_id", "user_id", "workflow_id", "id");
CREATE INDEX "conversation_context_created_at_idx" ON "conversation_context"("created_at");
CREATE INDEX "conversation_context_expires_at_idx" ON "conversation_context"("expires_at");

CREATE TABLE "workflow_pattern" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "client_id" UUID,
  "pattern_type" TEXT NOT NULL,
  "description" TEXT NOT NULL,
  "frequency" INTEGER NOT NULL,
  "success_rate" DOUBLE PRECISION NOT NULL,
  "user_preference" TEXT,
  "embedding" BYTEA,
  "embedding_model" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "workflow_pattern_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "workflow_pattern_frequency_check" CHECK ("frequency" >= 1),
  CONSTRAINT "workflow_pattern_success_rate_check" CHECK ("success_rate" BETWEEN 0 AND 1),
  CONSTRAINT "workflow_pattern_embedding_check" CHECK (("embedding" IS NULL) = ("embedding_model" IS NULL) AND octet_length("embedding") = 1536)
);
CREATE INDEX "workflow_pattern_organization_id_client_id_id_idx" ON "workflow_pattern"("organization_id", "client_id", "id");
CREATE INDEX "workflow_pattern_organization_id_user_id_id_idx" ON "workflow_pattern"("organization_id", "user_id", "id");
CREATE INDEX "workflow_pattern_created_at_idx" ON "workflow_pattern"("created_at");

CREATE TABLE "user_interaction" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "interaction_type" TEXT NOT NULL,
  "satisfaction_score" DOUBLE PRECISION,
  "context_tags" TEXT[],
  "embedding" BYTEA,
  "embedding_model" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "user_interaction_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "user_interaction_satisfaction_score_check" CHECK ("satisfaction_score" BETWEEN 0 AND 1),
  CONSTRAINT "user_interaction_embedding_check" CHECK (("embedding" IS NULL) = ("embedding_model" IS NULL) AND octet_length("embedding") = 1536)
);
CREATE INDEX "user_interaction_organization_id_user_id_id_idx" ON "user_interaction"("organization_id", "user_id", "id");
CREATE INDEX "user_interaction_created_at_idx" ON "user_interaction"("created_at");

CREATE TABLE "erasure_receipt" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "user_id" UUID NOT NULL,
  "erased_by" UUID NOT NULL,
  "contexts" INTEGER NOT NULL,
  "conversations" INTEGER NOT NULL,
  "patterns" INTEGER NOT NULL,
  "interactions" INTEGER NOT NULL,
  "reason" TEXT NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "erasure_receipt_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "erasure_receipt_organization_id_user_id_id_idx" ON "erasure_receipt"("organization_id", "user_id", "id");
CREATE INDEX "erasure_receipt_organization_id_erased_by_id_idx" ON "erasure_receipt"("organization_id", "erased_by", "id");

ALTER TABLE "conversation" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "conversation" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "conversation" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "conversation" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "conversation_context" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "conversation_context" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "conversation_context" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "conversation_context" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "workflow_pattern" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "workflow_pattern" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "workflow_pattern" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "workflow_pattern" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "user_interaction" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "user_interaction" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "user_interaction" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "user_interaction" TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE "erasure_receipt" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "erasure_receipt" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "erasure_receipt" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "erasure_receipt" TO CURRENT_USER USING (true) WITH CHECK (true);

GRANT SELECT, INSERT, UPDATE, DELETE ON "conversation" TO "alims_memory";
-- What was said is never changed, only erased.
GRANT SELECT, INSERT, DELETE ON "conversation_context", "workflow_pattern", "user_interaction" TO "alims_memory";
-- A receipt outlives what it is about.
GRANT SELECT, INSERT ON "erasure_receipt" TO "alims_memory";

-- Ids only, of every organization: the search index is rebuilt and purged without a tenant, then row by row within one.
CREATE FUNCTION "stored_since"("collection" TEXT, "since" TIMESTAMPTZ, "after" UUID, "most" INTEGER)
  RETURNS TABLE ("id" UUID, "organization_id" UUID)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
  AS $$
    SELECT r."id", r."organization_id" FROM (
      SELECT c."id", c."organization_id" FROM "conversation_context" c
        WHERE "collection" = 'conversation_context' AND c."created_at" >= "since" AND c."id" > "after"
      UNION ALL
      SELECT p."id", p."organization_id" FROM "workflow_pattern" p
        WHERE "collection" = 'workflow_patterns' AND p."created_at" >= "since" AND p."id" > "after"
      UNION ALL
      SELECT i."id", i."organization_id" FROM "user_interaction" i
        WHERE "collection" = 'user_interactions' AND i."created_at" >= "since" AND i."id" > "after"
    ) r ORDER BY r."id" LIMIT "most"
  $$;
REVOKE ALL ON FUNCTION "stored_since"(TEXT, TIMESTAMPTZ, UUID, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "stored_since"(TEXT, TIMESTAMPTZ, UUID, INTEGER) TO "alims_memory";

CREATE FUNCTION "expired_contexts"("at" TIMESTAMPTZ, "most" INTEGER)
  RETURNS TABLE ("id" UUID, "organization_id" UUID)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT
  AS $$
    SELECT c."id", c."organization_id" FROM "conversation_context" c
    WHERE c."expires_at" <= "at" ORDER BY c."expires_at" LIMIT "most"
  $$;
REVOKE ALL ON FUNCTION "expired_contexts"(TIMESTAMPTZ, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "expired_contexts"(TIMESTAMPTZ, INTEGER) TO "alims_memory";
