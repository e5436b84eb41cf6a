/** Runs a server on the folder until it is told to stop; says its pid and where it is. */
import { once } from 'node:events';
import { startEmbeddedPostgres } from '../index.ts';
import { logger } from './server.ts';

await using server = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', logger, durable: false });
const told = once(process, 'SIGTERM');
console.log(JSON.stringify({ pid: server.pid, ownerUrl: server.ownerUrl, directory: server.directory }));
const alive = setInterval(() => {}, 1_000_000);
await told;
clearInterval(alive);
