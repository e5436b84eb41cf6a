import type pg from 'pg';
import { roleOf } from './provision.ts';

/** The database would let a service pass by row-level security. Serving would be unsafe. */
export class UnsafeDatabaseError extends Error {
  constructor(subgraph: string, problems: readonly string[]) {
    super(
      `The database is not safe to serve ${subgraph} from:\n${problems.map((each) => `  - ${each}`).join('\n')}\nRun \`npm run migrate\` with the owner's MIGRATION_DATABASE_URL, and give DATABASE_URL a role without privileges of its own.`,
    );
    this.name = 'UnsafeDatabaseError';
  }
}

const ROLES = `
select r.rolname as name, r.rolsuper as super, r.rolbypassrls as bypass,
  r.rolname = session_user as session, r.rolname = current_user as current
from pg_roles r where r.rolname in (session_user, current_user)`;

// Whatever the roles could turn into counts as well: a member of the owner's role can become the owner.
const TABLES = `
select c.relname as name,
  pg_has_role(session_user, c.relowner, 'MEMBER') or pg_has_role(current_user, c.relowner, 'MEMBER') as owned,
  exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped) as tenanted,
  c.relrowsecurity and c.relforcerowsecurity as forced,
  exists (select from pg_policy p where p.polrelid = c.oid
    and (p.polroles = '{0}' or (select oid from pg_roles where rolname = current_user) = any (p.polroles))) as policy
from pg_class c where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p')`;

interface RoleRow {
  readonly name: string;
  readonly super: boolean;
  readonly bypass: boolean;
  readonly current: boolean;
}

interface TableRow {
  readonly name: string;
  readonly owned: boolean;
  readonly tenanted: boolean;
  readonly forced: boolean;
  readonly policy: boolean;
}

const PERMISSION_DENIED = '42501';
const NO_SUCH_ROLE = '22023';

/** @throws UnsafeDatabaseError with all that is wrong. */
export async function checkSafety(pool: pg.Pool, subgraph: string): Promise<void> {
  const [roles, tables] = await Promise.all([
    pool.query<RoleRow>(ROLES),
    pool.query<TableRow>(TABLES, [`"${subgraph}"`]),
  ]).catch((error: pg.DatabaseError) => {
    // Connections begin as the subgraph's role, so this is where it turns out that they cannot.
    if (error.code !== PERMISSION_DENIED && error.code !== NO_SUCH_ROLE) throw error;
    const problem = `its login may not become ${roleOf(subgraph)} (${error.message})`;
    throw new UnsafeDatabaseError(subgraph, [problem]);
  });
  const problems = [...roleProblems(roles.rows, subgraph), ...tables.rows.flatMap(tableProblems)];
  if (tables.rows.length === 0) problems.push(`the schema ${subgraph} has no tables`);
  if (problems.length > 0) throw new UnsafeDatabaseError(subgraph, problems);
}

function roleProblems(roles: readonly RoleRow[], subgraph: string): string[] {
  const expected = roleOf(subgraph);
  const current = roles.find((role) => role.current)?.name;
  return [
    ...(current === expected ? [] : [`its role is ${current}, not ${expected}`]),
    ...roles.flatMap((role) => [
      ...(role.super ? [`the role ${role.name} is a superuser`] : []),
      ...(role.bypass ? [`the role ${role.name} has BYPASSRLS`] : []),
    ]),
  ];
}

function tableProblems(table: TableRow): string[] {
  return [
    ...(table.owned ? [`its role owns the table ${table.name}`] : []),
    ...(table.tenanted && !table.forced ? [`the table ${table.name} does not FORCE ROW LEVEL SECURITY`] : []),
    ...(table.tenanted && !table.policy ? [`the table ${table.name} has no policy for its role`] : []),
  ];
}
