import type { GraphQLResult } from '../results.ts';
import type { Channel } from './channel.ts';

/** The open channels of one supergraph. */
export interface Channels {
  /** The channel of this operation under this key, made when there is none. */
  get(operation: object, key: string, create: (onClose: () => void) => Channel): Channel;
  /** A channel that nobody else joins. */
  alone(create: (onClose: () => void) => Channel): Channel;
  end(last: GraphQLResult): void;
  readonly size: number;
}

export function createChannels(): Channels {
  const open = new Map<object, Map<string, Channel>>();
  const all = new Set<Channel>();

  function forget(operation: object, key: string, channel: Channel): void {
    all.delete(channel);
    const ofOperation = open.get(operation);
    if (ofOperation?.get(key) === channel) ofOperation.delete(key);
    if (ofOperation?.size === 0) open.delete(operation);
  }

  return {
    get(operation, key, create) {
      const ofOperation = open.get(operation) ?? new Map<string, Channel>();
      open.set(operation, ofOperation);
      const known = ofOperation.get(key);
      if (known) return known;
      const channel = create(() => forget(operation, key, channel));
      ofOperation.set(key, channel);
      all.add(channel);
      return channel;
    },
    alone(create) {
      const channel = create(() => void all.delete(channel));
      all.add(channel);
      return channel;
    },
    end(last) {
      for (const channel of [...all]) channel.end(last);
    },
    get size() {
      return all.size;
    },
  };
}
