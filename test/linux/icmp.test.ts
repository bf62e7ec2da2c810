import { describe, expect, it } from 'vitest';
import { MS } from '../../src/engine/time.ts';
import { hex } from '../../src/wire/bytes.ts';
import { ipv4Frame } from '../../src/wire/ethernet.ts';
import { Icmp } from '../../src/wire/icmp.ts';
import { quote } from '../../src/wire/icmp-quote.ts';
import { ip, ipText } from '../../src/wire/ip-address.ts';
import { ICMP, Ipv4Packet, UDP } from '../../src/wire/ipv4.ts';
import { Udp } from '../../src/wire/udp.ts';
import { Bench, type Link } from './bench.ts';
import { run, setUp } from './commands.ts';
import { sendDatagram } from './programs.ts';

const LINKS: readonly Link[] = [
  { host: 'c1', if: 'ens33', mac: '02:00:00:00:00:01', bridge: 'sw', port: 'c1-ens33' },
  { host: 'srv', if: 'ens33', mac: '02:00:00:00:00:0b', bridge: 'sw', port: 'srv-ens33' },
];
const C1 = ip('192.168.100.1');
const SRV = ip('192.168.100.11');

function world() {
  const bench = new Bench(LINKS);
  setUp(bench, [
    'c1: ip addr add 192.168.100.1/24 dev ens33',
    'c1: ip link set ens33 up',
    'srv: ip addr add 192.168.100.11/24 dev ens33',
    'srv: ip link set ens33 up',
  ]);
  const c1 = bench.kernel('c1');
  const srv = bench.kernel('srv');
  /** Moments at which c1 got an ICMP error, in ms. */
  const errorsAt = (): number[] =>
    bench.frames
      .filter(({ at, dir, hex: frame }) => at === 'c1:ens33' && dir === 'rx' && /^.{46}01/.test(frame))
      .filter(({ hex: frame }) => frame.slice(68, 70) === '03')
      .map(({ atNs }) => Math.round(atNs / MS));
  return { bench, c1, srv, errorsAt };
}

describe('the rate of ICMP errors', () => {
  it('six at once, then one a second [m5-host-input udp-closed-x20]', () => {
    const { bench, c1, errorsAt } = world();
    for (let t = 0; t < 4000; t += 50) {
      bench.runUntilMs(t);
      sendDatagram(c1, { dst: SRV });
    }
    bench.runMs(100);
    expect(errorsAt()).toEqual([0, 50, 100, 150, 200, 250, 1000, 2000, 3000]);
  });

  it('each destination has its own bucket, which fills up in six seconds of quiet', () => {
    const { bench, srv } = world();
    const errors = (): number =>
      bench.seen('srv:ens33', 'tx').filter((frame) => frame.slice(46, 48) === '01').length;
    const burst = (last: number, count: number): number => {
      const before = errors();
      for (let i = 0; i < count; i++) {
        const udp = new Udp(1000, 9, new Uint8Array(1));
        const src = ip(`192.168.100.${last}`);
        srv.udp.receive(
          new Ipv4Packet(src, SRV, 64, 0, 0, true, false, UDP, udp),
          bench.device('srv', 'ens33'),
          true,
        );
      }
      bench.runMs(1);
      return errors() - before;
    };
    setUp(bench, ['srv: ip neigh add 192.168.100.{1,2} lladdr 02:00:00:00:00:01 dev ens33 nud permanent']);
    expect([burst(1, 20), burst(2, 20), burst(1, 20)]).toEqual([6, 6, 0]);
    bench.runMs(3000);
    expect(burst(1, 20)).toBe(3);
    bench.runMs(60_000);
    expect(burst(1, 20)).toBe(6);
  });

  it('obeys icmp_ratelimit and icmp_ratemask, and never slows echo replies', () => {
    for (const [key, value, expected] of [
      ['icmp_ratelimit', 0, 20],
      ['icmp_ratelimit', 100, 15],
      ['icmp_ratemask', 0, 20],
      ['icmp_ratelimit', 1000, 6],
    ] as const) {
      const { bench, c1, srv, errorsAt } = world();
      srv.sysctl.set(`net.ipv4.${key}`, String(value));
      let echoes = 0;
      c1.icmp.openEcho(5, { reply: () => echoes++, error: () => undefined });
      for (let i = 0; i < 20; i++) {
        bench.runUntilMs(i * 50);
        sendDatagram(c1, { dst: SRV });
        c1.icmp.sendEcho(C1, SRV, 5, i, new Uint8Array(8));
      }
      bench.runMs(10);
      expect([key, value, errorsAt().length, echoes]).toEqual([key, value, expected, 20]);
    }
  });
});

