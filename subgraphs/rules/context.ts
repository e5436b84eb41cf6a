import DataLoader from 'dataloader';
import type { LRUCache } from 'lru-cache';
import type { Database } from '#platform/database/index.ts';
import type { EventLog } from '#platform/events/index.ts';
import { fillContext, type RequestContext } from '#platform/graphql/index.ts';
import { isId } from '#platform/identity/index.ts';
import type { RulesTx } from './data/client.ts';
import { findFacts, findVersions } from './data/knowledge-repository.ts';
import { findLastSuites } from './data/test-repository.ts';
import type { Rule, RuleSetVersion } from './domain/rule.ts';
import type { RuleTestSuite } from './domain/rule-test.ts';
import type { StandingFact } from './domain/standing-fact.ts';
import { SHIPPED_VERSION } from './library/shipped-version.ts';
import type { AnswerCache } from './service/answer-cache.ts';
import type { Image } from './service/image.ts';
import { findRules } from './service/rules.ts';
import type { Turns } from './service/turns.ts';

export interface RulesDeps {
  readonly db: Database<RulesTx>;
  /** By organization: what its rules and facts look like to the engine. */
  readonly images: LRUCache<string, Image>;
  /** Answers of all organizations, none of them found by another. */
  readonly answers: AnswerCache;
  /** The events that rules announced. */
  readonly log: EventLog;
  readonly clock: () => Date;
  /** Milliseconds that never run backwards: what evaluations are timed by. */
  readonly timer: () => number;
  readonly newId: () => string;
  /** In which the goals of all organizations are evaluated. */
  readonly turns: Turns;
}

export interface RulesContext extends RequestContext, RulesDeps {
  readonly loaders: {
    readonly factById: DataLoader<string, StandingFact | null>;
    readonly versionById: DataLoader<string, RuleSetVersion | null>;
    readonly ruleById: DataLoader<string, Rule | null>;
    /** The newest tests of a version. */
    readonly suiteByVersion: DataLoader<string, RuleTestSuite | null>;
  };
}

function inOrder<Row extends { readonly id: string }>(ids: readonly string[], rows: readonly Row[]): (Row | null)[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** `deps` live as long as the process; the context, and so its loaders' caches, as long as one request. */
export function createContext(deps: RulesDeps, request: RequestContext): RulesContext {
  const factById = new DataLoader<string, StandingFact | null>(async (ids) =>
    inOrder(ids, await deps.db.read(request.viewer, (tx) => findFacts(tx, ids))),
  );
  const versionById = new DataLoader<string, RuleSetVersion | null>(async (ids) => {
    const stored = ids.filter((id) => id !== SHIPPED_VERSION.id);
    const rows = stored.length === 0 ? [] : await deps.db.read(request.viewer, (tx) => findVersions(tx, stored));
    return inOrder(ids, [SHIPPED_VERSION, ...rows]);
  });
  const ruleById = new DataLoader<string, Rule | null>(async (ids) => inOrder(ids, await findRules(context, ids)));
  const suiteByVersion = new DataLoader<string, RuleTestSuite | null>(async (ids) => {
    const stored = ids.filter(isId);
    const suites = stored.length === 0 ? [] : await deps.db.read(request.viewer, (tx) => findLastSuites(tx, stored));
    const byVersion = new Map(suites.map((suite) => [suite.versionId, suite]));
    return ids.map((id) => byVersion.get(id) ?? null);
  });
  const context: RulesContext = fillContext(request, deps, {
    loaders: { factById, versionById, ruleById, suiteByVersion },
  });
  return context;
}
