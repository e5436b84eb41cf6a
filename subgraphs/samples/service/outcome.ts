import type { Refusal } from '../domain/types.ts';

/** What the resolvers load anew: the answer shows the thing as it is now. */
export interface Done {
  readonly kind: 'done';
  readonly id: string;
  readonly repeatId: string | null;
}

export interface Refused<Code extends string> extends Refusal<Code> {
  readonly kind: 'refused';
  /** Position in the request, from 0. */
  readonly index: number;
}

export type Outcome<Code extends string> = Done | Refused<Code>;

export interface Outcomes<Code extends string> {
  readonly results: readonly Outcome<Code>[];
}

export function done(id: string, repeatId: string | null = null): Done {
  return { kind: 'done', id, repeatId };
}

export function refused<Code extends string>(index: number, refusal: Refusal<Code>): Refused<Code> {
  return { kind: 'refused', index, ...refusal };
}
