import { describe, expect, it } from 'vitest';
import { MS } from '../../src/engine/time.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Bench } from './bench.ts';
import { setUp } from './commands.ts';

/** [vrrp 01-cold-start-both]: 192.168.100.100 joins 224.0.0.18; [vrrp 02-sigterm-master]: and leaves it. */
const JOIN =
  '01005e000016020000000064080046c00028000040000102deecc0a86464e0000016940400002200f9eb0000000104000000e0000012';
const LEAVE =
  '01005e000016020000000064080046c00028000040000102deecc0a86464e0000016940400002200faeb0000000103000000e0000012';
const VRRP_GROUP = ip('224.0.0.18');

function host(seed = '1') {
  const bench = new Bench(
    [{ host: 'lvs1', if: 'ens33', mac: '02:00:00:00:00:64', bridge: 'sw', port: 'lvs1-ens33' }],
    { seed },
  );
  setUp(bench, ['lvs1: ip addr add 192.168.100.100/24 dev ens33', 'lvs1: ip link set ens33 up']);
  const { igmp } = bench.kernel('lvs1');
  const device = bench.device('lvs1', 'ens33');
  return {
    bench,
    join: (group = VRRP_GROUP) => igmp.join(device, group),
    leave: (group = VRRP_GROUP) => igmp.leave(device, group),
    device,
    kernel: bench.kernel('lvs1'),
    frames: () => bench.frames.map(({ hex }) => hex),
    times: () => bench.frames.map(({ atNs }) => atNs / MS),
  };
}

describe('IGMPv3 reports', () => {
  it('joining and leaving are told twice each, in the recorded bytes', () => {
    const { bench, join, leave, frames } = host();
    join();
    bench.runMs(3000);
    leave();
    bench.runMs(3000);
    expect(frames()).toEqual([JOIN, JOIN, LEAVE, LEAVE]);
  });

  it('first after two ticks, again within a second', () => {
    const gaps: number[] = [];
    for (let seed = 0; seed < 50; seed++) {
      const { bench, join, times } = host(String(seed));
      join();
      bench.runMs(3000);
      const [first = 0, second = 0, ...more] = times();
      expect([first, more]).toEqual([8, []]);
      gaps.push(second - first);
    }
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...gaps)).toBeLessThan(1000);
    expect(new Set(gaps).size).toBe(50);
  });

  it('only the first of several sockets joins, only the last leaves', () => {
    const { bench, join, leave, frames, device } = host();
    join();
    join();
    bench.runMs(3000);
    leave();
    bench.runMs(3000);
    expect([frames().length, device.groups.get(VRRP_GROUP)]).toEqual([2, 1]);
    leave();
    leave();
    bench.runMs(3000);
    expect(frames()).toEqual([JOIN, JOIN, LEAVE, LEAVE]);
    expect(device.groups.size).toBe(0);
  });

  it('left and joined again at once was never left, as at a reload', () => {
    const { bench, join, leave, frames } = host();
    join();
    bench.runMs(3000);
    leave();
    join();
    bench.runMs(3000);
    expect(frames()).toEqual([JOIN, JOIN, JOIN, JOIN]);
  });

  it('left before the repetition of the joining, only the leaving is repeated', () => {
    const { bench, join, leave, frames } = host();
    join();
    bench.runMs(10);
    leave();
    bench.runMs(3000);
    expect(frames()).toEqual([JOIN, LEAVE, LEAVE]);
  });

  it('changes of one moment share a report', () => {
    const { bench, join, frames } = host();
    join();
    join(ip('224.0.0.251'));
    bench.runMs(3000);
    expect(frames()).toHaveLength(2);
    // The last word of its header counts the records.
    expect(frames()[0]?.slice(2 * 44, 2 * 46)).toBe('0002');
  });

  it('an interface that comes up tells its groups anew; a dead host says nothing', () => {
    const { bench, join, kernel, device, frames } = host();
    join();
    kernel.setLink(device, false);
    bench.runMs(3000);
    expect(frames()).toEqual([]);
    kernel.igmp.leave(device, VRRP_GROUP);
    bench.runMs(3000);
    expect(frames()).toEqual([]);
    join();
    kernel.setLink(device, true);
    bench.runMs(3000);
    expect(frames()).toEqual([JOIN, JOIN]);
    join(ip('224.0.0.5'));
    kernel.powerOff();
    bench.runMs(3000);
    expect(frames()).toHaveLength(2);
  });

  it('what an interface had yet to say when it went down is forgotten', () => {
    const { bench, join, leave, kernel, device, frames } = host();
    join();
    join(ip('224.0.0.5'));
    bench.runMs(3000);
    const before = frames().length;
    leave(ip('224.0.0.5'));
    kernel.setLink(device, false);
    kernel.setLink(device, true);
    bench.runMs(3000);
    expect(frames().slice(before)).toEqual([JOIN, JOIN]);
  });

  it('without an address the source is 0.0.0.0', () => {
    const { bench, join, frames } = host();
    setUp(bench, ['lvs1: ip addr del 192.168.100.100/24 dev ens33']);
    join();
    bench.runMs(20);
    expect(frames()[0]?.slice(2 * 26, 2 * 30)).toBe('00000000');
  });
});
