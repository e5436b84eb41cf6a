/** Writes one entry and its event, and kills itself at the moment it was told. */
import { randomUUID } from 'node:crypto';
import { openLedger } from './server.ts';

const [, , appUrl = '', organizationId = '', moment = ''] = process.argv;

function dieAt(point: string): void {
  if (point === moment) process.kill(process.pid, 'SIGKILL');
}

const ledger = await openLedger({ appUrl });
await ledger.write({ organizationId, userId: 'u' }, async (unit) => {
  await unit.tx.entry.create({ data: { id: randomUUID(), organizationId, name: 'n', amount: 1 } });
  dieAt('after-state');
  await unit.announce([{ topic: 'entry', type: 'entry.made', subjectType: 'Entry', subjectId: 's', payload: {} }]);
  dieAt('after-event');
});
dieAt('after-commit');
