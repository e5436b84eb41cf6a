import pg from 'pg';

export const OWNER_ROLE = 'alims_owner';
export const APP_ROLE = 'alims';

export interface ProvisionOptions {
  /** The owner's role, or a superuser. */
  readonly ownerUrl: string;
  readonly subgraphs: readonly string[];
  /** The role of DATABASE_URL, which becomes a member of each subgraph's role. Default `alims`. */
  readonly appRole?: string;
}

/** A privilege is missing; the message holds the statements that an administrator runs to mend it. */
export class ProvisioningError extends Error {
  constructor(role: string, statements: readonly string[], cause?: unknown) {
    const remedy = statements.map((each) => `  ${each};`).join('\n');
    super(`The role ${role} may not prepare this database. Let an administrator run:\n${remedy}`, { cause });
    this.name = 'ProvisioningError';
  }
}

const NAME = /^[a-z][a-z0-9_]{0,40}$/;

/** Role of one subgraph: it may change that subgraph's rows, and owns nothing. */
export function roleOf(subgraph: string): string {
  if (!NAME.test(subgraph))
    throw new Error(`Expected a subgraph's name like "samples", got ${JSON.stringify(subgraph)}.`);
  return `alims_${subgraph}`;
}

const q = pg.escapeIdentifier;

/** Embedded only: the owner's and the services' login, and a database that belongs to the owner. */
export async function ensureDatabase(options: {
  readonly superUrl: string;
  readonly database: string;
  readonly ownerPassword: string;
  readonly appPassword: string;
}): Promise<void> {
  const url = new URL(options.superUrl);
  url.pathname = '/postgres';
  await withClient(url.href, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'select rolname as name from pg_roles union all select datname from pg_database where datname = $1',
      [options.database],
    );
    const present = new Set(rows.map((row) => row.name));
    const login = (role: string, password: string, more: string) =>
      client.query(`create role ${q(role)} login ${more} password ${pg.escapeLiteral(password)}`);
    if (!present.has(OWNER_ROLE)) await login(OWNER_ROLE, options.ownerPassword, 'createrole');
    if (!present.has(APP_ROLE)) await login(APP_ROLE, options.appPassword, 'noinherit');
    if (present.has(options.database)) return;
    await client.query(`create database ${q(options.database)} owner ${q(OWNER_ROLE)}`);
  });
}

/**
 * Makes what the subgraphs' migrations and services rest on: a schema and a role per subgraph, and the application
 * role's membership. What is there already stays as it is.
 * @throws ProvisioningError when a privilege is missing.
 */
export async function provision({ ownerUrl, subgraphs, appRole = APP_ROLE }: ProvisionOptions): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    const missing = await missingParts(client, subgraphs, appRole);
    for (const [index, statement] of missing.entries()) {
      try {
        await client.query(statement);
      } catch (error) {
        if (isDuplicate(error)) continue; // another process was faster
        const { rows } = await client.query<{ name: string }>('select current_user as name');
        throw new ProvisioningError(rows[0]?.name ?? '', missing.slice(index), error);
      }
    }
  });
}

async function missingParts(client: pg.Client, subgraphs: readonly string[], appRole: string): Promise<string[]> {
  const { rows } = await client.query<{
    subgraph: string;
    role: boolean;
    schema: boolean;
    member: boolean;
    app: boolean;
  }>(
    `select s.name as subgraph,
       exists (select from pg_roles where rolname = s.role) as role,
       exists (select from pg_namespace where nspname = s.name) as schema,
       exists (select from pg_roles where rolname = $3) as app,
       exists (select from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles u on u.oid = m.member
         where r.rolname = s.role and u.rolname = $3) as member
     from unnest($1::text[], $2::text[]) with ordinality as s(name, role, place) order by s.place`,
    [subgraphs, subgraphs.map(roleOf), appRole],
  );
  const statements: string[] = [];
  if (rows[0]?.app === false) statements.push(`create role ${q(appRole)} login noinherit`);
  for (const row of rows) {
    const role = q(roleOf(row.subgraph));
    if (!row.role) statements.push(`create role ${role} nologin nobypassrls`);
    if (!row.member) statements.push(`grant ${role} to ${q(appRole)}`);
    if (!row.schema) statements.push(`create schema ${q(row.subgraph)}`);
  }
  return statements;
}

function isDuplicate(error: unknown): boolean {
  const duplicateObject = '42710';
  const duplicateSchema = '42P06';
  const uniqueViolation = '23505';
  return [duplicateObject, duplicateSchema, uniqueViolation].includes((error as { code?: string }).code ?? '');
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'alims-migrate' });
  client.on('error', () => {}); // the query that is under way fails with it
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
