import { describe, expect, test } from 'vitest';
import { advertOf } from '../../src/vrrp/advert.ts';
import { arrivalEvent, checkAdvert } from '../../src/vrrp/checks.ts';
import { createInstance, type VrrpParameters } from '../../src/vrrp/instance.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Ipv4Packet, type VrrpPacket } from '../../src/wire/ipv4.ts';
import { AUTH_NONE, AUTH_PASS, VRRP_GROUP, Vrrp } from '../../src/wire/vrrp.ts';
import { packetOf, parametersWith } from './ideal-wire.ts';
import { decodeFrame, readRecording } from './recording.ts';

const OURS = parametersWith({});
const LVS2 = ip('192.168.100.111');

/** An advert lvs2 might send, good but for what is given. */
function packetWith(given: Partial<Vrrp>, header: { ttl?: number; dst?: number } = {}): VrrpPacket {
  const sender = createInstance(parametersWith({ priority: 90, sourceIp: LVS2 }));
  const fields = { ...advertOf(sender, 90), ...given };
  const advert = new Vrrp(
    fields.version,
    fields.type,
    fields.vrid,
    fields.priority,
    fields.authType,
    fields.advertInterval,
    fields.addresses,
    fields.authData,
  );
  const good = packetOf(LVS2, advert);
  const { ttl = good.ttl, dst = good.dst } = header;
  return new Ipv4Packet(good.src, dst, ttl, good.tos, good.id, false, false, good.kind, advert);
}

const VIPS = ['192.168.100.10', '192.168.100.11'].map(ip);

describe('the advert of the tutorial', () => {
  test('passes', () => {
    expect(checkAdvert(packetWith({}), OURS)).toBeNull();
    expect(arrivalEvent(packetWith({}), OURS)).toEqual({ kind: 'advert', priority: 90, sourceIp: LVS2 });
  });

  test('passes with its addresses in another order', () => {
    const ours = parametersWith({ addresses: VIPS });
    expect(checkAdvert(packetWith({ addresses: VIPS.toReversed() }), ours)).toBeNull();
  });

  test('has 8 bytes of zeros without authentication, and they are not looked at [17-no-auth]', () => {
    const ours = parametersWith({ authType: AUTH_NONE, authPass: new Uint8Array(8) });
    const packet = packetWith({ authType: AUTH_NONE, authData: new Uint8Array(8).fill(7) });
    expect(checkAdvert(packet, ours)).toBeNull();
    expect(advertOf(createInstance(ours), 100).authData).toEqual(new Uint8Array(8));
  });

  test('of another virtual router is no event at all [72-forged-other-vrid]', () => {
    expect(arrivalEvent(packetWith({ vrid: 11, authType: 9 }), OURS)).toBeNull();
  });
});

/** Each fails its own check and all after it, in the order of the checks. */
const FAILURES: [string, Partial<Vrrp>, { ttl?: number; dst?: number }, string][] = [
  ['ttl', { version: 3 }, { ttl: 254 }, 'invalid TTL/HL. Received 254 and expect 255'],
  ['version', { version: 3, authType: 7 }, {}, 'wrong version. Received 3 and expect 2'],
  ['auth-type-unknown', { authType: 3, authData: new Uint8Array(8) }, {}, 'Invalid auth type: 3'],
  ['auth-type', { authType: AUTH_NONE, authData: new Uint8Array(8) }, {}, 'received a 0 auth, expecting 1!'],
  ['auth-type', { authType: 2, advertInterval: 2 }, {}, 'received a 2 auth, expecting 1!'],
  ['auth-data', { authData: new Uint8Array(8), advertInterval: 2 }, {}, 'received an invalid passwd!'],
  [
    'advert-interval',
    { advertInterval: 2, type: 2 },
    {},
    "advertisement interval mismatch mine=1 sec rcv'd=2 sec",
  ],
  ['type', { type: 2, addresses: VIPS }, {}, 'Invalid packet type. 2 and expect 1'],
  [
    'address-count',
    { addresses: VIPS },
    { dst: ip('192.168.100.100') },
    'received an unexpected ip number count 2, expected 1!',
  ],
  [
    'destination',
    { addresses: VIPS.slice(1) },
    { dst: ip('192.168.100.100') },
    'Expected multicast packet but received unicast packet',
  ],
  [
    'address-missing',
    { addresses: VIPS.slice(1) },
    {},
    'ip address associated with VRID 10 not present in MASTER advert : 192.168.100.10',
  ],
];

describe('the first check that fails decides', () => {
  test.each(FAILURES)('%s', (kind, given, header, log) => {
    expect(checkAdvert(packetWith(given, header), OURS)).toEqual({ kind, from: LVS2, log });
    const event = arrivalEvent(packetWith(given, header), OURS);
    expect(event).toMatchObject({ kind: 'rejected', rejection: { kind } });
  });
});

describe('recorded forgeries', () => {
  const forged = (name: string, index: number): VrrpPacket => {
    const actions = readRecording(name).actions.filter(({ action }) => action === 'forge');
    return decodeFrame(actions[index]?.hex ?? '');
  };
  const verdict = (packet: VrrpPacket, ours: VrrpParameters = OURS): string =>
    checkAdvert(packet, ours)?.kind ?? 'accepted';

  test.each([
    ['46-forged-bad-ttl-checksum', 0, 'ttl'],
    ['46-forged-bad-ttl-checksum', 2, 'type'],
    ['46-forged-bad-ttl-checksum', 3, 'version'],
    ['47b-forged-higher-prio-without-auth', 0, 'auth-type'],
    ['47b-forged-higher-prio-without-auth', 1, 'auth-data'],
    ['73-bad-adverts-postpone-master', 0, 'auth-data'],
    ['47-forged-higher-prio-with-auth', 0, 'accepted'],
    ['48-forged-prio-0', 0, 'accepted'],
  ])('[%s] %i: %s', (name, index, kind) => {
    expect(verdict(forged(name, index))).toBe(kind);
  });

  test('the first advert of lvs1 is the one we send [01-cold-start-both]', () => {
    const { packet } = firstAdvert('01-cold-start-both');
    const ours = createInstance(parametersWith({ initialState: 'MASTER' }));
    expect(advertOf(ours, 100)).toEqual(packet.payload);
    expect(packet.payload.authType).toBe(AUTH_PASS);
    expect(packet.dst).toBe(VRRP_GROUP);
  });

  function firstAdvert(name: string): { packet: VrrpPacket } {
    const frames = readRecording(name).runs[0]?.frames ?? [];
    const frame = frames.find(({ summary }) => summary.startsWith('VRRPv2'));
    return { packet: decodeFrame(frame?.hex ?? '') };
  }
});
