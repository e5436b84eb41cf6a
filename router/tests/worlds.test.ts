import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../operation/limits.ts';
import { createPipeline } from '../pipeline.ts';
import { createUpstreams } from '../upstream/subgraph-clients.ts';
import { ask } from './fixture/ask.ts';
import { silentLogger } from './fixture/logger.ts';
import { describeOperation, generateOperations, plainValues } from './fixture/operations.ts';
import { createWorld, WORLD_IDS } from './fixture/world.ts';
import { WORLDS } from './fixture/worlds.ts';

const OPERATIONS = 60;

test.each(Object.entries(WORLDS))(
  'many subgraphs together give what one server would: %s',
  { timeout: 120_000 },
  async (_, sdl) => {
    const world = createWorld(sdl);
    const { state } = world;
    const clients = createUpstreams({ subgraphs: world.subgraphs }).open(state.urls);
    const pipeline = createPipeline({
      state,
      subgraph: clients.get,
      // What a random operation may cost is not the point here.
      limits: { ...DEFAULT_LIMITS, maxCost: Number.MAX_SAFE_INTEGER },
      maxOperations: 10,
      logger: silentLogger,
      metrics: undefined,
    });
    let failed = 0;
    const corpus = { count: OPERATIONS, seed: 20_261_126, values: plainValues(WORLD_IDS), misnamed: 0.3 };
    for (const operation of generateOperations(state.schema, corpus)) {
      const { query, variables } = operation;
      const whole = await world.askWhole(query, variables);
      const ours = await ask(pipeline, { query, variables, operationName: null });
      const about = describeOperation(operation);
      expect(ours.data, `${about}\n${ours.errors?.map(({ message }) => message).join('\n')}`).toEqual(whole.data);
      expect(unexplained(whole, ours.errors ?? []), about).toEqual([]);
      expect(unexplained(whole, whole.errors), about).toEqual([]);
      if (whole.errors.length > 0) failed += 1;
      else expect(ours.errors, about).toBeUndefined();
    }
    // The corpus is worth nothing when nothing in it fails.
    expect(failed).toBeGreaterThan(OPERATIONS / 20);
  },
);

interface Told {
  readonly path?: readonly (string | number)[] | undefined;
}

/** The nulls to which errors of the whole lead, and of which none of these errors tells. */
function unexplained({ data, errors }: { data: unknown; errors: readonly Told[] }, told: readonly Told[]): string[] {
  return errors
    .map(({ path = [] }) => nullAt(data, path))
    .filter((place) => !told.some(({ path = [] }) => startsWith(path, place) || startsWith(place, path)))
    .map((place) => place.join('.'));
}

function nullAt(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let value = data;
  for (const [index, key] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, index);
    value = (value as Record<string | number, unknown>)[key];
  }
  return path;
}

function startsWith(path: readonly unknown[], start: readonly unknown[]): boolean {
  return start.every((key, index) => key === path[index]);
}
