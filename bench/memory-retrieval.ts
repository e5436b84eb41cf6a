/*
 * How well memory finds the turn that answers a question, without any model: LoCoMo's questions name their evidence
 * turns. One LoCoMo sample is one person here, one of its sessions one conversation.
 *
 *   node bench/memory-retrieval.ts [path of a LoCoMo file]
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { IndexEntry, MemoryIndex } from '#subgraphs/memory/data/memory-index.ts';
import { createSqliteIndex } from '#subgraphs/memory/data/sqlite-index.ts';
import { rank } from '#subgraphs/memory/domain/ranking.ts';
import { dayInWords, queryWords } from '#subgraphs/memory/domain/text.ts';

const DATA = process.argv[2] ?? new URL('../../shared/data/retrieval/locomo-first-3.json', import.meta.url);
const RESULTS = new URL('results/memory-retrieval.json', import.meta.url);
const CANDIDATES = 200;
const CATEGORIES = ['', 'multi-hop', 'temporal', 'open-domain', 'single-hop', 'adversarial'];

interface Turn {
  readonly speaker: string;
  readonly dia_id: string;
  readonly text: string;
  readonly blip_caption?: string;
}
interface Question {
  readonly question: string;
  readonly evidence: readonly string[];
  readonly category: number;
}
interface Sample {
  readonly sample_id: string;
  readonly qa: readonly Question[];
  readonly conversation: Readonly<Record<string, string | readonly Turn[]>>;
}
interface Outcome {
  readonly category: string;
  readonly recall: Record<5 | 10 | 20, number>;
  readonly reciprocal: number;
  readonly sessionHit: boolean;
  readonly millis: number;
}

/** "1:56 pm on 8 May, 2023" as UTC. */
function momentOf(text: string): Date {
  const parts = /(\d+):(\d+) (am|pm) on (\d+) (\w+), (\d+)/.exec(text);
  if (!parts) throw new Error(`Expected a LoCoMo date such as "1:56 pm on 8 May, 2023", got ${JSON.stringify(text)}`);
  const [, hour, minute, half, day, month, year] = parts;
  const hours = (Number(hour) % 12) + (half === 'pm' ? 12 : 0);
  return new Date(Date.parse(`${day} ${month} ${year} UTC`) + (hours * 60 + Number(minute)) * 60_000);
}

function textOf({ speaker, text, blip_caption }: Turn): string {
  return `${speaker}: ${text}${blip_caption ? ` [shares ${blip_caption}]` : ''}`;
}

function entriesOf(sample: Sample): IndexEntry[] {
  const sessions = Object.keys(sample.conversation).filter((key) => /^session_\d+$/.test(key));
  return sessions.flatMap((session) => {
    const start = momentOf(String(sample.conversation[`${session}_date_time`]));
    // LoCoMo's own layout: what is not a name or a date is a list of turns.
    const turns = sample.conversation[session] as readonly Turn[];
    return turns.map((turn, position) => {
      const at = new Date(start.getTime() + position * 1000);
      const before = turns[position - 1];
      const text = { content: textOf(turn), before: before ? textOf(before) : '', date: dayInWords(at) };
      const shelf = { organizationId: 'bench', owner: sample.sample_id };
      return { id: turn.dia_id, shelf, group: session, at, text, vector: null, payload: {} };
    });
  });
}

const sessionOf = (turnId: string) => turnId.split(':')[0];

async function ask(index: MemoryIndex, owner: string, question: Question, evidence: ReadonlySet<string>, now: Date) {
  const started = performance.now();
  const shelf = { organizationId: 'bench', owner };
  const words = queryWords(question.question);
  const found = await index.search('conversation_context', { shelf, words, vector: null, limit: CANDIDATES });
  const ids = rank(found, now).map(({ id }) => id);
  const millis = performance.now() - started;
  const recallAt = (k: number) => ids.slice(0, k).filter((id) => evidence.has(id)).length / evidence.size;
  const first = ids.findIndex((id) => evidence.has(id));
  const sessions = new Set([...evidence].map(sessionOf));
  return {
    category: CATEGORIES[question.category] ?? 'other',
    recall: { 5: recallAt(5), 10: recallAt(10), 20: recallAt(20) },
    reciprocal: first < 0 ? 0 : 1 / (first + 1),
    sessionHit: ids.slice(0, 5).some((id) => sessions.has(sessionOf(id))),
    millis,
  } satisfies Outcome;
}

async function measure(sample: Sample): Promise<{ outcomes: Outcome[]; turns: number; writeMillis: number }> {
  await using index = createSqliteIndex(':memory:');
  const entries = entriesOf(sample);
  const started = performance.now();
  await index.upsert('conversation_context', entries);
  const writeMillis = performance.now() - started;
  const turnIds = new Set(entries.map(({ id }) => id));
  const now = new Date(Math.max(...entries.map(({ at }) => at.getTime())));
  const outcomes: Outcome[] = [];
  for (const question of sample.qa) {
    const evidence = new Set(question.evidence.flatMap((id) => id.split(/[;\s]+/)).filter((id) => turnIds.has(id)));
    if (evidence.size > 0) outcomes.push(await ask(index, sample.sample_id, question, evidence, now));
  }
  return { outcomes, turns: entries.length, writeMillis };
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
const percent = (share: number) => Math.round(share * 1000) / 10;
const rounded = (millis: number) => Math.round(millis * 100) / 100;

function summary(outcomes: readonly Outcome[]) {
  const times = outcomes.map(({ millis }) => millis).sort((a, b) => a - b);
  const at = (share: number) => rounded(times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0);
  return {
    questions: outcomes.length,
    'R@5': percent(mean(outcomes.map(({ recall }) => recall[5]))),
    'R@10': percent(mean(outcomes.map(({ recall }) => recall[10]))),
    'R@20': percent(mean(outcomes.map(({ recall }) => recall[20]))),
    MRR: percent(mean(outcomes.map(({ reciprocal }) => reciprocal))),
    'session hit@5': percent(mean(outcomes.map(({ sessionHit }) => Number(sessionHit)))),
    'p50 ms': at(0.5),
    'p95 ms': at(0.95),
  };
}

async function main(): Promise<void> {
  const samples: readonly Sample[] = JSON.parse(await readFile(DATA, 'utf8'));
  const measured = [];
  for (const sample of samples) measured.push(await measure(sample));
  const all = measured.flatMap(({ outcomes }) => outcomes);
  const categories = [...new Set(all.map(({ category }) => category))].sort();
  const rows = {
    all: summary(all),
    ...Object.fromEntries(categories.map((name) => [name, summary(all.filter(({ category }) => category === name))])),
  };
  console.table(rows);
  const turns = measured.reduce((sum, each) => sum + each.turns, 0);
  const perTurn = rounded(measured.reduce((sum, each) => sum + each.writeMillis, 0) / turns);
  console.log(`${turns} turns indexed at ${perTurn} ms each; no model, no network.`);
  await mkdir(new URL('.', RESULTS), { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify({ turns, indexMillisPerTurn: perTurn, rows }, null, 2)}\n`);
}

await main();
