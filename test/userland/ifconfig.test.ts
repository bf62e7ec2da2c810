/**
 * `ifconfig` and `route`, beside what net-tools 2.10 printed on Linux 6.18 (without the lines of counters):
 * the tutorial's commands first, then what else a person may try.
 */
import { expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

test('labels, routes by label, prefixes of the class: as the real one', () => {
  replay(new Bench({ lvs1: '192.168.100.100' }), 'lvs1', TRANSCRIPT);
});

test('what is not simulated is said', () => {
  replay(
    new Bench({ lvs1: '192.168.100.100' }),
    'lvs1',
    `$ ifconfig -s
ifconfig: not simulated: -s
=> 1
$ ifconfig ens33 hw ether 02:00:00:00:00:65
ifconfig: not simulated: hw
=> 1
$ ifconfig ens33 -arp
ifconfig: not simulated: -arp
=> 1
$ ifconfig ens33 add 192.168.100.33
ifconfig: not simulated: add
=> 1
`,
  );
});

test('usage goes where net-tools sends it', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  expect(bench.run('lvs1', 'ifconfig ens33 netmask')).toMatchObject({ exit: 3, stdout: '' });
  expect(bench.run('lvs1', 'ifconfig --help')).toMatchObject({ exit: 0, stderr: '' });
});

