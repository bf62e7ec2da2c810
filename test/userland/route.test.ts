/** `route`, beside what net-tools 2.10 printed on Linux 6.18. */
import { expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

test('lists, adds and deletes as the real one', () => {
  replay(new Bench({ lvs1: '192.168.100.100' }), 'lvs1', TRANSCRIPT);
});

test('a command line it cannot use gets the usage, and why', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  const firstLines: readonly (readonly [string, string])[] = [
    ['route add -net 10.6.0.1 netmask 255.255.0.0 dev ens33', "route: netmask doesn't match route address"],
    ['route add -net 10.9.0.0/33 dev ens33', "route: netmask doesn't match route address"],
    ['route add -net 1.2.3.0 netmask 255.255.0.255 dev ens33', 'route: bogus netmask 255.255.0.255'],
    [
      'route add -host 1.2.3.4 netmask 255.255.255.0 dev ens33',
      "route: netmask 00ffffff doesn't make sense with host route",
    ],
    [
      'route add -host 1.2.3.4 gw',
      'Usage: inet_route del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]',
    ],
  ];
  for (const [line, first] of firstLines) {
    const { stderr, exit } = bench.run('lvs1', line);
    expect(stderr.split('\n')[0]).toBe(first);
    expect(exit).toBe(3);
  }
});

test('what is not simulated is said', () => {
  replay(
    new Bench({ lvs1: '192.168.100.100' }),
    'lvs1',
    `$ route add -net 10.5.0.0/16 reject
route: not simulated: reject
=> 3
$ route -e
route: not simulated: -e
=> 3
`,
  );
});

test('names of /etc/hosts stand for addresses, unless -n', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  bench.host('lvs1').files.write('/etc/hosts', '127.0.0.1 localhost\n192.168.100.1 gate # the way out\n');
  replay(
    bench,
    'lvs1',
    `$ route add default gw gate
$ route
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
default         gate            0.0.0.0         UG    0      0        0 ens33
192.168.100.0   0.0.0.0         255.255.255.0   U     0      0        0 ens33
$ route -n
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         192.168.100.1   0.0.0.0         UG    0      0        0 ens33
192.168.100.0   0.0.0.0         255.255.255.0   U     0      0        0 ens33
`,
  );
});

const TRANSCRIPT = `$ route add default gw 192.168.100.1
$ route -n
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         192.168.100.1   0.0.0.0         UG    0      0        0 ens33
192.168.100.0   0.0.0.0         255.255.255.0   U     0      0        0 ens33
$ route
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
default         192.168.100.1   0.0.0.0         UG    0      0        0 ens33
192.168.100.0   0.0.0.0         255.255.255.0   U     0      0        0 ens33
$ route add -net 10.0.0.0 netmask 255.0.0.0 gw 192.168.100.1
$ route add -net 10.1.0.0/16 dev ens33
$ route add -net 10.2.0.0 netmask 255.255.0.0 dev ens33 metric 5
$ route add -host 10.3.3.3 gw 192.168.100.1
$ ip route add unreachable 10.5.0.0/16
$ route -n
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
0.0.0.0         192.168.100.1   0.0.0.0         UG    0      0        0 ens33
10.0.0.0        192.168.100.1   255.0.0.0       UG    0      0        0 ens33
10.1.0.0        0.0.0.0         255.255.0.0     U     0      0        0 ens33
10.2.0.0        0.0.0.0         255.255.0.0     U     5      0        0 ens33
10.3.3.3        192.168.100.1   255.255.255.255 UGH   0      0        0 ens33
10.5.0.0        -               255.255.0.0     !     0      -        0 -
192.168.100.0   0.0.0.0         255.255.255.0   U     0      0        0 ens33
$ ip route
default via 192.168.100.1 dev ens33 
10.0.0.0/8 via 192.168.100.1 dev ens33 
10.1.0.0/16 dev ens33 scope link 
10.2.0.0/16 dev ens33 scope link metric 5 
10.3.3.3 via 192.168.100.1 dev ens33 
unreachable 10.5.0.0/16 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
$ route del -net 10.1.0.0/16
$ route del -net 10.1.0.0 netmask 255.255.0.0
SIOCDELRT: No such process
=> 7
$ route del default
$ route del default gw 192.168.100.1
SIOCDELRT: No such process
=> 7
$ route del -host 10.3.3.3 dev ens33
$ route -A inet -n
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
10.0.0.0        192.168.100.1   255.0.0.0       UG    0      0        0 ens33
10.2.0.0        0.0.0.0         255.255.0.0     U     5      0        0 ens33
10.5.0.0        -               255.255.0.0     !     0      -        0 -
192.168.100.0   0.0.0.0         255.255.255.0   U     0      0        0 ens33
$ route add -net 10.7.0.0 dev ens33
SIOCADDRT: Invalid argument
=> 7
$ route add 192.168.100.10 dev ens33
$ route add 10.8.0.0 ens33
$ ip route
10.0.0.0/8 via 192.168.100.1 dev ens33 
10.2.0.0/16 dev ens33 scope link metric 5 
unreachable 10.5.0.0/16 
10.8.0.0 dev ens33 scope link 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
192.168.100.10 dev ens33 scope link 
$ route add -host 1.2.3.4
SIOCADDRT: No such device
=> 7
$ route add -host 1.2.3.4 dev nope
SIOCADDRT: No such device
=> 7
$ route add -host 1.2.3.4 dev ens33:9
SIOCADDRT: No such device
=> 7
$ route add -host 1.2.3.4 gw 9.9.9.9
SIOCADDRT: Network is unreachable
=> 7
$ route add -host foo dev ens33
foo: Unknown host
=> 6
$ route add -host 1.2.3.4 frob
SIOCADDRT: No such device
=> 7
$ route add -host 1.2.3.4 dev ens33 metric 1
$ route add -host 1.2.3.4 dev ens33
$ route -n
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
1.2.3.4         0.0.0.0         255.255.255.255 UH    0      0        0 ens33
1.2.3.4         0.0.0.0         255.255.255.255 UH    1      0        0 ens33
10.0.0.0        192.168.100.1   255.0.0.0       UG    0      0        0 ens33
10.2.0.0        0.0.0.0         255.255.0.0     U     5      0        0 ens33
10.5.0.0        -               255.255.0.0     !     0      -        0 -
10.8.0.0        0.0.0.0         255.255.255.255 UH    0      0        0 ens33
192.168.100.0   0.0.0.0         255.255.255.0   U     0      0        0 ens33
192.168.100.10  0.0.0.0         255.255.255.255 UH    0      0        0 ens33
$ route del 1.2.3.4
$ route -n
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
1.2.3.4         0.0.0.0         255.255.255.255 UH    1      0        0 ens33
10.0.0.0        192.168.100.1   255.0.0.0       UG    0      0        0 ens33
10.2.0.0        0.0.0.0         255.255.0.0     U     5      0        0 ens33
10.5.0.0        -               255.255.0.0     !     0      -        0 -
10.8.0.0        0.0.0.0         255.255.255.255 UH    0      0        0 ens33
192.168.100.0   0.0.0.0         255.255.255.0   U     0      0        0 ens33
192.168.100.10  0.0.0.0         255.255.255.255 UH    0      0        0 ens33
$ ifconfig ens33 down
$ route add -host 7.7.7.7 dev ens33
SIOCADDRT: Network is down
=> 7
$ route add -host 7.7.7.7 gw 192.168.100.1
SIOCADDRT: Network is unreachable
=> 7
`;
