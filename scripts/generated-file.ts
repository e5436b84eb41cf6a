import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Writes a generated file, or with `check` only says that it has drifted. True when it differed. */
export function settle(file: URL, content: string, check: boolean): boolean {
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return false;
  const name = relative(process.cwd(), fileURLToPath(file));
  if (check) console.error(`${name} is not what its source generates: run "npm run generate" and commit it.`);
  else {
    writeFileSync(file, content);
    console.log(`wrote ${name}`);
  }
  return true;
}
