/** Rules of IPVS that the recordings name but do not single out, or that only the kernel's source shows. */
import { describe, expect, test } from 'vitest';
import { MS, SECOND } from '../../src/engine/time.ts';
import type { Ipvs } from '../../src/ipvs/ipvs.ts';
import type { IpvsDestinationRecord } from '../../src/ipvs/records.ts';
import type { ServiceKey } from '../../src/ipvs/service.ts';
import { Icmp, PORT_UNREACHABLE, UNREACHABLE } from '../../src/wire/icmp.ts';
import { quote } from '../../src/wire/icmp-quote.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { ICMP, type Ipv4, Ipv4Packet, TCP } from '../../src/wire/ipv4.ts';
import { ACK, FIN, RST, SYN } from '../../src/wire/tcp.ts';
import { Director, datagram, segment, VIP } from './director.ts';

const HTTP: ServiceKey = { protocol: TCP, vip: VIP, port: 80 };
const WEB1 = { ip: ip('192.168.100.200'), port: 80 };
const WEB2 = { ip: ip('192.168.100.222'), port: 80 };
const CLIENT = ip('192.168.100.20');

function directorWith(...commands: string[]): Director {
  const director = new Director();
  for (const command of commands) expect(director.type(command)).toMatchObject({ exit: 0, stderr: '' });
  return director;
}

function twoServers(): Director {
  return directorWith(
    '-A -t 192.168.100.10:80 -s rr',
    '-a -t 192.168.100.10:80 -r 192.168.100.200 -g',
    '-a -t 192.168.100.10:80 -r 192.168.100.222 -g',
  );
}

function send(director: Director, sport: number, ...flags: number[]): string[] {
  for (const each of flags) director.client.send(segment({ src: CLIENT, sport, dst: VIP, dport: 80 }, each));
  director.settle();
  return director.received();
}

function destination(ipvs: Ipvs, key = WEB1) {
  const found = ipvs.service(HTTP)?.find(key);
  if (found === null || found === undefined) throw new Error('no such server');
  return found;
}

describe('a port that comes back', () => {
  test('gets another server after CLOSE and TIME_WAIT, the same one with conn_reuse_mode 0', () => {
    const director = twoServers();
    expect(send(director, 1, SYN, ACK, RST)).toEqual(Array(3).fill('192.168.100.222'));
    expect(send(director, 1, SYN, FIN)).toEqual(Array(2).fill('192.168.100.200'));
    expect(send(director, 1, SYN, ACK, RST)).toEqual(Array(3).fill('192.168.100.222'));
    director.kernel.sysctl.set('net.ipv4.vs.conn_reuse_mode', '0');
    expect(send(director, 1, SYN)).toEqual(['192.168.100.222']);
    expect(director.ipvs.connectionCount).toBe(1);
  });
});

describe('thresholds', () => {
  test('a full server gets some again below its lower threshold, when an entry expires', () => {
    const director = directorWith(
      '--set 0 1 0',
      '-A -t 192.168.100.10:80 -s rr',
      '-a -t 192.168.100.10:80 -r 192.168.100.200 -g -x 4 -y 2',
    );
    const web1 = destination(director.ipvs);
    for (let port = 1; port <= 4; port++) expect(send(director, port, SYN, ACK)).toHaveLength(2);
    expect(send(director, 5, SYN)).toEqual([]);
    for (const [port, overloaded] of [
      [1, true],
      [2, true],
      [3, false],
    ] as const) {
      send(director, port, FIN | ACK);
      director.run(1.5 * SECOND);
      expect(web1.overloaded, `after ${port}`).toBe(overloaded);
    }
    expect(web1.totalConns).toBe(1);
  });

  test('an edit frees a full server when the limit goes up or away, not when it stays or falls', () => {
    const director = directorWith(
      '-A -t 192.168.100.10:80 -s rr',
      '-a -t 192.168.100.10:80 -r 192.168.100.200 -g -x 2',
    );
    const web1 = destination(director.ipvs);
    const edited = (options: string) => {
      director.type(`-e -t 192.168.100.10:80 -r 192.168.100.200 -g ${options}`);
      return web1.overloaded;
    };
    for (let port = 1; port <= 2; port++) send(director, port, SYN);
    expect(web1.overloaded).toBe(true);
    expect([edited('-x 2'), edited('-x 1'), edited('-x 2')]).toEqual([true, true, false]);
    send(director, 3, SYN);
    expect([web1.overloaded, edited('')]).toEqual([true, false]);
    expect(web1.upperThreshold).toBe(0);
  });
});

