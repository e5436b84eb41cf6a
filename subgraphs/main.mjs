/**
 * What `npm run serve` starts. Plain JavaScript, because it says where compiled code is kept before anything is compiled:
 * from the second start on Node neither compiles nor strips types, which takes a third of the time and 20 MB less.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)));
await import('./main.ts');
