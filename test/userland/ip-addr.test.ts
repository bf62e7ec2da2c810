/** `ip address`, beside what iproute2 6.1 printed on Linux 6.18 with IPv6 switched off. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

test('adds, shows, deletes and flushes as the real one', () => {
  replay(new Bench({ lvs1: '' }), 'lvs1', TRANSCRIPT);
});

interface Row {
  readonly id: string;
  readonly do: string;
  readonly error: string | null;
  readonly addr: readonly string[];
  readonly main: readonly string[];
  readonly local: readonly string[];
  readonly 'routeGet.1': string;
}

describe('the recording m5-address-primary-secondary', () => {
  const path = '../recordings/linux/m5-address-primary-secondary.json';
  const { rows, setup } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
    rows: readonly Row[];
    setup: readonly string[];
  };
  const bench = new Bench({ lvs1: '' });
  // Commands of the set-up that belong to no row stand between those that do.
  const lines = setup.filter((line) => line.startsWith('lvs1: ')).map((line) => line.slice(6).trim());
  lines.splice(0, lines.indexOf(rows[0]?.do ?? ''));

  test.each(rows.map((row) => [row.id, row] as const))('%s', (_, row) => {
    while (lines.length > 0 && lines[0] !== row.do)
      expect(bench.text('lvs1', lines.shift() ?? '')).not.toContain('=>');
    lines.shift();
    expect(bench.run('lvs1', row.do).stderr).toBe(row.error?.replace(/^.*?: .*?: /s, '') ?? '');
    const addresses = bench.run('lvs1', 'ip -o -4 addr').stdout.split('\n').slice(0, -1);
    expect(addresses.map((line) => /inet [^\\]*/.exec(line)?.[0])).toEqual(row.addr);
    expect(linesOf(bench, 'ip route')).toEqual(row.main);
    expect(linesOf(bench, 'ip route show table local').filter((line) => !line.includes('127.'))).toEqual(
      row.local,
    );
    const { stdout, stderr } = bench.run('lvs1', 'ip route get 192.168.100.1');
    expect((stdout + stderr).split('\n')[0]).toBe(row['routeGet.1']);
  });
});

function linesOf(bench: Bench, command: string): string[] {
  return bench.run('lvs1', command).stdout.split('\n').slice(0, -1);
}

test('what is not simulated is said', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  replay(
    bench,
    'lvs1',
    `$ ip addr add 192.168.100.10 peer 192.168.100.1 dev ens33
Error: argument "peer" is not simulated.
=> 255
$ ip addr add 192.168.100.10/24 dev ens33 scope site
Error: argument "site" is not simulated.
=> 255
$ ip addr add 192.168.100.10/24 dev ens33 valid_lft 10
Error: argument "valid_lft" is not simulated.
=> 255
$ ip addr show type bridge
Error: argument "type" is not simulated.
=> 255
$ ip addr save
Command "save" is not simulated, try "ip address help".
=> 255
$ ip -s addr
Option "-s" is not simulated here, try "ip -help".
=> 255
$ ip -j addr
Option "-j" is not simulated, try "ip -help".
=> 255
$ ip -6 addr
Option "-6" is not simulated, try "ip -help".
=> 255
$ ip -z addr
Option "-z" is unknown, try "ip -help".
=> 255
$ ip rule
Object "rule" is not simulated, try "ip help".
=> 1
$ ip frob
Object "frob" is unknown, try "ip help".
=> 1
$ ip constructor
Object "constructor" is unknown, try "ip help".
=> 1
`,
  );
  for (const command of ['ip', 'ip help', 'ip addr help', 'ip link help', 'ip route help', 'ip neigh help']) {
    const { stderr, exit } = bench.run('lvs1', command);
    expect(stderr).toMatch(/^Usage: ip /);
    expect(exit).toBe(255);
  }
});

