import { filterMap, type StoredEvent, type StreamGap } from '#platform/events/index.ts';
import type { RulesContext } from '../context.ts';
import { findVersions } from '../data/knowledge-repository.ts';
import type { RuleSetVersion } from '../domain/rule.ts';
import { type Activated, activationOf, isActivation, TOPIC } from '../events.ts';
import { SHIPPED_VERSION } from '../library/shipped-version.ts';

/** An activation with the version as it is when it is delivered. */
export interface RuleSetChange extends Activated {
  readonly version: RuleSetVersion;
}

export interface WatchRequest {
  readonly ruleSet?: string | null | undefined;
  readonly after?: string | null | undefined;
}

/** Read each time: the loaders of a stream live as long as the stream. */
async function versionOf(ctx: RulesContext, event: StoredEvent, number: number): Promise<RuleSetVersion | null> {
  if (number === 0) return SHIPPED_VERSION;
  const [version] = await ctx.db.read(ctx.viewer, (tx) => findVersions(tx, [event.subjectId]));
  return version ?? null;
}

/**
 * Activations as they happen; with `after`, first those since that cursor.
 * @throws BadInputError when `after` is no cursor.
 */
export function watchRuleSets(
  ctx: RulesContext,
  { ruleSet, after }: WatchRequest,
): AsyncIterableIterator<RuleSetChange | StreamGap> {
  const events = ctx.log.tail({
    organizationId: ctx.viewer.organizationId,
    topic: TOPIC,
    after: after ?? null,
    signal: ctx.signal,
    accept: (event) => isActivation(event) && (!ruleSet || activationOf(event).ruleSet === ruleSet),
  });
  return filterMap(events, async (item) => {
    if ('kind' in item) return item;
    const activated = activationOf(item);
    const version = await versionOf(ctx, item, activated.number);
    return version === null ? null : { ...activated, version };
  });
}
