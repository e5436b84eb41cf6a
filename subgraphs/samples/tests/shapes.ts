/** What the documents of these tests answer. */
export interface RegisteredAnalysis {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly service: { readonly code: string };
}

export interface RegisteredSample {
  readonly id: string;
  readonly accessionNumber: string;
  readonly status: string;
  readonly version: number;
  readonly dueAt: string | null;
  readonly client: { readonly id: string; readonly code: string } | null;
  readonly parent: { readonly id: string } | null;
  readonly analyses: readonly RegisteredAnalysis[];
}

export interface AnalysisNode extends RegisteredAnalysis {
  readonly assignedTo: { readonly id: string } | null;
  readonly result: {
    readonly value: string | null;
    readonly text: string | null;
    readonly unit: string | null;
    readonly flags: readonly string[];
  } | null;
  readonly results: readonly { readonly value: string | null; readonly text: string | null }[];
  readonly verifications: readonly { readonly by: { readonly id: string } }[];
  readonly replaces: { readonly id: string } | null;
  readonly replacedBy: { readonly id: string } | null;
  readonly retraction: {
    readonly by: { readonly id: string };
    readonly at: string;
    readonly reason: string | null;
  } | null;
}

export interface Facts {
  readonly sampleId: string;
  readonly version: number;
  readonly facts: readonly string[];
}

/** One outcome of a bulk mutation: the thing, or why not. */
export interface Item {
  readonly __typename: string;
  readonly sample?: RegisteredSample;
  readonly analysis?: AnalysisNode;
  readonly repeat?: AnalysisNode | null;
  readonly index?: number;
  readonly code?: string;
  readonly message?: string;
  readonly currentVersion?: number | null;
}
