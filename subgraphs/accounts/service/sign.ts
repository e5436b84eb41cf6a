import { BadInputError, UnauthenticatedError } from '#platform/errors/index.ts';
import type { AccountsContext } from '../context.ts';
import { createSignature } from '../data/signature-repository.ts';
import { asKept, faultOfSigned, type Signature, type Signed } from '../domain/signature.ts';
import type { User } from '../domain/user.ts';
import { signatureMade, signatureRefused } from '../events.ts';
import { checkPassword, type PasswordRefused } from './check-password.ts';

export interface SignatureRefused {
  readonly kind: 'refused';
  readonly reason: PasswordRefused['reason'] | 'NOT_A_PERSON';
  readonly retryAfterSeconds: number | null;
}

export interface Sign {
  readonly signed: Signed;
  readonly password: string;
  readonly idempotencyKey: string | null;
}

/** What proves nothing, although it may be the right password of somebody. */
const NOT_THEIRS: PasswordRefused = { reason: 'INVALID_CREDENTIALS', retryAfterSeconds: null, tried: true };

/** Why this password does not prove that the signer is present; null: it does. */
async function passwordFault(ctx: AccountsContext, signer: User, password: string): Promise<PasswordRefused | null> {
  const checked = await checkPassword(ctx, signer.email, password);
  if ('reason' in checked) return checked;
  // Meanwhile the address may have passed on to another account.
  return checked.id === signer.id ? null : NOT_THEIRS;
}

/**
 * Signs in the name of the person who is signed in. A refusal is recorded as well, since somebody may sit at another's desk;
 * those while the address is locked are not: the one that locked it is, and repeating it would fill the record.
 */
export async function sign(ctx: AccountsContext, input: Sign): Promise<Signature | SignatureRefused> {
  const fault = faultOfSigned(input.signed);
  if (fault !== null) throw new BadInputError(fault);
  const { viewer } = ctx;
  const signer = await ctx.loaders.userById.load(viewer.userId);
  if (signer === null) throw new UnauthenticatedError();
  const actor = { ...viewer, requestId: ctx.requestId };
  const signed = asKept(input.signed);
  const refusal = signer.roles.includes('integration')
    ? ({ reason: 'NOT_A_PERSON', retryAfterSeconds: null, tried: true } as const)
    : await passwordFault(ctx, signer, input.password);
  if (refusal !== null) {
    const { reason, retryAfterSeconds, tried } = refusal;
    if (tried) await ctx.db.write(actor, (unit) => unit.announce([signatureRefused(signer.id, signed, reason)]));
    return { kind: 'refused', reason, retryAfterSeconds };
  }
  return ctx.db.write(actor, (unit) =>
    unit.once(
      { operation: 'sign', key: input.idempotencyKey, request: { ...signed, signerId: signer.id } },
      async () => {
        const made = { signerId: signer.id, signerName: signer.name, signedAt: ctx.clock() };
        const signature: Signature = { id: ctx.newId(), ...made, ...signed };
        await createSignature(unit.tx, viewer.organizationId, signature);
        await unit.announce([signatureMade(signature)]);
        return signature;
      },
    ),
  );
}
