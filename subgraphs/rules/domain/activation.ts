/** A version came into force; number 0 stands for the shipped rules alone. */
export interface Activation {
  readonly id: string;
  readonly ruleSet: string;
  readonly number: number;
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
  readonly signatureId: string | null;
}
