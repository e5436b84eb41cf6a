import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { expect, test } from 'vitest';

const PLANTED = fileURLToPath(new URL('planted', import.meta.url));
const { forbidden, options } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');

/** One violation of each rule, planted on purpose. */
const EXPECTED = {
  'no-circles': 'platform/x/circle-a.js',
  'domain-is-pure': 'subgraphs/a/domain/impure.js',
  'only-data-touches-stores': 'subgraphs/a/service/store.js',
  'no-sideways': 'subgraphs/a/service/sideways.js',
  'platform-knows-nobody': 'platform/x/knows-a-subgraph.js',
  'router-knows-no-subgraph': 'router/knows-a-subgraph.js',
  'resolvers-ask-services': 'subgraphs/a/resolvers/query.js',
  'no-tests-in-production': 'platform/x/uses-a-test.js',
  'one-file-knows-opentelemetry': 'router/knows-opentelemetry.js',
  'traces-load-on-demand': 'router/always-loads-traces.js',
  'no-unknown-files': 'platform/x/missing.js',
};

async function violations(): Promise<string[]> {
  const { tsConfig: _, ...rest } = options;
  const { output } = await cruise(['platform', 'router', 'subgraphs'], {
    ...rest,
    baseDir: PLANTED,
    validate: true,
    ruleSet: { forbidden },
  });
  return (output as ICruiseResult).summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

test('every dependency rule has a planted violation', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(forbidden.map(({ name }: { name: string }) => name).sort());
});

test('every dependency rule bites', async () => {
  const found = await violations();
  for (const [rule, file] of Object.entries(EXPECTED)) expect(found).toContain(`${rule}: ${file}`);
});
