import { BadInputError } from '#platform/errors/index.ts';
import type { RulesContext } from '../context.ts';
import { createFacts, findFactsFrom, lockKnowledge } from '../data/knowledge-repository.ts';
import { MAX_FACTS_PER_TEXT, type ReadKnowledge, readKnowledge } from '../domain/knowledge-text.ts';
import { type Diagnostic, readProgram } from '../domain/program.ts';
import { hashOf, isRuleSetName, type RuleSetVersion } from '../domain/rule.ts';
import type { StandingFact } from '../domain/standing-fact.ts';
import { knowledgeImported, ruleSaved } from '../events.ts';
import { reviewRules } from '../library/shipped-version.ts';
import { checkRoom, newFact, reconcile } from './facts.ts';
import { loadImage } from './image.ts';
import { checkReason } from './input.ts';
import { type ReviewedRules, saveDraft } from './rule-sets.ts';

const MAX_TEXT = 1_000_000;
const MAX_RULE_SETS = 50;

export type ImportRefusal = 'TOO_LARGE' | 'UNREADABLE' | 'FACT_REFUSED' | 'RULES_REFUSED';

export interface ImportRefused {
  readonly code: ImportRefusal;
  readonly message: string;
  /** Line of the text that is imported. */
  readonly line: number;
  /** Of a text of rules, with lines of that text. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface KnowledgeImported {
  readonly drafts: readonly RuleSetVersion[];
  readonly added: number;
  readonly held: number;
}

export interface ImportKnowledge {
  readonly text: string;
  readonly reason: string;
  readonly idempotencyKey: string | null;
}

interface Checked {
  readonly rules: readonly ReviewedRules[];
  readonly facts: readonly StandingFact[];
}

function refusedAt(
  line: number,
  code: ImportRefusal,
  message: string,
  diagnostics: readonly Diagnostic[] = [],
): ImportRefused {
  return { code, message, line, diagnostics };
}

function checkFacts(ctx: RulesContext, read: ReadKnowledge, now: Date, reason: string): StandingFact[] | ImportRefused {
  const facts: StandingFact[] = [];
  for (const { line, ...fact } of read.facts) {
    try {
      facts.push(newFact(ctx, { ...fact, place: `Line ${line}` }, now, reason));
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      return refusedAt(line, 'FACT_REFUSED', error.message);
    }
  }
  return facts;
}

function checkRules(read: ReadKnowledge, known: ReadonlySet<string>): ReviewedRules[] | ImportRefused {
  const reviewed: ReviewedRules[] = [];
  for (const { name: ruleSet, text, line } of read.ruleSets) {
    if (!isRuleSetName(ruleSet)) {
      const message = `Expected a letter, then letters, digits, "_" and "-", at most 60, got ${JSON.stringify(ruleSet)}.`;
      return refusedAt(line, 'UNREADABLE', message);
    }
    const review = reviewRules(ruleSet, readProgram(text), (predicate) => known.has(predicate));
    const error = review.diagnostics.find(({ severity }) => severity === 'ERROR');
    if (error !== undefined) {
      const message = `The rules of ${ruleSet} are refused: ${error.message}`;
      return refusedAt(line + error.line, 'RULES_REFUSED', message, review.diagnostics);
    }
    reviewed.push({ ruleSet, text, ...review });
  }
  return reviewed;
}

/** Reads and reviews the whole text before anything is written. */
async function check(ctx: RulesContext, { text, reason }: ImportKnowledge): Promise<Checked | ImportRefused> {
  if (text.length > MAX_TEXT) {
    const message = `The text has ${text.length} characters; ${MAX_TEXT} are allowed: import it in parts.`;
    return refusedAt(1, 'TOO_LARGE', message);
  }
  const read = readKnowledge(text);
  if ('fault' in read) return refusedAt(read.line, 'UNREADABLE', read.fault);
  const oneTooMany = read.ruleSets[MAX_RULE_SETS];
  if (oneTooMany !== undefined) {
    return refusedAt(oneTooMany.line, 'TOO_LARGE', `At most ${MAX_RULE_SETS} sets of rules are imported at once.`);
  }
  const factTooMany = read.facts[MAX_FACTS_PER_TEXT];
  if (factTooMany !== undefined) {
    return refusedAt(factTooMany.line, 'TOO_LARGE', `At most ${MAX_FACTS_PER_TEXT} facts are imported at once.`);
  }
  const facts = checkFacts(ctx, read, ctx.clock(), reason);
  if ('code' in facts) return facts;
  const stored = (await loadImage(ctx)).facts;
  const rules = checkRules(read, new Set([...stored, ...facts].map(({ predicate }) => predicate)));
  return 'code' in rules ? rules : { rules, facts };
}

/** All or nothing: facts are asserted unless they hold already, rules become drafts, which are published like any other. */
export async function importKnowledge(
  ctx: RulesContext,
  input: ImportKnowledge,
): Promise<KnowledgeImported | ImportRefused> {
  checkReason(input.reason);
  const checked = await check(ctx, input);
  if ('code' in checked) return checked;
  const { organizationId } = ctx.viewer;
  const { idempotencyKey: key, text, reason } = input;
  const hash = hashOf(text);
  return ctx.db.write({ ...ctx.viewer, requestId: ctx.requestId }, (unit) =>
    unit.once({ operation: 'importKnowledge', key, request: { hash, reason } }, async () => {
      const now = ctx.clock();
      await lockKnowledge(unit.tx, organizationId);
      const held = await findFactsFrom(unit.tx, organizationId, now);
      const kept = new Set(reconcile(checked.facts, held));
      const added = checked.facts.filter((fact) => kept.has(fact));
      await checkRoom(ctx, unit.tx, added.length, now);
      await createFacts(unit.tx, organizationId, added);
      const saved = [];
      for (const rules of checked.rules) saved.push(await saveDraft(ctx, unit.tx, rules));
      const drafts = saved.map(({ version }) => version);
      const created = saved.filter(({ isNew }) => isNew).map(({ version }) => version);
      const imported = { hash, facts: added.length, drafts: created };
      if (added.length + created.length > 0) {
        await unit.announce([...created.map(ruleSaved), knowledgeImported(organizationId, imported, reason)]);
      }
      return { drafts, added: added.length, held: checked.facts.length - added.length };
    }),
  );
}