const TRANSCRIPT = `$ ifconfig
ens33: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 192.168.100.100  netmask 255.255.255.0  broadcast 192.168.100.255
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
        loop  txqueuelen 1000  (Local Loopback)

$ ifconfig ens33:0 192.168.100.10 broadcast 192.168.100.10 netmask 255.255.255.255 broadcast 192.168.100.10 up
$ ifconfig ens33:0
ens33:0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 192.168.100.10  netmask 255.255.255.255  broadcast 192.168.100.10
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

$ ip -4 addr show dev ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/32 brd 192.168.100.10 scope global ens33:0
       valid_lft forever preferred_lft forever
$ ip route
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
$ ifconfig
ens33: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 192.168.100.100  netmask 255.255.255.0  broadcast 192.168.100.255
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

ens33:0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        inet 192.168.100.10  netmask 255.255.255.255  broadcast 192.168.100.10
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
        loop  txqueuelen 1000  (Local Loopback)

$ route add -host 192.168.100.10 dev ens33:0
$ route -n
Kernel IP routing table
Destination     Gateway         Genmask         Flags Metric Ref    Use Iface
192.168.100.0   0.0.0.0         255.255.255.0   U     0      0        0 ens33
192.168.100.10  0.0.0.0         255.255.255.255 UH    0      0        0 ens33
$ ip route
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
192.168.100.10 dev ens33 scope link src 192.168.100.10 
$ route add -host 192.168.100.10 dev ens33:0
SIOCADDRT: File exists
=> 7
$ route del 192.168.100.10
$ route del 192.168.100.10
SIOCDELRT: No such process
=> 7
$ ifconfig ens33:0 down
$ ifconfig ens33:0 down
SIOCSIFFLAGS: Cannot assign requested address
=> 255
$ ifconfig ens33:0
ens33:0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

$ ip -4 addr show dev ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
$ ifconfig lo:0 192.168.100.10 netmask 255.255.255.255 broadcast 192.168.100.10 up
$ ifconfig lo:0
lo:0: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 192.168.100.10  netmask 255.255.255.255
        loop  txqueuelen 1000  (Local Loopback)

$ ip -4 addr show dev lo
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/32 brd 192.168.100.10 scope global lo:0
       valid_lft forever preferred_lft forever
$ route add -host 192.168.100.10 dev lo:0
$ ip route
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
192.168.100.10 dev lo scope link src 192.168.100.10 
$ ip route show table local
local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 
local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 
broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 
local 192.168.100.10 dev lo proto kernel scope host src 192.168.100.10 
broadcast 192.168.100.10 dev lo proto kernel scope link src 192.168.100.10 
local 192.168.100.100 dev ens33 proto kernel scope host src 192.168.100.100 
broadcast 192.168.100.255 dev ens33 proto kernel scope link src 192.168.100.100 
$ route del 192.168.100.10 /dev/null
SIOCDELRT: No such device
=> 7
$ route del 192.168.100.10
$ ifconfig lo:0 down
$ ip -4 addr show dev lo
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
$ ifconfig lo:0 192.168.100.10 netmask 255.255.255.0
$ ip -4 addr show dev lo
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet 192.168.100.10/24 scope global lo:0
       valid_lft forever preferred_lft forever
$ ip route show table local
local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 
local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 
broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 
local 192.168.100.0/24 dev lo proto kernel scope host src 192.168.100.10 
local 192.168.100.10 dev lo proto kernel scope host src 192.168.100.10 
local 192.168.100.100 dev ens33 proto kernel scope host src 192.168.100.100 
broadcast 192.168.100.255 dev ens33 proto kernel scope link src 192.168.100.100 
broadcast 192.168.100.255 dev lo proto kernel scope link src 192.168.100.10 
$ ip route get 192.168.100.77
local 192.168.100.77 dev lo src 192.168.100.10 uid 0 
    cache <local> 
$ ifconfig lo:0 down
$ ifconfig ens33:1 192.168.100.11
$ ifconfig ens33:2 10.1.2.3
$ ip -4 addr show dev ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 10.1.2.3/8 brd 10.255.255.255 scope global ens33:2
       valid_lft forever preferred_lft forever
    inet 192.168.100.11/24 brd 192.168.100.255 scope global secondary ens33:1
       valid_lft forever preferred_lft forever
$ ip route
10.0.0.0/8 dev ens33 proto kernel scope link src 10.1.2.3 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
$ ifconfig ens33:1 192.168.100.12
$ ifconfig ens33:1 netmask 255.255.255.255
$ ip -4 addr show dev ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 10.1.2.3/8 brd 10.255.255.255 scope global ens33:2
       valid_lft forever preferred_lft forever
    inet 192.168.100.12/32 brd 192.168.100.255 scope global ens33:1
       valid_lft forever preferred_lft forever
$ ifconfig ens33:1 broadcast 192.168.100.77
$ ifconfig ens33:3 192.168.100.15/28
$ ip -4 addr show dev ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 192.168.100.100/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
    inet 10.1.2.3/8 brd 10.255.255.255 scope global ens33:2
       valid_lft forever preferred_lft forever
    inet 192.168.100.12/32 brd 192.168.100.77 scope global ens33:1
       valid_lft forever preferred_lft forever
    inet 192.168.100.15/28 brd 192.168.100.15 scope global ens33:3
       valid_lft forever preferred_lft forever
$ ifconfig ens33 192.168.100.200
$ ip -4 addr show dev ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 10.1.2.3/8 brd 10.255.255.255 scope global ens33:2
       valid_lft forever preferred_lft forever
    inet 192.168.100.12/32 brd 192.168.100.77 scope global ens33:1
       valid_lft forever preferred_lft forever
    inet 192.168.100.15/28 brd 192.168.100.15 scope global ens33:3
       valid_lft forever preferred_lft forever
    inet 192.168.100.200/24 brd 192.168.100.255 scope global ens33
       valid_lft forever preferred_lft forever
$ ip route
10.0.0.0/8 dev ens33 proto kernel scope link src 10.1.2.3 
192.168.100.0/28 dev ens33 proto kernel scope link src 192.168.100.15 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.200 
$ ifconfig ens33 down
$ ifconfig ens33
ens33: flags=4098<BROADCAST,MULTICAST>  mtu 1500
        inet 192.168.100.200  netmask 255.255.255.0  broadcast 192.168.100.255
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

$ ifconfig
lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
        loop  txqueuelen 1000  (Local Loopback)

$ ifconfig -a
ens33: flags=4098<BROADCAST,MULTICAST>  mtu 1500
        inet 192.168.100.200  netmask 255.255.255.0  broadcast 192.168.100.255
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

ens33:1: flags=4098<BROADCAST,MULTICAST>  mtu 1500
        inet 192.168.100.12  netmask 255.255.255.255  broadcast 192.168.100.77
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

ens33:2: flags=4098<BROADCAST,MULTICAST>  mtu 1500
        inet 10.1.2.3  netmask 255.0.0.0  broadcast 10.255.255.255
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

ens33:3: flags=4098<BROADCAST,MULTICAST>  mtu 1500
        inet 192.168.100.15  netmask 255.255.255.240  broadcast 192.168.100.15
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
        loop  txqueuelen 1000  (Local Loopback)

$ ifconfig ens33 up
$ ip route
10.0.0.0/8 dev ens33 proto kernel scope link src 10.1.2.3 
192.168.100.0/28 dev ens33 proto kernel scope link src 192.168.100.15 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.200 
$ ifconfig ens33 mtu 1400 promisc
$ ifconfig ens33
ens33: flags=4419<UP,BROADCAST,RUNNING,PROMISC,MULTICAST>  mtu 1400
        inet 192.168.100.200  netmask 255.255.255.0  broadcast 192.168.100.255
        ether 02:00:00:00:00:64  txqueuelen 1000  (Ethernet)

$ ifconfig ens33 mtu 1500 -promisc
$ ifconfig nope
nope: error fetching interface information: Device not found
=> 1
$ ifconfig nope up
nope: ERROR while getting interface flags: No such device
=> 255
$ ifconfig nope:0 1.2.3.4
SIOCSIFADDR: No such device
nope:0: ERROR while getting interface flags: No such device
=> 255
$ ifconfig ens33 frob
frob: Host name lookup failure
ifconfig: \`--help' gives usage information.
=> 1
$ ifconfig ens33 netmask foo
foo: Host name lookup failure
=> 1
$ ifconfig ens33:5 netmask 255.255.255.0
SIOCSIFNETMASK: Cannot assign requested address
=> 1
$ ifconfig ens33 192.168.100.300
192.168.100.300: Unknown host
ifconfig: \`--help' gives usage information.
=> 1
$ ifconfig -z
ifconfig: option \`-z' not recognised.
ifconfig: \`--help' gives usage information.
=> 1
$ ifconfig ens33 0
$ ifconfig ens33:1 0.0.0.0
$ ip -4 addr show dev ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 10.1.2.3/8 brd 10.255.255.255 scope global ens33:2
       valid_lft forever preferred_lft forever
    inet 192.168.100.15/28 brd 192.168.100.15 scope global ens33:3
       valid_lft forever preferred_lft forever
$ ifconfig ens33:4 172.16.5.5 netmask 255.255.0.255
SIOCSIFNETMASK: Invalid argument
=> 1
$ ip -4 addr show dev ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    inet 10.1.2.3/8 brd 10.255.255.255 scope global ens33:2
       valid_lft forever preferred_lft forever
    inet 192.168.100.15/28 brd 192.168.100.15 scope global ens33:3
       valid_lft forever preferred_lft forever
    inet 172.16.5.5/16 brd 172.16.255.255 scope global ens33:4
       valid_lft forever preferred_lft forever
$ ifconfig -V
net-tools 2.10
`;
