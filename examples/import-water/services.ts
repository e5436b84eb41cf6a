import { codeOf, partOf } from './codes.ts';
import type { Cells } from './columns.ts';

/** An analysis service as the catalogue holds it. */
export interface Service {
  readonly code: string;
  readonly name: string;
  readonly unit: string | null;
  readonly method: string | null;
}

const MAX_CODE = 80;
const MAX_NAME = 200;

/**
 * What was measured in which fraction, as which species and how: each combination is a service of its own.
 * `NITROGEN:DISSOLVED:AS-N:ASTM-D8083-16` is "Nitrogen, Dissolved, as N (ASTM D8083-16)".
 */
export function serviceOf(
  cells: Pick<Cells, 'characteristic' | 'fraction' | 'method' | 'methodContext'>,
  speciation: string,
): Omit<Service, 'unit'> {
  const method = [cells.methodContext, cells.method].filter((part) => part !== '').join(' ');
  const what = [cells.characteristic, cells.fraction, speciation].filter((part) => part !== '');
  const name = `${what.join(', ')}${method === '' ? '' : ` (${method})`}`;
  const code = [...what, method]
    .map(partOf)
    .filter((part) => part !== '')
    .join(':');
  return { code: codeOf(code, MAX_CODE), name: name.slice(0, MAX_NAME), method: method === '' ? null : method };
}

/** `asNO3`, `as no3` and `as NO3` are one species; empty where nothing says which. */
export function speciationOf(text: string): string {
  const plain = text.replace(/\*+$/, '').replace(/\s+/g, ' ').trim();
  const named = /^as\s*(\S+)$/i.exec(plain)?.[1];
  return named === undefined ? plain : `as ${named}`;
}

/** Counts which units a service's results come in; the most frequent one becomes the service's unit. */
export function createUnitCounts(): {
  count(service: string, unit: string | null): void;
  /** Undefined when no unit of the service was counted. */
  mostFrequent(service: string): string | null | undefined;
} {
  const counts = new Map<string, Map<string | null, number>>();
  return {
    count(service, unit) {
      const units = counts.get(service) ?? new Map<string | null, number>();
      units.set(unit, (units.get(unit) ?? 0) + 1);
      counts.set(service, units);
    },
    mostFrequent(service) {
      const units = [...(counts.get(service) ?? [])];
      return units.sort(([a, n], [b, m]) => m - n || (String(a) < String(b) ? -1 : 1))[0]?.[0];
    },
  };
}
