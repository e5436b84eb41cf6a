import { readdir, readFile } from 'node:fs/promises';
import { createPage, type Page } from '#platform/pages/page.ts';
import { FAVICON, SIGN_IN, signInBar } from '#platform/pages/sign-in/index.ts';

/** The modules of the editor, and what they need themselves. */
const MODULES = [
  '@codemirror/autocomplete',
  '@codemirror/commands',
  '@codemirror/language',
  '@codemirror/lint',
  '@codemirror/state',
  '@codemirror/streamparser',
  '@codemirror/view',
  '@lezer/common',
  '@lezer/highlight',
  '@marijn/find-cluster-break',
  'crelt',
  'style-mod',
  'w3c-keyname',
];
const OWN = new URL('browser/', import.meta.url);

/** The playground for rules. It speaks to `/graphql` like every other client. */
export async function createRulesPage({ demo }: { readonly demo: boolean }): Promise<Page> {
  const own = (await readdir(OWN)).toSorted();
  const modules = MODULES.map((name) => [`modules/${name}.js`, new URL(import.meta.resolve(name))] as const);
  const signIn = SIGN_IN.scripts.map((url, i) => [`sign-in/${i}.js`, url] as const);
  const bar = signInBar({ title: 'ALIMS', subtitle: 'Rules', demo, signIn: true });
  return createPage({
    path: '/rules',
    title: 'Rules · ALIMS',
    icon: FAVICON,
    files: new Map([
      ...modules,
      ...signIn,
      ['sign-in/bar.css', SIGN_IN.style],
      ...own.map((name) => [name, new URL(name, OWN)] as const),
    ]),
    styles: ['sign-in/bar.css', ...own.filter((name) => name.endsWith('.css'))],
    scripts: signIn.map(([name]) => name),
    imports: new Map(MODULES.map((name) => [name, `modules/${name}.js`])),
    main: 'main.js',
    body: bar + (await readFile(new URL('body.html', import.meta.url), 'utf8')),
  });
}
