import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from './budget.ts';
import { RuleFault } from './faults.ts';
import { readTerm } from './parser.ts';
import { proofText } from './proof.ts';
import { askText, knowledgeOf, valuesOf } from './testing.ts';
import { whyNot } from './why-not.ts';

function holds(goal: string, source = ''): boolean {
  return askText(knowledgeOf(source), goal).answers.length > 0;
}

function faultOf(goal: string, source = ''): string {
  try {
    holds(goal, source);
  } catch (error) {
    if (error instanceof RuleFault) return error.message;
    throw error;
  }
  throw new Error(`${goal} raised no error`);
}

describe('quantities compare within one unit', () => {
  test.each([
    ["quantity(5,'mg/L') < quantity(6,'mg/L')", true],
    ["quantity(5,'mg/L') > quantity(6,'mg/L')", false],
    ["quantity(5,'mg/L') =:= quantity(5.0,'mg/l')", true],
    ["quantity(5,'mg/L') =:= quantity(5,'ug/mL')", true],
    ["quantity(2*3,'mg/L') >= quantity(6,'mg/L')", true],
    ["quantity(7,'our own unit') > quantity(6,'our own unit')", true],
    ["quantity(7,'') > quantity(6,'')", true],
    ['quantity(7,"[pH]") > quantity(6,\'[pH]\')', true],
    ["G = (quantity(5,'mg/L') < quantity(6,'mg/L')), call(G)", true],
    ["X = quantity(5,'mg/L'), X < quantity(6,'mg/L')", true],
  ])('%s: %s', (goal, expected) => {
    expect(holds(goal)).toBe(expected);
  });
});

describe('and never silently across units', () => {
  const source =
    "limit(pb, quantity(15,'ug/L')).\nresult(a1, quantity(0.02,'mg/L')).\nover(A) :- result(A, Q), limit(pb, L), Q > L.\nfine(A) :- result(A, _), \\+ over(A).\n";
  test.each([
    'over(a1)',
    'fine(a1)',
    "quantity(0.02,'mg/L') =:= quantity(20,'ug/L')",
    "quantity(2,'mmol/L') < quantity(3,'meq/L')",
    "quantity(2,'Gy') =:= quantity(2,'Sv')",
    "quantity(1,'mg/L') =\\= quantity(1,'Cel')",
  ])('%s', (goal) => {
    expect(faultOf(goal, source)).toMatch(
      /have different units and do not compare: convert one of them first \(in_unit\/3\)/,
    );
  });
  test.each([
    ["quantity(5,'mg/L') > 3", "quantity(5,'mg/L') has a unit and 3 has none"],
    ["3 < quantity(5,'mg/L')", "quantity(5,'mg/L') has a unit and 3 has none"],
    ["quantity(5,'mg/L') > X", 'a variable that has no value yet'],
    ["quantity(5,U) > quantity(5,'mg/L')", 'a variable where its unit should be'],
    [
      "X is quantity(5,'mg/L') * 2",
      'Take the number out of it in the unit that is meant: in_unit(Q, Unit, quantity(V, _))',
    ],
    ["aggregate_all(sum(Q), member(Q, [quantity(5,'mg/L')]), S)", 'Take the number out of it'],
  ])('%s', (goal, message) => {
    expect(faultOf(goal)).toContain(message);
  });

  test('rules may catch it: the error term names both units', () => {
    expect(valuesOf('', "catch(quantity(1,'mg/L') < quantity(1,'ug/L'), error(E, _), X = E)")).toEqual([
      "type_error(same_unit,'mg/L'-'ug/L')",
    ]);
  });
});

describe('in_unit/3 is the way from one unit to another', () => {
  test.each([
    ["in_unit(quantity(5,'mg/L'), 'ug/L', X)", "quantity(5000,'ug/L')"],
    ["in_unit(quantity(5,'ug/L'), 'mg/L', X)", "quantity(0.005,'mg/L')"],
    ["in_unit(quantity(0.0029,'mg/L'), 'ug/L', X)", "quantity(2.9,'ug/L')"],
    ["in_unit(quantity(37,'Cel'), '[degF]', X)", "quantity(98.6,'[degF]')"],
    ["in_unit(quantity(25.0,'Cel'), 'K', X)", "quantity(298.15,'K')"],
    ["in_unit(quantity(1500,'uS/cm'), 'mS/cm', X)", "quantity(1.5,'mS/cm')"],
    ["in_unit(quantity(7,'[CFU]/mL'), '[CFU]/(100.mL)', X)", "quantity(700,'[CFU]/(100.mL)')"],
    ["in_unit(quantity(3,'our own unit'), 'our own unit', X)", "quantity(3,'our own unit')"],
    ["in_unit(quantity(3,'mg/L'), 'ug/L', quantity(X, _))", '3000'],
  ])('%s', (goal, expected) => {
    expect(valuesOf('', goal)).toEqual([expected]);
  });

  test.each([
    ["in_unit(quantity(5,'mg/L'), 'Cel', X)", 'mg/L cannot be converted into Cel: they measure different things'],
    ["in_unit(quantity(5,'[ppm]'), 'mg/L', X)", 'a density'],
    ["in_unit(quantity(5,'mg{N}/L'), 'mg{NO3}/L', X)", 'annotated differently'],
    ["in_unit(quantity(5,ppm), 'mg/L', X)", "Expected a unit of UCUM, such as 'mg/L', but found ppm"],
    ["in_unit(quantity(5,''), 'mg/L', X)", "but found ''"],
    ["in_unit(5, 'mg/L', X)", 'Expected quantity(Value, Unit), but found 5'],
    ["in_unit(Q, 'mg/L', X)", 'met a variable'],
    ["in_unit(quantity(V,'mg/L'), 'ug/L', X)", 'met a variable where its value should be'],
    ["in_unit(quantity(high,'mg/L'), 'ug/L', X)", 'Expected a number, but found high'],
    ["in_unit(quantity(5,'mg/L'), U, X)", 'met a variable where its unit should be'],
    ["V is 10**400, in_unit(quantity(V,'mg/L'), 'ug/L', X)", 'too large to be converted'],
    ["in_unit(quantity(1.0e305,'kg'), 'ug', X)", 'too large to be converted'],
  ])('%s is refused', (goal, message) => {
    expect(faultOf(goal)).toContain(message);
  });
});

test('a conversion is a step of its own in a proof, with its factor', () => {
  const source =
    "result(a1, quantity(98.6,'[degF]')).\nwarm(A) :- result(A, Q), in_unit(Q, 'Cel', C), C > quantity(30, 'Cel').\n";
  const [answer] = askText(knowledgeOf(source), 'warm(a1)', {}, undefined, 0).answers;
  const text = proofText(answer?.proof ?? []);
  expect(text).toContain('converted: 98.6 [degF] × 5/9 - 160/9 = 37.0 Cel');
  expect(text).toContain("quantity(37.0,'Cel')>quantity(30,'Cel'), by calculation");
});

test('a comparison of quantities that does not hold is told with both', () => {
  const { term } = readTerm("quantity(5,'mg/L') > quantity(6,'mg/L')");
  const { attempts } = whyNot(knowledgeOf(''), term, { limits: DEFAULT_LIMITS, clock: () => 0, remedy: () => null });
  expect(attempts).toMatchObject([
    { kind: 'COMPARISON', reason: "quantity(5,'mg/L')>quantity(6,'mg/L') is not true." },
  ]);
});
