import { RuleFault, type RuleFaultKind } from './faults.ts';
import { atom, deref, int, struct, type Term, variable } from './term.ts';
import { TermTooLarge, writeTerm } from './writer.ts';

/** The error terms of ISO Prolog, each as a fault with a sentence for people. */

function isoFault(kind: RuleFaultKind, message: string, formal: Term): RuleFault {
  return new RuleFault(kind, message, struct('error', [formal, variable()]));
}

/** A term as a sentence can hold it: shortened where it is long. */
export function shown(term: Term): string {
  try {
    const text = writeTerm(term);
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  } catch (error) {
    if (error instanceof TermTooLarge) return 'a very large term';
    throw error;
  }
}

export function instantiationError(message = 'A goal met a variable that has no value yet.'): RuleFault {
  return isoFault('INSTANTIATION', message, atom('instantiation_error'));
}

/** `expected` is ISO's name of a type, such as `integer`, or a type with arguments, such as `between(1,3)`. */
export function typeError(expected: string | Term, culprit: Term, message?: string): RuleFault {
  const [type, name] = typeof expected === 'string' ? [atom(expected), expected] : [expected, shown(expected)];
  const sentence = message ?? `Expected ${withArticle(name)}, but found ${shown(culprit)}.`;
  return isoFault('TYPE', sentence, struct('type_error', [type, culprit]));
}

/** `what` is the kind of thing that does not exist, `culprit` its name, `place` where it was looked for. */
export function existenceError(what: string, culprit: Term, ...place: readonly Term[]): RuleFault {
  const sentence = `There is no ${what} ${[culprit, ...place].map(shown).join(' in ')}.`;
  return isoFault('TYPE', sentence, struct('existence_error', [atom(what), culprit, ...place]));
}

export function domainError(domain: string, culprit: Term, message?: string): RuleFault {
  const sentence = message ?? `Expected ${withArticle(domain)}, but found ${shown(culprit)}.`;
  return isoFault('TYPE', sentence, struct('domain_error', [atom(domain), culprit]));
}

export function representationError(what: string): RuleFault {
  return isoFault('TYPE', `It cannot be represented: ${what}.`, struct('representation_error', [atom(what)]));
}

export function syntaxError(what: string): RuleFault {
  return isoFault('TYPE', `It is no Prolog text: ${what}.`, struct('syntax_error', [atom(what)]));
}

export function evaluationError(what: string, message: string): RuleFault {
  return isoFault('EVALUATION', message, struct('evaluation_error', [atom(what)]));
}

export function notEvaluable(name: string, arity: number, culprit: Term): RuleFault {
  const indicator = struct('/', [atom(name), int(arity)]);
  const advice =
    name === 'quantity' && arity === 2
      ? ' Take the number out of it in the unit that is meant: in_unit(Q, Unit, quantity(V, _)).'
      : '';
  const message = `Expected a number or a calculation, but found ${shown(culprit)}.${advice}`;
  return typeError('evaluable', indicator, message);
}

/** The fault of a goal that is a variable or no goal at all. */
export function notCallable(goal: Term): RuleFault {
  const value = deref(goal);
  if (value.kind === 'var') return instantiationError('A goal is a variable that has no value yet.');
  return typeError('callable', value, `Expected a goal, but found ${shown(value)}.`);
}

/** What `throw/1` throws. An ISO error keeps the sentence of its kind where nobody catches it. */
export function thrown(ball: Term): RuleFault {
  return new RuleFault('THROWN', `A rule raised ${shown(ball)}, and no rule catches it.`, ball);
}

function withArticle(noun: string): string {
  const words = noun.replaceAll('_', ' ');
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
}
