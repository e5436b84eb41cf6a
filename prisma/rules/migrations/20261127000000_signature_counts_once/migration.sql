-- A signature counts once per organization, whatever lock a writer forgets. Ids from before signatures were looked up in
-- accounts were only named and may repeat, also those that a process of the release before still writes: they have no mark.
ALTER TABLE "rule_activation" ADD COLUMN "signature_checked" BOOLEAN NOT NULL DEFAULT false;
CREATE UNIQUE INDEX "rule_activation_signature_once" ON "rule_activation"("organization_id", "signature_id")
  WHERE "signature_checked";