describe('when no error is sent', () => {
  const udp = new Udp(1000, 9, new Uint8Array(1));
  const datagram = (src: number, dst: number) => new Ipv4Packet(src, dst, 64, 0, 1, true, false, UDP, udp);
  const error = new Ipv4Packet(
    C1,
    SRV,
    64,
    0,
    1,
    false,
    false,
    ICMP,
    new Icmp(3, 3, 0, quote(datagram(SRV, C1))),
  );

  it.each([
    ['about a broadcast', datagram(C1, ip('192.168.100.255'))],
    ['about the limited broadcast', datagram(C1, -1)],
    ['about a group', datagram(C1, ip('224.0.0.18'))],
    ['to nobody', datagram(0, SRV)],
    ['to a group', datagram(ip('224.0.0.5'), SRV)],
    ['to loopback', datagram(ip('127.0.0.1'), SRV)],
    ['about an error', error],
    ['to where no route leads', datagram(ip('8.8.8.8'), SRV)],
  ])('%s', (_what, about) => {
    const { bench, srv } = world();
    srv.icmp.sendError(about, bench.device('srv', 'ens33'), 3, 3);
    bench.runMs(10);
    expect(bench.frames).toEqual([]);
  });

  it('but about an echo request there is one', () => {
    const { bench, srv } = world();
    const echo = new Ipv4Packet(C1, SRV, 64, 0, 1, true, false, ICMP, new Icmp(8, 0, 0, new Uint8Array(8)));
    srv.icmp.sendError(echo, bench.device('srv', 'ens33'), 11, 0);
    bench.runMs(10);
    expect(bench.seen('c1:ens33', 'rx').some((frame) => frame.slice(68, 72) === '0b00')).toBe(true);
  });
});

describe('what an error looks like', () => {
  it('TOS c0 with the TOS bits of what it is about, TTL 64, no DF, 576 bytes at most', () => {
    const { bench, c1 } = world();
    const udp = new Udp(1000, 9, new Uint8Array(1400));
    c1.ip.send(new Ipv4Packet(C1, SRV, 64, 0x10, 1, true, false, UDP, udp));
    bench.runMs(10);
    const frame = bench.seen('c1:ens33', 'rx').find((seen) => seen.slice(46, 48) === '01') ?? '';
    const bytes = hex(frame);
    expect(bytes.length).toBe(14 + 576);
    expect([bytes[15], bytes[20], bytes[22]]).toEqual([0xd0, 0, 64]);
  });
});

describe('ping', () => {
  function pinging() {
    const made = world();
    const heard: string[] = [];
    const close = made.c1.icmp.openEcho(0x1234, {
      reply: ({ from, sequence, ttl, data }) =>
        heard.push(`${ipText(from)} ${sequence} ttl ${ttl} ${data.length}`),
      error: (from, type, code, sequence) => heard.push(`${ipText(from)} ${type}/${code} ${sequence}`),
    });
    return { ...made, heard, close };
  }

  it('hears its replies, and only its own', () => {
    const { bench, c1, heard, close } = pinging();
    c1.icmp.sendEcho(C1, SRV, 0x1234, 1, new Uint8Array(56));
    c1.icmp.sendEcho(C1, SRV, 0x4321, 2, new Uint8Array(56));
    bench.runMs(10);
    expect(heard).toEqual(['192.168.100.11 1 ttl 64 56']);
    close();
    c1.icmp.sendEcho(C1, SRV, 0x1234, 3, new Uint8Array(56));
    bench.runMs(10);
    expect(heard).toHaveLength(1);
  });

  it('hears an error of a router about its own request, with its sequence number', () => {
    const { bench, c1, srv, heard } = pinging();
    setUp(bench, ['srv: sysctl -w net.ipv4.ip_forward=1', 'c1: ip route add default via 192.168.100.11']);
    c1.icmp.sendEcho(C1, ip('8.8.8.8'), 0x1234, 77, new Uint8Array(8));
    bench.runMs(10);
    expect(heard).toEqual(['192.168.100.11 3/0 77']);
    expect(srv.drops.size).toBe(0);
  });

  it('does not take the quote of a reply for one of a request', () => {
    const { bench, c1, heard } = pinging();
    const reply = new Ipv4Packet(
      C1,
      SRV,
      64,
      0,
      1,
      true,
      false,
      ICMP,
      new Icmp(0, 0, 0x12340001, new Uint8Array(8)),
    );
    const about = new Icmp(3, 1, 0, quote(reply));
    const packet = new Ipv4Packet(SRV, C1, 64, 0, 1, false, false, ICMP, about);
    c1.icmp.receive(packet, bench.device('c1', 'ens33'));
    c1.icmp.receive(
      new Ipv4Packet(SRV, C1, 64, 0, 1, false, false, ICMP, new Icmp(3, 1, 0, hex('45'))),
      bench.device('c1', 'ens33'),
    );
    expect(heard).toEqual([]);
  });

  it('icmp_echo_ignore_all silences a host', () => {
    const { bench, c1, heard } = pinging();
    run(bench, 'srv: sysctl -w net.ipv4.icmp_echo_ignore_all=1');
    c1.icmp.sendEcho(C1, SRV, 0x1234, 1, new Uint8Array(8));
    bench.runMs(10);
    expect(heard).toEqual([]);
  });

  it('ip_default_ttl is what replies and requests leave with', () => {
    const { bench, c1, heard } = pinging();
    run(bench, 'srv: sysctl -w net.ipv4.ip_default_ttl=100');
    c1.icmp.sendEcho(C1, SRV, 0x1234, 1, new Uint8Array(8));
    bench.runMs(10);
    expect(heard).toEqual(['192.168.100.11 1 ttl 100 8']);
  });
});

