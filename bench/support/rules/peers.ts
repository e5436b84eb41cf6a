import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measured, Measurement } from './measurement.ts';

/** Engines of npm that are measured beside ours, where bench/peers is installed. */

const PEER = fileURLToPath(new URL('peer.ts', import.meta.url));
export const PEERS = ['swipl-wasm', 'tau-prolog', 'json-rules-engine'] as const;
export type Peer = (typeof PEERS)[number];

export function hasPeer(peer: Peer): boolean {
  return existsSync(new URL(`../../peers/node_modules/${peer}/package.json`, import.meta.url));
}

/** The question as an engine can be asked it; null where it cannot. */
function askable(peer: Peer, measurement: Measurement): { measurement: Measurement; share: number } | null {
  if (measurement.proofs) return null;
  if (peer === 'swipl-wasm') return { measurement, share: 1 };
  if (peer === 'json-rules-engine') return measurement.joined === undefined ? null : { measurement, share: 1 };
  if (measurement.small === null) return null;
  const { goal, share } = measurement.small ?? { goal: measurement.goal, share: 1 };
  return { measurement: { ...measurement, goal }, share };
}

/**
 * Milliseconds per question in a process of its own; null where the engine cannot be asked, fails, or takes longer than
 * `limit` milliseconds with loading. Of a smaller question the time is multiplied.
 */
export function measurePeer(peer: Peer, measurement: Measurement, rounds: number, limit: number): Measured | null {
  const asked = askable(peer, measurement);
  if (asked === null || !hasPeer(peer)) return null;
  const folder = mkdtempSync(join(tmpdir(), 'alims-bench-peer-'));
  try {
    const file = join(folder, 'order.json');
    writeFileSync(file, JSON.stringify({ measurement: asked.measurement, rounds }));
    const output = execFileSync(process.execPath, [PEER, peer, file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: limit,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 26,
    });
    const measured = JSON.parse(output) as Measured | null;
    return measured && { ...measured, millis: measured.millis / asked.share };
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
