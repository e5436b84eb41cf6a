import type { AccountsContext } from '../context.ts';
import * as accounts from '../data/accounts-repository.ts';
import { verifyPassword } from '../data/passwords.ts';
import { afterFailure, secondsLocked } from '../domain/session.ts';

export interface PasswordRefused {
  readonly reason: 'INVALID_CREDENTIALS' | 'LOCKED';
  readonly retryAfterSeconds: number | null;
  /** False: the address was locked already, so that no password was looked at and nothing counted. */
  readonly tried: boolean;
}

/**
 * The account that the address and the password belong to. One try after another for an address, so that many at once with
 * the right password do not count against each other. Wherever a password is asked for, wrong ones count together.
 */
export function checkPassword(
  ctx: AccountsContext,
  email: string,
  password: string,
): Promise<accounts.Account | PasswordRefused> {
  return ctx.signInTurns(email.toLowerCase(), () => tryPassword(ctx, email, password));
}

/** The try counts as a wrong one until the password was right: tries of other processes meanwhile see it. */
async function tryPassword(
  ctx: AccountsContext,
  email: string,
  password: string,
): Promise<accounts.Account | PasswordRefused> {
  const now = ctx.clock();
  const { throttle, admitted, account } = await ctx.db.system(async (tx) => {
    const before = await accounts.lockThrottle(tx, email, now);
    if (secondsLocked(before, now) > 0) return { throttle: before, admitted: false, account: null };
    const next = afterFailure(before, now);
    await accounts.saveThrottle(tx, email, next);
    return { throttle: next, admitted: true, account: await accounts.findAccount(tx, email) };
  });
  if (admitted && (await verifyPassword(account?.passwordHash ?? null, password)) && account?.active) {
    await ctx.db.system((tx) => accounts.clearThrottle(tx, email));
    return account;
  }
  const seconds = secondsLocked(throttle, now);
  return seconds > 0
    ? { reason: 'LOCKED', retryAfterSeconds: seconds, tried: admitted }
    : { reason: 'INVALID_CREDENTIALS', retryAfterSeconds: null, tried: true };
}
