import {
  type ArgumentNode,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  valueFromAST,
} from 'graphql';
import type { CostModel } from './cost-model.ts';
import { hasVariable } from './selections.ts';

type Variables = Readonly<Record<string, unknown>>;

export interface GivenArguments {
  readonly parent: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly given: readonly ArgumentNode[];
}

/** What a field is charged for its arguments: a number where the variables change nothing. */
export function compileArgumentCost(
  costs: CostModel,
  { parent, field, given }: GivenArguments,
): number | ((variables: Variables) => number) {
  let fixed = 0;
  const varying: ((variables: Variables) => number)[] = [];
  for (const { name, value } of given) {
    const argument = field.args.find((each) => each.name === name.value);
    const weight = costs.weightOfArgument(parent, field.name, name.value);
    if (!argument || !mayCost(costs, argument.type, weight)) continue;
    const read = (variables: Variables) =>
      weigh(costs, valueFromAST(value, argument.type, variables), argument.type, weight);
    if (hasVariable(value)) varying.push(read);
    else fixed += read({});
  }
  if (varying.length === 0) return fixed;
  return (variables) => varying.reduce((total, read) => total + read(variables), fixed);
}

function mayCost(costs: CostModel, type: GraphQLInputType, weight: number | null): boolean {
  const named = getNamedType(type);
  return weight !== null || isInputObjectType(named) || costs.weightOfType(named.name) !== null;
}

/** An input object counts 1 where nothing is said of it; leaves count nothing; a weight counts for each element of a list. */
function weigh(costs: CostModel, value: unknown, type: GraphQLInputType, weight: number | null): number {
  if (value === null || value === undefined) return 0;
  if (isNonNullType(type)) return weigh(costs, value, type.ofType, weight);
  if (isListType(type)) {
    if (!Array.isArray(value) || !mayCost(costs, type, weight)) return 0;
    return value.reduce<number>((total, element) => total + weigh(costs, element, type.ofType, weight), 0);
  }
  if (!isInputObjectType(type)) return weight ?? costs.weightOfType(type.name) ?? 0;
  const members = value as Readonly<Record<string, unknown>>;
  let total = weight ?? 1;
  for (const { name, type: of } of Object.values(type.getFields())) {
    total += weigh(costs, members[name], of, costs.weightOfInputField(type.name, name));
  }
  return total;
}
