import type { FetchNode } from '@apollo/query-planner';
import { type DocumentNode, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql';
import type { EntityFetch } from '../planner-plans.ts';
import { compileContextArguments } from './context-arguments.ts';
import { type DataObject, isObject, mergeInto, type PathKey, placesAt } from './data.ts';
import { passOn, type SubgraphError, SubgraphFailure } from './errors.ts';
import { type Execution, type FetchPart, MAX_ERRORS_PER_FETCH, recordFailure } from './execution.ts';
import { compileRepresentationText } from './representation.ts';
import { compileRewrites, type IsOfType } from './rewrites.ts';

/** Runs against the objects that its plan path leads to. */
export type Step = (execution: Execution, targets: readonly DataObject[]) => Promise<void> | undefined;

/** What is known of a fetch before any request comes: its document as JSON, its variables, the path it fills. */
export interface FetchPlan {
  readonly service: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly operationName: string | null;
  /** Variables as JSON without the closing brace, so that representations can be appended. */
  body(variables: Readonly<Record<string, unknown>>, extra: string): string;
  /** The client's response keys that the fetch fills, for errors that name no path. */
  readonly rootKeys: readonly string[];
  /** Turns an error's keys into the client's where the planner has renamed them. */
  clientKey(key: PathKey): PathKey;
}

export function planFetch(node: FetchNode): FetchPlan {
  const document = parse(node.operation, { noLocation: true });
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const name = node.operationName ?? operation?.name?.value ?? null;
  const head = `{"query":${JSON.stringify(node.operation)}${name ? `,"operationName":${JSON.stringify(name)}` : ''},"variables":{`;
  const used = node.variableUsages ?? [];
  const renamed = new Map<PathKey, string>();
  for (const rewrite of node.outputRewrites ?? []) {
    const last = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && last !== undefined) renamed.set(last, rewrite.renameKeyTo);
  }
  return {
    service: node.serviceName,
    kind: node.operationKind,
    operationName: name,
    body: (variables, extra) => head + variableList(used, variables, extra),
    rootKeys: operation ? rootKeys(operation, document) : [],
    clientKey: renamed.size === 0 ? (key) => key : (key) => renamed.get(key) ?? key,
  };
}

function variableList(used: readonly string[], variables: Readonly<Record<string, unknown>>, extra: string): string {
  let list = extra;
  for (const name of used) {
    const value = variables[name];
    if (value !== undefined) list += `${list === '' ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  }
  return `${list}}}`;
}

function members(values: DataObject): string {
  return Object.entries(values)
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},`)
    .join('');
}

function rootKeys({ selectionSet }: OperationDefinitionNode, document: DocumentNode): string[] {
  const keys = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) keys.add(selection.alias?.value ?? selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else visitFragment(selection.name.value);
    }
  };
  const visitFragment = (name: string): void => {
    for (const each of document.definitions) {
      if (each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name) visit(each.selectionSet);
    }
  };
  visit(selectionSet);
  keys.delete('__typename');
  return [...keys];
}

export function compileFetch(node: FetchNode, path: readonly string[], isOfType: IsOfType): Step {
  return node.requires ? compileEntityFetch(node, path, isOfType) : compileRootFetch(node, path, isOfType);
}

function compileRootFetch(node: FetchNode, path: readonly string[], isOfType: IsOfType): Step {
  const plan = planFetch(node);
  const rewriteOutput = compileRewrites(node.outputRewrites, isOfType);
  return async (execution, targets) => {
    const answer = await ask(execution, plan, plan.body(execution.variables, ''));
    if (answer instanceof SubgraphFailure) {
      recordFailure(execution, answer, path, rootPlaces(execution, path, targets, plan));
      return;
    }
    if (answer.errors) reportRootErrors(execution, plan, path, targets, answer.errors);
    if (!answer.data) return;
    rewriteOutput?.(answer.data);
    for (const target of targets) mergeInto(target, answer.data);
  };
}

/** The error's own path, or without one every field that the fetch was to fill. */
export function reportRootErrors(
  execution: Execution,
  plan: FetchPlan,
  path: readonly string[],
  targets: readonly DataObject[],
  errors: readonly SubgraphError[],
): void {
  const prefixes = targetPaths(execution, path, targets);
  for (const error of errors) {
    const own = pathOf(error)?.map(plan.clientKey);
    const places = own
      ? prefixes.map((prefix) => [...prefix, ...own])
      : prefixes.flatMap((prefix) => plan.rootKeys.map((key) => [...prefix, plan.clientKey(key)]));
    for (const place of places) execution.errors.push(passOn(error, plan.service, place));
  }
}