const TRANSCRIPT = `$ ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip addr add 192.168.100.100/24 brd + dev ens33
$ ip addr add 192.168.100.10/32 dev ens33 label ens33:0
$ ip a show ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/32 scope global ens33:0
       valid_lft forever preferred_lft forever
$ ip addr add 192.168.100.10/32 dev ens33
Error: ipv4: Address already assigned.
=> 2
$ ip addr add 192.168.100.12/24 dev ens33
$ ip -4 a show dev ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/32 scope global ens33:0
       valid_lft forever preferred_lft forever
    inet 192.168.100.12/24 scope global secondary ens33
       valid_lft forever preferred_lft forever
$ ip -br a
lo               UNKNOWN        127.0.0.1/8 
ens33            UP             192.168.100.100/24 192.168.100.10/32 192.168.100.12/24 
$ ip -br -4 addr show dev ens33
ens33            UP             192.168.100.100/24 192.168.100.10/32 192.168.100.12/24 
$ ip -o addr
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: ens33    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33\\       valid_lft forever preferred_lft forever
2: ens33    inet 192.168.100.10/32 scope global ens33:0\\       valid_lft forever preferred_lft forever
2: ens33    inet 192.168.100.12/24 scope global secondary ens33\\       valid_lft forever preferred_lft forever
$ ip -0 a s lo
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
$ ip addr show label ens33:0
    inet 192.168.100.10/32 scope global ens33:0
       valid_lft forever preferred_lft forever
$ ip addr show label 'ens33*'
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/32 scope global ens33:0
       valid_lft forever preferred_lft forever
    inet 192.168.100.12/24 scope global secondary ens33
       valid_lft forever preferred_lft forever
$ ip addr show up
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/32 scope global ens33:0
       valid_lft forever preferred_lft forever
    inet 192.168.100.12/24 scope global secondary ens33
       valid_lft forever preferred_lft forever
$ ip addr show to 192.168.100.10
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 192.168.100.10/32 scope global ens33:0
       valid_lft forever preferred_lft forever
$ ip addr show primary
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/32 scope global ens33:0
       valid_lft forever preferred_lft forever
$ ip addr show scope host
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
$ ip address ls secondary
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
    inet 192.168.100.12/24 scope global secondary ens33
       valid_lft forever preferred_lft forever
$ ip addre sh ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/32 scope global ens33:0
       valid_lft forever preferred_lft forever
    inet 192.168.100.12/24 scope global secondary ens33
       valid_lft forever preferred_lft forever
$ ip addr show ens34
Device "ens34" does not exist.
=> 1
$ ip addr show dev ens33 frob
Error: either "dev" is duplicate, or "frob" is a garbage.
=> 255
$ ip addr frob
Command "frob" is unknown, try "ip address help".
=> 255
$ ip addr show dev
Command line is not complete. Try option "help"
=> 255
$ ip addr show scope foo
Error: argument "foo" is wrong: invalid "scope"

=> 255
$ ip addr add 300.1.1.1/24 dev ens33
Error: any valid prefix is expected rather than "300.1.1.1/24".
=> 1
$ ip addr add 192.168.100.13/33 dev ens33
Error: any valid prefix is expected rather than "192.168.100.13/33".
=> 1
$ ip addr add 192.168.100.13/24
Not enough information: "dev" argument is required.
=> 1
$ ip addr add 192.168.100.13/24 dev nope
Cannot find device "nope"
=> 1
$ ip addr add
Not enough information: "dev" argument is required.
=> 1
$ ip addr add dev ens33
RTNETLINK answers: Operation not supported
=> 2
$ ip addr add 192.168.100.13/24 dev
Command line is not complete. Try option "help"
=> 255
$ ip addr add 192.168.100.13/24 dev ens33 frob 3
Error: either "local" is duplicate, or "frob" is a garbage.
=> 255
$ ip addr add 192.168.100.13/24 192.168.100.14/24 dev ens33
Error: either "local" is duplicate, or "192.168.100.14/24" is a garbage.
=> 255
$ ip addr add 192.168.100.13/24 dev ens33 scope foo
Error: argument "foo" is wrong: invalid scope value.
=> 255
$ ip addr add 192.168.100.13/24 dev ens33 scope link
Error: ipv4: Invalid scope value.
=> 2
$ ip addr add 192.168.100.13/24 dev ens33 label ens33:toolonglabel1
Error: Attribute failed policy validation.
=> 2
$ ip addr add 192.168.100.13/24 brd foo dev ens33
Error: inet address is expected rather than "foo".
=> 1
$ ip addr replace 192.168.100.12/24 dev ens33
$ ip addr change 192.168.100.15/24 dev ens33 brd 192.168.100.77
$ ip addr add 192.168.100.16/24 brd - dev ens33
$ ip addr add 10/8 dev lo
$ ip addr add 127.0.0.2/8 dev lo
$ ip -4 addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet 10.0.0.0/8 scope global lo
       valid_lft forever preferred_lft forever
    inet 127.0.0.2/8 scope host secondary lo
       valid_lft forever preferred_lft forever
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/32 scope global ens33:0
       valid_lft forever preferred_lft forever
    inet 192.168.100.12/24 scope global secondary ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.15/24 brd 192.168.100.77 scope global secondary ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.16/24 brd 192.168.100.0 scope global secondary ens33
       valid_lft forever preferred_lft forever
$ ip addr del 10/8 dev lo
$ ip addr del 192.168.100.99/32 dev ens33
Error: ipv4: Address not found.
=> 2
$ ip addr del 192.168.100.12/24
Not enough information: "dev" argument is required.
=> 1
$ ip addr del 192.168.100.12 dev ens33
Warning: Executing wildcard deletion to stay compatible with old scripts.
         Explicitly specify the prefix length (192.168.100.12/32) to avoid this warning.
         This special behaviour is likely to disappear in further releases,
         fix your scripts!
$ ip addr del 192.168.100.12 dev ens33
Warning: Executing wildcard deletion to stay compatible with old scripts.
         Explicitly specify the prefix length (192.168.100.12/32) to avoid this warning.
         This special behaviour is likely to disappear in further releases,
         fix your scripts!
Error: ipv4: Address not found.
=> 2
$ ip addr del 192.168.100.10/32 dev ens33 label ens33:9
Error: ipv4: Address not found.
=> 2
$ ip addr del 192.168.100.10/32 dev ens33
$ ip addr flush
Flush requires arguments.
=> 1
$ ip addr flush dev nope
Device "nope" does not exist.
=> 1
$ ip addr flush dev ens33
$ ip addr flush dev ens33
$ ip a s ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip -V
ip utility, iproute2-6.1.0, libbpf 1.1.2
`;
