import { isId, ROLES, type Viewer } from '#platform/identity/index.ts';
import type { File } from './file.ts';

export type GrantLevel = 'READ' | 'WRITE';
export type AccessLevel = 'NONE' | GrantLevel | 'MANAGE';

export interface Grant {
  /** `role:<role>` or `user:<id>`. */
  readonly subject: string;
  readonly level: GrantLevel;
}

const RANK: Readonly<Record<AccessLevel, number>> = { NONE: 0, READ: 1, WRITE: 2, MANAGE: 3 };

export function atLeast(level: AccessLevel, wanted: AccessLevel): boolean {
  return RANK[level] >= RANK[wanted];
}

/** Everybody whose own organization's rows include the file is asked about here; other organizations never get this far. */
export type Reach =
  /** Every file of the organization. */
  | { readonly kind: 'all'; readonly level: 'READ' | 'MANAGE' }
  | {
      readonly kind: 'some';
      readonly userId: string;
      /** Grants to these subjects count. */
      readonly subjects: readonly string[];
      /** Grants to these count for files of samples that the person sees, and for files of no sample. */
      readonly subjectsWithinSamples: readonly string[];
      /** Files of samples that the person sees need no grant. */
      readonly readsSamplesFiles: boolean;
    };

/** How far a person's reach goes, before any one file is looked at. */
export function reachOf(viewer: Viewer): Reach {
  if (viewer.permissions.has('files:manage')) return { kind: 'all', level: 'MANAGE' };
  if (viewer.roles.includes('auditor')) return { kind: 'all', level: 'READ' };
  const client = viewer.clientId !== null || viewer.roles.includes('client');
  const own = `user:${viewer.userId}`;
  const roles = viewer.roles.map((role) => `role:${role}`);
  return {
    kind: 'some',
    userId: viewer.userId,
    subjects: client ? [own] : [own, ...roles],
    subjectsWithinSamples: client ? roles : [],
    readsSamplesFiles: !client,
  };
}

/** What a person may do with a file. `seesSample` is whether samples shows the person the file's sample; false without one. */
export function accessTo(
  file: Pick<File, 'ownerId' | 'sampleId'>,
  grants: readonly Grant[],
  reach: Reach,
  seesSample: boolean,
): AccessLevel {
  if (reach.kind === 'all') return reach.level;
  if (file.ownerId === reach.userId) return 'MANAGE';
  const within = file.sampleId === null || seesSample ? reach.subjectsWithinSamples : [];
  const subjects = new Set([...reach.subjects, ...within]);
  const levels: AccessLevel[] = grants.filter(({ subject }) => subjects.has(subject)).map(({ level }) => level);
  if (reach.readsSamplesFiles && seesSample) levels.push('READ');
  return levels.reduce<AccessLevel>((best, level) => (atLeast(level, best) ? level : best), 'NONE');
}

/** The subject in its canonical form, or null when it names nobody who could exist. */
export function parseSubject(given: string): string | null {
  const subject = given.trim().toLowerCase();
  const [kind, name = ''] = subject.split(':');
  if (kind === 'role') return ROLES.some((role) => role === name) ? `role:${name}` : null;
  return kind === 'user' && isId(name) ? `user:${name}` : null;
}