function rootPlaces(execution: Execution, path: readonly string[], targets: readonly DataObject[], plan: FetchPlan) {
  return targetPaths(execution, path, targets).flatMap((prefix) =>
    plan.rootKeys.map((key) => [...prefix, plan.clientKey(key)]),
  );
}

interface EntityBatch {
  readonly representations: string[];
  /** For each representation the objects that its answer goes into: one for every place of the same entity. */
  readonly targets: DataObject[][];
  /** What cannot be represented: something of what the fetch needs is not known of it. */
  readonly incomplete: Set<DataObject>;
}

function compileEntityFetch(node: EntityFetch, path: readonly string[], isOfType: IsOfType): Step {
  const fetchParts = compileEntityParts(node, isOfType);
  const contextArguments = compileContextArguments(node.contextRewrites, path, isOfType);
  if (!contextArguments) {
    const key = whatIsAsked(node);
    return (execution, targets) => gather(execution, key, { path, targets }, fetchParts);
  }
  return async (execution, targets) => {
    const groups = contextArguments(execution, targets);
    await Promise.all(groups.map((group) => fetchParts(execution, [{ path, targets: group.targets }], group.values)));
  };
}

type FetchParts = (execution: Execution, parts: readonly FetchPart[], extra: DataObject | null) => Promise<void>;

function compileEntityParts(node: EntityFetch, isOfType: IsOfType): FetchParts {
  const plan = planFetch(node);
  const collect = compileBatch(node, isOfType);
  const rewriteOutput = compileRewrites(node.outputRewrites, isOfType);
  const divided = (node.parts ?? []).map((part) => compileEntityParts(part, isOfType));

  const fetchBatch = async (execution: Execution, parts: readonly FetchPart[], batch: EntityBatch, extra: string) => {
    const representations = `${extra}"representations":[${batch.representations.join(',')}]`;
    const body = plan.body(execution.variables, representations);
    const answer = await ask(execution, plan, body, batch.representations.length);
    if (answer instanceof SubgraphFailure) {
      recordBatchFailure(execution, answer, batch, parts);
      return;
    }
    // Before merging: a merged answer could replace the objects by which the places are found.
    if (answer.errors) for (const part of parts) reportEntityErrors(execution, plan, part.path, batch, answer.errors);
    const entities = entitiesOf(answer, batch, plan.service);
    if (entities instanceof SubgraphFailure) {
      recordBatchFailure(execution, entities, batch, parts);
      return;
    }
    mergeEntities(batch, entities, rewriteOutput, isOfType);
  };

  return async (execution, parts, extra) => {
    const batch = collect(parts.flatMap(({ targets }) => targets));
    const fetches: Promise<void>[] = [];
    if (batch.representations.length > 0) {
      fetches.push(fetchBatch(execution, parts, batch, extra ? members(extra) : ''));
    }
    if (batch.incomplete.size > 0 && divided.length > 0) {
      const rest = parts.map(({ path, targets }) => ({
        path,
        targets: targets.filter((each) => batch.incomplete.has(each)),
      }));
      for (const fetchPart of divided) fetches.push(fetchPart(execution, rest, extra));
    }
    await Promise.all(fetches);
  };
}

/** Equal for fetches that differ in nothing but the place in the plan: the planner numbers their operations. */
function whatIsAsked({ serviceName, operation, requires, inputRewrites, outputRewrites }: FetchNode): string {
  const nameless = operation.replace(/^(\s*query)\s+\w+/, '$1');
  return JSON.stringify([serviceName, nameless, requires, inputRewrites, outputRewrites]);
}

function gather(execution: Execution, key: string, part: FetchPart, fetchParts: FetchParts): Promise<void> {
  const known = execution.gathering.get(key);
  if (known) {
    known.parts.push(part);
    return known.done;
  }
  const parts = [part];
  const done = Promise.resolve().then(() => {
    execution.gathering.delete(key);
    return fetchParts(execution, parts, null);
  });
  execution.gathering.set(key, { parts, done });
  return done;
}

function recordBatchFailure(
  execution: Execution,
  failure: SubgraphFailure,
  batch: EntityBatch,
  parts: readonly FetchPart[],
): void {
  const asked = batch.targets.flat();
  for (const { path } of parts) recordFailure(execution, failure, path, targetPaths(execution, path, asked));
}

