-- Rows collected and megabytes are limits of a question, too. Questions that were asked before had the defaults, which
-- stay: a process of the release before still writes questions while another one starts.
ALTER TABLE "question"
  ADD COLUMN "limit_rows" INTEGER NOT NULL DEFAULT 1000000,
  ADD COLUMN "limit_memory" INTEGER NOT NULL DEFAULT 200;
