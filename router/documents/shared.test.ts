import { expect, test } from 'vitest';
import { createLogger } from '#platform/logging/index.ts';
import { createSharedDocuments } from './shared.ts';

const logger = createLogger({ level: 'silent', name: 'documents-test' });

function fake() {
  const kept = new Map<string, string>();
  return {
    kept,
    commands: {
      get: async (key: string) => kept.get(key) ?? null,
      set: async (key: string, value: string, _unit: 'EX', seconds: number) => {
        expect(seconds).toBe(86_400);
        kept.set(key, value);
      },
    },
  };
}

test('what this router adds within a day is bounded, whoever makes it add; the next day it may add again', async () => {
  const { kept, commands } = fake();
  let now = 0;
  const shared = createSharedDocuments({ commands, prefix: 'lab', logger, maxBytes: 1_000, now: () => now });
  for (let index = 0; index < 100; index++) shared.set(`h${index}`, 'x'.repeat(100));
  expect(kept.size).toBe(10);
  expect(await shared.get('h3')).toBe('x'.repeat(100));
  expect([...kept.keys()][0]).toBe('lab:document:h0');
  now = 86_400_000;
  shared.set('later', 'y');
  expect(await shared.get('later')).toBe('y');
});

test('while Redis is away every document is as good as unknown, and registering one goes on', async () => {
  const away = () => Promise.reject(new Error('away'));
  const shared = createSharedDocuments({ commands: { get: away, set: away }, prefix: 'lab', logger });
  shared.set('h', '{ a }');
  expect(await shared.get('h')).toBeNull();
});
