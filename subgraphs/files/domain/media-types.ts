import { endingOf } from './file-name.ts';

interface MediaType {
  readonly endings: readonly string[];
  /** How content proves to be of this type. */
  readonly proof: Proof;
}

type Proof =
  /** Valid text without a signature of something else. */
  | { readonly kind: 'text' }
  /** Text that begins as this type does. */
  | { readonly kind: 'text'; readonly begins: RegExp }
  /** One of these detected types. */
  | { readonly kind: 'signature'; readonly detected: readonly string[] }
  /** Anything that is not a program. */
  | { readonly kind: 'any' };

const TEXT: Proof = { kind: 'text' };
const signature = (...detected: string[]): Proof => ({ kind: 'signature', detected });
const begins = (pattern: RegExp): Proof => ({ kind: 'text', begins: pattern });

/** Every media type that is accepted. HTML and SVG may hold script: all downloads are attachments in a sandbox. */
const MEDIA_TYPES: ReadonlyMap<string, MediaType> = new Map(
  Object.entries<MediaType>({
    'text/plain': { endings: ['txt', 'log', 'asc', 'text', 'dat', 'out'], proof: TEXT },
    'text/csv': { endings: ['csv', 'txt'], proof: TEXT },
    'text/tab-separated-values': { endings: ['tsv', 'tab', 'txt'], proof: TEXT },
    'text/markdown': { endings: ['md', 'markdown', 'txt'], proof: TEXT },
    'text/html': { endings: ['html', 'htm'], proof: begins(/^\s*</) },
    'text/xml': { endings: ['xml'], proof: begins(/^\s*</) },
    'application/xml': { endings: ['xml'], proof: begins(/^\s*</) },
    'application/json': { endings: ['json', 'geojson'], proof: begins(/^\s*(?:[[{"0-9-]|true|false|null)/) },
    'application/x-ndjson': { endings: ['ndjson', 'jsonl'], proof: begins(/^\s*[[{"]/) },
    'application/pdf': { endings: ['pdf'], proof: signature('application/pdf') },
    'image/png': { endings: ['png'], proof: signature('image/png', 'image/apng') },
    'image/jpeg': { endings: ['jpg', 'jpeg', 'jpe'], proof: signature('image/jpeg') },
    'image/gif': { endings: ['gif'], proof: signature('image/gif') },
    'image/webp': { endings: ['webp'], proof: signature('image/webp') },
    'image/tiff': { endings: ['tif', 'tiff'], proof: signature('image/tiff') },
    'image/bmp': { endings: ['bmp'], proof: signature('image/bmp') },
    'image/svg+xml': { endings: ['svg'], proof: begins(/^\s*<(?:\?xml|!--|!DOCTYPE\s+svg|svg)/i) },
    'application/zip': { endings: ['zip'], proof: signature('application/zip') },
    'application/gzip': { endings: ['gz', 'tgz'], proof: signature('application/gzip') },
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': {
      endings: ['xlsx'],
      proof: signature('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'),
    },
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': {
      endings: ['docx'],
      proof: signature('application/vnd.openxmlformats-officedocument.wordprocessingml.document'),
    },
    'application/vnd.openxmlformats-officedocument.presentationml.presentation': {
      endings: ['pptx'],
      proof: signature('application/vnd.openxmlformats-officedocument.presentationml.presentation'),
    },
    'application/vnd.oasis.opendocument.spreadsheet': {
      endings: ['ods'],
      proof: signature('application/vnd.oasis.opendocument.spreadsheet'),
    },
    'application/vnd.oasis.opendocument.text': {
      endings: ['odt'],
      proof: signature('application/vnd.oasis.opendocument.text'),
    },
    'application/octet-stream': { endings: [], proof: { kind: 'any' } },
  }),
);

/** Endings that a desktop would run. */
const PROGRAM_ENDINGS = new Set(
  'exe dll com scr bat cmd msi msp cpl hta jar js jse mjs vbs vbe wsf wsh ps1 psm1 sh bash py pl rb php phtml jsp asp aspx lnk reg app apk deb rpm dmg pkg so dylib elf bin run'.split(
    ' ',
  ),
);

const PROGRAM_SIGNATURES = new Set([
  'application/x-msdownload',
  'application/x-elf',
  'application/x-mach-binary',
  'application/vnd.microsoft.portable-executable',
  'application/x-msi',
  'application/x-ms-shortcut',
  'application/java-vm',
  'application/java-archive',
  'application/vnd.android.package-archive',
  'application/x-deb',
  'application/x-rpm',
  'application/x-apple-diskimage',
  'application/wasm',
  'application/x-shockwave-flash',
]);

/** Media type in lower case without parameters: `Text/CSV; charset=utf-8` becomes `text/csv`. */
export function bareMediaType(given: string): string {
  return (given.split(';')[0] ?? '').trim().toLowerCase();
}

/** What is wrong with a declared media type for a name; null when nothing is. */
export function mediaTypeProblem(mediaType: string, name: string): string | null {
  const known = MEDIA_TYPES.get(mediaType);
  if (!known) {
    return `The media type ${JSON.stringify(mediaType)} is not accepted. Accepted: ${[...MEDIA_TYPES.keys()].join(', ')}.`;
  }
  const ending = endingOf(name);
  if (PROGRAM_ENDINGS.has(ending)) return `Files that end in .${ending} are programs and never accepted.`;
  if (known.proof.kind === 'any' || ending === '' || known.endings.includes(ending)) return null;
  const owners = [...MEDIA_TYPES].flatMap(([type, { endings }]) => (endings.includes(ending) ? [type] : []));
  // An instrument's own ending, such as `run-42.gcd.asc2`, contradicts nothing.
  if (owners.length === 0) return null;
  return `A file named .${ending} is ${owners.join(' or ')}, not ${mediaType}: send the media type that goes with its name.`;
}

/** The beginning of received content, as a detector saw it. */
export interface ContentSample {
  /** Media type by signature; null when the bytes carry none. */
  readonly detected: string | null;
  /** The first bytes. */
  readonly head: Uint8Array;
  /** True when `head` is the whole content. */
  readonly whole: boolean;
}

export type ContentVerdict =
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'refused';
      readonly code: 'MEDIA_TYPE_MISMATCH' | 'MEDIA_TYPE_NOT_ALLOWED';
      readonly message: string;
    };

/** Whether the content is what its media type says. */
export function judgeContent(mediaType: string, sample: ContentSample): ContentVerdict {
  const { detected } = sample;
  if ((detected !== null && PROGRAM_SIGNATURES.has(detected)) || isScript(sample)) {
    return {
      kind: 'refused',
      code: 'MEDIA_TYPE_NOT_ALLOWED',
      message: `The content is a program (${detected ?? 'a script with an interpreter line'}); programs are never accepted.`,
    };
  }
  const problem = contradiction(mediaType, sample);
  return problem === null ? { kind: 'accepted' } : { kind: 'refused', code: 'MEDIA_TYPE_MISMATCH', message: problem };
}

function contradiction(mediaType: string, sample: ContentSample): string | null {
  const proof = MEDIA_TYPES.get(mediaType)?.proof ?? { kind: 'signature', detected: [] };
  if (proof.kind === 'any') return null;
  const found = sample.detected ?? (textOf(sample) === null ? 'unknown binary content' : 'text');
  const mismatch = `Declared as ${mediaType}, but the content is ${found}: send it with its true media type and name.`;
  if (proof.kind === 'signature') return proof.detected.includes(sample.detected ?? '') ? null : mismatch;
  // XML and its relatives are text for which a signature exists.
  if (sample.detected !== null && !/xml|html|svg/.test(sample.detected)) return mismatch;
  const text = textOf(sample);
  if (text === null) return mismatch;
  return 'begins' in proof && !proof.begins.test(text) ? mismatch : null;
}

function isScript(sample: ContentSample): boolean {
  return sample.head[0] === 0x23 && sample.head[1] === 0x21 && (textOf(sample)?.startsWith('#!/') ?? false);
}

/** The sample as text, or null when it is none: UTF-8, UTF-16 with its mark, or an 8-bit code page without control characters. */
export function textOf(sample: Pick<ContentSample, 'head' | 'whole'>): string | null {
  const { head, whole } = sample;
  const encoding = encodingOf(head);
  try {
    // `stream` leaves a character that the sample cuts through for later.
    const text = new TextDecoder(encoding, { fatal: true }).decode(head, { stream: !whole });
    return CONTROLS.test(text) ? null : text;
  } catch {
    if (encoding !== 'utf-8') return null;
    const text = new TextDecoder('windows-1252').decode(head);
    return CONTROLS.test(text) ? null : text;
  }
}

/** Control characters that no text has; tab, line ends, form feed and DOS's end mark are in real exports. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\x00-\x08\x0e-\x19\x1b-\x1f]/;

function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

export interface Extracted {
  readonly kind: 'TEXT' | 'TABLE';
  readonly text: string;
  readonly truncated: boolean;
}

const MAX_EXTRACTED_CHARACTERS = 100_000;
const TABLES = new Set(['text/csv', 'text/tab-separated-values']);
const READABLE = new Set(['text/plain', 'text/markdown', 'application/json', 'application/x-ndjson', ...TABLES]);

/** The text that content of this type is made of; null for types from which nothing is taken. */
export function extractText(mediaType: string, sample: ContentSample): Extracted | null {
  if (!READABLE.has(mediaType)) return null;
  const text = textOf(sample);
  if (text === null) return null;
  // Cut between characters, never through a surrogate pair.
  const cut = text.slice(0, MAX_EXTRACTED_CHARACTERS).replace(/[\ud800-\udbff]$/, '');
  return {
    kind: TABLES.has(mediaType) ? 'TABLE' : 'TEXT',
    text: cut,
    truncated: cut.length < text.length || !sample.whole,
  };
}
