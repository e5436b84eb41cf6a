import type { Clause } from './clause.ts';
import { type Atom, argsOf, deref, keyOf, LIST_KEY, NIL, type Struct, type Term } from './term.ts';

type IndexKey = string | bigint | number;
type ArgumentIndex = ReadonlyMap<IndexKey, readonly Clause[]>;

const INDEX_FROM = 8;
/** So few clauses are tried one after the other. */
const FEW = 4;
const NOTHING: readonly Clause[] = [];

/** What the clauses of an argument position are told apart by; null for a variable. */
export function indexKey(term: Term): IndexKey | null {
  switch (term.kind) {
    case 'atom':
      return term === NIL ? '\0[]' : term.name;
    case 'int':
      return term.value;
    case 'float':
      return `\0d${term.value}`;
    case 'string':
      return `\0s${term.text}`;
    case 'struct':
      return `\0f${term.key}`;
    case 'var':
    case 'local':
      return null;
  }
}

/** Whether the first argument of a head may be anything. */
function isOpen(head: Atom | Struct): boolean {
  return argsOf(head)[0]?.kind === 'local';
}

function keyOfFirst(head: Atom | Struct): string | null {
  const first = argsOf(head)[0];
  return first?.kind === 'struct' ? first.key : null;
}

/** The clauses of one predicate in order, with an index per argument position made when it is first asked for. */
export class Predicate {
  readonly clauses: Clause[] = [];
  #indexes: (ArgumentIndex | null)[] = [];
  #hasRules = false;
  /** Of few clauses, those whose first argument may be the empty list, or one with items. */
  #ofEnd: readonly Clause[] | null = null;
  #ofItems: readonly Clause[] | null = null;

  /** Whether some clause is more than a fact. */
  get hasRules(): boolean {
    return this.#hasRules;
  }

  add(clause: Clause): void {
    this.clauses.push(clause);
    this.#hasRules ||= clause.body.length > 0;
    this.#indexes = [];
    this.#ofEnd = null;
    this.#ofItems = null;
  }

  /** The clauses that may match: all of them, or the exact list of one bound argument. */
  candidates(args: readonly Term[]): readonly Clause[] {
    if (this.clauses.length < INDEX_FROM) return this.#few(args);
    let best: readonly Clause[] = this.clauses;
    for (let position = 0; position < args.length && best.length > FEW; position++) {
      const value = deref(args[position]!);
      if (value.kind === 'var') continue;
      const key = indexKey(value);
      const index = this.#indexAt(position);
      if (index === null || key === null) continue;
      const found = index.get(key) ?? NOTHING;
      if (found.length < best.length) best = found;
    }
    return best;
  }

  /** Few clauses are told apart by what they do with lists, over which most of them go. */
  #few([first]: readonly Term[]): readonly Clause[] {
    if (first === undefined || this.clauses.length === 1) return this.clauses;
    const value = deref(first);
    if (value === NIL) {
      this.#ofEnd ??= this.clauses.filter(({ head }) => isOpen(head) || argsOf(head)[0] === NIL);
      return this.#ofEnd;
    }
    if (value.kind === 'struct' && value.key === LIST_KEY) {
      this.#ofItems ??= this.clauses.filter(({ head }) => isOpen(head) || keyOfFirst(head) === LIST_KEY);
      return this.#ofItems;
    }
    return this.clauses;
  }

  #indexAt(position: number): ArgumentIndex | null {
    const known = this.#indexes[position];
    if (known !== undefined) return known;
    const built = buildIndex(this.clauses, position);
    this.#indexes[position] = built;
    return built;
  }
}

/** Null when some clause has a variable there: then the order of clauses forbids cutting the list. */
function buildIndex(clauses: readonly Clause[], position: number): ArgumentIndex | null {
  const index = new Map<IndexKey, Clause[]>();
  for (const clause of clauses) {
    const argument = argsOf(clause.head)[position];
    const key = argument === undefined ? null : indexKey(argument);
    if (key === null) return null;
    const known = index.get(key);
    if (known) known.push(clause);
    else index.set(key, [clause]);
  }
  return index;
}

/** Clauses by predicate. Layers share what is common (the shipped rules) beneath what is particular (one snapshot). */
export class Knowledge {
  readonly #base: Knowledge | null;
  readonly #hidden: ReadonlySet<string>;
  readonly #predicates = new Map<string, Predicate>();
  #size = 0;

  /** Predicates in `hidden` are not looked up in `base`: only this layer speaks of them. */
  constructor(base: Knowledge | null = null, hidden: ReadonlySet<string> = new Set()) {
    this.#base = base;
    this.#hidden = hidden;
  }

  add(clause: Clause): void {
    let predicate = this.#predicates.get(clause.key);
    if (predicate === undefined) {
      predicate = new Predicate();
      this.#predicates.set(clause.key, predicate);
    }
    predicate.add(clause);
    this.#size += 1;
  }

  /** How many clauses lie in this layer. */
  get size(): number {
    return this.#size;
  }

  /** What lies beneath this layer. */
  get base(): Knowledge | null {
    return this.#base;
  }

  /** Whether this layer says something of the predicate, if only that what lies beneath does not count. */
  speaksOf(key: string): boolean {
    return this.#predicates.has(key) || this.#hidden.has(key);
  }

  addAll(clauses: Iterable<Clause>): this {
    for (const clause of clauses) this.add(clause);
    return this;
  }

  /** Clauses that may match the goal, in order: those beneath first. */
  candidates(goal: Atom | Struct, key: string = keyOf(goal)): readonly Clause[] {
    const own = this.#predicates.get(key)?.candidates(argsOf(goal)) ?? NOTHING;
    if (this.#base === null || this.#hidden.has(key)) return own;
    const below = this.#base.candidates(goal, key);
    if (own.length === 0) return below;
    return below.length === 0 ? own : [...below, ...own];
  }

  /** Every clause of a predicate in order. */
  clausesOf(key: string): readonly Clause[] {
    const own = this.#predicates.get(key)?.clauses ?? NOTHING;
    if (this.#base === null || this.#hidden.has(key)) return own;
    return [...this.#base.clausesOf(key), ...own];
  }

  /** Where the clauses of a predicate lie, those beneath first. */
  layersOf(key: string): readonly Predicate[] {
    const own = this.#predicates.get(key);
    const below = this.#base === null || this.#hidden.has(key) ? [] : this.#base.layersOf(key);
    return own === undefined ? below : [...below, own];
  }

  has(key: string): boolean {
    return this.#predicates.has(key) || (this.#base !== null && !this.#hidden.has(key) && this.#base.has(key));
  }
}
