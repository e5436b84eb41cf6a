import { operationFromDocument, type Operation as PlannerOperation } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import type { Step } from '../execution/fetch.ts';
import { compilePlan } from '../execution/plan.ts';
import { compileProjection, type Projection } from '../execution/projection.ts';
import { compileSubscriptionPlan, type SubscriptionPlan } from '../execution/subscription-plan.ts';
import { resolveStandIns } from '../planner-plans.ts';
import type { SupergraphState } from '../supergraph.ts';
import { type ClientKeys, createClientKeys } from './client-keys.ts';
import { compileIntrospection, type Introspection } from './introspection.ts';
import { checkLimits, type OperationLimits } from './limits.ts';
import { compileEstimate, type Estimate } from './limits-size.ts';
import { compileResume } from './resume.ts';

/** All that can be known of an operation before its variables come. */
export interface PreparedOperation {
  readonly name: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly definition: OperationDefinitionNode;
  readonly estimate: Estimate;
  /** Undefined when nothing has to be fetched: introspection, `__typename`, or a selection that no subgraph resolves. */
  readonly run: Step | undefined;
  readonly subscription: SubscriptionPlan | undefined;
  readonly projection: Projection;
  readonly introspect: Introspection | undefined;
  readonly plan: QueryPlan;
  readonly clientKeys: ClientKeys;
}

/** Refused before anything ran: the client must change the document. */
export interface RefusedOperation {
  readonly errors: readonly GraphQLError[];
}

/** Parses, limits, validates, plans and compiles. Never throws for what a client sent. */
export function prepareOperation(
  state: SupergraphState,
  limits: OperationLimits,
  text: string,
  operationName: string | null,
): PreparedOperation | RefusedOperation {
  const document = parseDocument(text, limits);
  if (document instanceof GraphQLError) return refuse([document]);
  const beyond = checkLimits(document, limits);
  if (beyond.length > 0) return refuse(beyond);
  const invalid = validate(state.schema, document, undefined, { maxErrors: 20 });
  if (invalid.length > 0) return refuse(invalid);
  // Positions serve error messages only; kept for each operation of the cache they would take most of its memory.
  const lean = parse(text, { noLocation: true });
  const definition = getOperationAST(lean, operationName);
  if (!definition) return refuse([noSuchOperation(document, operationName)]);
  try {
    const estimate = compileEstimate(state.schema, lean, definition, limits);
    return { ...compileOperation(state, lean, definition), estimate };
  } catch (error) {
    if (error instanceof GraphQLError) return refuse([error]);
    throw error;
  }
}

function compileOperation(
  state: SupergraphState,
  document: DocumentNode,
  definition: OperationDefinitionNode,
): Omit<PreparedOperation, 'estimate'> {
  const clientKeys = createClientKeys(document, state.adapted.addedNames);
  const resume = compileResume(state.schema, document, definition);
  const dataResume = resume && { ...resume, key: clientKeys.dataKey(resume.key) };
  const asked = clientKeys.rename(resume?.document ?? document);
  const planned = state.planner.buildQueryPlan(plannerOperation(state, asked, definition.name));
  const plan = resolveStandIns(planned, state.adapted);
  const { node } = plan;
  return {
    name: definition.name?.value ?? null,
    kind: definition.operation,
    definition,
    run: node && node.kind !== 'Subscription' ? compilePlan(node, state.isOfType) : undefined,
    subscription: node?.kind === 'Subscription' ? compileSubscriptionPlan(node, state.isOfType, dataResume) : undefined,
    projection: compileProjection({ ...state, clientKeys }, document, definition),
    introspect: compileIntrospection(state.schema, document, definition),
    plan,
    clientKeys,
  };
}

function plannerOperation(
  state: SupergraphState,
  document: DocumentNode,
  name: OperationDefinitionNode['name'],
): PlannerOperation {
  // With one operation in it the document needs no name, so an anonymous one plans as well.
  const definitions = document.definitions.filter(
    (each) =>
      each.kind === Kind.FRAGMENT_DEFINITION ||
      (each.kind === Kind.OPERATION_DEFINITION && each.name?.value === name?.value),
  );
  return operationFromDocument(state.plannerSchema, { kind: Kind.DOCUMENT, definitions }, { validate: false });
}

function parseDocument(text: string, limits: OperationLimits): DocumentNode | GraphQLError {
  try {
    return parse(text, { maxTokens: limits.maxTokens });
  } catch (error) {
    return error instanceof GraphQLError ? error : new GraphQLError(String(error));
  }
}

function noSuchOperation(document: DocumentNode, operationName: string | null): GraphQLError {
  const names = document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((definition) => definition.name?.value ?? '(anonymous)');
  const known = `The document holds: ${names.join(', ') || 'no operation'}.`;
  return new GraphQLError(
    operationName === null
      ? `Say which operation to run with "operationName". ${known}`
      : `There is no operation named ${JSON.stringify(operationName)}. ${known}`,
  );
}

function refuse(errors: readonly GraphQLError[]): RefusedOperation {
  return { errors: errors.map(badInput) };
}

/** With the code that clients act on; `spec` lets an answer of type application/json keep its status 200. */
export function badInput(error: GraphQLError): GraphQLError {
  const extensions = { ...error.extensions, code: 'BAD_INPUT', http: { spec: true, status: 400 } };
  return new GraphQLError(error.message, { source: error.source, positions: error.positions, extensions });
}
