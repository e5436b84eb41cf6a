-- A question may be asked of the knowledge as it was at an earlier instant; null: as it was when it was asked.
ALTER TABLE "question" ADD COLUMN "as_of" TIMESTAMPTZ(3);
