/** Writes everything that is generated: Prisma clients, resolver types, supergraph, .env.example, docs/permissions.md. */
import { generateAll } from './codegen.ts';
import { generateSupergraph } from './compose.ts';
import { generateEnvExample } from './env-example.ts';
import { generatePermissions } from './permissions.ts';
import { generatePrisma } from './prisma.ts';

await generatePrisma('write');
await generateAll(false);
generateSupergraph(false);
generateEnvExample(false);
generatePermissions(false);
