import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitest/config';

const graphql = join(dirname(createRequire(import.meta.url).resolve('graphql/package.json')), 'index.js');

export default defineConfig({
  // Two copies of graphql (CommonJS and ESM) would not accept each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: graphql }] },
  test: {
    include: ['**/*.test.ts', 'tests/e2e/**/*.e2e.ts'],
    exclude: ['node_modules/**', '.alims/**', 'bench/**'],
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['tests/global-setup.ts'],
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 30_000,
    hookTimeout: 150_000,
  },
});
