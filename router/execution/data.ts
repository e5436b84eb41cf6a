/** JSON as it came from subgraphs: merged in place while a plan runs, then projected. */
export type DataObject = { [key: string]: unknown };

export type PathKey = string | number;

export function isObject(value: unknown): value is DataObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Merges what one more fetch brought into what is known. Lists of one length merge element by element; null never
 * hides an object that another subgraph has given. A key `__proto__` is dropped: assigning it would change the target.
 */
export function mergeInto(target: DataObject, source: DataObject): void {
  for (const key in source) {
    const value = source[key];
    if (value === undefined || key === '__proto__') continue;
    const known = target[key];
    if (known === undefined || known === null) target[key] = value;
    else target[key] = merged(known, value);
  }
}

function merged(known: unknown, value: unknown): unknown {
  if (Array.isArray(known) && Array.isArray(value) && known.length === value.length) {
    for (let index = 0; index < value.length; index++) known[index] = merged(known[index], value[index]);
    return known;
  }
  if (!isObject(known)) return value;
  if (isObject(value)) {
    if (known !== value) mergeInto(known, value);
    return known;
  }
  return value === null ? known : value;
}

/** The objects at a plan path (`@` stands for every element of a list), each once, nulls left out. */
export function objectsAt(roots: readonly DataObject[], path: readonly string[]): DataObject[] {
  const found: DataObject[] = [];
  for (const root of roots) collect(root, path, 0, found);
  return found.length > 1 ? [...new Set(found)] : found;
}

function collect(value: unknown, path: readonly string[], depth: number, found: DataObject[]): void {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) {
    const next = path[depth] === '@' ? depth + 1 : depth;
    for (const element of value) collect(element, path, next, found);
    return;
  }
  const key = path[depth];
  if (key === undefined) found.push(value as DataObject);
  else if (key !== '@' && Object.hasOwn(value, key)) collect((value as DataObject)[key], path, depth + 1, found);
}

export interface Place {
  readonly object: DataObject;
  readonly path: readonly PathKey[];
  /** The objects on the way from the root to this one, itself last: one for each named step of the path. */
  readonly ancestors: readonly DataObject[];
}

/** As objectsAt, with every place where an object stands. Only for errors and context arguments: it is slower. */
export function placesAt(root: DataObject, path: readonly string[]): Place[] {
  const places: Place[] = [];
  walk(root, 0, [], []);
  return places;

  function walk(value: unknown, depth: number, at: readonly PathKey[], above: readonly DataObject[]): void {
    if (Array.isArray(value)) {
      const next = path[depth] === '@' ? depth + 1 : depth;
      for (const [index, element] of value.entries()) walk(element, next, [...at, index], above);
      return;
    }
    if (!isObject(value)) return;
    const key = path[depth];
    const ancestors = [...above, value];
    if (key === undefined) places.push({ object: value, path: at, ancestors });
    else if (key !== '@' && Object.hasOwn(value, key)) walk(value[key], depth + 1, [...at, key], ancestors);
  }
}
