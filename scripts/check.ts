/** `npm run check`: everything that can be known without running the system. Each step is a command of its own. */
import { spawn } from 'node:child_process';

interface Step {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const CODE = ['platform', 'router', 'subgraphs', 'start', 'demo', 'start.ts', 'system.ts'];

const STEPS: readonly Step[] = [
  { name: 'format and lint', command: 'biome', args: ['ci', '--colors=off', '--error-on-warnings', '.'] },
  { name: 'types', command: 'tsc', args: ['--noEmit', '-p', '.'] },
  { name: 'lint with types', command: 'eslint', args: ['.'] },
  { name: 'dependency rules', command: 'depcruise', args: ['--config', '.dependency-cruiser.cjs', ...CODE] },
  { name: 'resolver types', command: 'node', args: ['scripts/codegen.ts', '--check'] },
  { name: 'Prisma clients and migrations', command: 'node', args: ['scripts/prisma.ts', '--check'] },
  { name: 'composition', command: 'node', args: ['scripts/compose.ts', '--check'] },
  { name: 'breaking changes', command: 'node', args: ['scripts/breaking.ts'] },
  { name: 'client operations', command: 'node', args: ['scripts/operations.ts'] },
  { name: '.env.example', command: 'node', args: ['scripts/env-example.ts', '--check'] },
  { name: 'docs/permissions.md', command: 'node', args: ['scripts/permissions.ts', '--check'] },
];

function run({ command, args }: Step): Promise<{ code: number; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  child.on('error', (error) => resolve({ code: 1, output: String(error) }));
  child.on('close', (code) => resolve({ code: code ?? 1, output }));
  return promise;
}

let failed = 0;
for (const step of STEPS) {
  const begin = performance.now();
  const { code, output } = await run(step);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`);
  if (code !== 0) console.log(output.trim());
  failed += code === 0 ? 0 : 1;
}
if (failed > 0) {
  console.log(`${failed} of ${STEPS.length} checks failed.`);
  process.exitCode = 1;
}
