import { describe, expect, test } from 'vitest';
import {
  compareIp,
  IP_BROADCAST,
  IP_LOOPBACK,
  ip,
  ipText,
  isInPrefix,
  isLoopback,
  isMulticast,
  maskOf,
  parseIp,
  parsePrefix,
  prefixLengthOf,
  prefixText,
} from '../../src/wire/ip-address.ts';
import { MAC_BROADCAST, MAC_ZERO, Mac, multicastMac } from '../../src/wire/mac.ts';

describe('IPv4 addresses', () => {
  test('are int32 and print as dotted quads', () => {
    expect(parseIp('192.168.100.10')).toBe(0xc0a8640a | 0);
    expect(ipText(0xc0a8640a | 0)).toBe('192.168.100.10');
    expect(parseIp('255.255.255.255')).toBe(IP_BROADCAST);
    expect(parseIp('127.0.0.1')).toBe(IP_LOOPBACK);
    expect(() => ip('here')).toThrow(RangeError);
  });

  test.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.x', ' 1.2.3.4', '1.2.3.4/24'])(
    'not %j',
    (text) => {
      expect(parseIp(text)).toBeNull();
    },
  );

  test('masks and prefixes', () => {
    expect([0, 1, 24, 31, 32].map((length) => maskOf(length) >>> 0)).toEqual([
      0, 0x80000000, 0xffffff00, 0xfffffffe, 0xffffffff,
    ]);
    expect([0, 1, 24, 31, 32].map((length) => prefixLengthOf(maskOf(length)))).toEqual([0, 1, 24, 31, 32]);
    expect(prefixLengthOf(0xff00ff00 | 0)).toBeNull();
    expect(parsePrefix('192.168.100.10/24')).toEqual({ ip: ip('192.168.100.10'), length: 24 });
    expect(parsePrefix('192.168.100.10')).toEqual({ ip: ip('192.168.100.10'), length: 32 });
    expect(parsePrefix('192.168.100.10/33')).toBeNull();
    expect(parsePrefix('192.168.100.10/')).toBeNull();
    expect(prefixText({ ip: ip('10.0.0.0'), length: 8 })).toBe('10.0.0.0/8');
    expect(isInPrefix(ip('192.168.100.99'), ip('192.168.100.10'), 24)).toBe(true);
    expect(isInPrefix(ip('192.168.101.10'), ip('192.168.100.10'), 24)).toBe(false);
    expect(isInPrefix(ip('8.8.8.8'), 0, 0)).toBe(true);
  });

  test('kinds and order', () => {
    expect(
      [ip('224.0.0.18'), ip('239.255.255.255'), ip('240.0.0.1'), ip('10.0.0.1')].map(isMulticast),
    ).toEqual([true, true, false, false]);
    expect([ip('127.0.0.1'), ip('128.0.0.1')].map(isLoopback)).toEqual([true, false]);
    expect([ip('200.0.0.1'), ip('9.0.0.1')].sort(compareIp).map(ipText)).toEqual(['9.0.0.1', '200.0.0.1']);
  });
});

describe('Ethernet addresses', () => {
  test('are one object each', () => {
    expect(Mac.parse('02:00:00:00:00:64')).toBe(Mac.of(0x020000000064));
    expect(Mac.parse('2:0:0:0:0:64')).toBe(Mac.parse('02:00:00:00:00:64'));
    expect(Mac.parse('02:00:00:00:00:AB')?.toString()).toBe('02:00:00:00:00:ab');
    expect(JSON.stringify(MAC_ZERO)).toBe('"00:00:00:00:00:00"');
    expect(Mac.parse('02:00:00:00:00')).toBeNull();
    expect(Mac.parse('02-00-00-00-00-64')).toBeNull();
  });

  test('know the group bit', () => {
    expect(MAC_BROADCAST.isGroup).toBe(true);
    expect(Mac.of(0x01005e000012).isGroup).toBe(true);
    expect(Mac.of(0x00005e00010a).isGroup).toBe(false);
  });

  test('of multicast groups keep 23 bits', () => {
    expect(multicastMac(ip('224.0.0.18')).toString()).toBe('01:00:5e:00:00:12');
    expect(multicastMac(ip('239.255.1.2')).toString()).toBe('01:00:5e:7f:01:02');
  });
});
