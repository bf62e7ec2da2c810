import { describe, expect, test } from 'vitest';
import { hex, hexText, Writer } from '../../src/wire/bytes.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { AUTH_NONE, AUTH_PASS, decodeVrrp, encodeVrrp, Vrrp } from '../../src/wire/vrrp.ts';

function encoded(vrrp: Vrrp): string {
  const to = new Writer(new Uint8Array(16 + 4 * vrrp.addresses.length));
  encodeVrrp(to, vrrp);
  return hexText(to.bytes);
}

describe('an advertisement of version 2', () => {
  test.each([
    ['with a password', AUTH_PASS, '6162633132330000', '210a640101015e79c0a8640a6162633132330000'],
    ['without [17-no-auth]', AUTH_NONE, '0000000000000000', '210a640100015640c0a8640a0000000000000000'],
  ])('%s', (_name, authType, authData, bytes) => {
    const vrrp = new Vrrp(2, 1, 10, 100, authType, 1, [ip('192.168.100.10')], hex(authData));
    expect(encoded(vrrp)).toBe(bytes);
    expect(decodeVrrp(hex(bytes))).toEqual(vrrp);
  });

  test('may carry no address, or twenty', () => {
    for (const count of [0, 20]) {
      const addresses = Array.from({ length: count }, (_, i) => ip('10.0.0.1') + i);
      const vrrp = new Vrrp(2, 1, 51, 0, AUTH_NONE, 255, addresses, new Uint8Array(8));
      expect(decodeVrrp(hex(encoded(vrrp)))).toEqual(vrrp);
    }
  });

  test('keeps a version or type that it should not have: to judge it is for the receiver', () => {
    const odd = new Vrrp(5, 3, 10, 100, 9, 1, [], new Uint8Array(8));
    expect(decodeVrrp(hex(encoded(odd)))).toEqual(odd);
  });

  test.each([
    ['version 3 [11-v3-advert-int-0.5]', '310a5a0100324a68c0a8640a'],
    ['no authentication data [m5-host-input]', '2133640100010000'],
    ['a count of addresses that does not fit', '210a640201015d79c0a8640a6162633132330000'],
    ['a checksum that is off by one', '210a640101015e7ac0a8640a6162633132330000'],
    ['the last byte missing', '210a640101015e79c0a8640a61626331323300'],
  ])('has no record with %s', (_name, bytes) => {
    expect(decodeVrrp(hex(bytes))).toBeNull();
  });
});
