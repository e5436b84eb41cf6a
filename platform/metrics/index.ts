import {
  Counter,
  type CounterConfiguration,
  collectDefaultMetrics,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  type Metric,
  Registry,
} from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

interface Described<L extends string> {
  /** `alims_<module>_<what>_<unit>`; a counter ends in `_total`. */
  readonly name: string;
  readonly help: string;
  /** Every label must have few values over the life of the process. */
  readonly labels?: readonly L[];
}

/** Each combination of labels with its count since the start. */
export type Counts<L extends string> = Iterable<readonly [labels: Readonly<Record<L, string>>, count: number]>;

/** The figures of one process (or of one test): nothing is shared through prom-client's global registry. */
export interface Metrics {
  /**
   * Asking for a name again gives the same instrument, so each module declares what it needs where it needs it. `read`
   * gives the counts at each rendering, instead of inc(): for what is counted too often for a call.
   */
  counter<L extends string = never>(options: Described<L> & { readonly read?: () => Counts<L> }): Counter<L>;
  /** `read` gives the value at each rendering, instead of set(). */
  gauge<L extends string = never>(options: Described<L> & { readonly read?: () => number }): Gauge<L>;
  /** `buckets` in the unit that the name says; by default seconds from 1 ms to 10 s. */
  histogram<L extends string = never>(options: Described<L> & { readonly buckets?: readonly number[] }): Histogram<L>;
  /** The text exposition of everything counted so far. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const LATENCY_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const NAME = /^alims_[a-z][a-z0-9_]*$/;
// One time series per user, request or key would grow without end.
const UNBOUNDED_LABEL = /(^|_)(id|user|organization|tenant|request|session|email|url|path|key|cursor)$/i;

/** @param options.processMetrics Adds memory, CPU, event loop and garbage collection as `alims_process_*` and `alims_nodejs_*`. */
export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry, prefix: 'alims_' });

  function once<L extends string, M extends Metric<L>>(
    described: Described<L>,
    kind: abstract new (c: never) => M,
    make: () => M,
  ): M {
    check(described);
    const existing = registry.getSingleMetric(described.name);
    if (existing === undefined) return make();
    if (existing instanceof kind) return existing;
    throw new Error(`The metric ${described.name} exists with another type: one name means one thing.`);
  }

  return {
    counter: <L extends string>(described: Described<L> & { readonly read?: () => Counts<L> }) =>
      once<L, Counter<L>>(described, Counter<L>, () => {
        const { read } = described;
        const base: CounterConfiguration<L> = configuration<L>(described, registry);
        if (read === undefined) return new Counter<L>(base);
        return new Counter<L>({
          ...base,
          collect() {
            this.reset();
            for (const [labels, count] of read()) this.inc(labels, count);
          },
        });
      }),
    gauge: <L extends string>(described: Described<L> & { readonly read?: () => number }) =>
      once<L, Gauge<L>>(described, Gauge<L>, () => {
        const { read } = described;
        const base: GaugeConfiguration<L> = configuration<L>(described, registry);
        if (read === undefined) return new Gauge<L>(base);
        return new Gauge<L>({
          ...base,
          collect() {
            this.set(read());
          },
        });
      }),
    histogram: <L extends string>(described: Described<L> & { readonly buckets?: readonly number[] }) =>
      once<L, Histogram<L>>(described, Histogram<L>, () => {
        const buckets = [...(described.buckets ?? LATENCY_SECONDS)];
        const base: HistogramConfiguration<L> = configuration<L>(described, registry);
        return new Histogram<L>({ ...base, buckets });
      }),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

function configuration<L extends string>(described: Described<L>, registry: Registry) {
  return { name: described.name, help: described.help, labelNames: described.labels ?? [], registers: [registry] };
}

function check(described: Described<string>): void {
  if (!NAME.test(described.name)) {
    throw new Error(
      `A metric's name is expected to look like alims_module_what_unit, but got ${JSON.stringify(described.name)}.`,
    );
  }
  const unbounded = described.labels?.find((label) => UNBOUNDED_LABEL.test(label));
  if (unbounded !== undefined) {
    throw new Error(`The label ${unbounded} of ${described.name} has no bound on its values: log it instead.`);
  }
}
