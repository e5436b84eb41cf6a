import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { CostLimits } from './cost-estimate.ts';
import { fragmentsOf } from './selections.ts';

/** Bounds on one document, counted with fragments spread out where they are used, on its variables and on its cost. */
export interface OperationLimits extends CostLimits {
  /** Lexical tokens, counted while parsing. */
  readonly maxTokens: number;
  /** Operations and fragments in one document. */
  readonly maxDefinitions: number;
  /** Fields within fields. Selection sets within each other, those of fragments included, may be four times as deep. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
  readonly maxFields: number;
  /** Variables that one operation declares. */
  readonly maxVariables: number;
  /** Characters of a name: an alias comes back with every element of a list. */
  readonly maxNameLength: number;
  /** Characters of one string in the document: it is parsed and printed several times, a variable never. */
  readonly maxStringLength: number;
  /** Lists and input objects within each other, in the document and in variables. */
  readonly maxValueDepth: number;
  /** Values in the variables: each member, each element, and what holds them. */
  readonly maxVariableValues: number;
}

/** Far beyond what a person writes, far below what hurts; the introspection query of every known tool passes. */
export const DEFAULT_LIMITS: OperationLimits = {
  maxTokens: 10_000,
  maxDefinitions: 300,
  maxDepth: 25,
  maxAliases: 200,
  maxDirectives: 200,
  maxRootFields: 50,
  maxFields: 5_000,
  maxVariables: 200,
  maxNameLength: 200,
  maxStringLength: 20_000,
  maxValueDepth: 20,
  maxVariableValues: 100_000,
  maxCost: 100_000,
  maxRepeatedLists: 3,
};

// As keys these would change objects, or be taken for what every object has, instead of naming a member of theirs.
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Fragments around each field: what walks a document must not run out of stack. */
const NESTING_PER_LEVEL = 4;

type Limit = keyof OperationLimits;

/** `found` is null where counting stopped at the limit. */
export function beyondLimit(limit: Limit, max: number, what: string, found: number | null): GraphQLError {
  const many = found === null ? `more than ${max}` : String(found);
  return new GraphQLError(
    `The operation has ${many} ${what}; at most ${max} are served. Ask for less, or in several operations.`,
    { extensions: { limit: { name: limit, max, ...(found === null ? {} : { found }) } } },
  );
}

export function reservedName(name: string): GraphQLError {
  return new GraphQLError(
    `An alias, a variable or a member of a value is named "${name}", which is reserved. Use another name.`,
  );
}

interface Size {
  depth: number;
  /** Selection sets within each other. */
  nesting: number;
  aliases: number;
  directives: number;
  fields: number;
  rootFields: number;
}

/** What is looked for wherever it stands. */
interface Findings {
  reserved: string | null;
  valueDepth: number;
  nameLength: number;
  stringLength: number;
}

/**
 * The reasons why a document is refused; empty when it is within its limits. Safe on documents not yet validated; each
 * definition is walked once.
 */
export function checkLimits(document: DocumentNode, limits: OperationLimits): GraphQLError[] {
  const problems: GraphQLError[] = [];
  const refuse = (limit: Limit, what: string, found: number) => {
    if (found > limits[limit]) problems.push(beyondLimit(limit, limits[limit], what, found));
  };
  const refuseNesting = (found: number) => {
    const max = limits.maxDepth * NESTING_PER_LEVEL;
    if (found > max) problems.push(beyondLimit('maxDepth', max, 'selections and fragments within each other', found));
  };
  refuse('maxDefinitions', 'operations and fragments', document.definitions.length);
  if (problems.length > 0) return problems;
  const findings: Findings = { reserved: null, valueDepth: 0, nameLength: 0, stringLength: 0 };
  const measure = createMeasure(document, findings);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    inspectVariables(definition, findings);
    const size = measure(definition.selectionSet);
    refuse('maxVariables', 'variables', definition.variableDefinitions?.length ?? 0);
    refuse('maxDepth', 'levels', size.depth);
    refuseNesting(size.nesting);
    refuse('maxAliases', 'aliases', size.aliases);
    refuse('maxDirectives', 'directives', size.directives + (definition.directives?.length ?? 0));
    refuse('maxRootFields', 'root fields', size.rootFields);
    refuse('maxFields', 'fields', size.fields);
  }
  refuse('maxValueDepth', 'levels in one value', findings.valueDepth);
  refuse('maxNameLength', 'characters in one name', findings.nameLength);
  refuse('maxStringLength', 'characters in one string of its text, not of its variables', findings.stringLength);
  if (findings.reserved !== null) problems.push(reservedName(findings.reserved));
  return problems;
}

