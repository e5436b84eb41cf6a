import { builtinOf } from './builtins.ts';
import { typeError } from './errors.ts';
import { BudgetStop } from './faults.ts';
import { type Code, type Instruction, instruction, markLast, OP, type Op } from './instructions.ts';
import { type Atom, argsOf, deref, isCallable, keyOf, type Struct, struct, type Term, TRUE } from './term.ts';

/** What a cut inside a goal cuts: the clause, or the choices since a mark. */
type CutScope = { readonly slot: number; readonly above: number } | null;

/** Control constructs nested deeper in each other are refused: they are compiled by recursion. */
const MAX_NESTING = 1_000;

class Compiler {
  readonly instructions: Instruction[] = [];
  /** The variables that have a value by now; null for goals of a running program, which have no variables of their own. */
  readonly #seen: Set<number> | null;
  #marks = 0;
  #nesting = 0;

  constructor(seen: Set<number> | null) {
    this.#seen = seen;
  }

  get marks(): number {
    return this.#marks;
  }

  emit(op: Op, parts: Partial<Instruction> = {}): Instruction {
    const made = instruction(op, parts);
    this.instructions.push(made);
    return made;
  }

  goal(term: Term, cut: CutScope): void {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) throw new BudgetStop('DEPTH');
    let rest = deref(term);
    while (rest.kind === 'struct' && rest.key === ',/2') {
      this.goal(rest.args[0]!, cut);
      rest = deref(rest.args[1]!);
    }
    this.#one(rest, cut);
    this.#nesting -= 1;
  }

  #one(value: Term, cut: CutScope): void {
    if (!isCallable(value)) {
      this.emit(OP.callTerm, { args: [this.#template(value)] });
      return;
    }
    const args = argsOf(value);
    switch (keyOf(value)) {
      case 'true/0':
        return;
      case '!/0':
        if (cut === null) this.emit(OP.cut);
        else this.emit(OP.cutTo, { slot: cut.slot, target: cut.above });
        return;
      case ';/2':
      case '|/2':
        this.#either(args[0]!, args[1]!, cut);
        return;
      case '->/2':
        this.#prepare(value);
        this.#ifThen(args[0]!, args[1]!, null, cut);
        return;
      case '*->/2':
        this.#opaque(args[0]!);
        this.goal(args[1]!, cut);
        return;
      case '\\+/1':
      case 'not/1':
        this.#not(args[0]!, value, 'absent');
        return;
      case 'forall/2':
        this.#not(struct(',', [args[0]!, struct('\\+', [args[1]!])]), value, 'builtin');
        return;
      case 'call/1':
        if (isGoal(args[0]!)) this.#opaque(args[0]!);
        else this.emit(OP.callTerm, { args: [this.#template(args[0]!)] });
        return;
      case 'once/1':
        this.#prepare(value);
        this.#ifThen(args[0]!, TRUE, null, null);
        return;
      case 'ignore/1':
        this.#prepare(value);
        this.#ifThen(args[0]!, TRUE, TRUE, null);
        return;
      default:
        this.#call(value, args);
    }
  }

  #call(goal: Atom | Struct, args: readonly Term[]): void {
    const key = keyOf(goal);
    const builtin = builtinOf(key) ?? null;
    const templates = args.map((arg) => this.#template(arg));
    const parts = { key, name: goal.name, args: templates, builtin, goal: goal };
    if (builtin?.kind === 'call') this.emit(OP.callTerm, parts);
    else if (builtin?.order !== undefined) this.emit(OP.compare, parts);
    else if (key === 'is/2') this.emit(OP.is, parts);
    else this.emit(OP.call, parts);
  }

  /** A goal whose cuts are its own. */
  #opaque(term: Term): void {
    const goal = deref(term);
    if (!isCallable(goal)) {
      this.goal(goal, null);
      return;
    }
    const slot = this.#mark();
    this.goal(goal, { slot, above: 0 });
  }

  #mark(): number {
    const slot = this.#marks;
    this.#marks += 1;
    this.emit(OP.mark, { slot });
    return slot;
  }

  #either(left: Term, right: Term, cut: CutScope): void {
    const first = deref(left);
    this.#prepare(struct(';', [first, right]));
    if (first.kind === 'struct' && first.key === '->/2') {
      this.#ifThen(first.args[0]!, first.args[1]!, right, cut);
      return;
    }
    if (first.kind === 'struct' && first.key === '*->/2') {
      this.#softIf(first, right, cut);
      return;
    }
    const other = this.emit(OP.tryElse);
    this.goal(first, cut);
    const end = this.emit(OP.jump);
    other.target = this.instructions.length;
    this.goal(right, cut);
    end.target = this.instructions.length;
  }

  #ifThen(condition: Term, then: Term, otherwise: Term | null, cut: CutScope): void {
    const slot = this.#mark();
    const other = otherwise === null ? null : this.emit(OP.tryElse);
    this.goal(condition, { slot, above: otherwise === null ? 0 : 1 });
    this.emit(OP.cutTo, { slot });
    this.goal(then, cut);
    if (other === null || otherwise === null) return;
    const end = this.emit(OP.jump);
    other.target = this.instructions.length;
    this.goal(otherwise, cut);
    end.target = this.instructions.length;
  }

  #softIf(first: Struct, otherwise: Term, cut: CutScope): void {
    const slot = this.#mark();
    const other = this.emit(OP.tryElse);
    this.goal(first.args[0]!, { slot, above: 1 });
    this.emit(OP.softCut, { slot });
    this.goal(first.args[1]!, cut);
    const end = this.emit(OP.jump);
    other.target = this.instructions.length;
    this.goal(otherwise, cut);
    end.target = this.instructions.length;
  }

  #not(goal: Term, whole: Struct | Atom, by: Instruction['by']): void {
    this.#prepare(whole);
    const slot = this.#mark();
    const other = this.emit(OP.tryElse);
    this.goal(goal, { slot, above: 1 });
    this.emit(OP.cutTo, { slot });
    this.emit(OP.fail);
    other.target = this.instructions.length;
    this.emit(OP.record, { goal: whole, by });
  }

  /** Fills the slots that a goal with several ways may leave empty. */
  #prepare(goal: Term): void {
    if (this.#seen === null) return;
    const slots: number[] = [];
    const open: Term[] = [goal];
    while (open.length > 0) {
      const next = deref(open.pop()!);
      if (next.kind === 'local' && !this.#seen.has(next.index)) {
        this.#seen.add(next.index);
        slots.push(next.index);
      } else if (next.kind === 'struct' && !next.ground) open.push(...next.args);
    }
    if (slots.length > 0) this.emit(OP.init, { slots });
  }

  #template(term: Term): Term {
    if (this.#seen === null) return term;
    if (term.kind === 'local') {
      const first = !this.#seen.has(term.index);
      this.#seen.add(term.index);
      return { kind: 'local', index: term.index, first };
    }
    if (term.kind !== 'struct' || term.ground) return term;
    return struct(
      term.name,
      term.args.map((arg) => this.#template(arg)),
      term.key,
    );
  }
}

