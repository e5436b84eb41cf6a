import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { LRUCache } from 'lru-cache';
import type { Access } from '../access.ts';
import { type Execution, reportUnplanned } from '../execution/execution.ts';
import type { Step } from '../execution/fetch.ts';
import { compilePlan } from '../execution/plan.ts';
import { compileProjection, type Projection } from '../execution/projection.ts';
import { compileSubscriptionPlan, type SubscriptionPlan } from '../execution/subscription-plan.ts';
import { resolveStandIns } from '../planner-plans.ts';
import type { SupergraphState } from '../supergraph.ts';
import { type Denials, denialErrors, findDemands, type Single, withoutDenied } from './authorise.ts';
import { badInput, type CheckOptions, checkDocument, type RefusedOperation, refuse } from './check.ts';
import { type ClientKeys, createClientKeys } from './client-keys.ts';
import { type ActualCost, compileActualCost } from './cost-actual.ts';
import { compileEstimate, type Estimate, refuseCostly } from './cost-estimate.ts';
import { compileIntrospection, type Introspection } from './introspection.ts';
import { checkVariables } from './limits.ts';
import { type Planner, PlanningRefused } from './planner.ts';
import { compileResume } from './resume.ts';
import { drawLabels, findRollouts } from './rollouts.ts';
import { withoutSkipped } from './skipped.ts';
import { findUnplanned } from './unplanned.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** All that can be known of an operation before it is planned. */
export interface PreparedOperation {
  readonly name: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** With its fragments. */
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly introspect: Introspection | undefined;
  /** Coerced, within their limits, and the operation within its cost for them. */
  coerce(raw: Variables): { readonly variables: Variables } | RefusedOperation;
  /** What the operation may cost, for coerced variables. */
  readonly estimate: Estimate;
  /** Plans the operation with all that it selects, ahead of its first request. */
  plan(): Outcome | Promise<Outcome>;
  /**
   * The operation as it runs for that access: without what is denied to it, or refused. Planned when it is asked for
   * first; at once when it is known.
   */
  for(access: Access): Outcome | Promise<Outcome>;
}

export interface PlannedOperation {
  readonly name: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** Undefined when nothing has to be fetched: introspection, `__typename`, or a selection that no subgraph resolves. */
  readonly run: Step | undefined;
  readonly subscription: SubscriptionPlan | undefined;
  readonly projection: Projection;
  readonly plan: QueryPlan;
  /** Adds an error wherever the answer lacks a field that no subgraph can resolve as it is selected. */
  reportUnplanned(execution: Execution): void;
  /** Whether no subgraph can resolve anything of it. */
  readonly isUnplannable: boolean;
  readonly clientKeys: ClientKeys;
  /** What an answer cost, from the data that came. */
  readonly actualCost: ActualCost;
}

export type Outcome = PlannedOperation | RefusedOperation;

type Plans = () => Outcome | Promise<Outcome>;

export interface OperationOptions extends CheckOptions {
  /** What becomes of fields that a caller may not use: null with an error each, or the whole operation refused. */
  readonly unauthorized: 'filter' | 'reject';
}

export interface OperationEnvironment {
  readonly state: SupergraphState;
  readonly planner: Planner;
  readonly options: OperationOptions;
  /** Operations without what is denied to somebody, by what makes them differ. */
  readonly variants: LRUCache<string, Plans>;
}

/** Parses, limits and validates. Never throws for what a client sent. */
export function prepareOperation(
  environment: OperationEnvironment,
  text: string,
  operationName: string | null,
): PreparedOperation | RefusedOperation {
  const { state, options } = environment;
  const checked = checkDocument(state.schema, options, text, operationName);
  if ('errors' in checked) return checked;
  const { document, definition } = checked;
  const estimate = tryEstimate(environment, checked.document, definition);
  if (typeof estimate !== 'function') return estimate;
  return {
    name: definition.name?.value ?? null,
    kind: definition.operation,
    document,
    definition,
    introspect: compileIntrospection(state.schema, document, definition),
    coerce: compileCoercion(environment, definition, estimate),
    estimate,
    ...compileAccess(environment, document, definition),
  };
}

function tryEstimate(
  { state, options }: OperationEnvironment,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): Estimate | RefusedOperation {
  try {
    return compileEstimate(state, document, definition, options.limits);
  } catch (error) {
    if (error instanceof GraphQLError) return refuse([error]);
    throw error;
  }
}

const NO_VARIABLES = { variables: {} };

function compileCoercion(
  { state, options }: OperationEnvironment,
  definition: OperationDefinitionNode,
  estimate: Estimate,
): PreparedOperation['coerce'] {
  const { limits, suggestions } = options;
  const { variableDefinitions = [] } = definition;
  // What it costs has been judged already.
  if (variableDefinitions.length === 0) return () => NO_VARIABLES;
  const coercion = { maxErrors: 20, hideSuggestions: !suggestions };
  return (raw) => {
    const beyond = checkVariables(definition, raw, limits);
    if (beyond) return refuse([beyond]);
    const { coerced, errors } = getVariableValues(state.schema, variableDefinitions, raw, coercion);
    if (errors) return refuse(errors);
    try {
      refuseCostly(estimate(coerced), limits);
    } catch (error) {
      if (error instanceof GraphQLError) return refuse([error]);
      throw error;
    }
    return { variables: coerced };
  };
}