function compileBatch(node: EntityFetch, isOfType: IsOfType): (targets: readonly DataObject[]) => EntityBatch {
  const represent = compileRepresentationText(
    node.requires ?? [],
    compileRewrites(node.inputRewrites, isOfType),
    isOfType,
    node.keys,
  );
  return (targets) => {
    const batch: EntityBatch = { representations: [], targets: [], incomplete: new Set() };
    const known = new Map<string, DataObject[]>();
    for (const target of targets) {
      const text = represent(target);
      if (text === undefined) {
        batch.incomplete.add(target);
        continue;
      }
      const same = known.get(text);
      if (same) {
        same.push(target);
        continue;
      }
      const own = [target];
      known.set(text, own);
      batch.representations.push(text);
      batch.targets.push(own);
    }
    return batch;
  };
}

function entitiesOf(answer: SubgraphAnswer, batch: EntityBatch, service: string): readonly unknown[] | SubgraphFailure {
  // Errors without data are already reported: there is nothing to merge.
  if (!answer.data)
    return answer.errors ? [] : new SubgraphFailure(service, 'invalid-answer', 'neither data nor errors');
  const entities = answer.data._entities;
  if (entities === null && answer.errors) return [];
  if (!Array.isArray(entities)) return new SubgraphFailure(service, 'invalid-answer', '_entities is not a list');
  if (entities.length === batch.representations.length) return entities;
  return new SubgraphFailure(
    service,
    'invalid-answer',
    `_entities has ${entities.length} elements for ${batch.representations.length} representations`,
  );
}

function mergeEntities(
  batch: EntityBatch,
  entities: readonly unknown[],
  rewriteOutput: ((value: unknown) => void) | undefined,
  isOfType: IsOfType,
): void {
  for (const [index, entity] of entities.entries()) {
    const targets = batch.targets[index];
    if (!isObject(entity) || !targets) continue;
    // Rewrites by type need the name of the type, which the fetch itself may not have asked for.
    if (rewriteOutput && entity.__typename === undefined) entity.__typename = targets[0]?.__typename;
    rewriteOutput?.(entity);
    for (const target of targets) {
      const known = target.__typename;
      mergeInto(target, entity);
      if (isLessSpecific(target.__typename, known, isOfType)) target.__typename = known;
    }
  }
}

// A subgraph with @interfaceObject knows its objects by the interface's name only.
function isLessSpecific(typename: unknown, known: unknown, isOfType: IsOfType): boolean {
  return typeof known === 'string' && typeof typename === 'string' && typename !== known && isOfType(known, typename);
}

function reportEntityErrors(
  execution: Execution,
  plan: FetchPlan,
  path: readonly string[],
  batch: EntityBatch,
  errors: readonly SubgraphError[],
): void {
  const pathsOf = new Map<DataObject, (readonly PathKey[])[]>();
  for (const place of placesAt(execution.root, path)) {
    const known = pathsOf.get(place.object);
    if (known) known.push(place.path);
    else pathsOf.set(place.object, [place.path]);
  }
  const report = (error: SubgraphError, targets: readonly DataObject[], rest: readonly PathKey[], most: number) => {
    const paths = targets.flatMap((target) => pathsOf.get(target) ?? []).slice(0, most);
    for (const place of paths) execution.errors.push(passOn(error, plan.service, [...place, ...rest]));
  };
  const everywhere = batch.targets.flat();
  for (const error of errors) {
    const [, index, ...rest] = pathOf(error) ?? [];
    const targets = typeof index === 'number' ? batch.targets[index] : undefined;
    if (targets) report(error, targets, rest.map(plan.clientKey), Number.POSITIVE_INFINITY);
    else report(error, everywhere, [], MAX_ERRORS_PER_FETCH);
  }
}

function targetPaths(
  execution: Execution,
  path: readonly string[],
  targets: readonly DataObject[],
): readonly PathKey[][] {
  if (path.length === 0) return [[]];
  const wanted = new Set(targets);
  return placesAt(execution.root, path)
    .filter((place) => wanted.has(place.object))
    .map((place) => [...place.path]);
}

function pathOf(error: SubgraphError): PathKey[] | undefined {
  const { path } = error;
  if (!Array.isArray(path) || path.length === 0) return undefined;
  return path.every((key) => typeof key === 'string' || typeof key === 'number') ? path : undefined;
}

export interface SubgraphAnswer {
  readonly data: DataObject | null;
  readonly errors: readonly SubgraphError[] | null;
}

async function ask(
  execution: Execution,
  plan: FetchPlan,
  body: string,
  entities?: number,
): Promise<SubgraphAnswer | SubgraphFailure> {
  try {
    const { caller, shareFetches: shareable } = execution;
    const call = { body, kind: plan.kind, operationName: plan.operationName, caller, shareable, entities };
    return await execution.subgraph(plan.service).ask(call);
  } catch (error) {
    if (error instanceof SubgraphFailure) return error;
    return new SubgraphFailure(plan.service, 'unreachable', 'the request failed', error);
  }
}