/** As checkLimits, for the values that come with an operation, of which only the declared ones count. */
export function checkVariables(
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
  { maxValueDepth, maxVariableValues }: Pick<OperationLimits, 'maxValueDepth' | 'maxVariableValues'>,
): GraphQLError | null {
  let values = 0;
  const inspect = (value: unknown, depth: number): GraphQLError | null => {
    values += 1;
    if (values > maxVariableValues) {
      return beyondLimit('maxVariableValues', maxVariableValues, 'values in its variables', null);
    }
    if (typeof value !== 'object' || value === null) return null;
    if (depth === maxValueDepth) return beyondLimit('maxValueDepth', maxValueDepth, 'levels in one value', null);
    const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
    const reserved = Array.isArray(value) ? undefined : Object.keys(value).find((name) => RESERVED.has(name));
    if (reserved !== undefined) return reservedName(reserved);
    for (const member of members) {
      const problem = inspect(member, depth + 1);
      if (problem) return problem;
    }
    return null;
  };
  for (const { variable } of variableDefinitions) {
    const { value: name } = variable.name;
    const problem = Object.hasOwn(given, name) ? inspect(given[name], 0) : null;
    if (problem) return problem;
  }
  return null;
}

function inspectVariables({ name, variableDefinitions = [] }: OperationDefinitionNode, findings: Findings): void {
  if (name) inspectName(name.value, findings);
  for (const { variable, defaultValue } of variableDefinitions) {
    inspectKey(variable.name.value, findings);
    if (defaultValue) inspectValue(defaultValue, findings, 0);
  }
}

function inspectName(name: string, findings: Findings): void {
  findings.nameLength = Math.max(findings.nameLength, name.length);
}

function inspectKey(name: string, findings: Findings): void {
  inspectName(name, findings);
  if (RESERVED.has(name)) findings.reserved = name;
}

function inspectValue(node: ValueNode, findings: Findings, depth: number): void {
  if (node.kind === Kind.LIST || node.kind === Kind.OBJECT) {
    findings.valueDepth = Math.max(findings.valueDepth, depth + 1);
  }
  if (node.kind === Kind.STRING) findings.stringLength = Math.max(findings.stringLength, node.value.length);
  if (node.kind === Kind.LIST) for (const value of node.values) inspectValue(value, findings, depth + 1);
  if (node.kind !== Kind.OBJECT) return;
  for (const { name, value } of node.fields) {
    inspectKey(name.value, findings);
    inspectValue(value, findings, depth + 1);
  }
}

function inspectSelection(selection: SelectionNode, findings: Findings): void {
  if (selection.kind === Kind.FIELD) {
    if (selection.alias) inspectKey(selection.alias.value, findings);
    for (const { value } of selection.arguments ?? []) inspectValue(value, findings, 0);
  }
  for (const directive of selection.directives ?? []) {
    for (const { value } of directive.arguments ?? []) inspectValue(value, findings, 0);
  }
}

function createMeasure(document: DocumentNode, findings: Findings): (set: SelectionSetNode) => Size {
  const fragments = fragmentsOf(document);
  const known = new Map<string, Size>();
  const open = new Set<string>();
  const measureFragment = (name: string): Size => {
    const fragment: FragmentDefinitionNode | undefined = fragments.get(name);
    // A cycle is refused by validation; here it only must not loop.
    if (!fragment || open.has(name)) return emptySize();
    const memo = known.get(name);
    if (memo) return memo;
    open.add(name);
    const size = measure(fragment.selectionSet);
    open.delete(name);
    known.set(name, size);
    return size;
  };
  const measure = (set: SelectionSetNode): Size => {
    const total = emptySize();
    for (const selection of set.selections) {
      inspectSelection(selection, findings);
      total.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const below = selection.selectionSet ? measure(selection.selectionSet) : emptySize();
        add(total, below, 1);
        total.fields += 1;
        total.rootFields += 1;
        if (selection.alias) total.aliases += 1;
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT
            ? measure(selection.selectionSet)
            : measureFragment(selection.name.value);
        add(total, inner, 0);
        total.rootFields += inner.rootFields;
      }
    }
    return total;
  };
  return measure;
}

function emptySize(): Size {
  return { depth: 0, nesting: 0, aliases: 0, directives: 0, fields: 0, rootFields: 0 };
}

function add(total: Size, part: Size, levels: number): void {
  total.depth = Math.max(total.depth, part.depth + levels);
  total.nesting = Math.max(total.nesting, part.nesting + 1);
  total.aliases += part.aliases;
  total.directives += part.directives;
  total.fields += part.fields;
}
