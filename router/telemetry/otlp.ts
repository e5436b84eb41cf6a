import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '#platform/logging/index.ts';
import type { SpanResult, TraceParent, TraceSpan, Tracing } from './tracing.ts';

export interface TracingOptions {
  /** Base URL of an OTLP/HTTP collector: traces go to `/v1/traces` below it. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** The part, from 0 to 1, of the traces that begin here and are told; those that clients began go by their own flag. */
  readonly ratio: number;
  readonly logger: Logger;
  /** Milliseconds between exports. Default 5,000. */
  readonly exportEveryMs?: number | undefined;
}

/** Milliseconds for one export, and for the last one when the router stops. */
const EXPORT_TIMEOUT_MS = 5_000;

/** Traces by OpenTelemetry's SDK, which is loaded with this file and registers nothing for the rest of the process. */
export function createTracing({ endpoint, serviceName, ratio, logger, exportEveryMs }: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': serviceName })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: saidOnce(exporter, logger),
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        scheduledDelayMillis: exportEveryMs ?? 5_000,
      }),
    ],
  });
  const tracer = provider.getTracer('alims-router');
  const begin = (name: string, kind: SpanKind, attributes: Attributes, { parent, links = [] }: Place) =>
    asTraceSpan(tracer.startSpan(name, { kind, attributes, links }, parent));
  return {
    operation(parent, { name, kind, clientName }) {
      const title = name === null ? kind : `${kind} ${name}`;
      return begin(title, SpanKind.SERVER, attributesOf(name, kind, { 'alims.client.name': clientName }), {
        parent: contextOf(parent),
      });
    },
    fetch(parent, { subgraph, kind, operationName, entities }) {
      const own = { 'alims.subgraph': subgraph, 'alims.entities': entities };
      return begin(`fetch ${subgraph}`, SpanKind.CLIENT, attributesOf(operationName, kind, own), {
        parent: contextOf(parent),
      });
    },
    event(opened, name) {
      const title = name === null ? 'event' : `event ${name}`;
      const context = opened === null ? null : parse(opened);
      return begin(title, SpanKind.CONSUMER, attributesOf(name, 'subscription', {}), {
        parent: ROOT_CONTEXT,
        links: context ? [{ context }] : [],
      });
    },
    async [Symbol.asyncDispose]() {
      await provider.shutdown().catch((error: unknown) => logger.warn({ err: error }, 'the last traces were not told'));
    },
  };
}

interface Place {
  readonly parent: Context;
  readonly links?: Link[];
}

function attributesOf(name: string | null, kind: string, own: Readonly<Record<string, string | number | null>>) {
  const attributes: Attributes = { 'graphql.operation.type': kind };
  if (name !== null) attributes['graphql.operation.name'] = name;
  for (const [key, value] of Object.entries(own)) if (value !== null) attributes[key] = value;
  return attributes;
}

function asTraceSpan(span: Span): TraceSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`,
    end: (result) => end(span, result),
  };
}

function end(span: Span, { outcome, failure }: SpanResult): void {
  span.setAttribute('alims.outcome', outcome);
  if (failure instanceof Error) span.recordException(failure);
  if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, ...messageOf(failure) });
  span.end();
}

function messageOf(failure: unknown): { readonly message?: string } {
  return failure instanceof Error ? { message: failure.message } : {};
}

function contextOf(parent: TraceParent): Context {
  const context = parent === null ? null : parse(parent);
  return context ? trace.setSpanContext(ROOT_CONTEXT, context) : ROOT_CONTEXT;
}

/** The header has been checked for its form when it came; what is all zeros is no trace. */
function parse(traceparent: string): SpanContext | null {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId)) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

type Exporter = ConstructorParameters<typeof BatchSpanProcessor>[0]['exporter'];

/** An outage of the collector is one warning, not one every five seconds. */
function saidOnce(exporter: Exporter, logger: Logger): Exporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.code !== 0;
        if (failed && !failing)
          logger.warn({ err: result.error }, 'traces cannot be told: the collector does not take them');
        if (!failed && failing) logger.info('the collector takes traces again');
        failing = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
