import { send } from './api.js';
import { byId, element } from './element.js';
import { overrideNote } from './override.js';
import { counted } from './words.js';

const RULES = `query RulesInForce($after: String) {
  rules(first: 200, after: $after) {
    edges { node { id predicate text label capability shipped overrides { ruleId reason shipped { text } } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const CAPABILITIES = 'query Capabilities { ruleCapabilities { name inUse } }';

function itemOf({ id, text, label, capability, shipped, overrides, applies }) {
  const use = applies ? '' : ', which your organization does not use';
  const origin = shipped ? `shipped, ${capability}${use}` : 'your own';
  const head = element('p', {}, element('b', { textContent: label ?? id }), ` ${shipped ? id : ''} · ${origin}`);
  const note = overrides ? [overrideNote(overrides, use)] : [];
  return element('li', {}, head, ...note, element('pre', { textContent: text }));
}

/** The rules that decide workflows: those that ALIMS ships, and the organization's own on top. */
export function createLibrary() {
  let rules = [];

  function show() {
    const words = byId('library-find').value.toLowerCase();
    const found = rules.filter((rule) => JSON.stringify(Object.values(rule)).toLowerCase().includes(words));
    byId('library').replaceChildren(...found.map(itemOf));
    byId('library-says').textContent = counted(found.length, 'rule', 'rules');
  }

  byId('library-find').addEventListener('input', show);
  return {
    async load() {
      const { ruleCapabilities } = await send(CAPABILITIES);
      const unused = new Set(ruleCapabilities.filter(({ inUse }) => !inUse).map(({ name }) => name));
      const read = [];
      for (let after = null, more = true; more; ) {
        const { rules: page } = await send(RULES, { after });
        read.push(...page.edges.map(({ node }) => ({ ...node, applies: !unused.has(node.capability) })));
        after = page.pageInfo.endCursor;
        more = page.pageInfo.hasNextPage;
      }
      rules = read;
      show();
    },
    clear() {
      rules = [];
      show();
    },
    names: () => rules.map(({ predicate }) => predicate.slice(0, predicate.lastIndexOf('/'))),
  };
}
