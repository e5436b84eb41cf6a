import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import { typesOf } from './coordinates.ts';
import type { UsageRecorder, Uses } from './recorder.ts';

export interface CoordinateUsage {
  readonly total: number;
  readonly clients: Readonly<Record<string, number>>;
}

/** What the schema's fields were used for since the router started, by schema coordinates. */
export interface UsageReport {
  readonly since: string;
  readonly fields: Readonly<Record<string, CoordinateUsage>>;
  /** With those that nobody uses: they can go. */
  readonly deprecated: Readonly<Record<string, CoordinateUsage & { readonly reason: string }>>;
  /** Fields that nobody asked for. */
  readonly unused: readonly string[];
}

const NOT_USED: CoordinateUsage = { total: 0, clients: {} };

export function reportUsage(recorder: UsageRecorder, schema: GraphQLSchema): UsageReport {
  const used = recorder.read();
  const usageOf = (coordinate: string) => summed(used.get(coordinate));
  const coordinates = fieldCoordinates(schema);
  const { reasons } = recorder.deprecationsOf(schema);
  const asked = coordinates.filter((coordinate) => used.has(coordinate));
  return {
    since: recorder.since.toISOString(),
    fields: Object.fromEntries(asked.map((coordinate) => [coordinate, usageOf(coordinate)])),
    deprecated: Object.fromEntries(
      [...reasons].map(([coordinate, reason]) => [coordinate, { reason, ...usageOf(coordinate) }]),
    ),
    unused: coordinates.filter((coordinate) => !used.has(coordinate)),
  };
}

function summed(uses: Uses | undefined): CoordinateUsage {
  if (!uses) return NOT_USED;
  const total = [...uses.values()].reduce((sum, count) => sum + count, 0);
  return { total, clients: Object.fromEntries([...uses].sort((a, b) => b[1] - a[1])) };
}

function fieldCoordinates(schema: GraphQLSchema): string[] {
  return typesOf(schema).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type)
      ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
      : [],
  );
}
