import { DEMO_PASSWORD, DEMO_USERS } from '#demo/people.ts';
import type { Started } from './start-all.ts';

const FIRST_QUERY =
  '{ samples(first: 3) { totalCount edges { node { accessionNumber type { name } workflow { stage } } } } }';

/** What a newcomer needs to know next. */
export function banner({ url, dataDir, seconds, demo }: Started): string {
  const lines = ['', `ALIMS is ready after ${seconds.toFixed(1)} s.`, '', `  GraphQL and GraphiQL  ${url}/graphql`];
  lines.push(`  Rules to try out      ${url}/rules`);
  lines.push(`  Health, metrics       ${url}/health  ${url}/metrics`);
  if (dataDir) lines.push(`  Data                  ${dataDir}`);
  if (demo) {
    lines.push('', `  Sign in as (password ${DEMO_PASSWORD}):`);
    for (const { email, says } of DEMO_USERS) lines.push(`    ${email.padEnd(22)} ${says}`);
    lines.push('', `  Open the page, press "Sign in", and try first:`, `    ${FIRST_QUERY}`);
  }
  return [...lines, '', '  Ctrl-C stops.', ''].join('\n');
}
