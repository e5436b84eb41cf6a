import { describe, expect, test } from 'vitest';
import { parseNetworks } from '#platform/config/networks.ts';
import { createAddressOf, networkOf } from './address.ts';

function addressOf(
  trusted: string | null,
  peer: string | undefined,
  forwarded?: string | string[],
): string | undefined {
  const find = createAddressOf(trusted === null ? null : parseNetworks(trusted));
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return find({ socket: { remoteAddress: peer }, headers } as unknown as Parameters<typeof find>[0]);
}

describe('the address of a client', () => {
  test('is the other end, whatever it says of itself, where no proxy is trusted', () => {
    expect(addressOf(null, '203.0.113.9', '1.2.3.4')).toBe('203.0.113.9');
    expect(addressOf('10.0.0.0/8', '203.0.113.9', '1.2.3.4')).toBe('203.0.113.9');
    expect(addressOf(null, undefined)).toBeUndefined();
  });

  test('is what the last trusted proxy saw: what a client wrote before that counts for nothing', () => {
    expect(addressOf('10.0.0.0/8', '10.0.0.1', '203.0.113.9')).toBe('203.0.113.9');
    expect(addressOf('10.0.0.0/8', '10.0.0.1', '1.2.3.4, 203.0.113.9, 10.0.0.2')).toBe('203.0.113.9');
    expect(addressOf('loopback', '::ffff:127.0.0.1', '203.0.113.9')).toBe('203.0.113.9');
  });

  test('is the proxy itself where that says nothing that can be read', () => {
    for (const text of ['', 'unknown', 'a, b', '999.1.1.1'])
      expect(addressOf('private', '10.0.0.1', text)).toBe('10.0.0.1');
    expect(addressOf('private', '10.0.0.1')).toBe('10.0.0.1');
  });

  test('may come with a port', () => {
    expect(addressOf('private', '10.0.0.1', '203.0.113.9:5000')).toBe('203.0.113.9');
    expect(addressOf('private', '10.0.0.1', '[2001:db8::1]:5000')).toBe('2001:db8:0:0::/64');
  });

  test('of IPv6 stands for the network that one client has, of IPv4 for itself', () => {
    expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(networkOf('2001:db8:1:2:ffff::1')).toBe(networkOf('2001:0db8:0001:0002::9'));
    expect(networkOf('2001:db8:1:3::1')).not.toBe(networkOf('2001:db8:1:2::1'));
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(networkOf('10.0.0.1')).toBe('10.0.0.1');
  });
});

test.each(['10.0.0', '10.0.0.0/33', '::1/129', '10.0.0.0/8/8', 'everybody', '10.0.0.1/x'])(
  '%s is no network',
  (text) => {
    expect(() => parseNetworks(text)).toThrow(/expected addresses or networks/);
  },
);
