/** ARP where no recording of ours goes: proxies of broadcasts, announcements, frames for others. */
import { describe, expect, it } from 'vitest';
import { MS } from '../../src/engine/time.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Bench, type Link } from './bench.ts';
import { makeNeighbour, setUp } from './commands.ts';
import { neighText, sendDatagram } from './programs.ts';

const LINKS: readonly Link[] = [
  { host: 'rs1', if: 'ens33', mac: '02:00:00:00:00:15', bridge: 'sw', port: 'rs1-ens33' },
  { host: 'rs1', if: 'ens34', mac: '02:00:00:00:01:15', bridge: 'sw2', port: 'rs1-ens34' },
  { host: 'probe', if: 'ens33', mac: '02:00:00:00:00:01', bridge: 'sw', port: 'probe-ens33' },
];

function world(lines: readonly string[] = []) {
  const bench = new Bench(LINKS, { raw: ['probe'] });
  setUp(bench, [
    'rs1: ip addr add 192.168.100.21/24 dev ens33',
    'rs1: ip link set ens33 up',
    'rs1: ip addr add 172.16.5.21/24 dev ens34',
    'rs1: ip link set ens34 up',
    ...lines,
  ]);
  const kernel = bench.kernel('rs1');
  const device = bench.device('rs1', 'ens33');
  return {
    bench,
    kernel,
    device,
    answers: () => bench.seen('probe:ens33', 'rx'),
    entry: (at: string) => neighText(kernel, device, ip(at)),
  };
}

const hexIp = (text: string): string =>
  text
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('');

/** A frame from the probe (…:01): op, target MAC and the two addresses are given. */
function arp(
  op: 1 | 2,
  sender: string,
  target: string,
  to = 'ffffffffffff',
  tha = '000000000000',
  sha = '020000000001',
) {
  const header = `${to}0200000000010806000108000604000${op}`;
  return `${header}${sha}${hexIp(sender)}${tha}${hexIp(target)}`;
}

describe('proxy ARP', () => {
  const PROXY = ['rs1: sysctl -w net.ipv4.ip_forward=1', 'rs1: sysctl -w net.ipv4.conf.ens33.proxy_arp=1'];

  it('answers a broadcast within proxy_delay, a frame to itself at once', () => {
    const { bench, answers } = world(PROXY);
    bench.inject('probe:ens33', arp(1, '192.168.100.1', '172.16.5.9', '020000000015'));
    bench.runMs(1);
    expect(answers()).toHaveLength(1);
    bench.inject('probe:ens33', arp(1, '192.168.100.1', '172.16.5.9'));
    bench.runMs(1);
    expect(answers()).toHaveLength(1);
    bench.runMs(800);
    expect(answers()).toHaveLength(2);
    const last = bench.frames.at(-1)?.atNs ?? 0;
    expect(last).toBeGreaterThan(2 * MS);
  });

  it('does not answer for its own segment, nor without a route, nor without forwarding', () => {
    const asked = ['192.168.100.77', '8.8.8.8'].map((target) => arp(1, '192.168.100.1', target));
    for (const [lines, frames] of [
      [PROXY, asked],
      [PROXY.slice(1), [arp(1, '192.168.100.1', '172.16.5.9')]],
      [PROXY.slice(0, 1), [arp(1, '192.168.100.1', '172.16.5.9')]],
    ] as const) {
      const { bench, answers } = world(lines);
      for (const frame of frames) bench.inject('probe:ens33', frame);
      bench.runMs(2000);
      expect(answers()).toEqual([]);
    }
  });
});

describe('ARP frames', () => {
  it('for another host are not for this one, even on a promiscuous card', () => {
    const { bench, answers, entry } = world();
    bench.nic('rs1:ens33').promiscuous = true;
    bench.inject('probe:ens33', arp(1, '192.168.100.1', '192.168.100.21', '020000000099'));
    bench.runMs(1);
    expect([answers(), entry('192.168.100.1')]).toEqual([[], 'none']);
  });

  it('that announce an address of this host are neither answered nor learned, whatever arp_accept', () => {
    const { bench, answers, entry } = world(['rs1: sysctl -w net.ipv4.conf.ens33.arp_accept=1']);
    const own = '192.168.100.21';
    bench.inject('probe:ens33', arp(1, own, own));
    bench.inject('probe:ens33', arp(2, own, own, 'ffffffffffff', '020000000001'));
    bench.inject('probe:ens33', arp(2, '172.16.5.21', '192.168.100.21', '020000000015'));
    bench.runMs(1);
    expect([answers(), entry(own), entry('172.16.5.21')]).toEqual([[], 'none', 'none']);
    bench.inject('probe:ens33', arp(1, '192.168.100.1', '192.168.100.1'));
    bench.runMs(1);
    expect(entry('192.168.100.1')).toBe('STALE 02:00:00:00:00:01');
  });

  it('with sender and target alike are dropped by drop_gratuitous_arp, of the interface or of all', () => {
    for (const conf of ['ens33', 'all']) {
      const { bench, kernel, device, entry } = world([
        `rs1: sysctl -w net.ipv4.conf.${conf}.drop_gratuitous_arp=1`,
      ]);
      makeNeighbour(kernel, device, ip('192.168.100.10'), '02:00:00:00:00:0b', 'STALE');
      bench.inject('probe:ens33', arp(1, '192.168.100.10', '192.168.100.10'));
      bench.runMs(1);
      expect(entry('192.168.100.10')).toBe('STALE 02:00:00:00:00:0b');
    }
  });

  it('are answered by nobody whose interface is down', () => {
    const { bench, answers } = world(['rs1: ip link set ens33 down']);
    bench.inject('probe:ens33', arp(1, '192.168.100.1', '192.168.100.21'));
    bench.runMs(1);
    expect(answers()).toEqual([]);
  });
});

describe('announcing', () => {
  it("keepalived's way: a broadcast request, target MAC broadcast [m3f]", () => {
    const { bench, kernel, device, answers } = world();
    kernel.arp.announce(device, ip('192.168.100.10'));
    bench.runMs(1);
    expect(answers()).toEqual([
      'ffffffffffff02000000001508060001080006040001020000000015c0a8640affffffffffffc0a8640a',
    ]);
  });
});

describe('asking', () => {
  it('a host without any address of the interface asks with one of another, lo before the rest', () => {
    const { bench, kernel, answers } = world([
      'rs1: ip addr del 192.168.100.21/24 dev ens33',
      'rs1: ip addr add 192.168.100.10/32 dev lo',
      'rs1: sysctl -w net.ipv4.conf.all.arp_announce=2',
    ]);
    kernel.routes.add({
      type: 'unicast',
      network: ip('192.168.100.0'),
      length: 24,
      device: bench.device('rs1', 'ens33'),
      gateway: null,
      src: null,
      metric: 0,
      proto: 'static',
      scope: 'link',
    });
    sendDatagram(kernel, { dst: ip('192.168.100.1') });
    bench.runMs(1);
    expect(answers()[0]?.slice(56, 64)).toBe('c0a8640a');
  });
});
