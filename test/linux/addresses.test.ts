/**
 * Addresses, what hangs on them, and what a host announces by itself: rows of the real kernel, and the rules
 * one by one.
 */
import { describe, expect, it } from 'vitest';
import { ERRNO_TEXT } from '../../src/linux/errno.ts';
import type { Kernel } from '../../src/linux/kernel.ts';
import { ip, ipText } from '../../src/wire/ip-address.ts';
import { Bench, type Link } from './bench.ts';
import { run, setSysctls, setUp } from './commands.ts';
import { all, compare, type RecordedFrame, type Rows, recording, worldOf } from './recording.ts';

interface AddressRow {
  readonly id: string;
  readonly do: string;
  readonly error: string | null;
  readonly addr: readonly string[];
  readonly main: readonly string[];
  readonly local: readonly string[];
  readonly 'routeGet.1': string;
}

/** As `ip addr` prints them, lo first. */
function addrLines(kernel: Kernel): string[] {
  return kernel.devices.all.flatMap((device) =>
    kernel.addresses.onDevice(device).map(({ ip: at, length, scope, secondary, label }) => {
      const flags = secondary ? ' secondary' : '';
      return `inet ${ipText(at)}/${length} scope ${scope}${flags} ${label}`;
    }),
  );
}

function mainLines(kernel: Kernel): string[] {
  return kernel.routes.list().map(({ network, length, device, proto, scope, src }) => {
    const to = `${ipText(network)}/${length} dev ${device.name}`;
    return `${to} proto ${proto} scope ${scope} src ${ipText(src ?? 0)} `;
  });
}

function routeGet(kernel: Kernel, dst: number): string {
  const hop = kernel.routes.lookup(dst);
  if (hop === null) return 'RTNETLINK answers: Network is unreachable';
  return `${ipText(dst)} dev ${hop.device.name} src ${ipText(hop.src ?? 0)} uid 0 `;
}

/** The lines of table local that the addresses do not bear out. */
function unheard(kernel: Kernel, local: readonly string[]): string[] {
  return local.filter((line) => {
    const [kind, at = '', , name = ''] = line.split(' ');
    const device = kernel.devices.byName(name);
    if (device === null) return true;
    if (kind === 'local') return !kernel.addresses.isConfiguredOn(ip(at), device);
    return kernel.addresses.broadcasting(ip(at))?.device !== device;
  });
}

const ERRORS: Readonly<Record<string, string>> = {
  EEXIST: 'Error: ipv4: Address already assigned.\n',
  EADDRNOTAVAIL: 'Error: ipv4: Address not found.\n',
};

describe('m5-address-primary-secondary', () => {
  it('all 16 rows, one after the other', () => {
    const file = recording<Rows<AddressRow>>('m5-address-primary-secondary');
    const bench = worldOf(file, 'lvs1', {}, 3);
    const kernel = bench.kernel('lvs1');
    const agreement = compare(file.rows, (row) => {
      if (row.id === 'AD-10') setSysctls(bench, 'lvs1', { 'net.ipv4.conf.all.promote_secondaries': 1 });
      const error = run(bench, `lvs1: ${row.do}`);
      const own = kernel.addresses.all().filter(({ ip: at }) => at !== ip('127.0.0.1'));
      return {
        recorded: [
          row.error === null ? null : row.error.slice(row.error.lastIndexOf('Error: ')),
          row.addr,
          row.main,
          row['routeGet.1'],
          [],
          row.local.filter((line) => line.startsWith('local')).length,
        ],
        simulated: [
          error === null ? null : ERRORS[error],
          addrLines(kernel),
          mainLines(kernel),
          routeGet(kernel, ip('192.168.100.1')),
          unheard(kernel, row.local),
          own.length,
        ],
      };
    });
    expect(agreement).toEqual(all(16));
    expect(bench.frames).toEqual([]);
  });
});

const LINK: Link = { host: 'lvs2', if: 'ens33', mac: '02:00:00:00:00:0c', bridge: 'sw', port: 'lvs2-ens33' };

function host(lines: readonly string[] = ['lvs2: ip link set ens33 up']) {
  const bench = new Bench([LINK]);
  setUp(bench, lines);
  return { bench, kernel: bench.kernel('lvs2'), device: bench.device('lvs2', 'ens33') };
}

