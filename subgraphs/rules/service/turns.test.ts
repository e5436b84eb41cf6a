import { describe, expect, test } from 'vitest';
import type { Slices } from '../domain/slices.ts';
import { Turns } from './turns.ts';

/** Time goes on by a millisecond whenever it is looked at: each turn is one slice. */
function turnsOfTest() {
  let now = 0;
  const time = { pass: (millis: number) => (now += millis) };
  return { turns: new Turns(() => ++now), time };
}

const STAYS = new AbortController().signal;

/** Work of so many slices, each noted by its name. */
function* working(name: string, slices: number, noted: string[]): Slices<string> {
  for (let i = 1; i < slices; i++) {
    noted.push(name);
    yield;
  }
  noted.push(name);
  return name;
}

function* endless(): Slices<never> {
  for (;;) yield;
}

describe('goals of people', () => {
  test('organizations take turns, slice by slice, each with one goal at a time', async () => {
    const { turns } = turnsOfTest();
    const noted: string[] = [];
    const answers = await Promise.all([
      turns.wait('a', working('a1', 3, noted), STAYS),
      turns.wait('a', working('a2', 2, noted), STAYS),
      turns.wait('b', working('b1', 2, noted), STAYS),
    ]);
    expect(answers).toEqual(['a1', 'a2', 'b1']);
    expect(noted).toEqual(['a1', 'b1', 'a1', 'b1', 'a1', 'a2', 'a2']);
  });

  test('the first goal of an organization has its first slice at once, whoever else is at work', async () => {
    const { turns } = turnsOfTest();
    const leave = new AbortController();
    const runaways = ['a', 'b', 'c'].map((name) => turns.wait(name, endless(), leave.signal));
    const noted: string[] = [];
    const answer = turns.wait('d', working('d1', 1, noted), STAYS);
    expect(noted).toEqual(['d1']);
    const second = turns.wait('a', working('a2', 1, noted), leave.signal);
    expect(noted).toEqual(['d1']);
    expect(await answer).toBe('d1');
    leave.abort();
    await Promise.allSettled([...runaways, second]);
  });

  test('everything else has its turn between two slices, and does not put them off for ever', async () => {
    const { turns } = turnsOfTest();
    const noted: string[] = [];
    let answered = false;
    const other = () => {
      noted.push('other');
      if (!answered) setImmediate(other);
    };
    setImmediate(other);
    await turns.wait('a', working('a', 20, noted), STAYS);
    answered = true;
    const goals = noted.flatMap((name, at) => (name === 'a' ? [at] : []));
    expect(goals).toHaveLength(20);
    expect(goals.slice(1).every((at, i) => at - goals[i]! > 1)).toBe(true);
  });

  test('who works for others step by step, with short waits in between, does not meet a slice at each step', async () => {
    let now = 0;
    const noted: string[] = [];
    const turns = new Turns(() => {
      now += 0.01;
      return now;
    });
    function* slices(count: number): Slices<null> {
      for (let i = 0; i < count; i++) {
        noted.push('goal');
        now += 1;
        yield;
      }
      return null;
    }
    const others = async () => {
      for (let step = 0; step < 4; step++) {
        noted.push('other');
        now += 0.2;
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all([turns.wait('a', slices(3), STAYS), others()]);
    expect(noted).toEqual(['goal', 'other', 'other', 'other', 'other', 'goal', 'goal']);
  });

  test('an organization that has had its goal goes behind those that wait', async () => {
    const { turns } = turnsOfTest();
    const done: string[] = [];
    const ask = (organization: string, name: string) =>
      turns.wait(organization, working(name, 2, []), STAYS).then((answer) => done.push(answer));
    const crowd = Array.from({ length: 8 }, (_, i) => ask(`o${i}`, `o${i}.1`));
    await Promise.all([...crowd, ask('o0', 'o0.2'), ask('o0', 'o0.3'), ask('late', 'late')]);
    expect(done.indexOf('late')).toBeLessThan(done.indexOf('o0.3'));
  });

  test('too many of one organization are refused, those of others are not', async () => {
    const { turns } = turnsOfTest();
    const leave = new AbortController();
    const asked = Array.from({ length: 21 }, () => turns.wait('a', endless(), leave.signal));
    await expect(turns.wait('a', endless(), leave.signal)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: '20 questions of your organization wait already: ask again later, or for less at a time.',
    });
    expect(await turns.wait('b', working('b', 3, []), STAYS)).toBe('b');
    leave.abort();
    const ends = await Promise.allSettled(asked);
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
  });

  test('too many of all are refused', async () => {
    const { turns } = turnsOfTest();
    const leave = new AbortController();
    const asked = Array.from({ length: 208 }, (_, i) => turns.wait(`o${i}`, endless(), leave.signal));
    await expect(turns.wait('one more', endless(), leave.signal)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    leave.abort();
    await Promise.allSettled(asked);
  });

  test('whoever has gone waits no longer, and makes room at once', async () => {
    const { turns } = turnsOfTest();
    const stays = new AbortController();
    const runaway = turns.wait('a', endless(), stays.signal);
    const leaves = new AbortController();
    const gone = Array.from({ length: 20 }, () => turns.wait('a', endless(), leaves.signal));
    leaves.abort(new Error('Gone.'));
    await Promise.all(gone.map((one) => expect(one).rejects.toThrow('Gone.')));
    const noted: string[] = [];
    const next = turns.wait('a', working('next', 1, noted), STAYS);
    expect(noted).toEqual([]);
    stays.abort();
    await expect(runaway).rejects.toThrow();
    expect(await next).toBe('next');
  });

  test('work that ends before its end gives back what it holds', async () => {
    const { turns } = turnsOfTest();
    const leaves = new AbortController();
    let given = false;
    const holding = (function* (): Slices<never> {
      try {
        for (;;) yield;
      } finally {
        given = true;
      }
    })();
    const asked = turns.wait('a', holding, leaves.signal);
    leaves.abort();
    await expect(asked).rejects.toThrow();
    expect(given).toBe(true);
  });

  test('who waits longer than ten seconds is told so', async () => {
    const { turns, time } = turnsOfTest();
    const asked = turns.wait('a', endless(), STAYS);
    time.pass(10_000);
    await expect(asked).rejects.toMatchObject({ code: 'RATE_LIMITED', message: expect.stringContaining('10 seconds') });
  });

  test('what goes wrong is told to whoever asked, and the next has its turn', async () => {
    const { turns } = turnsOfTest();
    // biome-ignore lint/correctness/useYield: it fails before
    const failing = (function* (): Slices<never> {
      throw new Error('No such thing.');
    })();
    const failed = turns.wait('a', failing, STAYS);
    const next = turns.wait('a', working('next', 2, []), STAYS);
    await expect(failed).rejects.toThrow('No such thing.');
    expect(await next).toBe('next');
  });
});

describe('what is short unless something is wrong', () => {
  test('is done at once when a slice is enough, whoever else is at work', async () => {
    const { turns } = turnsOfTest();
    const leave = new AbortController();
    const runaway = turns.wait('a', endless(), leave.signal);
    const noted: string[] = [];
    const answer = turns.begin('b', working('short', 1, noted));
    expect(noted).toEqual(['short']);
    expect(await answer).toBe('short');
    leave.abort();
    await expect(runaway).rejects.toThrow();
  });

  test('takes turns with the others when it is not', async () => {
    const { turns } = turnsOfTest();
    const noted: string[] = [];
    await Promise.all([turns.begin('b', working('long', 4, noted)), turns.wait('a', working('a', 3, noted), STAYS)]);
    expect(noted).toEqual(['long', 'a', 'long', 'a', 'long', 'a', 'long']);
  });

  test('goals of one organization, however many, take one turn of a round and no place of those that asked', async () => {
    const { turns } = turnsOfTest();
    const noted: string[] = [];
    const many = Array.from({ length: 20 }, () => turns.begin('a', working('a', 5, noted)));
    const asked = turns.wait('b', working('b', 5, noted), STAYS);
    const crowd = Array.from({ length: 7 }, (_, i) => turns.wait(`c${i}`, working(`c${i}`, 2, []), STAYS));
    noted.length = 0;
    await asked;
    expect(noted.filter((name) => name === 'a').length).toBeLessThanOrEqual(5);
    await Promise.all([...many, ...crowd]);
  });
});
