const MAX_BYTES = 255;
/** Control characters, path separators, and the invisible characters that make a name read differently from what it is. */
const FORBIDDEN = /[\p{Cc}\p{Zl}\p{Zp}/\\\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

export type FileNameCheck = { readonly name: string } | { readonly problem: string };

/** The name in composed form, or what is wrong with it. */
export function checkFileName(given: string): FileNameCheck {
  const name = given.normalize('NFC').trim();
  if (name === '' || name === '.' || name === '..') return { problem: 'A file name has at least one character.' };
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_BYTES)
    return { problem: `A file name has at most ${MAX_BYTES} bytes in UTF-8; this one has ${bytes}.` };
  if (FORBIDDEN.test(name) || !name.isWellFormed()) {
    return {
      problem:
        'A file name has no slash, backslash, control character or invisible direction mark: send the name without its path.',
    };
  }
  return { name };
}

/** Lower-case ending without its dot; empty when there is none. */
export function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** `attachment` with the name twice: in plain ASCII for old clients, and exactly as RFC 8187 encodes it. */
export function contentDisposition(name: string): string {
  const ascii = name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '_')
    .replace(/["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
