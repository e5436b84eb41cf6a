-- A question may bring its own rules, which are erased with it; null: the version was asked as it is.
ALTER TABLE "question" ADD COLUMN "rules" TEXT;
