import type { BlockList } from 'node:net';
import { type HeaderRule, parseHeaderRules } from './header-rules.ts';
import { type ClaimRule, type JwksSource, parseClaimRules, parseJwksSources } from './jwks.ts';
import { isLoopback } from './loopback.ts';
import { parseNetworks } from './networks.ts';
import { type LimitRules, parseLimitRules, parseSubgraphRules, type SubgraphRules } from './option-rules.ts';
import { parseRateRules, type RateRule } from './rate-rules.ts';
import { text, type Values } from './values.ts';

export interface RouterConfig {
  readonly auth: boolean;
  readonly supergraph: string | null;
  /** Milliseconds between questions to its URL. */
  readonly supergraphPollMs: number;
  /** Null: nothing is traced. */
  readonly tracing: { readonly endpoint: string; readonly serviceName: string; readonly ratio: number } | null;
  /** The schema may be asked for, and wrong names are told what they are like. */
  readonly introspection: boolean;
  readonly maxBodyBytes: number;
  readonly allowedOrigins: readonly string[];
  /** Empty: callers are identified by the sessions of our accounts. */
  readonly jwks: readonly JwksSource[];
  readonly policyClaim: string;
  readonly forwardClaims: readonly ClaimRule[];
  readonly forwardHeaders: readonly HeaderRule[];
  readonly documents: {
    /** Null: every document is served. */
    readonly trusted: string | null;
    readonly enforced: boolean;
    /** Bytes of documents that clients register by hash. */
    readonly apqBytes: number;
  };
  readonly rateLimits: readonly RateRule[];
  readonly trustedProxies: BlockList | null;
  readonly limits: LimitRules;
  readonly unauthorized: 'filter' | 'reject';
  /** 0: no answer is kept. */
  readonly responseCacheBytes: number;
  readonly subgraphs: SubgraphRules;
  /** Where subgraphs that answer subscriptions by callback reach this router and no other. */
  readonly callbackUrl: string | null;
}

export function toRouterConfig(values: Values): RouterConfig {
  const proxies = text(values, 'ROUTER_TRUSTED_PROXIES');
  return {
    auth: text(values, 'ROUTER_AUTH') !== 'off',
    supergraph: text(values, 'SUPERGRAPH'),
    supergraphPollMs: Number(values.SUPERGRAPH_POLL_SECONDS) * 1000,
    tracing: tracingOf(values),
    introspection: (text(values, 'ROUTER_INTROSPECTION') ?? (isLoopback(String(values.HOST)) ? 'on' : 'off')) === 'on',
    maxBodyBytes: Number(values.MAX_BODY_BYTES),
    allowedOrigins: text(values, 'ALLOWED_ORIGINS')?.split(',') ?? [],
    jwks: parseJwksSources(text(values, 'ROUTER_JWKS') ?? ''),
    policyClaim: text(values, 'ROUTER_POLICY_CLAIM') ?? '',
    forwardClaims: parseClaimRules(text(values, 'ROUTER_FORWARD_CLAIMS') ?? ''),
    forwardHeaders: parseHeaderRules(text(values, 'ROUTER_FORWARD_HEADERS') ?? ''),
    documents: {
      trusted: text(values, 'ROUTER_DOCUMENTS'),
      enforced: text(values, 'ROUTER_DOCUMENTS_MODE') !== 'log-only',
      apqBytes: Number(values.ROUTER_APQ_BYTES),
    },
    rateLimits: parseRateRules(text(values, 'ROUTER_RATE_LIMITS') ?? 'off'),
    trustedProxies: proxies === null ? null : parseNetworks(proxies),
    limits: parseLimitRules(text(values, 'ROUTER_LIMITS') ?? ''),
    unauthorized: text(values, 'ROUTER_UNAUTHORIZED') === 'reject' ? 'reject' : 'filter',
    responseCacheBytes: Number(values.ROUTER_RESPONSE_CACHE_BYTES),
    subgraphs: parseSubgraphRules(text(values, 'ROUTER_SUBGRAPH_OPTIONS') ?? ''),
    callbackUrl: text(values, 'ROUTER_CALLBACK_URL'),
  };
}

function tracingOf(values: Values): RouterConfig['tracing'] {
  const endpoint = text(values, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (endpoint === null) return null;
  const serviceName = text(values, 'OTEL_SERVICE_NAME') ?? '';
  return { endpoint, serviceName, ratio: Number(values.OTEL_TRACES_SAMPLER_ARG) };
}

/** Who calls can be known in one way only, and what says who calls comes from nobody else. */
export function identityConflicts(values: Values): string[] {
  const problems: string[] = [];
  if (values.ROUTER_JWKS && !values.SUPERGRAPH) {
    problems.push(
      'ROUTER_JWKS: cannot be set without SUPERGRAPH: our own subgraphs trust the sessions of accounts alone; remove one or name a foreign supergraph',
    );
  }
  if (values.ROUTER_JWKS && values.ROUTER_AUTH === 'off') {
    problems.push('ROUTER_JWKS: cannot be set together with ROUTER_AUTH=off, which takes no tokens; remove one');
  }
  const claims = parseClaimRules(text(values, 'ROUTER_FORWARD_CLAIMS') ?? '');
  if (claims.length > 0 && !values.ROUTER_JWKS) {
    problems.push('ROUTER_FORWARD_CLAIMS: needs ROUTER_JWKS, whose tokens hold the claims; it is absent');
  }
  const forwarded = parseHeaderRules(text(values, 'ROUTER_FORWARD_HEADERS') ?? '');
  for (const { header } of claims) {
    if (!forwarded.some(({ name, rename }) => (rename ?? name) === header)) continue;
    problems.push(
      `ROUTER_FORWARD_HEADERS: ${header} carries a claim (ROUTER_FORWARD_CLAIMS), so no client may send it`,
    );
  }
  return problems;
}
