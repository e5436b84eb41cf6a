import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { type MigrationSource, migrate } from './migrations.ts';
import { OWNER_ROLE, provision, withClient } from './provision.ts';

/** One database of a server. */
export interface DatabaseUrls {
  readonly name: string;
  readonly superUrl: string;
  readonly ownerUrl: string;
  readonly appUrl: string;
}

export interface TemplateOptions {
  readonly server: Pick<DatabaseUrls, 'superUrl' | 'ownerUrl' | 'appUrl'>;
  readonly subgraphs: readonly MigrationSource[];
  /** Fills the template once, for example with a demonstration organization. It must leave no connection open. */
  readonly fill?: (urls: DatabaseUrls) => Promise<void>;
}

const q = pg.escapeIdentifier;

/** A migrated database that nobody connects to any more, so that it can be copied. */
export async function createTemplate(options: TemplateOptions): Promise<DatabaseUrls & AsyncDisposable> {
  const template = await create(options.server, `alims_template_${suffix()}`, null);
  const { ownerUrl } = template;
  await provision({ ownerUrl, subgraphs: options.subgraphs.map(({ subgraph }) => subgraph) });
  await migrate({ ownerUrl, subgraphs: options.subgraphs });
  await options.fill?.(template);
  return template;
}

/** A copy of the template, in some tens of milliseconds; disposing drops it with whoever is still connected. */
export function cloneDatabase(template: DatabaseUrls): Promise<DatabaseUrls & AsyncDisposable> {
  return create(template, `alims_clone_${suffix()}`, template.name);
}

async function create(
  server: Pick<DatabaseUrls, 'superUrl' | 'ownerUrl' | 'appUrl'>,
  name: string,
  template: string | null,
): Promise<DatabaseUrls & AsyncDisposable> {
  const maintenance = databaseUrl(server.superUrl, 'postgres');
  const from = template === null ? '' : `template ${q(template)}`;
  await withClient(maintenance, (client) => client.query(`create database ${q(name)} owner ${q(OWNER_ROLE)} ${from}`));
  return {
    name,
    superUrl: databaseUrl(server.superUrl, name),
    ownerUrl: databaseUrl(server.ownerUrl, name),
    appUrl: databaseUrl(server.appUrl, name),
    async [Symbol.asyncDispose]() {
      await withClient(maintenance, (client) => client.query(`drop database if exists ${q(name)} with (force)`));
    },
  };
}

function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function suffix(): string {
  return randomUUID().replaceAll('-', '').slice(0, 12);
}