interface NotifyRow {
  readonly id: string;
  readonly arp_notify: number;
  readonly do: string;
  readonly frames: readonly RecordedFrame[];
}

/** What a row does, in the words of a setup. */
function commandOf(row: NotifyRow): string {
  if (row.do.startsWith('ip ')) return `lvs2: ${row.do}`;
  return `sw: ip link set lvs2-ens33 ${row.do.includes('port up') ? 'up' : 'down'}`;
}

describe('what a host announces by itself', () => {
  it('m3c-arp_notify: 14 of 22 rows; the others change the MAC or are arping with the new one', () => {
    const file = recording<{ rows: readonly NotifyRow[] }>('m3c-arp_notify');
    const skipped = file.rows.filter((row) => /link set ens33 address|^arping/.test(row.do));
    expect(skipped).toHaveLength(8);
    for (const notify of [0, 1]) {
      const { bench } = host([
        'lvs2: ip addr add 192.168.100.12/24 dev ens33',
        'lvs2: ip addr add 192.168.100.23/24 dev ens33',
        'lvs2: ip link set ens33 up',
        `lvs2: sysctl -w net.ipv4.conf.ens33.arp_notify=${notify}`,
      ]);
      const rows = file.rows.filter((row) => row.arp_notify === notify && !skipped.includes(row));
      expect(compare(rows, (row) => announced(bench, row))).toEqual(all(7));
    }
  });

  it('m3c2-arp_notify-slash32: both rows', () => {
    const file = recording<Rows<NotifyRow>>('m3c2-arp_notify-slash32');
    const { bench } = host(file.setup.slice(0, -2));
    expect(compare(file.rows, (row) => announced(bench, row))).toEqual(all(2));
  });

  function announced(bench: Bench, row: NotifyRow) {
    const before = bench.frames.length;
    run(bench, commandOf(row));
    bench.runMs(100);
    const leaving = row.frames.filter(({ at }) => at === 'sw:lvs2-ens33');
    return {
      recorded: leaving.map(({ hex }) => hex),
      simulated: bench.frames.slice(before).map(({ hex }) => hex),
    };
  }
});

