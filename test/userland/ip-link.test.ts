/** `ip link`, beside what iproute2 6.1 printed on Linux 6.18. */
import { test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

test('shows and sets interfaces as the real one', () => {
  const bench = new Bench({ lvs1: '' });
  const [withCarrier = '', without = ''] = TRANSCRIPT.split('# no carrier\n');
  replay(bench, 'lvs1', withCarrier);
  bench.cable('lvs1').pull();
  replay(bench, 'lvs1', without);
});

test('what is not simulated is said', () => {
  replay(
    new Bench({ lvs1: '192.168.100.100' }),
    'lvs1',
    `$ ip link set ens33 address 02:00:00:00:00:65
Error: argument "address" is not simulated.
=> 255
$ ip link set ens33 arp off
Error: argument "arp" is not simulated.
=> 255
$ ip link add dummy0 type dummy
Command "add" is not simulated, try "ip link help".
=> 255
$ ip link show type bridge
Error: argument "type" is not simulated.
=> 255
$ ip -s link
Option "-s" is not simulated here, try "ip -help".
=> 255
`,
  );
});

const TRANSCRIPT = `$ ip link
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP mode DEFAULT group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip l
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP mode DEFAULT group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip link show ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP mode DEFAULT group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip -br link
lo               UNKNOWN        00:00:00:00:00:00 <LOOPBACK,UP,LOWER_UP> 
ens33            UP             02:00:00:00:00:64 <BROADCAST,MULTICAST,UP,LOWER_UP> 
$ ip -o link show ens33
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP mode DEFAULT group default qlen 1000\\    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip link show up
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
2: ens33: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP mode DEFAULT group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip link show nope
Device "nope" does not exist.
=> 1
$ ip link show dev lo ens33
Error: either "dev" is duplicate, or "ens33" is a garbage.
=> 255
$ ip link set nope up
Cannot find device "nope"
=> 1
$ ip link set
Not enough information: "dev" argument is required.
=> 255
$ ip link set ens33
$ ip link set ens33 frob
Error: either "dev" is duplicate, or "frob" is a garbage.
=> 255
$ ip link s ens33
$ ip link frob
Command "frob" is unknown, try "ip link help".
=> 255
$ ip addr add 192.168.100.100/24 dev ens33
$ ip route add default via 192.168.100.1
$ ip link set ens33 down
$ ip link show ens33
2: ens33: <BROADCAST,MULTICAST> mtu 1500 qdisc pfifo_fast state DOWN mode DEFAULT group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip -br link show ens33
ens33            DOWN           02:00:00:00:00:64 <BROADCAST,MULTICAST> 
$ ip addr show ens33
2: ens33: <BROADCAST,MULTICAST> mtu 1500 qdisc pfifo_fast state DOWN group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
    inet 192.168.100.100/24 scope global ens33
       valid_lft forever preferred_lft forever
$ ip route
$ ip link set up ens33
$ ip route
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
$ ip link set dev ens33 mtu 1400 promisc on
$ ip link show dev ens33
2: ens33: <BROADCAST,MULTICAST,PROMISC,UP,LOWER_UP> mtu 1400 qdisc pfifo_fast state UP mode DEFAULT group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip link set ens33 mtu 20
Error: mtu less than device minimum.
=> 2
$ ip link set ens33 mtu foo
Error: argument "foo" is wrong: Invalid "mtu" value

=> 255
$ ip link set ens33 mtu 70000
Error: mtu greater than device maximum.
=> 2
$ ip link set ens33 mtu 1500 mtu 1400
Error: duplicate "mtu": "1400" is the second value.
=> 255
$ ip link set ens33 mtu 1500
$ ip link set ens33 promisc off
$ ip link set lo down
$ ip addr show lo
1: lo: <LOOPBACK> mtu 65536 qdisc noqueue state DOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
$ ip -br a
lo               DOWN           127.0.0.1/8 
ens33            UP             192.168.100.100/24 
$ ip link set lo up
# no carrier
$ ip link show ens33
2: ens33: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc pfifo_fast state DOWN mode DEFAULT group default qlen 1000
    link/ether 02:00:00:00:00:64 brd ff:ff:ff:ff:ff:ff
$ ip -br addr
lo               UNKNOWN        127.0.0.1/8 
ens33            DOWN           192.168.100.100/24 
$ ip route
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 linkdown 
`;
