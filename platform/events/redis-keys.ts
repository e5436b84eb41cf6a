/** Names in Redis. The braces keep all streams in one slot of a Redis cluster, where one command may read them together. */
export function keysOf(prefix: string) {
  return {
    streamOf: (topic: string) => `{${prefix}:events}:${topic}`,
    deadLettersOf: (group: string) => `{${prefix}:events}:dead:${group}`,
  };
}
