import { BadInputError, UnauthenticatedError } from '#platform/errors/index.ts';
import type { AccountsContext } from '../context.ts';
import { createSignature } from '../data/signature-repository.ts';
import { faultOfSigned, type Signature, type Signed } from '../domain/signature.ts';
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

/** Signs in the name of the person who is signed in. A refusal is recorded as well: somebody may sit at another's desk. */
export async function sign(ctx: AccountsContext, input: Sign): Promise<Signature | SignatureRefused> {
  const fault = faultOfSigned(input.signed);
  if (fault !== null) throw new BadInputError(fault);
  const { viewer } = ctx;
  const signer = await ctx.loaders.userById.load(viewer.userId);
  if (signer === null) throw new UnauthenticatedError();
  const actor = { ...viewer, requestId: ctx.requestId };
  const signed: Signed = { ...input.signed, contentHash: input.signed.contentHash.toLowerCase() };
  const checked = signer.roles.includes('integration')
    ? ({ reason: 'NOT_A_PERSON', retryAfterSeconds: null } as const)
    : await checkPassword(ctx, signer.email, input.password);
  if ('reason' in checked) {
    await ctx.db.write(actor, (unit) => unit.announce([signatureRefused(signer.id, signed, checked.reason)]));
    return { kind: 'refused', ...checked };
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
