import { stem } from './porter.ts';

/** Words that carry no subject: a question is searched without them unless it holds nothing else. */
const STOP_WORDS = new Set(
  `a about after again all also am an and any are as at be because been before being but by can could did do does doing
  don during each few for from further had has have having he her here hers him his how i if in into is it its itself
  just me more most my no nor not now of off on once only or other our out over own same she should so some such t than
  that the their them then there these they this those through to too under until up us very was we were what when where
  which while who whom why will with would you your s d ll m re ve`.split(/\s+/),
);

/** Lower case words of letters and digits without diacritics, as FTS5's `unicode61 remove_diacritics 2` cuts them. */
export function words(text: string): string[] {
  return (
    text
      .normalize('NFD')
      .replace(/\p{M}/gu, '')
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
  );
}

/** The stems of a text in order, repeated as often as they occur. */
export function terms(text: string): string[] {
  return words(text).map(stem);
}

/** The distinct words worth searching for; all of them when every one is a stop word. */
export function queryWords(question: string): string[] {
  const all = [...new Set(words(question))];
  const telling = all.filter((word) => !STOP_WORDS.has(word));
  return telling.length > 0 ? telling : all;
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/** A day as people ask for it, in UTC: "Saturday 21 November 2026". */
export function dayInWords(at: Date): string {
  return DAY.format(at).replace(',', '');
}

const SUMMARY_LENGTH = 280;
const SENTENCE_END = /[.!?…。！？]+["'”’)\]]*(?=\s|$)/gu;

/** The first sentences that fit into 280 characters, or the first words of a longer sentence with an ellipsis. No model. */
export function summarise(content: string): string {
  const text = content.replace(/\s+/gu, ' ').trim();
  if (text.length <= SUMMARY_LENGTH) return text;
  const ends = [...text.matchAll(SENTENCE_END)].map((match) => match.index + match[0].length);
  const lastEnd = ends.filter((end) => end <= SUMMARY_LENGTH).at(-1);
  if (lastEnd !== undefined) return text.slice(0, lastEnd);
  const cut = text.slice(0, SUMMARY_LENGTH - 1).toWellFormed();
  const space = cut.lastIndexOf(' ');
  return `${(space > SUMMARY_LENGTH / 2 ? cut.slice(0, space) : cut).replace(/\uFFFD$/u, '').trimEnd()}…`;
}
