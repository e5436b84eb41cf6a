import { buildSchema, getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import type { PreparedOperation } from '../operation/operation.ts';
import { createUsageRecorder } from './recorder.ts';

const schema = buildSchema('type Query { a: Int b: Int @deprecated }');

function prepared(query: string): PreparedOperation {
  const document = parse(query);
  return { document, definition: getOperationAST(document) } as unknown as PreparedOperation;
}

test('counters beyond the bound are added up, and go on counting when their operation is used again', () => {
  const recorder = createUsageRecorder(2);
  const operations = ['{ a }', '{ b }', '{ a b }', '{ x: a }'].map(prepared);
  const use = (operation: PreparedOperation | undefined) => {
    if (operation) recorder.count({ schema, prepared: operation, client: null, variables: {} });
  };
  for (let round = 0; round < 3; round++) for (const operation of operations) use(operation);
  use(operations[0]);
  expect(recorder.read()).toEqual(
    new Map([
      ['Query.a', new Map([['unnamed', 10]])],
      ['Query.b', new Map([['unnamed', 6]])],
    ]),
  );
  expect(recorder.readDeprecated()).toEqual(new Map([['Query.b', new Map([['unnamed', 6]])]]));
});
