import { setFlagsFromString } from 'node:v8';

/**
 * Imported before anything else: what every object of a process is made by learns from the first ones. While a process
 * starts, nearly all that is made stays (schemas, rules, plans), so V8 makes the next ones of the same kind among the old
 * objects at once. Those of requests stay for milliseconds, but then lie there until a full collection, with all
 * that they point to, and each small collection copies it (docs/decisions/114).
 */
setFlagsFromString('--no-allocation-site-pretenuring');
