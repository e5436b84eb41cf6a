-- Every time that a version came into force. Nothing of it is rewritten: a rollback is one more row, and which rules were in
-- force at a past instant is read from here.
CREATE TABLE "rule_activation" (
  "id" UUID NOT NULL,
  "organization_id" UUID NOT NULL,
  "rule_set" TEXT NOT NULL,
  -- 0: the shipped rules alone, which have no row among the versions.
  "number" INTEGER NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL,
  "by" UUID NOT NULL,
  "reason" TEXT NOT NULL,
  "signature_id" TEXT,
  CONSTRAINT "rule_activation_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "rule_activation_number_check" CHECK ("number" >= 0)
);
CREATE INDEX "rule_activation_organization_id_rule_set_at_id_idx" ON "rule_activation"("organization_id", "rule_set", "at", "id");

ALTER TABLE "rule_activation" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "rule_activation" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant" ON "rule_activation" USING ("organization_id" = (SELECT current_setting('app.organization_id')::uuid));
CREATE POLICY "owner" ON "rule_activation" TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON "rule_activation" TO "alims_rules";

-- What the events tell of activations before there was a table of them.
INSERT INTO "rule_activation" ("id", "organization_id", "rule_set", "number", "at", "by", "reason", "signature_id")
SELECT e."id", e."organization_id", e."payload"->>'ruleSet', (e."payload"->>'number')::integer, e."at", e."actor_id"::uuid,
  coalesce(e."reason", ''), e."payload"->>'signatureId'
FROM (
  SELECT "id", "organization_id", "payload", "at", "actor_id", "reason" FROM "outbox_event" WHERE "type" = 'rule.activated'
  UNION ALL
  SELECT "id", "organization_id", "payload", "at", "actor_id", "reason" FROM "event_archive" WHERE "type" = 'rule.activated'
) e;
-- And the last one of each version of which no event is left.
INSERT INTO "rule_activation" ("id", "organization_id", "rule_set", "number", "at", "by", "reason", "signature_id")
SELECT gen_random_uuid(), v."organization_id", v."rule_set", v."number", v."published_at", v."published_by",
  coalesce(v."publish_reason", ''), v."signature_id"
FROM "rule_set_version" v
WHERE v."published_at" IS NOT NULL AND NOT EXISTS (
  SELECT FROM "rule_activation" a
  WHERE a."organization_id" = v."organization_id" AND a."rule_set" = v."rule_set" AND a."number" = v."number"
);
