import type { Workflow } from './workflow.ts';

const MS_PER_HOUR = 3_600_000;
const HOUR_DIGITS = 4;

/** Who asks for the change. */
export interface FactActor {
  readonly userId: string;
  readonly roles: readonly string[];
}

/** Text as a quoted Prolog atom; control characters become octal escapes, which every reader understands. */
export function atom(text: string): string {
  const escaped = text
    .replace(/[\\']/g, (character) => `\\${character}`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be escaped
    .replace(/[\u0000-\u001f\u007f]/g, (character) => `\\${character.charCodeAt(0).toString(8)}\\`);
  return `'${escaped}'`;
}

/** An instant as hours since 1970, the rules' unit of time. */
export function hours(at: Date): string {
  return String(Number((at.getTime() / MS_PER_HOUR).toFixed(HOUR_DIGITS)));
}

/** What workflows itself knows about one workflow; `sampleFacts` decide who says when the sample came. */
export function workflowFacts(workflow: Workflow, sampleFacts: readonly string[]): readonly string[] {
  const sample = atom(workflow.sampleId);
  const received = sampleFacts.some((fact) => fact.startsWith('received_at('));
  return [
    `stage(${sample},${workflow.stage.toLowerCase()})`,
    ...(workflow.status === 'ON_HOLD' ? [`hold(${sample},${atom(workflow.statusReason ?? '')})`] : []),
    ...(workflow.status === 'CANCELLED' ? [`cancelled(${sample})`] : []),
    ...(workflow.receivedAt && !received ? [`received_at(${sample},${hours(workflow.receivedAt)})`] : []),
  ];
}

/** The person who asks, and the time: the same for every question of a batch. */
export function requestFacts(actor: FactActor, now: Date): readonly string[] {
  const user = atom(actor.userId);
  return [`user_active(${user})`, ...actor.roles.map((role) => `role(${user},${role})`), `now(${hours(now)})`];
}
