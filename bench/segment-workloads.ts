/**
 * The forwarding path: client → switch → director → switch → real server → switch → client, six link hops a request.
 * With datagrams, as the other simulators' benchmark has it, and as whole HTTP requests on connections of their own.
 */
import { Engine } from '../src/engine/engine.ts';
import { Cable } from '../src/link/cable.ts';
import { Nic } from '../src/link/nic.ts';
import { Switch } from '../src/link/switch.ts';
import { Host } from '../src/userland/host.ts';
import { getRequest, httpGet } from '../src/userland/http-client.ts';
import { ip, ipText } from '../src/wire/ip-address.ts';
import { TCP, UDP } from '../src/wire/ipv4.ts';
import { Mac } from '../src/wire/mac.ts';
import { type Measured, measure } from './measure.ts';

/** Link hops of a datagram and its answer. */
const HOPS = 6;
const LINK_NS = 5_000;
const VIP = ip('192.168.100.10');
const SERVERS = [ip('192.168.100.200'), ip('192.168.100.222')];

interface Segment {
  readonly engine: Engine;
  readonly client: Host;
  readonly director: Host;
  readonly servers: readonly Host[];
  /** Frames carried over a cable so far. */
  hops(): number;
}

/** The tutorial's segment without VRRP: one director, which holds the address. */
function segment(protocol: typeof TCP | typeof UDP): Segment {
  const engine = new Engine({ keepRecords: false });
  const lan = new Switch(engine, 'sw1');
  const cables: Cable[] = [];
  const plug = (name: string, address: number): Host => {
    const nic = new Nic(engine, `${name}:ens33`, Mac.of(0x020000000000 + (address & 255)));
    const port = lan.addPort(name);
    const cable = new Cable(engine, name, nic, port, { latencyNs: LINK_NS });
    cables.push(cable);
    nic.plug(cable.endA);
    port.plug(cable.endB);
    const host = new Host(engine, name, [{ device: 'ens33', nic }]);
    host.powerOn();
    type(host, `ip addr add ${ipText(address)}/24 dev ens33`);
    return host;
  };
  const client = plug('client', ip('192.168.100.20'));
  const director = plug('director', ip('192.168.100.100'));
  const servers = SERVERS.map((address, i) => plug(`web${i + 1}`, address));
  type(director, `ip addr add ${ipText(VIP)}/32 dev ens33`);
  const key = { protocol, vip: VIP, port: 80 };
  director.ipvs.addService(key, { scheduler: 'rr' });
  for (const address of SERVERS) {
    director.ipvs.addDestination(key, { ip: address, port: 80 }, { method: 'route', weight: 1 });
  }
  for (const server of servers) {
    type(server, 'sysctl -w net.ipv4.conf.all.arp_ignore=1');
    type(server, 'sysctl -w net.ipv4.conf.all.arp_announce=2');
    type(server, `ip addr add ${ipText(VIP)}/32 dev lo`);
  }
  const hops = (): number => cables.reduce((sum, { aToB, bToA }) => sum + aToB.sent + bToA.sent, 0);
  return { engine, client, director, servers, hops };
}

/** `flows` client ports, each with one 64-byte request outstanding. */
export function datagrams(requests: number, flows: number): Measured {
  const { engine, client, servers, hops } = segment(UDP);
  const data = new Uint8Array(64);
  let done = 0;
  let end = 0;
  for (const { kernel } of servers) {
    const socket = kernel.udp.open(80, {
      data: (bytes, fromIp, fromPort) => {
        if (typeof socket !== 'string') kernel.udp.send(80, fromIp, fromPort, bytes, VIP);
      },
      error: () => {},
    });
  }
  for (let i = 0; i < flows; i++) {
    const port = 10000 + i;
    client.kernel.udp.open(port, {
      data: () => {
        if (++done === end) engine.stop();
        client.kernel.udp.send(port, VIP, 80, data);
      },
      error: () => {},
    });
    client.kernel.udp.send(port, VIP, 80, data);
  }
  const run = (count: number): void => {
    end = done + count;
    engine.runUntil(engine.nowNs + 3600e9);
    if (done < end) throw new Error('the traffic has stopped');
  };
  return measure(requests, run, hops);
}

/** Whole requests: connection, GET, answer, close. `at once` so many are under way. */
export function httpRequests(requests: number, atOnce: number): Measured {
  const { engine, client, servers, hops } = segment(TCP);
  for (const server of servers) {
    server.files.write('/var/www/html/index.html', `this is ${server.name}\n`);
    type(server, 'systemctl start httpd');
  }
  const plan = { ip: VIP, port: 80, request: getRequest('http://192.168.100.10/', '/'), timeoutNs: 2e9 };
  let done = 0;
  let end = 0;
  let lost = 0;
  const ask = (): void =>
    httpGet(client.kernel, plan, ({ kind }) => {
      if (kind !== 'answered') lost++;
      if (++done === end) engine.stop();
    });
  // At most as fast as ports come out of TIME_WAIT: 28,232 of them in 60 s.
  const everyNs = 60e9 / 20_000;
  const clock = {
    fire: (): void => {
      for (let i = 0; i < atOnce; i++) ask();
      engine.callAt(engine.nowNs + everyNs * atOnce, clock, 0);
    },
  };
  engine.callAt(engine.nowNs, clock, 0);
  const run = (count: number): void => {
    end = done + count;
    engine.runUntil(engine.nowNs + 3600e9);
  };
  const measured = measure(requests, run, hops);
  if (lost > 0) throw new Error(`${lost} requests were not answered`);
  return measured;
}

/** The floor: six closures called in turn for a request, nothing else. */
export function bareHops(requests: number): Measured {
  const state = { hops: 0, sum: 0 };
  const hops = Array.from({ length: HOPS }, (_, i) => () => {
    state.hops = (state.hops + 1) | 0;
    state.sum = (state.sum + i) | 0;
  });
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) for (let j = 0; j < HOPS; j++) hops[j]?.();
  };
  return measure(requests, run, () => state.hops);
}

function type(host: Host, line: string): void {
  host.run(line, ({ exit, stderr }) => {
    if (exit !== 0) throw new Error(`${line}: ${stderr}`);
  });
}
