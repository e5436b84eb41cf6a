-- The token before the present one, and since when: only that one, presented late, means that somebody copied it.
ALTER TABLE "session" ADD COLUMN "previous_refresh_hash" TEXT, ADD COLUMN "rotated_at" TIMESTAMPTZ(3);