describe('addresses', () => {
  it('narrower scopes stand first, within a scope the order of configuration [m1a rs1Addr]', () => {
    const { kernel, bench } = host();
    setUp(bench, [
      'lvs2: ip addr add 192.168.100.10/32 dev lo scope host',
      'lvs2: ip addr add 192.168.100.11/32 dev lo scope global',
      'lvs2: ip addr add 192.168.100.12/32 dev lo scope link',
      'lvs2: ip addr add 192.168.100.13/32 dev lo label lo:0',
    ]);
    expect(addrLines(kernel)).toEqual([
      'inet 127.0.0.1/8 scope host lo',
      'inet 192.168.100.10/32 scope host lo',
      'inet 192.168.100.12/32 scope link lo',
      'inet 192.168.100.11/32 scope global lo',
      'inet 192.168.100.13/32 scope global lo:0',
    ]);
  });

  it('one subnet has one scope', () => {
    const { bench } = host(['lvs2: ip addr add 10.0.0.1/24 dev ens33']);
    expect(run(bench, 'lvs2: ip addr add 10.0.0.2/24 dev ens33 scope host')).toBe('EINVAL');
    expect(run(bench, 'lvs2: ip addr add 10.0.0.2/25 dev ens33 scope host')).toBeNull();
    expect(ERRNO_TEXT.EINVAL).toBe('Invalid argument');
  });

  it('a subnet of lo is local as a whole, but for its broadcast address', () => {
    const { kernel, bench } = host();
    run(bench, 'lvs2: ip addr add 192.168.100.10/24 brd 192.168.100.255 dev lo label lo:0');
    for (const last of [1, 10, 77, 254])
      expect(kernel.addresses.isLocal(ip(`192.168.100.${last}`))).toBe(true);
    expect(kernel.addresses.isLocal(ip('192.168.100.255'))).toBe(false);
    expect(kernel.addresses.isBroadcast(ip('192.168.100.255'))).toBe(true);
    expect(kernel.addresses.isLocal(ip('192.168.101.1'))).toBe(false);
    expect(kernel.addresses.isLocal(ip('127.9.9.9'))).toBe(true);
    run(bench, 'lvs2: ip addr del 192.168.100.10/24 dev lo');
    expect(kernel.addresses.isLocal(ip('192.168.100.77'))).toBe(false);
  });

  it('broadcasts: of each subnet shorter than /31, and the one given with brd', () => {
    const { kernel, bench } = host([
      'lvs2: ip addr add 10.0.0.1/24 dev ens33',
      'lvs2: ip addr add 10.1.0.1/31 dev ens33',
      'lvs2: ip addr add 10.2.0.1/32 brd 10.2.0.255 dev ens33',
      'lvs2: ip addr add 10.3.0.1/32 brd 10.3.0.1 dev lo',
      'lvs2: ip link set ens33 up',
    ]);
    const { addresses } = kernel;
    expect(addresses.isBroadcast(ip('10.0.0.255'))).toBe(true);
    expect(addresses.isBroadcast(ip('10.0.0.0'))).toBe(false);
    expect(addresses.isBroadcast(ip('10.1.0.1'))).toBe(false);
    expect(addresses.isBroadcast(ip('10.2.0.255'))).toBe(true);
    expect(addresses.isBroadcast(ip('10.3.0.1'))).toBe(false);
    expect(addresses.isBroadcast(ip('255.255.255.255'))).toBe(true);
    run(bench, 'lvs2: ip link set ens33 down');
    expect(addresses.isBroadcast(ip('10.0.0.255'))).toBe(false);
  });

  it('the source is the first primary whose subnet holds the way, else the first, else one of lo', () => {
    const { kernel, device, bench } = host([
      'lvs2: ip addr add 10.0.0.1/24 dev ens33',
      'lvs2: ip addr add 10.0.0.2/24 dev ens33',
      'lvs2: ip addr add 10.1.0.1/24 dev ens33',
      'lvs2: ip addr add 10.9.0.1/32 dev lo',
    ]);
    const { addresses } = kernel;
    expect(ipText(addresses.select(device, ip('10.1.0.9')) ?? 0)).toBe('10.1.0.1');
    expect(ipText(addresses.select(device, ip('10.0.0.9')) ?? 0)).toBe('10.0.0.1');
    expect(ipText(addresses.select(device, ip('8.8.8.8')) ?? 0)).toBe('10.0.0.1');
    run(bench, 'lvs2: ip addr flush dev ens33');
    expect(addresses.select(device, ip('10.0.0.9'))).toBeNull();
    expect(ipText(addresses.selectSource(device, ip('10.0.0.9'), 'link') ?? 0)).toBe('10.9.0.1');
  });

  it('listeners hear secondaries go before their primary, and an heir come after it', () => {
    const heard: string[] = [];
    const { kernel, bench } = host();
    kernel.addresses.onChange((op, { ip: at, secondary }) => heard.push(`${op} ${ipText(at)} ${secondary}`));
    const three = ['10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24'].map(
      (address) => `lvs2: ip addr add ${address} dev ens33`,
    );
    setUp(bench, three);
    run(bench, 'lvs2: ip addr del 10.0.0.1/24 dev ens33');
    expect(heard.splice(0)).toEqual([
      'add 10.0.0.1 false',
      'add 10.0.0.2 true',
      'add 10.0.0.3 true',
      'remove 10.0.0.2 true',
      'remove 10.0.0.3 true',
      'remove 10.0.0.1 false',
    ]);
    run(bench, 'lvs2: sysctl -w net.ipv4.conf.ens33.promote_secondaries=1');
    setUp(bench, three);
    heard.splice(0);
    run(bench, 'lvs2: ip addr del 10.0.0.1/24 dev ens33');
    expect(heard).toEqual(['remove 10.0.0.1 false', 'add 10.0.0.2 false']);
    expect(addrLines(kernel).slice(1)).toEqual([
      'inet 10.0.0.2/24 scope global ens33',
      'inet 10.0.0.3/24 scope global secondary ens33',
    ]);
  });
});
