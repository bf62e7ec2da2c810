import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/engine/time.ts';
import type { Device } from '../../src/linux/device.ts';
import type { Kernel } from '../../src/linux/kernel.ts';
import { ARP_REPLY, ARP_REQUEST, Arp } from '../../src/wire/arp.ts';
import { arpFrame, type Frame, ipv4Frame } from '../../src/wire/ethernet.ts';
import { Icmp } from '../../src/wire/icmp.ts';
import { ip, isInPrefix, maskOf } from '../../src/wire/ip-address.ts';
import { ICMP, Ipv4Packet, RAW_PACKET, RawPacketPayload, UDP } from '../../src/wire/ipv4.ts';
import { Mac } from '../../src/wire/mac.ts';
import { Udp } from '../../src/wire/udp.ts';
import { Bench, type Link } from '../linux/bench.ts';
import { setSysctls, setUp } from '../linux/commands.ts';
import { sendDatagram } from '../linux/programs.ts';

const LINKS: readonly Link[] = [
  { host: 'rs1', if: 'ens33', mac: '02:00:00:00:00:15', bridge: 'sw', port: 'rs1-ens33' },
  { host: 'rs1', if: 'ens34', mac: '02:00:00:00:01:15', bridge: 'sw2', port: 'rs1-ens34' },
  { host: 'probe', if: 'ens33', mac: '02:00:00:00:00:01', bridge: 'sw', port: 'probe-ens33' },
  { host: 'probe', if: 'ens34', mac: '02:00:00:00:01:01', bridge: 'sw2', port: 'probe-ens34' },
];

/** A host between two segments, with a VIP on lo. */
function between(sysctls: Readonly<Record<string, number>> = {}, seed = '1'): Bench {
  const bench = new Bench(LINKS, { raw: ['probe'], seed });
  setUp(bench, [
    'rs1: ip addr add 192.168.100.21/24 dev ens33',
    'rs1: ip link set ens33 up',
    'rs1: ip addr add 172.16.5.21/24 dev ens34',
    'rs1: ip link set ens34 up',
    'rs1: ip addr add 192.168.100.10/32 dev lo',
    'rs1: ip neigh add 192.168.100.{1,2} lladdr 02:00:00:00:00:01 dev ens33 nud permanent',
    'rs1: ip neigh add 172.16.5.{1,2} lladdr 02:00:00:00:01:01 dev ens34 nud permanent',
    'rs1: ip route add 10.20.0.0/16 via 192.168.100.1',
    'rs1: ip route add unreachable 10.30.0.0/24',
    'rs1: ip route add prohibit 10.31.0.0/24',
    'rs1: ip route add blackhole 10.32.0.0/24',
  ]);
  setSysctls(bench, 'rs1', sysctls);
  return bench;
}

const sysctls = fc.record({
  'net.ipv4.ip_forward': fc.constantFrom(0, 1),
  'net.ipv4.conf.all.rp_filter': fc.constantFrom(0, 1, 2),
  'net.ipv4.conf.ens33.accept_local': fc.constantFrom(0, 1),
  'net.ipv4.conf.all.arp_ignore': fc.constantFrom(0, 1, 2, 3, 8),
  'net.ipv4.conf.all.arp_filter': fc.constantFrom(0, 1),
  'net.ipv4.conf.all.send_redirects': fc.constantFrom(0, 1),
  'net.ipv4.conf.ens33.proxy_arp': fc.constantFrom(0, 1),
  'net.ipv4.icmp_echo_ignore_broadcasts': fc.constantFrom(0, 1),
});

const address = fc.constantFrom(
  ...['192.168.100.1', '192.168.100.2', '192.168.100.10', '192.168.100.21', '192.168.100.77'],
  ...['172.16.5.1', '172.16.5.21', '10.20.0.5', '10.30.0.1', '10.31.0.1', '10.32.0.1', '8.8.8.8'],
  ...[
    '192.168.100.255',
    '172.16.5.255',
    '255.255.255.255',
    '224.0.0.1',
    '224.0.0.18',
    '127.0.0.1',
    '0.0.0.0',
  ],
);
const mac = fc
  .constantFrom(0x020000000015, 0x020000000115, 0x020000000099, 0xffffffffffff, 0x01005e000001)
  .map((value) => Mac.of(value));

const packet = fc
  .record({
    src: address.map(ip),
    dst: address.map(ip),
    ttl: fc.constantFrom(0, 1, 2, 64),
    dontFragment: fc.boolean(),
    kind: fc.constantFrom('echo', 'reply', 'error', 'udp', 'other', 'damaged'),
    bytes: fc.constantFrom(8, 1480),
  })
  .map(({ src, dst, ttl, dontFragment, kind, bytes }) => {
    const data = new Uint8Array(bytes);
    const type = { echo: 8, reply: 0, error: 3 }[kind as 'echo'];
    if (type !== undefined) {
      return new Ipv4Packet(src, dst, ttl, 0, 1, dontFragment, false, ICMP, new Icmp(type, 0, 0, data));
    }
    if (kind === 'udp') {
      return new Ipv4Packet(src, dst, ttl, 0, 1, dontFragment, false, UDP, new Udp(5, 9, data));
    }
    const payload = new RawPacketPayload(kind === 'other' ? 132 : UDP, data);
    return new Ipv4Packet(src, dst, ttl, 0, 1, dontFragment, false, RAW_PACKET, payload);
  });

