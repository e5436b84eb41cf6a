import { setFlagsFromString } from 'node:v8';

/**
 * Imported first by what starts a server, so that it runs before any other module of ours. V8 learns from the first
 * objects that a place in the code makes how long they live. While a process starts nearly all of them stay (schemas,
 * rules, plans), so V8 would make those of requests among the old objects, too: there they lie dead until a full
 * collection, and all that they point to is copied by each small one (docs/decisions/114).
 */
setFlagsFromString('--no-allocation-site-pretenuring');
