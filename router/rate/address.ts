import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP, isIPv6, SocketAddress } from 'node:net';

/** By which network address limits know a client; undefined once it has left. */
export type AddressOf = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string | undefined;

/**
 * The address at the other end; behind proxies that are trusted, the one that they say, as far as they are trusted: anybody
 * can write `x-forwarded-for`.
 */
export function createAddressOf(trustedProxies: BlockList | null): AddressOf {
  return ({ socket, headers }) => {
    let address = socket.remoteAddress;
    if (address === undefined || !trustedProxies) return address && networkOf(address);
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    while (isIn(trustedProxies, address)) {
      const next = addressIn(forwarded.pop() ?? '');
      if (next === null) break;
      address = next;
    }
    return networkOf(address);
  };
}

function isIn(networks: BlockList, address: string): boolean {
  return networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Some proxies write the port too. */
function addressIn(text: string): string | null {
  const trimmed = text.trim();
  const address = /^\[(.+)\](:\d+)?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d+$/.exec(trimmed)?.[1] ?? trimmed;
  return isIP(address) === 0 ? null : address;
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** A client of IPv6 has a network of its own, of 64 bits, and with it as many addresses as it likes. */
export function networkOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  // A link-local address names its interface: fe80::1%eth0.
  const [plain = ''] = address.split('%');
  const [head = '', tail] = new SocketAddress({ address: plain, family: 'ipv6' }).address.split('::');
  const start = head === '' ? [] : head.split(':');
  const end = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...start, ...Array(8 - start.length - end.length).fill('0'), ...end];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
