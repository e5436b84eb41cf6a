import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { SizeLimits } from './limits-size.ts';

/** Bounds on one document, counted with fragments spread out where they are used, and on the answer's size. */
export interface OperationLimits extends SizeLimits {
  /** Lexical tokens, counted while parsing. */
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
  readonly maxFields: number;
}

/** Far beyond what a person writes, far below what hurts; the introspection query of every known tool passes. */
export const DEFAULT_LIMITS: OperationLimits = {
  maxTokens: 10_000,
  maxDepth: 25,
  maxAliases: 200,
  maxDirectives: 200,
  maxRootFields: 50,
  maxFields: 5_000,
  maxObjects: 100_000,
  maxRepeatedLists: 3,
};

// As a key it would change objects instead of naming a member of theirs.
const RESERVED = '__proto__';

interface Size {
  reserved: boolean;
  depth: number;
  aliases: number;
  directives: number;
  fields: number;
  rootFields: number;
}

/** The reasons why a document is refused; empty when it is within its limits. Safe on documents not yet validated. */
export function checkLimits(document: DocumentNode, limits: OperationLimits): GraphQLError[] {
  const measure = createMeasure(document);
  const problems: GraphQLError[] = [];
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = measure(definition.selectionSet);
    if (size.reserved || namesReserved(definition)) {
      problems.push(refusal('An alias or a variable is named "__proto__", which is reserved.'));
    }
    const refuse = (what: string, found: number, limit: number) => {
      if (found > limit) problems.push(refusal(`The operation has ${found} ${what}; at most ${limit} are served.`));
    };
    refuse('levels', size.depth, limits.maxDepth);
    refuse('aliases', size.aliases, limits.maxAliases);
    refuse('directives', size.directives + (definition.directives?.length ?? 0), limits.maxDirectives);
    refuse('root fields', size.rootFields, limits.maxRootFields);
    refuse('fields', size.fields, limits.maxFields);
  }
  return problems;
}

function refusal(message: string): GraphQLError {
  return new GraphQLError(`${message} Ask for less, or in several operations.`);
}

function namesReserved(operation: OperationDefinitionNode): boolean {
  return (operation.variableDefinitions ?? []).some((definition) => definition.variable.name.value === RESERVED);
}

function createMeasure(document: DocumentNode): (set: SelectionSetNode) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, Size>();
  const open = new Set<string>();
  const measureFragment = (name: string): Size => {
    const fragment = fragments.get(name);
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
      total.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const below = selection.selectionSet ? measure(selection.selectionSet) : emptySize();
        add(total, below, 1);
        total.fields += 1;
        total.rootFields += 1;
        if (selection.alias) total.aliases += 1;
        if (selection.alias?.value === RESERVED) total.reserved = true;
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
  return { reserved: false, depth: 0, aliases: 0, directives: 0, fields: 0, rootFields: 0 };
}

function add(total: Size, part: Size, levels: number): void {
  total.reserved ||= part.reserved;
  total.depth = Math.max(total.depth, part.depth + levels);
  total.aliases += part.aliases;
  total.directives += part.directives;
  total.fields += part.fields;
}
