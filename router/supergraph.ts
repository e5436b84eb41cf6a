import {
  errorCauses,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
  Supergraph,
} from '@apollo/federation-internals';
import { GraphQLError, type GraphQLSchema, isAbstractType, isEnumType, parse, validateSchema } from 'graphql';
import { type CostModel, compileCostModel } from './operation/cost-model.ts';
import { createPlanner, type Planner } from './operation/planner.ts';
import { type Authorization, compileAuthorization } from './operation/requirements.ts';
import { createPlannerSupergraph, type PlannerSupergraph } from './planner-supergraph.ts';

/** Everything that is derived from one supergraph document; never changes after it is built. */
export interface SupergraphState {
  readonly sdl: string;
  /** What clients may see: without @inaccessible elements and join directives. */
  readonly schema: GraphQLSchema;
  /** The same for the planner, which has its own schema classes and a supergraph adapted to its weaknesses. */
  readonly plannerSchema: Schema;
  /** Plans in this thread; made when it is asked first. */
  readonly planner: Planner;
  /** Subgraph name to the URL written in the supergraph (may be empty). */
  readonly urls: ReadonlyMap<string, string>;
  readonly authorization: Authorization;
  readonly costs: CostModel;
  /** What the planner's supergraph has that this one has not. */
  readonly adapted: PlannerSupergraph;
  /** Whether an object of this type satisfies `... on condition`, inaccessible types included. */
  isOfType(typename: string, condition: string): boolean;
  /** True for an enum value that exists but is @inaccessible. */
  isHiddenValue(enumName: string, value: string): boolean;
}

/** The supergraph cannot be served; the message names each problem and its line. */
export class InvalidSupergraphError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[], cause?: unknown) {
    super(`The supergraph is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`, { cause });
    this.name = 'InvalidSupergraphError';
    this.problems = problems;
  }
}

/** Throws InvalidSupergraphError. Takes tens of milliseconds: not for the road of a request. */
export function buildSupergraph(sdl: string): SupergraphState {
  try {
    const supergraph = Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
    const schema = supergraph.apiSchema().toGraphQLJSSchema();
    const problems = validateSchema(schema);
    if (problems.length > 0) throw new InvalidSupergraphError(problems.map(describe));
    const full = supergraph.schema.toGraphQLJSSchema();
    const document = parse(sdl, { noLocation: true });
    const directiveName = directiveNames(supergraph.schema);
    const adapted = createPlannerSupergraph(sdl);
    const planned = adapted.sdl === sdl ? supergraph : buildAdapted(adapted);
    const plannerSchema = planned.apiSchema();
    // Whoever plans elsewhere never asks this planner, so what it would find wrong has to be looked for here.
    supergraph.subgraphs();
    return {
      sdl,
      schema,
      adapted,
      plannerSchema,
      planner: createLazily(() => createPlanner(planned, plannerSchema)),
      urls: new Map(supergraph.subgraphsMetadata().map(({ name, url }) => [name, url])),
      authorization: compileAuthorization(document, full, {
        authenticated: directiveName('authenticated', 'authenticated'),
        requiresScopes: directiveName('requiresScopes', 'requiresScopes'),
        policy: directiveName('policy', 'policy'),
        context: directiveName('context', 'context'),
      }),
      costs: compileCostModel(document, full, {
        cost: directiveName('cost', 'cost'),
        listSize: directiveName('cost', 'listSize'),
      }),
      isOfType: typeConditions(full),
      isHiddenValue: hiddenValues(full, schema),
    };
  } catch (error) {
    throw asInvalidSupergraph(error);
  }
}

/** A @link may give a specification's directive another name; undefined where the supergraph does not link it. */
function directiveNames(schema: Schema): (specification: string, name: string) => string | undefined {
  return (specification, name) => {
    const feature = schema.coreFeatures?.getByIdentity(`https://specs.apollo.dev/${specification}`);
    return feature?.directiveNameInSchema(name);
  };
}

function createLazily(create: () => Planner): Planner {
  let planner: Planner | undefined;
  return {
    plan(document, labels) {
      planner ??= create();
      return planner.plan(document, labels);
    },
  };
}

// An @external field that no @requires names any more would be refused; the supergraph as it came is what has to be valid.
function buildAdapted({ sdl }: PlannerSupergraph): Supergraph {
  return Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, validateSupergraph: false });
}

function typeConditions(schema: GraphQLSchema): (typename: string, condition: string) => boolean {
  const members = new Map<string, ReadonlySet<string>>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type)) continue;
    const names = schema.getPossibleTypes(type).map((possible) => possible.name);
    const interfaces = 'getInterfaces' in type ? schema.getImplementations(type).interfaces : [];
    members.set(type.name, new Set([...names, ...interfaces.map((each) => each.name)]));
  }
  return (typename, condition) => typename === condition || members.get(condition)?.has(typename) === true;
}

function hiddenValues(full: GraphQLSchema, api: GraphQLSchema): (enumName: string, value: string) => boolean {
  const hidden = new Set<string>();
  for (const type of Object.values(full.getTypeMap())) {
    const visible = api.getType(type.name);
    if (!isEnumType(type) || !isEnumType(visible)) continue;
    for (const { name } of type.getValues()) if (!visible.getValue(name)) hidden.add(`${type.name}.${name}`);
  }
  return (enumName, value) => hidden.has(`${enumName}.${value}`);
}

function asInvalidSupergraph(error: unknown): InvalidSupergraphError {
  if (error instanceof InvalidSupergraphError) return error;
  if (!(error instanceof Error)) return new InvalidSupergraphError([String(error)], error);
  const causes = errorCauses(error) ?? [];
  if (causes.length > 0) return new InvalidSupergraphError(causes.map(describe), error);
  return new InvalidSupergraphError([error instanceof GraphQLError ? describe(error) : error.message], error);
}

function describe(error: GraphQLError): string {
  const place = error.locations?.[0];
  return place ? `line ${place.line}, column ${place.column}: ${error.message}` : error.message;
}
