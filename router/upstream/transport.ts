/** One answer, whole. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Where a redirect points: it is told, never followed. */
  readonly location: string | null;
}

/** A request under way. */
export interface Exchange {
  readonly answer: Promise<Answer>;
  /** The answer is not wanted any more: it rejects with the reason, and the request ends as soon as its road allows. */
  cancel(reason: Error): void;
}

/** Takes an answer as it comes. After end() or fail() nothing follows. */
export interface AnswerSink {
  open(status: number, contentType: string): void;
  data(bytes: Uint8Array): void;
  end(): void;
  fail(error: unknown): void;
}

/** The other end of a sink: after close() it hears nothing more. */
export interface AnswerSource {
  pause(): void;
  resume(): void;
  close(): void;
}

export type Headers = Readonly<Record<string, string>>;

/** How a subgraph is reached: its own handler in this process, or HTTP. Both answer alike, and neither knows of time. */
export interface Transport extends AsyncDisposable {
  /** `mayRepeat`: nothing comes of it when the subgraph gets the question twice. */
  ask(body: string, headers: Headers, mayRepeat: boolean): Exchange;
  /** An answer that may take hours. */
  stream(body: string, headers: Headers, sink: AnswerSink): AnswerSource;
}

export interface SubgraphFetch {
  (request: Request): Promise<Response>;
  /** The class of requests that it reads with the least work; any other will do. */
  readonly Request?: typeof Request | undefined;
}
