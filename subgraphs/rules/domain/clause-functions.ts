import type { Bindings, Frame } from './bindings.ts';
import { type Clause, headOf, mayMatch } from './clause.ts';
import { readArguments, readChain, readFrame } from './clause-reading.ts';
import { type HeadTest, PATTERN, type Pattern } from './pattern.ts';
import { deref, isGroundNow, sameConstant, structOf, type Term, variable } from './term.ts';

/**
 * Clauses that are used often, as functions of JavaScript: reading their patterns again and again takes twice as long.
 * The text of a function tells of places alone; the names, texts and numbers of a rule are handed to it as values.
 */

/** What is made where a head matches the arguments of a call; null where it does not: then undo. @throws BudgetStop */
export type HeadFunction<Made> = (args: readonly Term[], bindings: Bindings) => Made | null;
/** The arguments of a call in a body. */
export type ArgumentsFunction = (frame: Frame) => readonly Term[];

const TOOLS = { deref, variable, structOf, isGroundNow, sameConstant };
type Make = (tools: typeof TOOLS, values: readonly unknown[]) => unknown;

/** Texts longer than this are for patterns that cost more than reading them does. */
const MAX_TEXT = 20_000;
const MAX_SHAPES = 1_000;
/** Functions by their texts: clauses of one shape share what JavaScript has learned of it. The oldest are forgotten. */
const shapes = new Map<string, Make>();

/** Null where the text is too long, or where Node was told to make no code of texts. */
function madeOf(text: string, values: readonly unknown[]): unknown {
  if (text.length > MAX_TEXT) return null;
  let make = shapes.get(text);
  if (make === undefined) {
    try {
      make = new Function('tools', 'values', text) as Make;
    } catch (error) {
      if (error instanceof EvalError) return null;
      throw error;
    }
    const [oldest] = shapes.keys();
    if (shapes.size >= MAX_SHAPES) shapes.delete(oldest!);
    shapes.set(text, make);
  }
  return make(TOOLS, values);
}

/** Writes what is done with patterns. Steps stand in the order in which `Bindings` does them. */
class Script {
  readonly #slot: (index: number) => string;
  readonly #values: unknown[] = [];
  #text = '';
  #names = 0;

  /** `slot`: where the value of a variable of the clause lies. */
  constructor(slot: (index: number) => string) {
    this.#slot = slot;
  }

  add(line: string): void {
    this.#text += `${line}\n`;
  }

