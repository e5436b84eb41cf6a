import { send } from './api.js';
import { byId, element } from './element.js';
import { overrideNote } from './override.js';
import { signatureUnder } from './signature.js';
import { testPart } from './tests.js';
import { instant } from './words.js';

const VERSIONS = `query Versions {
  ruleSets {
    name active { number }
    versions(first: 20) { edges { node {
      id hash number status termination savedAt savedBy { name } publishedAt publishReason signature { signerName }
      overrides { ruleId reason fault shipped { text } }
      tests { revision cases { name goal assume expected } }
    } } }
  }
}`;
const TEXT = 'query VersionText($id: ID!) { ruleSetVersion(id: $id) { text } }';
const SAVE = `mutation SaveRules($ruleSet: String!, $text: String!) {
  saveRules(ruleSet: $ruleSet, text: $text) {
    ... on RuleSetVersion { number termination }
    ... on RulesRefused { diagnostics { severity message line column } }
  }
}`;
const PUBLISH = `mutation PublishRules($versionId: ID!, $reason: String!, $expectedActive: Int, $signatureId: ID) {
  publishRules(versionId: $versionId, reason: $reason, expectedActive: $expectedActive, signatureId: $signatureId) { number }
}`;

function button(textContent, run) {
  const made = element('button', { type: 'button', textContent });
  made.addEventListener('click', run);
  return made;
}

/** Drafts and versions: saving, testing and publishing, for whoever has the permission. */
export function createVersions({ editor, ruleSet, openSet, askTest, answered, onPublished }) {
  let mayWrite = false;
  /** What came of the tests that were run, by version. */
  const reports = new Map();
  /** Of the times that the versions were asked for, how many there were and which one is shown. */
  let [asked, shown] = [0, 0];

  function say(text, isError = false) {
    byId('save-says').textContent = text;
    byId('save-says').classList.toggle('error', isError);
  }

  async function tried(work) {
    try {
      await work();
    } catch (error) {
      say(error.message, true);
    }
  }

  const save = () =>
    tried(async () => {
      const { saveRules } = await send(SAVE, { ruleSet: ruleSet(), text: editor.text });
      const fault = saveRules.diagnostics?.find(({ severity }) => severity === 'ERROR');
      if (fault) return say(`Not saved. Line ${fault.line}, column ${fault.column}: ${fault.message}`, true);
      await load();
      const ends =
        saveRules.termination === 'TOTAL'
          ? 'Every question to it ends by itself.'
          : 'It may recurse: questions end by their limits.';
      say(`${ruleSet()} ${saveRules.number} is saved, in force nowhere. ${ends}`);
    });

  const open = (id, name, test) =>
    tried(async () => {
      const { ruleSetVersion } = await send(TEXT, { id });
      openSet(name, ruleSetVersion.text);
      if (test) askTest(test);
    });

  /** `expectedActive` is what this page shows: another version that came into force since is not overwritten unseen. */
  function publishForm({ name, active }, { id, hash, number }) {
    const reason = element('input', { required: true, maxLength: 500, placeholder: 'Why' });
    reason.setAttribute('aria-label', `Why ${name} ${number} is published`);
    const password = element('input', {
      type: 'password',
      placeholder: 'Password, to sign it',
      autocomplete: 'current-password',
    });
    password.setAttribute('aria-label', `Password, to sign ${name} ${number}`);
    const form = element(
      'form',
      { className: 'row' },
      reason,
      password,
      element('button', { type: 'submit', textContent: 'Publish' }),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      tried(async () => {
        const signatureId = password.value === '' ? null : await signatureUnder({ id, hash }, password.value);
        password.value = '';
        const expectedActive = active?.number ?? 0;
        await send(PUBLISH, { versionId: id, reason: reason.value, expectedActive, signatureId });
        await load();
        say(`${name} ${number} is in force.`);
        await onPublished();
      });
    });
    return form;
  }

  function versionPart(set, version) {
    const { id, number, status, savedAt, savedBy, publishedAt, publishReason, signature, overrides } = version;
    const saved = savedAt ? `saved by ${savedBy.name} on ${instant(savedAt)}` : 'shipped';
    const signed = signature ? `, signed by ${signature.signerName}` : '';
    const published = publishedAt ? `, published on ${instant(publishedAt)}: ${publishReason}${signed}` : '';
    const head = element(
      'p',
      {},
      element('b', { textContent: `${set.name} ${number}` }),
      ` ${status.toLowerCase()} · ${saved}${published}`,
    );
    const actions = element(
      'div',
      { className: 'row' },
      button('Open in the editor', () => open(id, set.name)),
    );
    const notes = overrides.map((override) => overrideNote(override));
    const part = element('section', { className: 'version' }, head, ...notes, actions);
    if (!mayWrite) return part;
    part.append(
      testPart({
        version,
        answered,
        ruleSet: set.name,
        reports,
        load,
        look: (test) => open(id, set.name, test),
        tried,
        say,
      }),
    );
    if (status !== 'PUBLISHED') part.append(publishForm(set, version));
    return part;
  }

  /** An answer that comes later than a newer one is left aside. */
  async function load() {
    asked += 1;
    const mine = asked;
    const { ruleSets } = await send(VERSIONS);
    if (mine < shown) return;
    shown = mine;
    byId('rule-sets').replaceChildren(...ruleSets.map(({ name }) => element('option', { value: name })));
    const parts = ruleSets.flatMap((set) => set.versions.edges.map(({ node }) => versionPart(set, node)));
    const none = element('p', {
      className: 'says',
      textContent: 'No version was saved yet: the shipped rules alone are in force.',
    });
    byId('versions').replaceChildren(...(parts.length > 0 ? parts : [none]));
  }

  byId('save').addEventListener('click', save);
  return {
    load,
    clear() {
      asked += 1;
      shown = asked; // what is still under way is not shown any more
      byId('rule-sets').replaceChildren();
      byId('versions').replaceChildren();
      reports.clear();
      say('');
    },
    permit(permissions) {
      mayWrite = permissions.includes('rules:write');
      byId('save').disabled = !mayWrite;
      byId('versions-permission').textContent = mayWrite
        ? 'A draft is in force nowhere. It comes into force when it is published, with a reason, and its tests pass.'
        : 'Saving, testing and publishing need the permission rules:write, which you do not have.';
    },
  };
}
