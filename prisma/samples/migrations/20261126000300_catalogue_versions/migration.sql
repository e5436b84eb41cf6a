-- Whoever changes a row of the catalogue may name the version that the change is based on.
ALTER TABLE "sample_type" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "client" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "sample_point" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "analysis_service" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

ALTER TABLE "sample_type" ALTER COLUMN "version" DROP DEFAULT, ADD CONSTRAINT "sample_type_version_check" CHECK ("version" >= 1);
ALTER TABLE "client" ALTER COLUMN "version" DROP DEFAULT, ADD CONSTRAINT "client_version_check" CHECK ("version" >= 1);
ALTER TABLE "sample_point" ALTER COLUMN "version" DROP DEFAULT, ADD CONSTRAINT "sample_point_version_check" CHECK ("version" >= 1);
ALTER TABLE "analysis_service" ALTER COLUMN "version" DROP DEFAULT, ADD CONSTRAINT "analysis_service_version_check" CHECK ("version" >= 1);
