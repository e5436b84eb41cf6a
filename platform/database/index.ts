export { createDatabase, type DatabaseOptions, type TransactionalClient } from './create-database.ts';
export { acquireDataLock } from './data-lock.ts';
export { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
export { type MigrateOptions, MigrationError, type MigrationSource, migrate, resolveMigration } from './migrations.ts';
export { PLATFORM_MIGRATION, PLATFORM_TABLES, platformMigration } from './platform-tables.ts';
export { ensureDatabase, ProvisioningError, type ProvisionOptions, provision, roleOf } from './provision.ts';
export { UnsafeDatabaseError } from './self-check.ts';
export { cloneDatabase, createTemplate, type DatabaseUrls, type TemplateOptions } from './testing.ts';
export type { Actor, Database, OnceCall, Tenant, UnitOfWork } from './types.ts';
