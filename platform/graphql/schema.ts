import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isObjectType,
  isScalarType,
  parse,
  valueFromASTUntyped,
} from 'graphql';
import { ForbiddenError, UnauthenticatedError } from '../errors/index.ts';
import type { RequestContext } from './context.ts';
import { SCALARS } from './scalars.ts';
import { checkText } from './text.ts';

/** Text of schema/<subgraph>.graphql. */
export function readSchema(subgraph: string): string {
  return readFileSync(new URL(`../../schema/${subgraph}.graphql`, import.meta.url), 'utf8');
}

/** The executable schema of one subgraph: what its SDL demands of the caller, and that input is text, holds for every field. */
export function buildSchema(typeDefs: string, resolvers: object): GraphQLSchema {
  const document = parse(typeDefs, { noLocation: true });
  const declared = new Set(
    document.definitions.flatMap((d) => (d.kind === 'ScalarTypeDefinition' ? [d.name.value] : [])),
  );
  const scalars = Object.fromEntries(Object.entries(SCALARS).filter(([name]) => declared.has(name)));
  // Apollo's resolver map is looser than the generated one; codegen has checked ours.
  const schema = buildSubgraphSchema([{ typeDefs: document, resolvers: { ...scalars, ...resolvers } as never }]);
  assertResolversExist(schema, resolvers);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) guard(field);
  }
  return schema;
}

/** A misspelt resolver would silently never run. */
function assertResolversExist(schema: GraphQLSchema, resolvers: object): void {
  for (const [typeName, fields] of Object.entries(resolvers as Record<string, object>)) {
    const type = schema.getType(typeName);
    if (!type) throw new Error(`Resolvers name the type ${typeName}, which the schema lacks.`);
    if (!isObjectType(type) || isScalarType(type) || isEnumType(type)) continue;
    for (const name of Object.keys(fields)) {
      if (!name.startsWith('__') && !type.getFields()[name]) {
        throw new Error(`Resolvers name the field ${typeName}.${name}, which the schema lacks.`);
      }
    }
  }
}

interface Demand {
  /** Any one of these sets must be held whole. Empty: a signed-in caller is enough. */
  readonly anyOf: readonly (readonly string[])[];
}

function demandOf(field: GraphQLField<unknown, RequestContext>): Demand | null {
  // Entities are asked for by the router only on behalf of somebody.
  if (field.name === '_entities') return { anyOf: [] };
  const directives = field.astNode?.directives ?? [];
  const scopes = directives
    .find((directive) => directive.name.value === 'requiresScopes')
    ?.arguments?.find((argument) => argument.name.value === 'scopes');
  // Scopes say more than @authenticated, in whichever order the two stand.
  if (scopes) return { anyOf: valueFromASTUntyped(scopes.value) as string[][] };
  return directives.some((directive) => directive.name.value === 'authenticated') ? { anyOf: [] } : null;
}

function check(demand: Demand, fieldName: string, context: RequestContext): void {
  const { identity } = context;
  if (!identity) throw new UnauthenticatedError();
  if (demand.anyOf.length === 0 || demand.anyOf.some((all) => all.every((scope) => identity.permissions.has(scope))))
    return;
  const needed = demand.anyOf.map((all) => all.join(' and ')).join(', or ');
  throw new ForbiddenError(
    `${fieldName} needs the permission ${needed}; your roles (${identity.roles.join(', ')}) lack it.`,
    { permission: demand.anyOf[0]?.[0], missing: [{ scopes: demand.anyOf }] },
  );
}

function guard(field: GraphQLField<unknown, RequestContext>): void {
  const demand = demandOf(field);
  const takesInput = field.args.length > 0;
  if (!demand && !takesInput) return;
  const enter = (args: object, context: RequestContext) => {
    if (demand) check(demand, field.name, context);
    if (takesInput) checkText(args);
  };
  const { subscribe } = field;
  if (subscribe) {
    field.subscribe = (source, args, context, info) => {
      enter(args, context);
      return subscribe(source, args, context, info);
    };
    return;
  }
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    enter(args, context);
    return resolve(source, args, context, info);
  };
}
