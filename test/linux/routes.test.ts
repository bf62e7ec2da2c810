import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/engine/time.ts';
import type { Device } from '../../src/linux/device.ts';
import type { Kernel } from '../../src/linux/kernel.ts';
import type { Route } from '../../src/linux/routes.ts';
import { ip, ipText, parsePrefix } from '../../src/wire/ip-address.ts';
import { Bench, type Link } from './bench.ts';
import { run, setUp } from './commands.ts';

const LINKS: readonly Link[] = [
  { host: 'gw', if: 'ens33', mac: '02:00:00:00:00:fe', bridge: 'sw', port: 'gw-ens33' },
  { host: 'gw', if: 'ens34', mac: '02:00:00:00:01:fe', bridge: 'sw2', port: 'gw-ens34' },
];

function router() {
  const bench = new Bench(LINKS);
  setUp(bench, [
    'gw: ip addr add 192.168.100.254/24 dev ens33',
    'gw: ip link set ens33 up',
    'gw: ip addr add 10.0.5.254/24 dev ens34',
    'gw: ip link set ens34 up',
  ]);
  return {
    bench,
    kernel: bench.kernel('gw'),
    ens33: bench.device('gw', 'ens33'),
    ens34: bench.device('gw', 'ens34'),
  };
}

function route(to: string, device: Device, rest: Partial<Route> = {}): Route {
  const prefix = parsePrefix(to);
  if (prefix === null) throw new Error(to);
  return {
    type: 'unicast',
    network: prefix.ip,
    length: prefix.length,
    device,
    gateway: null,
    src: null,
    metric: 0,
    proto: 'boot',
    scope: rest.gateway === undefined ? 'link' : 'global',
    ...rest,
  };
}

/** `dev nexthop src`, as `ip route get` would have it. */
function way(kernel: Kernel, to: string): string {
  const hop = kernel.routes.lookup(ip(to));
  if (hop === null) return 'no route';
  const via = hop.type === 'unicast' ? ipText(hop.nextHop) : hop.type;
  return `${hop.device.name} ${via} ${ipText(hop.src ?? 0)}`;
}