  #name(value: string): string {
    const name = `t${this.#names++}`;
    this.add(`const ${name} = ${value};`);
    return name;
  }

  #value(value: unknown): string {
    let place = this.#values.indexOf(value);
    if (place < 0) place = this.#values.push(value) - 1;
    return `k${place}`;
  }

  /** What `mayMatch` looks at, of one argument. */
  test({ position, constant, key }: HeadTest): void {
    const value = this.#name(`deref(args[${position}])`);
    const differs =
      constant === null
        ? `(${value}.kind !== 'struct' || ${value}.key !== ${this.#value(key)})`
        : `${value} !== ${this.#value(constant)} && !sameConstant(${this.#value(constant)}, ${value})`;
    this.add(`if (${value}.kind !== 'var' && ${differs}) return null;`);
  }

  match(pattern: Pattern, target: string): void {
    if (this.#text.length > MAX_TEXT) return;
    switch (pattern.op) {
      case PATTERN.first:
        this.add(`${this.#slot(pattern.index)} = ${target};`);
        break;
      case PATTERN.local:
        this.add(`if (!bindings.unify(${this.#slot(pattern.index)}, ${target})) return null;`);
        break;
      case PATTERN.constant:
        this.add(`if (!bindings.matchConstant(${this.#value(pattern.term)}, ${target})) return null;`);
        break;
      case PATTERN.given:
        this.add(`if (!bindings.unify(${this.#value(pattern.term)}, ${target})) return null;`);
        break;
      case PATTERN.compound:
        this.#matchCompound(pattern, target);
    }
  }

  #matchCompound(pattern: Pattern, target: string): void {
    const value = this.#name(`deref(${target})`);
    this.add(`if (${value}.kind === 'struct') {`);
    this.add(`if (${value}.key !== ${this.#value(pattern.key)}) return null;`);
    const args = this.#name(`${value}.args`);
    for (const [i, arg] of pattern.args.entries()) this.match(arg, `${args}[${i}]`);
    this.add(`} else if (${value}.kind === 'var') {`);
    const built = this.build(pattern);
    this.add(`if (!bindings.bind(${value}, ${built})) return null;`);
    this.add('} else return null;');
  }

  /** Where the built term lies. */
  build(pattern: Pattern): string {
    if (this.#text.length > MAX_TEXT) return '';
    switch (pattern.op) {
      case PATTERN.first: {
        const slot = this.#slot(pattern.index);
        this.add(`${slot} = variable();`);
        return slot;
      }
      case PATTERN.local:
        return this.#name(`deref(${this.#slot(pattern.index)})`);
      case PATTERN.constant:
      case PATTERN.given:
        return this.#value(pattern.term);
      case PATTERN.compound: {
        const args = pattern.args.map((arg) => this.build(arg));
        const open = pattern.args.some(({ op }) => op === PATTERN.first);
        const ground = args
          .filter((_, i) => pattern.args[i]!.op !== PATTERN.constant)
          .map((arg) => `isGroundNow(${arg})`);
        const [name, key] = [this.#value(pattern.name), this.#value(pattern.key)];
        return this.#name(`structOf(${name}, [${args}], ${key}, ${open ? 'false' : ground.join(' && ')})`);
      }
    }
  }

  addReturn(call: readonly Pattern[]): void {
    const made = call.map((pattern) => this.build(pattern));
    this.add(`return [${made}];`);
  }

  /** The function with these parameters and the lines so far. */
  made(parameters: string): unknown {
    const values = this.#values.map((_, i) => `k${i}`);
    return madeOf(
      `'use strict';\nconst { deref, variable, structOf, isGroundNow, sameConstant } = tools;\nconst [${values}] = values;\nreturn (${parameters}) => {\n${this.#text}}`,
      this.#values,
    );
  }
}

const slotOf = (index: number) => `v${index}`;
const variablesOf = ({ size }: Clause) => Array.from({ length: size }, (_, i) => slotOf(i));

/** A script that has matched a head. */
function headScript(clause: Clause): Script {
  const script = new Script(slotOf);
  if (clause.size > 0) script.add(`let ${variablesOf(clause)};`);
  const { args, tests } = headOf(clause);
  // What a constant rules out is not compared with anything before it: terms may be large.
  for (const test of tests) if (test.position > 0) script.test(test);
  for (const [i, arg] of args.entries()) script.match(arg, `args[${i}]`);
  return script;
}

/** Matches a clause's head, its constants first, and answers with its frame. */
export function frameFunction(clause: Clause): HeadFunction<Frame> {
  const script = headScript(clause);
  script.add(`return [${variablesOf(clause)}];`);
  const made = script.made('args, bindings') as HeadFunction<Frame> | null;
  return made ?? ((args, bindings) => (mayMatch(clause, args) ? readFrame(clause, args, bindings) : null));
}

/** Matches the head of a clause whose body is one call, its constants first, and answers with the arguments of that call. */
export function chainFunction(clause: Clause, call: readonly Pattern[]): HeadFunction<readonly Term[]> {
  const script = headScript(clause);
  script.addReturn(call);
  const made = script.made('args, bindings') as HeadFunction<readonly Term[]> | null;
  return made ?? ((args, bindings) => (mayMatch(clause, args) ? readChain(clause, call, args, bindings) : null));
}

/** The arguments of a call from the frame of its clause. */
export function argumentsFunction(call: readonly Pattern[]): ArgumentsFunction {
  const script = new Script((index) => `frame[${index}]`);
  script.addReturn(call);
  const made = script.made('frame') as ArgumentsFunction | null;
  return made ?? ((frame) => readArguments(call, frame));
}
