const STOPPED = {
  INFERENCES: 'Stopped: it made too many calls of predicates. There may be more answers.',
  ANSWERS: 'Stopped: there are more answers than were asked for.',
  ROWS: 'Stopped: too many results were collected on the way. There may be more answers.',
  DEPTH: 'Stopped: calls or terms are nested too deeply. A rule may call itself without end.',
  TIME: 'Stopped: it took too long. There may be more answers.',
  MEMORY: 'Stopped: it needed too much memory. There may be more answers.',
};

/** Why an evaluation ended early, in words. */
export function stoppedText(reason) {
  return STOPPED[reason] ?? `Stopped: ${reason}.`;
}

export function counted(count, one, many) {
  return `${count === 0 ? 'No' : count} ${count === 1 ? one : many}`;
}

export function instant(text) {
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

/** One fact or answer a line; a full stop, an empty line and a comment do no harm. */
export function factLines(text) {
  const lines = text.split('\n').map((line) =>
    line
      .replace(/^\s*%.*$/, '')
      .trim()
      .replace(/\.$/, ''),
  );
  return lines.filter((line) => line !== '');
}