describe('routes', () => {
  it('the longest prefix wins, whatever the order of adding', () => {
    const { kernel, ens33, ens34 } = router();
    const via = (last: number) => ({ gateway: ip(`10.0.5.${last}`) });
    expect(kernel.routes.add(route('10.0.0.0/8', ens34, via(1)))).toBeNull();
    expect(kernel.routes.add(route('0.0.0.0/0', ens33, { gateway: ip('192.168.100.1') }))).toBeNull();
    expect(kernel.routes.add(route('10.9.9.0/24', ens34, via(3)))).toBeNull();
    expect(kernel.routes.add(route('10.9.0.0/16', ens34, via(2)))).toBeNull();
    expect(kernel.routes.add(route('10.9.9.9/32', ens34, via(4)))).toBeNull();
    expect(['10.1.1.1', '10.9.1.1', '10.9.9.1', '10.9.9.9', '8.8.8.8'].map((to) => way(kernel, to))).toEqual([
      'ens34 10.0.5.1 10.0.5.254',
      'ens34 10.0.5.2 10.0.5.254',
      'ens34 10.0.5.3 10.0.5.254',
      'ens34 10.0.5.4 10.0.5.254',
      'ens33 192.168.100.1 192.168.100.254',
    ]);
  });

  it('of equal prefixes the smaller metric wins, then the older; equal in both is EEXIST', () => {
    const { kernel, ens33, ens34 } = router();
    expect(kernel.routes.add(route('172.16.0.0/16', ens33, { metric: 20 }))).toBeNull();
    expect(kernel.routes.add(route('172.16.0.0/16', ens34, { metric: 10 }))).toBeNull();
    expect(kernel.routes.add(route('172.16.0.0/16', ens33, { metric: 10 }))).toBe('EEXIST');
    expect(way(kernel, '172.16.1.1')).toBe('ens34 172.16.1.1 10.0.5.254');
    expect(kernel.routes.remove({ network: ip('172.16.0.0'), length: 16 })).toBeNull();
    expect(way(kernel, '172.16.1.1')).toBe('ens33 172.16.1.1 192.168.100.254');
    expect(kernel.routes.remove({ network: ip('172.16.0.0'), length: 16, device: ens34 })).toBe('ESRCH');
  });

  it('refuses a gateway that is not on the link, host bits in the network, an interface that is down', () => {
    const { kernel, bench, ens33, ens34 } = router();
    expect(kernel.routes.add(route('10.9.0.0/24', ens33, { gateway: ip('10.0.5.1') }))).toBe('ENETUNREACH');
    expect(kernel.routes.add(route('10.9.0.1/24', ens33))).toBe('EINVAL');
    run(bench, 'gw: ip link set ens34 down');
    expect(kernel.routes.add(route('10.9.0.0/24', ens34))).toBe('ENETDOWN');
  });

  it('own addresses, broadcasts and groups are no matter of prefixes', () => {
    const { kernel } = router();
    expect(way(kernel, '10.0.5.254')).toBe('lo local 10.0.5.254');
    expect(way(kernel, '127.0.0.53')).toBe('lo local 127.0.0.53');
    expect(way(kernel, '10.0.5.255')).toBe('ens34 broadcast 10.0.5.254');
    expect(way(kernel, '255.255.255.255')).toBe('no route');
    expect(way(kernel, '224.0.0.18')).toBe('no route');
    expect(way(kernel, '8.8.8.8')).toBe('no route');
  });

  it("the source is the route's own, else an address of the way", () => {
    const { kernel, bench, ens33 } = router();
    run(bench, 'gw: ip addr add 192.168.100.10/32 dev lo');
    kernel.routes.add(
      route('10.9.0.0/24', ens33, { gateway: ip('192.168.100.1'), src: ip('192.168.100.10') }),
    );
    kernel.routes.add(route('10.8.0.0/24', ens33, { gateway: ip('192.168.100.1') }));
    expect(way(kernel, '10.9.0.1')).toBe('ens33 192.168.100.1 192.168.100.10');
    expect(way(kernel, '10.8.0.1')).toBe('ens33 192.168.100.1 192.168.100.254');
    expect(kernel.ip.sourceFor(ip('10.9.0.1'))).toBe(ip('192.168.100.10'));
    expect(kernel.ip.sourceFor(ip('8.8.8.8'))).toBeNull();
    // The address goes, and with it the route that would have put it into packets.
    run(bench, 'gw: ip addr del 192.168.100.10/32 dev lo');
    expect(way(kernel, '10.9.0.1')).toBe('no route');
    expect(way(kernel, '10.8.0.1')).toBe('ens33 192.168.100.1 192.168.100.254');
  });

  it('what was looked up before is looked up anew after any change', () => {
    const { kernel, bench } = router();
    expect(way(kernel, '10.0.5.9')).toBe('ens34 10.0.5.9 10.0.5.254');
    run(bench, 'gw: ip addr add 10.0.5.9/32 dev lo');
    expect(way(kernel, '10.0.5.9')).toBe('lo local 10.0.5.9');
    run(bench, 'gw: ip addr del 10.0.5.9/32 dev lo');
    expect(way(kernel, '10.0.5.9')).toBe('ens34 10.0.5.9 10.0.5.254');
    run(bench, 'gw: ip link set ens34 down');
    expect(way(kernel, '10.0.5.9')).toBe('no route');
    run(bench, 'gw: ip link set ens34 up');
    expect(way(kernel, '10.0.5.9')).toBe('ens34 10.0.5.9 10.0.5.254');
    run(bench, 'gw: ip route add unreachable 10.0.5.8/30');
    expect(way(kernel, '10.0.5.9')).toBe('lo unreachable 0.0.0.0');
  });

  it('an address held twice loses only the route of the length that is taken away', () => {
    const { kernel, bench } = router();
    setUp(bench, ['gw: ip addr add 10.7.0.1/24 dev ens34', 'gw: ip addr add 10.7.0.1/32 dev ens34']);
    run(bench, 'gw: ip addr del 10.7.0.1/32 dev ens34');
    expect(way(kernel, '10.7.0.9')).toBe('ens34 10.7.0.9 10.7.0.1');
    setUp(bench, ['gw: ip addr add 10.7.0.1/25 dev ens34']);
    run(bench, 'gw: ip addr del 10.7.0.1/24 dev ens34');
    expect(way(kernel, '10.7.0.9')).toBe('ens34 10.7.0.9 10.7.0.1');
    expect(way(kernel, '10.7.0.129')).toBe('no route');
  });

  it('without carrier routes stay and are still used (linkdown)', () => {
    const { kernel, bench } = router();
    run(bench, 'sw2: ip link set gw-ens34 down');
    expect(way(kernel, '10.0.5.9')).toBe('ens34 10.0.5.9 10.0.5.254');
  });

  it('a redirect holds for 300 s, and not longer than the route it bent', () => {
    const { kernel, bench } = router();
    run(bench, 'gw: ip route add default via 192.168.100.1');
    kernel.routes.redirect(ip('10.9.0.5'), ip('192.168.100.2'));
    expect(way(kernel, '10.9.0.5')).toBe('ens33 192.168.100.2 192.168.100.254');
    expect(way(kernel, '10.9.0.6')).toBe('ens33 192.168.100.1 192.168.100.254');
    bench.engine.runUntil(300 * SECOND - 1);
    expect(way(kernel, '10.9.0.5')).toBe('ens33 192.168.100.2 192.168.100.254');
    bench.engine.runUntil(300 * SECOND);
    expect(way(kernel, '10.9.0.5')).toBe('ens33 192.168.100.1 192.168.100.254');
    kernel.routes.redirect(ip('10.9.0.5'), ip('192.168.100.2'));
    kernel.routes.remove({ network: 0, length: 0 });
    expect(way(kernel, '10.9.0.5')).toBe('no route');
  });
});