/** The code of a clause's body; `seen`: the variables that its head has given values, null where there are no locals. */
export function compileBody(body: readonly Term[], seen: Set<number> | null, end: Op = OP.proceed): Code {
  const compiler = new Compiler(seen);
  for (const goal of body) compiler.goal(goal, null);
  compiler.emit(end);
  const { instructions, marks } = compiler;
  markLast(instructions);
  const [only, then] = instructions;
  const chain = only?.op === OP.call && then?.op === OP.proceed ? only : null;
  return { instructions, marks, chain };
}

/** The code of a goal of a running program. @throws RuleFault when some part of it can be no goal */
export function compileGoal(goal: Term, end: Op = OP.proceed): Code {
  if (!isGoal(goal)) throw typeError('callable', goal);
  return compileBody([goal], null, end);
}

/** Constructs whose parts are goals. */
const PARTS_ARE_GOALS = new Set([',/2', ';/2', '->/2', '*->/2', '|/2', '\\+/1']);

/** Whether each part of a goal may be a goal: a number, for one, may not. */
function isGoal(term: Term): boolean {
  const open: Term[] = [term];
  while (open.length > 0) {
    const value = deref(open.pop()!);
    if (value.kind === 'var' || value.kind === 'local') continue;
    if (!isCallable(value)) return false;
    if (value.kind === 'struct' && PARTS_ARE_GOALS.has(value.key)) open.push(...value.args);
  }
  return true;
}
