/** Writes .env.example from the table of variables. With --check it only says that it has drifted. */
import { envExample } from '#platform/config/index.ts';
import { settle } from './generated-file.ts';

/** True when the file had drifted. */
export function generateEnvExample(check: boolean): boolean {
  return settle(new URL('../.env.example', import.meta.url), envExample(), check);
}

if (import.meta.main) {
  const check = process.argv.includes('--check');
  if (generateEnvExample(check) && check) process.exitCode = 1;
}
