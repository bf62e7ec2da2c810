import { describe, expect, it } from 'vitest';
import { type HookPoint, NF_ACCEPT, NF_DROP, NF_STOLEN, type Verdict } from '../../src/linux/netfilter.ts';
import { ip, ipText } from '../../src/wire/ip-address.ts';
import { ICMP, type Ipv4, protocolOf } from '../../src/wire/ipv4.ts';
import { Bench, type Link } from './bench.ts';
import { setUp } from './commands.ts';

const POINTS: readonly HookPoint[] = ['PREROUTING', 'LOCAL_IN', 'FORWARD', 'LOCAL_OUT', 'POSTROUTING'];

function link(host: string, name: string, last: string, bridge: string): Link {
  return { host, if: name, mac: `02:00:00:00:${last}`, bridge, port: `${host}-${name}` };
}

/** client – gw – server: two segments. */
function world() {
  const bench = new Bench([
    link('client', 'ens33', '00:01', 'sw'),
    link('gw', 'ens33', '00:fe', 'sw'),
    link('gw', 'ens34', '01:fe', 'sw2'),
    link('server', 'ens33', '01:02', 'sw2'),
  ]);
  setUp(bench, [
    'client: ip addr add 192.168.100.1/24 dev ens33',
    'client: ip link set ens33 up',
    'client: ip route add default via 192.168.100.254',
    'gw: ip addr add 192.168.100.254/24 dev ens33',
    'gw: ip link set ens33 up',
    'gw: ip addr add 10.0.5.254/24 dev ens34',
    'gw: ip link set ens34 up',
    'gw: sysctl -w net.ipv4.ip_forward=1',
    'server: ip addr add 10.0.5.2/24 dev ens33',
    'server: ip link set ens33 up',
    'server: ip route add default via 10.0.5.254',
  ]);
  const replies: number[] = [];
  const client = bench.kernel('client');
  client.icmp.openEcho(7, {
    reply: ({ sequence }) => replies.push(sequence),
    error: () => undefined,
  });
  const ping = (to: string): void => {
    client.icmp.sendEcho(ip('192.168.100.1'), ip(to), 7, 1, new Uint8Array(8));
    bench.runMs(10);
  };
  return { bench, gw: bench.kernel('gw'), ping, replies };
}

/** Notes every packet that passes each point of `gw`. */
function watch({ gw }: ReturnType<typeof world>): string[] {
  const lines: string[] = [];
  for (const point of POINTS) {
    gw.netfilter.register(point, 0, (packet, device) => {
      if (packet.kind === ICMP) lines.push(`${point} ${device?.name ?? '-'} to ${ipText(packet.dst)}`);
      return NF_ACCEPT;
    });
  }
  return lines;
}

describe('netfilter hooks', () => {
  it('a forwarded packet passes PREROUTING, FORWARD, POSTROUTING, in each direction', () => {
    const made = world();
    const lines = watch(made);
    made.ping('10.0.5.2');
    expect(made.replies).toEqual([1]);
    expect(lines).toEqual([
      'PREROUTING ens33 to 10.0.5.2',
      'FORWARD ens33 to 10.0.5.2',
      'POSTROUTING - to 10.0.5.2',
      'PREROUTING ens34 to 192.168.100.1',
      'FORWARD ens34 to 192.168.100.1',
      'POSTROUTING - to 192.168.100.1',
    ]);
  });

  it('one for this host passes PREROUTING, LOCAL_IN; the answer LOCAL_OUT, POSTROUTING', () => {
    const made = world();
    const lines = watch(made);
    made.ping('192.168.100.254');
    expect(lines).toEqual([
      'PREROUTING ens33 to 192.168.100.254',
      'LOCAL_IN ens33 to 192.168.100.254',
      'LOCAL_OUT - to 192.168.100.1',
      'POSTROUTING - to 192.168.100.1',
    ]);
  });

  it('one to itself comes back in by lo', () => {
    const made = world();
    const lines = watch(made);
    made.gw.icmp.sendEcho(ip('10.0.5.254'), ip('10.0.5.254'), 9, 1, new Uint8Array(8));
    made.bench.runMs(1);
    const once = ['LOCAL_OUT -', 'POSTROUTING -', 'PREROUTING lo', 'LOCAL_IN lo'];
    expect(lines).toEqual([...once, ...once].map((line) => `${line} to 10.0.5.254`));
    expect(made.bench.frames).toEqual([]);
  });

  it('lower priorities come first, equal ones in order of registration, until one does not accept', () => {
    const made = world();
    const order: string[] = [];
    const hook = (name: string, verdict: Verdict = NF_ACCEPT) => {
      return (): Verdict => {
        order.push(name);
        return verdict;
      };
    };
    const { netfilter } = made.gw;
    netfilter.register('PREROUTING', 100, hook('late'));
    netfilter.register('PREROUTING', -200, hook('early'));
    const leave = netfilter.register('PREROUTING', 0, hook('dropping', NF_DROP));
    netfilter.register('PREROUTING', 0, hook('second'));
    made.ping('10.0.5.2');
    expect(order.splice(0)).toEqual(['early', 'dropping']);
    leave();
    made.ping('192.168.100.254');
    expect(order).toEqual(['early', 'second', 'late']);
  });

  it.each([
    ['PREROUTING', '10.0.5.2'],
    ['FORWARD', '10.0.5.2'],
    ['POSTROUTING', '10.0.5.2'],
    ['LOCAL_IN', '192.168.100.254'],
    ['LOCAL_OUT', '192.168.100.254'],
  ] as const)('what is dropped at %s is counted, what is stolen is not, and neither goes on', (point, to) => {
    for (const [verdict, counted] of [
      [NF_DROP, 1],
      [NF_STOLEN, undefined],
    ] as const) {
      const made = world();
      const taken: Ipv4[] = [];
      made.gw.netfilter.register(point, 0, (packet) => {
        if (packet.kind !== ICMP) return NF_ACCEPT;
        taken.push(packet);
        return verdict;
      });
      made.ping(to);
      expect(taken.map(protocolOf)).toEqual([ICMP]);
      expect(made.replies).toEqual([]);
      expect(made.gw.drops.get('netfilter')).toBe(counted);
    }
  });

  it('tells the sender on this host that its packet was refused', () => {
    const { gw } = world();
    const send = () => gw.icmp.sendEcho(ip('10.0.5.254'), ip('10.0.5.2'), 9, 1, new Uint8Array(8));
    const leave = gw.netfilter.register('LOCAL_OUT', 0, () => NF_DROP);
    expect(send()).toBe('EPERM');
    leave();
    gw.netfilter.register('LOCAL_OUT', 0, () => NF_STOLEN);
    expect(send()).toBeNull();
  });
});
