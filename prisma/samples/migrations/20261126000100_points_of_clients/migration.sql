-- People of a client see the sample points of its samples: one probe for each point, however many samples others took there.
CREATE INDEX "sample_organization_id_client_id_sample_point_id_idx" ON "sample"("organization_id", "client_id", "sample_point_id");