describe('a deleted server', () => {
  const readd = (director: Director) => {
    director.type('-a -t 192.168.100.10:80 -r 192.168.100.200 -g');
    return destination(director.ipvs);
  };
  const remove = (director: Director) => director.type('-d -t 192.168.100.10:80 -r 192.168.100.200');

  test('comes back with its connections and counters, at the head of the list', () => {
    const director = twoServers();
    send(director, 1, SYN);
    send(director, 2, SYN);
    director.run(2 * SECOND);
    const before = destination(director.ipvs);
    remove(director);
    director.run(50 * SECOND);
    const after = readd(director);
    expect(after).toBe(before);
    expect(after.activeConns).toBe(1);
    expect(after.stats.totals(director.engine.nowNs).conns).toBe(1);
    expect(director.ipvs.service(HTTP)?.destinations[0]).toBe(after);
  });

  test('is remembered while entries last, and without any for two to three minutes', () => {
    const director = twoServers();
    const before = destination(director.ipvs);
    remove(director);
    director.run(170 * SECOND);
    expect(readd(director)).toBe(before);
    remove(director);
    director.run(181 * SECOND);
    const second = readd(director);
    expect(second).not.toBe(before);
    director.type('-e -t 192.168.100.10:80 -r 192.168.100.222 -w 0');
    send(director, 1, SYN, ACK);
    remove(director);
    director.run(850 * SECOND);
    expect(readd(director)).toBe(second);
  });

  test('loses its counters, not its connections, when the whole service was made anew', () => {
    const director = twoServers();
    send(director, 1, SYN);
    send(director, 2, SYN);
    director.run(3 * SECOND);
    const before = destination(director.ipvs);
    director.type('-C');
    director.type('-A -t 192.168.100.10:80 -s rr');
    expect(readd(director)).toBe(before);
    expect(before.stats.totals(director.engine.nowNs).conns).toBe(0);
    expect(before.activeConns).toBe(1);
    expect(before.service).toBe(director.ipvs.service(HTTP));
  });

  test('is not counted for what an ICMP error still brings its way', () => {
    const director = twoServers();
    send(director, 1, SYN);
    director.client.send(errorAboutReply(1, PORT_UNREACHABLE));
    director.type('-d -t 192.168.100.10:80 -r 192.168.100.222');
    director.client.send(errorAboutReply(1, PORT_UNREACHABLE));
    director.run(3 * SECOND);
    expect(director.ipvs.total.totals(director.engine.nowNs).inPkts).toBe(1);
  });
});

/** The client's complaint about a segment of the server's to port `sport`. */
function errorAboutReply(sport: number, code: number, dataLength = 0): Ipv4 {
  const reply = segment({ src: VIP, sport: 80, dst: CLIENT, dport: sport }, ACK, dataLength);
  const icmp = new Icmp(UNREACHABLE, code, 0, quote(reply));
  return new Ipv4Packet(CLIENT, VIP, 64, 0, 7, true, false, ICMP, icmp);
}

describe('ICMP errors of a client about replies', () => {
  test('go to the server of the connection, one hop older, without restarting the entry', () => {
    const director = twoServers();
    send(director, 1, SYN, ACK);
    const [conn] = director.ipvs.connectionList();
    const endNs = director.engine.nowNs + (conn === undefined ? 0 : director.ipvs.remainingNs(conn));
    director.run(SECOND);
    director.client.send(errorAboutReply(1, PORT_UNREACHABLE));
    director.settle();
    const web2 = director.webs.get('192.168.100.222');
    const [got, ...rest] = web2?.takePackets() ?? [];
    expect(got).toMatchObject({ src: CLIENT, dst: VIP, ttl: 63, kind: ICMP });
    expect(rest).toEqual([]);
    expect(director.engine.nowNs + (conn === undefined ? 0 : director.ipvs.remainingNs(conn))).toBe(endNs);
  });

  test('are never too big for the way', () => {
    const director = twoServers();
    send(director, 1, SYN);
    director.device.mtu = 200;
    director.client.send(errorAboutReply(1, PORT_UNREACHABLE, 1000));
    director.settle();
    expect(director.received()).toEqual(['192.168.100.222']);
  });

  test('about anything else are the director’s own', () => {
    const director = twoServers();
    director.client.send(errorAboutReply(9, PORT_UNREACHABLE));
    director.settle();
    expect(director.received()).toEqual([]);
  });
});

