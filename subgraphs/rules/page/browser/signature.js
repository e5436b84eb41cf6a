import { ApiError, send } from './api.js';

const SIGN = `mutation Sign($input: SignInput!) {
  sign(input: $input) { ... on Signature { id } ... on SignatureRefused { reason retryAfterSeconds } }
}`;
const REFUSED = {
  INVALID_CREDENTIALS: () => 'The password is wrong: nothing was signed or published.',
  LOCKED: (seconds) => `Too many wrong passwords: try again in ${seconds} s.`,
  NOT_A_PERSON: () => 'Programs do not sign.',
};

/** The id of a signature that approves a version as it was shown. Throws an ApiError when nothing was signed. */
export async function signatureUnder({ id, hash }, password) {
  const signed = { meaning: 'APPROVAL', subjectType: 'RuleSetVersion', subjectId: id, contentHash: hash };
  const { sign } = await send(SIGN, { input: { ...signed, password } });
  if (sign.reason) throw new ApiError({ message: REFUSED[sign.reason](sign.retryAfterSeconds) });
  return sign.id;
}
