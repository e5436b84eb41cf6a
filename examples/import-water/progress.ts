import { SingleBar } from 'cli-progress';

export interface Progress {
  start(rows: number, samples: number): void;
  update(count: number): void;
  stop(): void;
}

/** A bar on a terminal; elsewhere a line for each twentieth of the rows. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? barOn(stream) : linesOn(stream);
}

function barOn(stream: NodeJS.WriteStream): Progress {
  const format = '  {bar} {percentage}% | {value} of {total} rows | {duration_formatted}, {eta_formatted} left';
  const bar = new SingleBar({ format, stream, hideCursor: true, barsize: 30, etaBuffer: 500 });
  let early = 0;
  let started = false;
  return {
    start(rows) {
      started = true;
      bar.start(rows, early);
    },
    update(count) {
      early = count;
      if (started) bar.update(count);
    },
    stop: () => bar.stop(),
  };
}

function linesOn(stream: NodeJS.WriteStream): Progress {
  let rows = Number.POSITIVE_INFINITY;
  let next = 0;
  return {
    start(all, samples) {
      rows = all;
      stream.write(`${all} rows, ${samples} samples\n`);
    },
    update(count) {
      if (count < next || rows === Number.POSITIVE_INFINITY) return;
      next = count + rows / 20;
      stream.write(`${count} of ${rows} rows\n`);
    },
    stop() {},
  };
}
