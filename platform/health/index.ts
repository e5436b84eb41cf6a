export interface HealthState {
  readonly status: 'up' | 'down';
  readonly checks: Readonly<Record<string, CheckState>>;
  /** What parts of the process tell about themselves. */
  readonly about?: Readonly<Record<string, unknown>>;
}

export interface CheckState {
  readonly status: 'up' | 'down';
  readonly milliseconds: number;
  /** Why it is down, without addresses' credentials. */
  readonly error?: string;
}

export interface Health {
  /** `check` rejects when the dependency cannot be used. `timeoutMs` (default 2,000): silence longer than that counts as down. */
  register(name: string, check: () => Promise<void>, options?: { readonly timeoutMs?: number }): void;
  /** Adds what `read` gives to every answer: nothing secret, and nothing that decides whether the process is ready. */
  tell(name: string, read: () => unknown): void;
  /** From now on the process is alive but not ready: load balancers stop sending work to it. */
  drain(): void;
  state(): Promise<HealthState>;
  /** `/health` and `/health/ready` (200, else 503) say each check's state; `/health/live` says 200 while the process answers. Null: another path. */
  handle(request: Request): Promise<Response | null>;
}

interface Check {
  readonly run: () => Promise<void>;
  readonly timeoutMs: number;
}

export function createHealth(): Health {
  const checks = new Map<string, Check>();
  const told = new Map<string, () => unknown>();
  let draining = false;
  let running: Promise<HealthState> | null = null;

  async function runAll(): Promise<HealthState> {
    const states = await Promise.all([...checks].map(async ([name, check]) => [name, await runOne(check)] as const));
    const up = !draining && states.every(([, state]) => state.status === 'up');
    const shutdown: Record<string, CheckState> = draining
      ? { shutdown: { status: 'down', milliseconds: 0, error: 'The process is shutting down.' } }
      : {};
    const about = Object.fromEntries([...told].map(([name, read]) => [name, read()]));
    return {
      status: up ? 'up' : 'down',
      checks: { ...Object.fromEntries(states), ...shutdown },
      ...(told.size > 0 && { about }),
    };
  }

  // Probes that arrive together share one round of checks, so probing cannot load what it probes.
  function state(): Promise<HealthState> {
    running ??= runAll().finally(() => {
      running = null;
    });
    return running;
  }

  return {
    register(name, run, options = {}) {
      if (checks.has(name)) throw new Error(`A health check named ${name} is registered already.`);
      checks.set(name, { run, timeoutMs: options.timeoutMs ?? 2_000 });
    },
    tell(name, read) {
      told.set(name, read);
    },
    drain() {
      draining = true;
    },
    state,
    async handle(request) {
      switch (new URL(request.url).pathname) {
        case '/health/live':
          return answer(200, { status: 'up' });
        case '/health':
        case '/health/ready': {
          const current = await state();
          return answer(current.status === 'up' ? 200 : 503, current);
        }
        default:
          return null;
      }
    },
  };
}

function answer(status: number, body: object): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } });
}

async function runOne(check: Check): Promise<CheckState> {
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${check.timeoutMs} ms`)), check.timeoutMs);
  });
  try {
    await Promise.race([check.run(), silence]);
    return { status: 'up', milliseconds: elapsed() };
  } catch (error) {
    return { status: 'down', milliseconds: elapsed(), error: withoutSecrets(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** The first line of the message, at most 200 characters, without URLs' insides and without `password=`-like pairs. */
export function withoutSecrets(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : 'unknown error';
  return (text.split('\n', 1)[0] ?? '')
    .replace(/\b([a-z][a-z0-9+.-]*):\/\/\S+/gi, '$1://…')
    .replace(/\b(password|passwd|secret|token|key|authorization)(["']?\s*[=:]\s*)\S+/gi, '$1$2…')
    .slice(0, 200);
}
