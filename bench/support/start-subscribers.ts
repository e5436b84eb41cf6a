import { fileURLToPath } from 'node:url';
import { freePort, startProcess } from './processes.ts';
import type { Heard, OpenOrder } from './subscribers.ts';

export interface Subscribers extends AsyncDisposable {
  readonly pid: number;
  /** @throws Error when one of them cannot connect. */
  open(order: OpenOrder): Promise<void>;
  heard(): Promise<Heard>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('subscribers.ts', import.meta.url));

export async function startSubscribers(): Promise<Subscribers> {
  const port = await freePort();
  const url = (path: string) => `http://127.0.0.1:${port}/${path}`;
  const env = { PORT: String(port) };
  const started = await startProcess({ name: 'subscribers', args: [SCRIPT], env, readyUrl: url('heard') });
  const call = async (path: string, body: unknown = {}): Promise<unknown> => {
    const response = await fetch(url(path), { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`The subscribers failed to ${path}: ${await response.text()}`);
    return response.json();
  };
  return {
    ...started,
    open: async (order) => void (await call('open', order)),
    heard: async () => (await call('heard')) as Heard,
    reset: async () => void (await call('reset')),
    close: async () => void (await call('close')),
  };
}
