import { expect, test } from 'vitest';
import { mergeInto, objectsAt, placesAt } from './data.ts';

test('what several fetches bring of one object becomes one object', () => {
  const target = { a: { x: 1 }, list: [{ id: 1 }, null, { id: 3 }], kept: { y: 2 } };
  mergeInto(target, { a: { z: 3 }, list: [{ name: 'one' }, null, { name: 'three' }], kept: null });
  expect(target).toEqual({
    a: { x: 1, z: 3 },
    list: [{ id: 1, name: 'one' }, null, { id: 3, name: 'three' }],
    kept: { y: 2 },
  });
});

test('a key __proto__ from a subgraph changes no prototype', () => {
  const target: Record<string, unknown> = {};
  mergeInto(target, JSON.parse('{"__proto__": {"polluted": true}, "a": 1}'));
  expect(target).toEqual({ a: 1 });
  expect('polluted' in target).toBe(false);
});

test('objects at a path are found through nested lists, each once, nulls left out', () => {
  const shared = { id: 's' };
  const root = { rows: [[{ cell: shared }, null], [], [{ cell: shared }, { cell: null }]] };
  expect(objectsAt([root], ['rows', '@', '@', 'cell'])).toEqual([shared]);
  expect(placesAt(root, ['rows', '@', '@', 'cell']).map(({ path }) => path)).toEqual([
    ['rows', 0, 0, 'cell'],
    ['rows', 2, 0, 'cell'],
  ]);
});