const SENDER = Mac.of(0x020000000001);

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.tuple(mac, packet).map(([dst, ipv4]) => ipv4Frame(dst, SENDER, ipv4)),
  fc
    .tuple(mac, fc.constantFrom(ARP_REQUEST, ARP_REPLY), address.map(ip), mac, address.map(ip))
    .map(([dst, op, sender, target, targetIp]) =>
      arpFrame(dst, SENDER, new Arp(op, SENDER, sender, target, targetIp)),
    ),
);

const arrivals = fc.array(fc.record({ at: fc.constantFrom('ens33', 'ens34'), frame }), { maxLength: 20 });

function dropsOf(kernel: Kernel): number {
  return [...kernel.drops.values()].reduce((sum, count) => sum + count, 0);
}

describe('a host', { timeout: 60_000 }, () => {
  test('does not answer a frame it dropped, nor forward it', () => {
    fc.assert(
      fc.property(sysctls, arrivals, (settings, arriving) => {
        const bench = between(settings);
        const kernel = bench.kernel('rs1');
        for (const { at, frame: sent } of arriving) {
          // Everything that the frame before led to is over, ARP and its failure too.
          bench.runMs(10_000);
          const drops = dropsOf(kernel);
          const frames = bench.frames.length;
          bench.nic(`probe:${at}`).send(sent);
          bench.runMs(0);
          const answers = bench.frames
            .slice(frames)
            .filter(({ at: card, dir }) => card.startsWith('rs1') && dir === 'tx');
          if (dropsOf(kernel) > drops) expect(answers).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('never sends from a forbidden address, and answers no frame for another card', () => {
    fc.assert(
      fc.property(sysctls, arrivals, (settings, arriving) => {
        const bench = between(settings);
        for (const { at, frame: sent } of arriving) {
          bench.runMs(10_000);
          const frames = bench.frames.length;
          bench.nic(`probe:${at}`).send(sent);
          bench.runMs(0);
          const mine = bench.frames.slice(frames).filter(({ at: card }) => card.startsWith('rs1'));
          if (!mine.some(({ dir }) => dir === 'rx')) expect(mine).toEqual([]);
          for (const { hex, dir } of mine) {
            if (dir !== 'tx' || hex.slice(24, 28) !== '0800') continue;
            const source = Number.parseInt(hex.slice(52, 60), 16);
            expect([0, 127]).not.toContain(source >>> 24);
            expect(source >>> 28).not.toBe(14);
            expect(source | 0).not.toBe(-1);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('behaves the same in two runs of one seed', () => {
    const play = (
      seed: string,
      settings: Record<string, number>,
      arriving: { at: string; frame: Frame }[],
    ) => {
      const bench = between(settings, seed);
      for (const { at, frame: sent } of arriving) {
        bench.runMs(700);
        bench.nic(`probe:${at}`).send(sent);
      }
      bench.runMs(30_000);
      return JSON.stringify([bench.frames, bench.engine.records, [...bench.kernel('rs1').drops]]);
    };
    fc.assert(
      fc.property(fc.string(), sysctls, arrivals, (seed, settings, arriving) => {
        expect(play(seed, settings, arriving)).toBe(play(seed, settings, arriving));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the queue of a neighbour', { timeout: 60_000 }, () => {
  const sending = fc.array(
    fc.record({
      last: fc.integer({ min: 60, max: 63 }),
      bytes: fc.constantFrom(0, 32, 197, 198, 645, 646, 1400),
      afterMs: fc.constantFrom(0, 0, 0, 10, 900, 3000),
    }),
    { maxLength: 100 },
  );

  test('stays within unres_qlen_bytes, or holds one packet; and what leaves it is accounted for', () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 832, 5000, 20_000, 212_992), sending, (limit, sends) => {
        const bench = between({ 'net.ipv4.neigh.ens33.unres_qlen_bytes': limit });
        const kernel = bench.kernel('rs1');
        for (const { last, bytes, afterMs } of sends) {
          bench.runMs(afterMs);
          sendDatagram(kernel, { dst: ip(`192.168.100.${last}`), data: new Uint8Array(bytes) });
          for (const { queue, queueBytes, state } of kernel.neighbours.list()) {
            expect(queueBytes <= limit || queue.length === 1).toBe(true);
            expect(queueBytes >= 832 * queue.length).toBe(true);
            if (state !== 'INCOMPLETE') expect([queue.length, queueBytes]).toEqual([0, 0]);
          }
        }
        const waiting = kernel.neighbours.list().reduce((sum, { queue }) => sum + queue.length, 0);
        const full = kernel.drops.get('neighbour queue full') ?? 0;
        bench.runMs(10_000);
        expect(
          kernel.neighbours.list().every(({ queue, queueBytes }) => queue.length + queueBytes === 0),
        ).toBe(true);
        expect(waiting + full).toBeLessThanOrEqual(sends.length);
        expect(bench.engine.pendingEvents).toBe(0);
      }),
    );
  });
});

describe('addresses', { timeout: 60_000 }, () => {
  /** Few addresses and lengths, so that they share subnets and are added twice. */
  const change = fc.record({
    add: fc.boolean(),
    device: fc.constantFrom('lo', 'ens33', 'ens34'),
    ip: fc.integer({ min: 1, max: 6 }).map((last) => ip(`10.0.0.${last}`)),
    length: fc.constantFrom(24, 30, 32),
    promote: fc.boolean(),
  });

  function holds(kernel: Kernel, device: Device): void {
    const { addresses, routes } = kernel;
    const own = addresses.onDevice(device);
    const firstSecondary = own.findIndex(({ secondary }) => secondary);
    if (firstSecondary >= 0) expect(own.slice(firstSecondary).every(({ secondary }) => secondary)).toBe(true);
    for (const one of own) {
      expect(addresses.isLocal(one.ip)).toBe(true);
      expect(addresses.isConfiguredOn(one.ip, device)).toBe(true);
      const primaries = own.filter(
        ({ secondary, length, ip: other }) =>
          !secondary && length === one.length && isInPrefix(other, one.ip & maskOf(length), length),
      );
      expect(primaries).toHaveLength(1);
    }
    const connected = own.filter(({ secondary, length }) => !secondary && length < 32 && !device.isLoopback);
    const listed = routes.list().filter((route) => route.device === device && route.proto === 'kernel');
    expect(listed.map(({ network, length, src }) => `${network}/${length} ${src}`).sort()).toEqual(
      connected.map(({ network, length, ip: src }) => `${network}/${length} ${src}`).sort(),
    );
  }

  test('added and removed in any order agree with what is local, on which card, and with the routes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const bench = new Bench(LINKS, { raw: ['probe'] });
        setUp(bench, ['rs1: ip link set ens33 up', 'rs1: ip link set ens34 up']);
        const kernel = bench.kernel('rs1');
        const heard = new Map<string, number>();
        kernel.addresses.onChange((op, { ip: at, device, length, secondary }) => {
          const key = `${device.name} ${at}/${length}`;
          if (op === 'remove') heard.delete(key);
          else heard.set(key, secondary ? 2 : 1);
        });
        for (const { add, device: name, ip: at, length, promote } of changes) {
          const device = bench.device('rs1', name);
          kernel.sysctl.set('net.ipv4.conf.all.promote_secondaries', promote ? '1' : '0');
          const had = kernel.addresses.onDevice(device).some((one) => one.ip === at && one.length === length);
          const error = add
            ? kernel.addresses.add(device, at, length)
            : kernel.addresses.remove(device, at, length);
          expect(error).toBe(add ? (had ? 'EEXIST' : null) : had ? null : 'EADDRNOTAVAIL');
          for (const each of kernel.devices.all) holds(kernel, each);
          const now = kernel.addresses.all().filter((one) => one.ip !== ip('127.0.0.1'));
          expect([...heard].sort()).toEqual(
            now
              .map(
                (one) =>
                  [`${one.device.name} ${one.ip}/${one.length}`, one.secondary ? 2 : 1] as [string, number],
              )
              .sort(),
          );
          for (let last = 1; last <= 6; last++) {
            const one = ip(`10.0.0.${last}`);
            const inLoopback = kernel.addresses
              .onDevice(kernel.devices.loopback)
              .some(({ network, length: prefix }) => prefix < 32 && isInPrefix(one, network, prefix));
            const configured = now.some(({ ip: held }) => held === one);
            expect(kernel.addresses.isConfigured(one)).toBe(configured);
            if (configured) expect(kernel.addresses.isLocal(one)).toBe(true);
            else if (!inLoopback) expect(kernel.addresses.isLocal(one)).toBe(false);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('reachable_time', { timeout: 60_000 }, () => {
  test('is drawn between half and one and a half of its base, by seed, host and interface', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 100_000 }), (seed, base) => {
        const draw = (): number => {
          const bench = between({ 'net.ipv4.neigh.ens33.base_reachable_time_ms': base }, seed);
          return bench.kernel('rs1').neighbours.reachableNs(bench.device('rs1', 'ens33'));
        };
        const drawn = draw();
        expect(drawn).toBe(draw());
        expect(drawn).toBeGreaterThanOrEqual((base * SECOND) / 2000 - 1);
        expect(drawn).toBeLessThanOrEqual((base * SECOND * 3) / 2000 + 1);
      }),
      { numRuns: 50 },
    );
  });
});