interface Checked {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
}

const NOBODY_DENIED: Denials = new Map();
let serial = 0;

function compileAccess(
  environment: OperationEnvironment,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): Pick<PreparedOperation, 'plan' | 'for'> {
  const planFor = (denials: Denials, labels: readonly string[]) =>
    planOnce(() => planOperation(environment, { document, definition }, denials, labels));
  const whole = planFor(NOBODY_DENIED, []);
  const demands = findDemands(environment.state, document, definition);
  const rollouts = findRollouts(environment.state.adapted, document);
  if (!demands && rollouts.length === 0) return { plan: whole, for: whole };
  const { variants, options } = environment;
  serial += 1;
  const own = String(serial);
  return {
    plan: whole,
    for(access) {
      const unmet = demands?.unmetBy(access) ?? '';
      const labels = drawLabels(rollouts);
      if (unmet === '' && labels.length === 0) return whole();
      const denials = unmet === '' ? NOBODY_DENIED : (demands?.denialsFor(access) ?? NOBODY_DENIED);
      if (unmet !== '' && options.unauthorized === 'reject') return { errors: denialErrors(denials) };
      const key = [own, unmet, ...labels].join(' ');
      let variant = variants.get(key);
      if (!variant) {
        variant = planFor(denials, labels);
        variants.set(key, variant);
      }
      return variant();
    },
  };
}

/** Plans at the first call and shares it with every other; a refusal is kept for as long as it says. */
function planOnce(plan: () => PlannedOperation | Promise<PlannedOperation>): Plans {
  let known: Outcome | Promise<Outcome> | null = null;
  let keptUntil = Number.POSITIVE_INFINITY;
  const failed = (error: unknown): RefusedOperation => {
    known = null;
    if (!(error instanceof PlanningRefused)) throw error;
    const refused = { errors: [refusalOf(error)] };
    known = refused;
    keptUntil = performance.now() + error.rememberMs;
    return refused;
  };
  const succeeded = (planned: PlannedOperation): PlannedOperation => {
    known = planned;
    return planned;
  };
  return () => {
    if (known && performance.now() < keptUntil) return known;
    keptUntil = Number.POSITIVE_INFINITY;
    try {
      const planned = plan();
      if (!(planned instanceof Promise)) return succeeded(planned);
      known = planned.then(succeeded, failed);
      return known;
    } catch (error) {
      return failed(error);
    }
  };
}

function refusalOf({ refusal }: PlanningRefused): GraphQLFormattedError {
  return refusal.extensions.code === 'BAD_INPUT' ? badInput(refusal) : refusal.toJSON();
}

function planOperation(
  environment: OperationEnvironment,
  { document, definition }: Checked,
  denials: Denials,
  labels: readonly string[],
): PlannedOperation | Promise<PlannedOperation> {
  const { state, planner } = environment;
  const clientKeys = createClientKeys(document, state.adapted.addedNames);
  const kept =
    denials.size === 0 ? alone(document, definition) : withoutDenied(state.schema, document, definition, denials);
  const resume = compileResume(state, kept.document, kept.operation);
  const asked = withoutSkipped(clientKeys.rename(resume?.document ?? kept.document));
  const compile = (planned: QueryPlan): PlannedOperation => {
    const plan = resolveStandIns(planned, state.adapted);
    const unplanned = findUnplanned(state.schema, asked, plan);
    const { node } = plan;
    const dataResume = resume && { ...resume, key: clientKeys.dataKey(resume.key) };
    return {
      name: definition.name?.value ?? null,
      kind: definition.operation,
      run: node && node.kind !== 'Subscription' ? compilePlan(node, state.isOfType) : undefined,
      subscription:
        node?.kind === 'Subscription' ? compileSubscriptionPlan(node, state.isOfType, dataResume) : undefined,
      projection: compileProjection({ ...state, clientKeys }, document, definition, denials),
      plan,
      reportUnplanned: (execution) => reportUnplanned(execution, state.isOfType, unplanned),
      isUnplannable: !node && unplanned.length > 0,
      clientKeys,
      actualCost: compileActualCost({ ...state, clientKeys }, document, definition),
    };
  };
  if (!asksSubgraphs(kept)) return compile({ kind: 'QueryPlan' });
  const plan = planner.plan(asked, labels);
  return plan instanceof Promise ? plan.then(compile) : compile(plan);
}

/** With one operation in it the document needs no name, so an anonymous one plans as well. */
function alone(document: DocumentNode, operation: OperationDefinitionNode): Single {
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return { document: { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] }, operation };
}

function asksSubgraphs({ operation }: Single): boolean {
  return operation.selectionSet.selections.some(
    (selection) => selection.kind !== Kind.FIELD || !selection.name.value.startsWith('__'),
  );
}
