/** What every page with the sign-in bar serves; the scripts in this order, before the page's own. */
export const SIGN_IN = {
  style: new URL('bar.css', import.meta.url),
  scripts: [new URL('session.browser.js', import.meta.url), new URL('bar.browser.js', import.meta.url)],
} as const;

export interface BarSettings {
  readonly title: string;
  /** What the page is. */
  readonly subtitle: string;
  /** Fills the form with the demonstration's manager. */
  readonly demo: boolean;
  /** Whether people sign in by the mutations of ALIMS' accounts. */
  readonly signIn: boolean;
}

/** The bar's place in a page. */
export function signInBar(settings: BarSettings): string {
  const text = JSON.stringify(settings).replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<header id="sign-in-bar" data-settings="${text}"></header>`;
}

export const FAVICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f766e"/><path d="M13 6h6v2h-1v6l6 9a2 2 0 0 1-2 3H10a2 2 0 0 1-2-3l6-9V8h-1z" fill="#fff"/></svg>',
)}`;
