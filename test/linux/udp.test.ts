import { describe, expect, it } from 'vitest';
import { ERRNO_TEXT } from '../../src/linux/errno.ts';
import { UdpSocket } from '../../src/linux/udp.ts';
import { asciiBytes, bytesText } from '../../src/wire/bytes.ts';
import { ip, ipText } from '../../src/wire/ip-address.ts';
import { Bench, type Link } from './bench.ts';
import { run, setUp } from './commands.ts';

const LINKS: readonly Link[] = [
  { host: 'c1', if: 'ens33', mac: '02:00:00:00:00:01', bridge: 'sw', port: 'c1-ens33' },
  { host: 'srv', if: 'ens33', mac: '02:00:00:00:00:0b', bridge: 'sw', port: 'srv-ens33' },
];
const SRV = ip('192.168.100.11');

function world() {
  const bench = new Bench(LINKS);
  setUp(bench, [
    'c1: ip addr add 192.168.100.1/24 dev ens33',
    'c1: ip link set ens33 up',
    'srv: ip addr add 192.168.100.11/24 dev ens33',
    'srv: ip link set ens33 up',
  ]);
  const lines: string[] = [];
  const open = (host: string, port: number): UdpSocket => {
    const socket = bench.kernel(host).udp.open(port, {
      data: (bytes, from, fromPort) =>
        lines.push(`${host} got ${bytesText(bytes)} from ${ipText(from)}:${fromPort}`),
      error: (errno) => lines.push(`${host}: ${ERRNO_TEXT[errno]}`),
    });
    if (!(socket instanceof UdpSocket)) throw new Error(socket);
    return socket;
  };
  return { bench, lines, open };
}

describe('UDP', () => {
  it('carries datagrams between open ports', () => {
    const { bench, lines, open } = world();
    const client = open('c1', 4000);
    const server = open('srv', 53);
    expect(client.sendTo(SRV, 53, asciiBytes('query'))).toBeNull();
    bench.runMs(10);
    expect(server.sendTo(ip('192.168.100.1'), 4000, asciiBytes('answer'))).toBeNull();
    bench.runMs(10);
    expect(lines).toEqual(['srv got query from 192.168.100.1:4000', 'c1 got answer from 192.168.100.11:53']);
  });

  it('a closed port answers 3/3, which a program hears as connection refused', () => {
    const { bench, lines, open } = world();
    const client = open('c1', 4000);
    client.sendTo(SRV, 53, asciiBytes('query'));
    bench.runMs(10);
    expect(lines).toEqual(['c1: Connection refused']);
    const server = open('srv', 53);
    client.sendTo(SRV, 53, asciiBytes('again'));
    bench.runMs(10);
    server.close();
    client.sendTo(SRV, 53, asciiBytes('once more'));
    bench.runMs(10);
    expect(lines.slice(1)).toEqual(['srv got again from 192.168.100.1:4000', 'c1: Connection refused']);
  });

  it('nobody hears that a neighbour did not answer', () => {
    const { bench, lines, open } = world();
    expect(open('c1', 4000).sendTo(ip('192.168.100.99'), 53, asciiBytes('x'))).toBeNull();
    bench.runMs(5000);
    expect(lines).toEqual([]);
  });

  it('a port belongs to one socket', () => {
    const { bench, open } = world();
    const first = open('c1', 4000);
    const events = { data: () => undefined, error: () => undefined };
    expect(bench.kernel('c1').udp.open(4000, events)).toBe('EADDRINUSE');
    first.close();
    expect(bench.kernel('c1').udp.open(4000, events)).toBeInstanceOf(UdpSocket);
  });

  it('fails at once without a route, with a route that refuses, or when it does not fit', () => {
    const { bench, open } = world();
    const client = open('c1', 4000);
    expect(client.sendTo(ip('8.8.8.8'), 53, asciiBytes('x'))).toBe('ENETUNREACH');
    for (const [type, errno] of [
      ['unreachable', 'EHOSTUNREACH'],
      ['prohibit', 'EACCES'],
      ['blackhole', 'EINVAL'],
    ] as const) {
      run(bench, `c1: ip route add ${type} 8.8.8.0/24`);
      expect([type, client.sendTo(ip('8.8.8.1'), 53, asciiBytes('x'))]).toEqual([type, errno]);
      bench.kernel('c1').routes.remove({ network: ip('8.8.8.0'), length: 24 });
    }
    expect(client.sendTo(SRV, 53, new Uint8Array(1472))).toBeNull();
    expect(client.sendTo(SRV, 53, new Uint8Array(1473))).toBe('EMSGSIZE');
  });

  it('takes a broadcast where a port is open and is silent where none is', () => {
    const { bench, lines, open } = world();
    const client = open('c1', 4000);
    client.sendTo(ip('192.168.100.255'), 53, asciiBytes('anybody'));
    bench.runMs(10);
    expect(lines).toEqual([]);
    open('srv', 53);
    client.sendTo(ip('192.168.100.255'), 53, asciiBytes('anybody'));
    bench.runMs(10);
    expect(lines).toEqual(['srv got anybody from 192.168.100.1:4000']);
    expect(bench.kernel('srv').drops.get('no listener')).toBe(1);
  });

  it('to itself never touches a cable', () => {
    const { bench, lines, open } = world();
    const socket = open('srv', 53);
    expect(socket.sendTo(SRV, 53, new Uint8Array(0))).toBeNull();
    expect(lines).toEqual([]);
    bench.runMs(1);
    expect(lines).toEqual(['srv got  from 192.168.100.11:53']);
    expect(bench.frames).toEqual([]);
  });
});
