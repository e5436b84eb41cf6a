import { splitClause } from '../../../clause.ts';
import { placesIn, SyntaxFault } from '../../../lexer.ts';
import { Parser } from '../../../parser.ts';
import { argsOf, deref, isCallable, keyOf, type Term } from '../../../term.ts';

/** A clause or directive of somebody else's Prolog text. */
export interface Read {
  readonly term: Term;
  readonly text: string;
  readonly line: number;
}

/** What our parser could not read, from the end of what it read before. */
export interface Unreadable {
  readonly unreadable: string;
  readonly line: number;
}

/** The clauses of a text, and what of it is not in our syntax, in their order. */
export function* readSource(source: string): Generator<Read | Unreadable, undefined> {
  const parser = new Parser(source);
  const placeOf = placesIn(source);
  let end = 0;
  for (;;) {
    try {
      const read = parser.readClause();
      if (read === null) return;
      end = read.end;
      yield { term: read.term, text: source.slice(read.start, read.end), line: placeOf(read.start).line };
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      yield { unreadable: source.slice(end, error.offset), line: placeOf(error.offset).line };
      parser.recover(error);
      end = error.offset;
    }
  }
}

export function directiveOf(term: Term): Term | null {
  const value = deref(term);
  return value.kind === 'struct' && value.key === ':-/1' ? deref(value.args[0]!) : null;
}

/** The indicators that a declaration such as `table a/1, b/2` names; null where it declares more than that. */
export function declaredBy(directive: Term): string[] | null {
  const found: string[] = [];
  const open = [...argsOf(deref(directive))];
  for (let term = open.pop(); term !== undefined; term = open.pop()) {
    const value = deref(term);
    if (value.kind !== 'struct') return null;
    if (value.key === ',/2') open.push(...value.args);
    else if (value.key === '//2') {
      const [name, arity] = value.args.map(deref);
      if (name?.kind !== 'atom' || arity?.kind !== 'int') return null;
      found.push(`${name.name}/${arity.value}`);
    } else if (value.args.every((arg) => deref(arg).kind === 'var')) found.push(value.key);
    else return null;
  }
  return found;
}

/** The predicates of a text, or of a part of it, each with its clauses. */
export class Clauses {
  readonly #clauses = new Map<string, { text: string; body: readonly Term[] }[]>();
  readonly #tables = new Map<string, string>();
  readonly #declared = new Set<string>();
  readonly #outer: Clauses | null;
  /** True once a table was declared with modes, which we do not have. */
  moded = false;

  constructor(outer: Clauses | null = null) {
    this.#outer = outer;
  }

  add({ term, text }: Read): void {
    const clause = splitClause(term);
    if (clause === null) return;
    const key = keyOf(clause.head);
    const known = this.#clauses.get(key) ?? [];
    known.push({ text, body: clause.body });
    this.#clauses.set(key, known);
  }

  declare({ term, text }: Read): void {
    const directive = directiveOf(term)!;
    if (!isCallable(directive)) return;
    const keys = declaredBy(directive) ?? [];
    if (keyOf(directive) === 'table/1' && keys.length === 0) this.moded = true;
    for (const key of keys) {
      if (keyOf(directive) === 'table/1') this.#tables.set(key, text);
      if (keyOf(directive) === 'dynamic/1') this.#declared.add(key);
    }
  }

  has(key: string): boolean {
    return this.#clauses.has(key) || this.#declared.has(key) || (this.#outer?.has(key) ?? false);
  }

  /** The predicates of a name, whatever their arity. */
  named(name: string): string[] {
    const known = [...this.#clauses.keys(), ...this.#declared].filter((key) => key.startsWith(`${name}/`));
    return [...known, ...(this.#outer?.named(name) ?? [])];
  }

  bodiesOf(key: string): Term[] {
    const own = this.#clauses.get(key);
    return own === undefined ? (this.#outer?.bodiesOf(key) ?? []) : own.flatMap(({ body }) => body);
  }

  textOf(keys: ReadonlySet<string>): string {
    const lines = [...keys].flatMap((key) => this.#linesOf(key));
    return [...new Set(lines)].join('\n');
  }

  #linesOf(key: string): string[] {
    const own = this.#clauses.get(key);
    if (own === undefined && !this.#declared.has(key)) return this.#outer?.has(key) ? this.#outer.#linesOf(key) : [];
    const table = this.#tables.get(key);
    const declaration = this.#declared.has(key) ? [`:- dynamic ${quoted(key)}.`] : [];
    return [...(table === undefined ? [] : [table]), ...declaration, ...(own ?? []).map(({ text }) => text)];
  }
}

function quoted(key: string): string {
  const slash = key.lastIndexOf('/');
  return `'${key.slice(0, slash).replaceAll("'", "''")}'${key.slice(slash)}`;
}
