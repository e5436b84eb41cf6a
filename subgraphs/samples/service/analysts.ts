import { isId } from '#platform/identity/index.ts';
import type { SamplesContext } from '../context.ts';
import type { Analyst } from '../domain/analysis.ts';

interface Person {
  readonly active: boolean;
  readonly permissions: readonly string[];
}

/**
 * The people of the caller's organization with these ids, as accounts knows them now.
 * @throws UnavailableError when accounts does not answer: nobody is given work unseen.
 */
export async function findAnalysts(
  ctx: SamplesContext,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, Analyst>> {
  const asked = [...new Set(ids)]
    .filter((id) => id !== null && isId(id))
    .map((id, index) => [`p${index}`, id] as const);
  if (asked.length === 0) return new Map();
  const variables = asked.map(([name]) => `$${name}: ID!`).join(', ');
  const fields = asked.map(([name]) => `${name}: user(id: $${name}) { active permissions }`).join(' ');
  const people = await ctx.ask<Readonly<Record<string, Person | null>>>(
    'accounts',
    `query Analysts(${variables}) { ${fields} }`,
    Object.fromEntries(asked),
  );
  return new Map(
    asked.flatMap(([name, id]) => {
      const person = people[name];
      return person && id ? [[id, { active: person.active, entersResults: entersResults(person) }] as const] : [];
    }),
  );
}

function entersResults({ permissions }: Person): boolean {
  return permissions.includes('results:enter');
}
