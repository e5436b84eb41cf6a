/*
 * Porter's stemmer of 1980, word for word as SQLite's FTS5 tokenizer `porter` applies it, so that both indexes
 * cut words alike. The test compares the two over a vocabulary.
 */
const SHORTEST = 3;
const LONGEST = 64;

type Rule = readonly [suffix: string, replacement: string];

/** A suffix leaves something before it. */
function ends(word: string, suffix: string): boolean {
  return word.length > suffix.length && word.endsWith(suffix);
}

function isVowel(word: string, at: number): boolean {
  const letter = word[at];
  if (letter === undefined) return false;
  if ('aeiou'.includes(letter)) return true;
  return letter === 'y' && at > 0 && !isVowel(word, at - 1);
}

/** Porter's m: how often a vowel is followed by a consonant. */
function measure(stem: string): number {
  let count = 0;
  for (let at = 1; at < stem.length; at++) if (isVowel(stem, at - 1) && !isVowel(stem, at)) count++;
  return count;
}

function hasVowel(stem: string): boolean {
  for (let at = 0; at < stem.length; at++) if (isVowel(stem, at)) return true;
  return false;
}

function endsInDouble(word: string): boolean {
  const last = word.length - 1;
  return last > 0 && word[last] === word[last - 1] && !isVowel(word, last);
}

/** Porter's *o: consonant, vowel, consonant other than w, x and y. */
function endsShort(word: string): boolean {
  const last = word.length - 1;
  return (
    last >= 2 &&
    !isVowel(word, last - 2) &&
    isVowel(word, last - 1) &&
    !isVowel(word, last) &&
    !'wxy'.includes(word[last] ?? '')
  );
}

/** Applies the first rule whose suffix matches, if what remains measures more than `above`. */
function replace(word: string, rules: readonly Rule[], above: number): string {
  const rule = rules.find(([suffix]) => ends(word, suffix));
  if (!rule) return word;
  const stem = word.slice(0, word.length - rule[0].length);
  return measure(stem) > above ? stem + rule[1] : word;
}

function step1a(word: string): string {
  if (ends(word, 'sses') || ends(word, 'ies')) return word.slice(0, -2);
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function step1b(word: string): string {
  if (ends(word, 'eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find((ending) => ends(word, ending));
  const stem = suffix === undefined ? '' : word.slice(0, -suffix.length);
  if (suffix === undefined || !hasVowel(stem)) return word;
  if (['at', 'bl', 'iz'].some((ending) => stem.endsWith(ending))) return `${stem}e`;
  if (endsInDouble(stem) && !'lsz'.includes(stem.at(-1) ?? '')) return stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

const STEP2: readonly Rule[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['logi', 'log'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
];
const STEP3: readonly Rule[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];
const STEP4: readonly Rule[] = [
  'al',
  'ance',
  'ence',
  'er',
  'ic',
  'able',
  'ible',
  'ant',
  'ement',
  'ment',
  'ent',
  'ou',
  'ism',
  'ate',
  'iti',
  'ous',
  'ive',
  'ize',
].map((suffix) => [suffix, ''] as const);

function step4(word: string): string {
  if (!word.endsWith('ion')) return replace(word, STEP4, 1);
  const stem = word.slice(0, -3);
  return measure(stem) > 1 && 'st'.includes(stem.at(-1) ?? '-') ? stem : word;
}

function step5(word: string): string {
  let result = word;
  if (result.endsWith('e')) {
    const stem = result.slice(0, -1);
    if (measure(stem) > 1 || (measure(stem) === 1 && !endsShort(stem))) result = stem;
  }
  return result.endsWith('ll') && measure(result.slice(0, -1)) > 1 ? result.slice(0, -1) : result;
}

/** `word` in lower case; words shorter than 3 or longer than 64 characters stay as they are. */
export function stem(word: string): string {
  if (word.length < SHORTEST || word.length > LONGEST) return word;
  const first = step1b(step1a(word));
  const ended = first.endsWith('y') && hasVowel(first.slice(0, -1)) ? `${first.slice(0, -1)}i` : first;
  return step5(step4(replace(replace(ended, STEP2, 0), STEP3, 0)));
}
