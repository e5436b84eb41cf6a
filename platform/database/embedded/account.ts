import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** An account of this machine under which the server runs. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. Null when this process is not root and the server may run as itself.
 * @throws Error when the process is root and the machine has neither `postgres` nor `nobody`.
 */
export function unprivilegedAccount(passwd = '/etc/passwd'): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync(passwd, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((each) => each.name === name && each.uid > 0);
    if (account) return account;
  }
  throw new Error('PostgreSQL does not run as root, and /etc/passwd has no account `postgres` or `nobody` to run it.');
}

/** Whether the account may walk down to the folder and enter it: every folder on the way lets it search. */
export async function canReach(account: Account, folder: string): Promise<boolean> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const { mode, uid, gid } = await stat(path);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    if (((mode >> shift) & 0o1) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
