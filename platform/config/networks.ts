import { BlockList, isIP } from 'node:net';

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Addresses and networks separated by commas: `10.0.0.7, 192.168.0.0/16, loopback, private`.
 * @throws Error saying what was expected.
 */
export function parseNetworks(text: string): BlockList {
  const networks = new BlockList();
  for (const each of text.split(',').map((part) => part.trim())) {
    if (each === '') continue;
    for (const network of NAMED[each] ?? [each]) {
      if (!add(networks, network)) {
        throw new Error(
          `expected addresses or networks separated by commas, such as 10.0.0.7, 192.168.0.0/16, loopback or private, got ${JSON.stringify(each)}`,
        );
      }
    }
  }
  return networks;
}

function add(networks: BlockList, text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (bits === undefined) {
    networks.addAddress(address, family);
    return true;
  }
  const most = version === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) return false;
  networks.addSubnet(address, Number(bits), family);
  return true;
}