describe('redirects', () => {
  it('none is sent to a sender who would need a gateway to get the packet back', () => {
    const { bench, srv } = world();
    setUp(bench, [
      'srv: sysctl -w net.ipv4.ip_forward=1',
      'srv: ip route add 10.9.0.0/24 via 192.168.100.1',
      'srv: ip route add 10.20.0.0/24 via 192.168.100.1',
      'srv: ip neigh add 192.168.100.1 lladdr 02:00:00:00:00:01 dev ens33 nud permanent',
    ]);
    const forwarded = (from: string): string[] => {
      const before = bench.frames.length;
      const datagram = new Udp(1000, 9, new Uint8Array(1));
      const packet = new Ipv4Packet(ip(from), ip('10.9.0.5'), 64, 0, 1, true, false, UDP, datagram);
      bench.nic('c1:ens33').send(ipv4Frame(bench.nic('srv:ens33').mac, bench.nic('c1:ens33').mac, packet));
      bench.runMs(1);
      const sent = bench.frames.slice(before).filter(({ at, dir }) => at === 'srv:ens33' && dir === 'tx');
      return sent.map(({ hex: frame }) => (frame.slice(46, 48) === '01' ? 'redirect' : 'datagram'));
    };
    setUp(bench, ['srv: ip neigh add 192.168.100.7 lladdr 02:00:00:00:00:01 dev ens33 nud permanent']);
    expect(forwarded('192.168.100.7')).toEqual(['redirect', 'datagram']);
    expect(forwarded('10.20.0.5')).toEqual(['datagram']);
    expect(srv.drops.size).toBe(0);
  });

  it('one about a destination on the link, or not from the gateway, is not heard [m3d F4]', () => {
    const { bench, c1 } = world();
    setUp(bench, ['c1: ip route add default via 192.168.100.254']);
    const device = bench.device('c1', 'ens33');
    const redirect = (from: string, to: string, gateway: string): void => {
      const sent = new Ipv4Packet(
        C1,
        ip(to),
        64,
        0,
        1,
        true,
        false,
        UDP,
        new Udp(4000, 9, new Uint8Array(1)),
      );
      const icmp = new Icmp(5, 1, ip(gateway), quote(sent));
      c1.icmp.receive(new Ipv4Packet(ip(from), C1, 64, 0xc0, 1, false, false, ICMP, icmp), device);
    };
    redirect('192.168.100.11', '192.168.100.10', '192.168.100.10');
    redirect('192.168.100.11', '10.9.0.5', '192.168.100.253');
    redirect('192.168.100.254', '10.9.0.5', '192.168.100.254');
    redirect('192.168.100.254', '10.9.0.5', '192.168.100.255');
    redirect('192.168.100.254', '10.9.0.5', '224.0.0.1');
    expect(c1.neighbours.list()).toEqual([]);
    redirect('192.168.100.254', '10.9.0.5', '192.168.100.253');
    expect(c1.neighbours.list().map(({ ip: at }) => ipText(at))).toEqual(['192.168.100.253']);
  });
});