describe('services', () => {
  test('one of all ports takes what no other does, and without persistence has no server for it', () => {
    const director = twoServers();
    director.ipvs.addService({ ...HTTP, port: 0 }, { scheduler: 'rr' });
    director.ipvs.addDestination({ ...HTTP, port: 0 }, { ...WEB1, port: 0 }, { method: 'route', weight: 1 });
    director.client.send(segment({ src: CLIENT, sport: 1, dst: VIP, dport: 81 }, SYN));
    director.settle();
    expect(director.client.takePackets()).toMatchObject([{ kind: ICMP, payload: { type: 3, code: 3 } }]);
    expect(send(director, 1, SYN)).toEqual(['192.168.100.222']);
  });

  test('the director takes no look at packets without any, and none at UDP for a service of TCP', () => {
    const director = twoServers();
    director.client.send(datagram({ src: CLIENT, sport: 1, dst: VIP, dport: 80 }));
    director.settle();
    expect(director.client.takePackets()).toMatchObject([{ payload: { type: 3, code: 3 } }]);
    expect(director.ipvs.connectionCount).toBe(0);
    director.type('-C');
    expect(send(director, 1, SYN)).toEqual([]);
    expect(director.client.takePackets()).toMatchObject([{ payload: { flags: RST | ACK } }]);
  });

  test('sloppy_tcp: any segment but RST opens a connection', () => {
    const director = twoServers();
    expect(send(director, 1, ACK)).toEqual([]);
    director.kernel.sysctl.set('net.ipv4.vs.sloppy_tcp', '1');
    expect(send(director, 1, RST)).toEqual([]);
    expect(send(director, 1, ACK)).toEqual(['192.168.100.222']);
  });

  test('a packet from a loopback address is not let out', () => {
    const director = twoServers();
    const packet = segment({ src: ip('127.0.0.1'), sport: 1, dst: VIP, dport: 80 }, SYN);
    director.kernel.netfilter.localIn.run(packet, director.kernel.devices.loopback);
    director.settle();
    expect(director.received()).toEqual([]);
    expect(director.kernel.drops.get('martian source')).toBe(1);
  });

  test('a timeout that ends after the end of time does no harm', () => {
    const director = twoServers();
    director.type('--set 2678400 0 0');
    director.run(80 * 86_400 * SECOND);
    expect(send(director, 1, SYN, ACK)).toHaveLength(2);
    director.run(20 * 86_400 * SECOND);
    expect(director.ipvs.connectionCount).toBe(1);
  });
});

describe('the trace', () => {
  test('has who came, who went and whose weight changed, and nothing else', () => {
    const director = twoServers();
    const { ipvs, engine } = director;
    send(director, 1, SYN, ACK, FIN | ACK, ACK);
    director.run(MS);
    ipvs.editDestination(HTTP, WEB1, { method: 'route', weight: 1 });
    ipvs.editDestination(HTTP, WEB1, { method: 'route', weight: 0 });
    ipvs.editDestination(HTTP, WEB2, { method: 'masq', weight: 5 });
    ipvs.deleteDestination(HTTP, WEB1);
    ipvs.flush();
    const records = engine.records.filter((record) => record.kind.startsWith('ipvs'));
    const told = (records as IpvsDestinationRecord[]).map(({ op, ip: address, weight }) => [
      op,
      address & 255,
      weight,
    ]);
    expect(told).toEqual([
      ['added', 200, 1],
      ['added', 222, 1],
      ['weight', 200, 0],
      ['removed', 200, 0],
      ['removed', 222, 1],
    ]);
    expect(records[0]).toMatchObject({ host: 'lvs1', protocol: TCP, vip: VIP, vport: 80, port: 80 });
  });
});
