/** `ip route`, beside what iproute2 6.1 printed on Linux 6.18. */
import { test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

test('changes, shows and asks the table as the real one', () => {
  replay(new Bench({ lvs1: '192.168.100.100' }), 'lvs1', TRANSCRIPT);
});

test('routes of a dead cable are marked, local ones are not', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  bench.cable('lvs1').pull();
  replay(
    bench,
    'lvs1',
    `$ ip route add default via 192.168.100.1
$ ip route
default via 192.168.100.1 dev ens33 linkdown 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 linkdown 
$ ip route show table local
local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 
local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 
broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 
local 192.168.100.100 dev ens33 proto kernel scope host src 192.168.100.100 
broadcast 192.168.100.255 dev ens33 proto kernel scope link src 192.168.100.100 linkdown 
`,
  );
});

test('a redirect that was obeyed shows', () => {
  const bench = new Bench({ lvs1: '192.168.100.100', lvs2: '192.168.100.111', web1: '192.168.100.200' });
  for (const line of ['sysctl -q -w net.ipv4.ip_forward=1', 'ip route add 10.0.0.0/8 via 192.168.100.111']) {
    bench.run('lvs1', line);
  }
  bench.run('web1', 'ip route add 10.0.0.0/8 via 192.168.100.100');
  bench.run('web1', 'ping -c 1 -q 192.168.100.111');
  bench.run('web1', 'ping -c 3 -W 1 -q 10.1.1.1');
  replay(
    bench,
    'web1',
    `$ ip route get 10.1.1.1
10.1.1.1 via 192.168.100.111 dev ens33 src 192.168.100.200 uid 0 
    cache <redirected> 
`,
  );
});

test('what is not simulated is said', () => {
  replay(
    new Bench({ lvs1: '192.168.100.100' }),
    'lvs1',
    `$ ip route add 10.0.0.0/8 via 10.9.9.9 dev ens33 onlink
Error: argument "onlink" is not simulated.
=> 255
$ ip route add 10.0.0.0/8 dev ens33 table 100
Error: argument "table" is not simulated.
=> 255
$ ip route add throw 10.0.0.0/8
Error: argument "throw" is not simulated.
=> 255
$ ip route append 10.0.0.0/8 dev ens33
Command "append" is not simulated, try "ip route help".
=> 255
$ ip route get 10.1.1.1 from 192.168.100.20 iif ens33
Error: argument "from" is not simulated.
=> 255
$ ip route show cache
Error: argument "cache" is not simulated.
=> 255
$ ip route show table 100
Error: argument "table 100" is not simulated.
=> 255
$ ip route flush table local
Error: argument "table local" is not simulated.
=> 255
`,
  );
});

const TRANSCRIPT = `$ ip route
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
$ ip route add default via 192.168.100.1
$ ip r
default via 192.168.100.1 dev ens33 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
$ ip route add default via 192.168.100.1
RTNETLINK answers: File exists
=> 2
$ ip route add 10.0.0.0/8 via 192.168.100.1 dev ens33
$ ip route add 10.1.0.0/16 via 10.9.9.9
Error: Nexthop has invalid gateway.
=> 2
$ ip route add 192.168.100.10 dev ens33
$ ip route add 192.168.100.10/32 dev ens33
RTNETLINK answers: File exists
=> 2
$ ip route add 10.2.0.0/16 dev ens33 metric 100
$ ip route add 10.2.0.0/16 dev ens33 metric 100
RTNETLINK answers: File exists
=> 2
$ ip route add 10.2.0.0/16 dev ens33
$ ip route add 10.3.0.0/16 via 192.168.100.1 src 192.168.100.100
$ ip route add 10.4.0.0/16 via 192.168.100.1 src 192.168.100.99
Error: Invalid prefsrc address.
=> 2
$ ip route add blackhole 10.5.0.0/16
$ ip route add unreachable 10.6.0.0/16
$ ip route add prohibit 10.7.0.0/16 metric 5
$ ip route add 10.8.0.0/16 via 192.168.100.1 proto static
$ ip route add 10.10.0.1/16 dev ens33
Error: Invalid prefix for given prefix length.
=> 2
$ ip route add to 10.88.0.0/16 dev ens33 protocol static scope global metric 10
$ ip route show
default via 192.168.100.1 dev ens33 
10.0.0.0/8 via 192.168.100.1 dev ens33 
10.2.0.0/16 dev ens33 scope link 
10.2.0.0/16 dev ens33 scope link metric 100 
10.3.0.0/16 via 192.168.100.1 dev ens33 src 192.168.100.100 
blackhole 10.5.0.0/16 
unreachable 10.6.0.0/16 
prohibit 10.7.0.0/16 metric 5 
10.8.0.0/16 via 192.168.100.1 dev ens33 proto static 
10.88.0.0/16 dev ens33 proto static metric 10 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
192.168.100.10 dev ens33 scope link 
$ ip route show table main
default via 192.168.100.1 dev ens33 
10.0.0.0/8 via 192.168.100.1 dev ens33 
10.2.0.0/16 dev ens33 scope link 
10.2.0.0/16 dev ens33 scope link metric 100 
10.3.0.0/16 via 192.168.100.1 dev ens33 src 192.168.100.100 
blackhole 10.5.0.0/16 
unreachable 10.6.0.0/16 
prohibit 10.7.0.0/16 metric 5 
10.8.0.0/16 via 192.168.100.1 dev ens33 proto static 
10.88.0.0/16 dev ens33 proto static metric 10 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
192.168.100.10 dev ens33 scope link 
$ ip route show table local
local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1 
local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1 
broadcast 127.255.255.255 dev lo proto kernel scope link src 127.0.0.1 
local 192.168.100.100 dev ens33 proto kernel scope host src 192.168.100.100 
broadcast 192.168.100.255 dev ens33 proto kernel scope link src 192.168.100.100 
$ ip route list table all
default via 192.168.100.1 dev ens33 
10.0.0.0/8 via 192.168.100.1 dev ens33 
10.2.0.0/16 dev ens33 scope link 
10.2.0.0/16 dev ens33 scope link metric 100 
10.3.0.0/16 via 192.168.100.1 dev ens33 src 192.168.100.100 
blackhole 10.5.0.0/16 
unreachable 10.6.0.0/16 
prohibit 10.7.0.0/16 metric 5 
10.8.0.0/16 via 192.168.100.1 dev ens33 proto static 
10.88.0.0/16 dev ens33 proto static metric 10 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
192.168.100.10 dev ens33 scope link 
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1 
local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 
broadcast 127.255.255.255 dev lo table local proto kernel scope link src 127.0.0.1 
local 192.168.100.100 dev ens33 table local proto kernel scope host src 192.168.100.100 
broadcast 192.168.100.255 dev ens33 table local proto kernel scope link src 192.168.100.100 
$ ip route get 192.168.100.20
192.168.100.20 dev ens33 src 192.168.100.100 uid 0 
    cache 
$ ip route get 192.168.100.100
local 192.168.100.100 dev lo src 192.168.100.100 uid 0 
    cache <local> 
$ ip route get 10.1.1.1
10.1.1.1 via 192.168.100.1 dev ens33 src 192.168.100.100 uid 0 
    cache 
$ ip route get 10.5.1.1
RTNETLINK answers: Invalid argument
=> 2
$ ip route get 10.6.1.1
RTNETLINK answers: No route to host
=> 2
$ ip route get 10.7.1.1
RTNETLINK answers: Permission denied
=> 2
$ ip route get 127.0.0.1
local 127.0.0.1 dev lo src 127.0.0.1 uid 0 
    cache <local> 
$ ip route get 224.0.0.18
multicast 224.0.0.18 dev ens33 src 192.168.100.100 rt_offload_failed uid 0 
    cache <mc> 
$ ip route get 192.168.100.255
broadcast 192.168.100.255 dev ens33 src 192.168.100.100 uid 0 
    cache <local,brd> 
$ ip route get 255.255.255.255
broadcast 255.255.255.255 dev ens33 src 192.168.100.100 uid 0 
    cache <local,brd> 
$ ip route get 10.2.3.4
10.2.3.4 dev ens33 src 192.168.100.100 uid 0 
    cache 
$ ip r g to 10.2.3.4
10.2.3.4 dev ens33 src 192.168.100.100 uid 0 
    cache 
$ ip route get
need at least a destination address
=> 1
$ ip route get foo
Error: any valid prefix is expected rather than "foo".
=> 1
$ ip route get 10.2.0.0/16
10.2.0.0 dev ens33 src 192.168.100.100 uid 0 
    cache 
Warning: /16 as prefix is invalid, only /32 (or none) is supported.
$ ip route del 10.99.0.0/16
RTNETLINK answers: No such process
=> 2
$ ip route del 10.8.0.0/16 via 192.168.100.2
RTNETLINK answers: No such process
=> 2
$ ip route del 10.8.0.0/16 dev lo
RTNETLINK answers: No such process
=> 2
$ ip route del 10.8.0.0/16 proto kernel
RTNETLINK answers: No such process
=> 2
$ ip route del 10.88.0.0/16 metric 9
RTNETLINK answers: No such process
=> 2
$ ip route del default
$ ip route del default
RTNETLINK answers: No such process
=> 2
$ ip route get 8.8.8.8
RTNETLINK answers: Network is unreachable
=> 2
$ ip route replace 10.8.0.0/16 dev ens33
$ ip route change 10.77.0.0/16 dev ens33
RTNETLINK answers: No such file or directory
=> 2
$ ip route change 10.8.0.0/16 via 192.168.100.1
$ ip ro sh
10.0.0.0/8 via 192.168.100.1 dev ens33 
10.2.0.0/16 dev ens33 scope link 
10.2.0.0/16 dev ens33 scope link metric 100 
10.3.0.0/16 via 192.168.100.1 dev ens33 src 192.168.100.100 
blackhole 10.5.0.0/16 
unreachable 10.6.0.0/16 
prohibit 10.7.0.0/16 metric 5 
10.8.0.0/16 via 192.168.100.1 dev ens33 
10.88.0.0/16 dev ens33 proto static metric 10 
192.168.100.0/24 dev ens33 proto kernel scope link src 192.168.100.100 
192.168.100.10 dev ens33 scope link 
$ ip route show 10.8.0.0/16
10.8.0.0/16 via 192.168.100.1 dev ens33 
$ ip route show default
$ ip route show dev ens33
10.0.0.0/8 via 192.168.100.1 
10.2.0.0/16 scope link 
10.2.0.0/16 scope link metric 100 
10.3.0.0/16 via 192.168.100.1 src 192.168.100.100 
10.8.0.0/16 via 192.168.100.1 
10.88.0.0/16 proto static metric 10 
192.168.100.0/24 proto kernel scope link src 192.168.100.100 
192.168.100.10 scope link 
$ ip route show via 192.168.100.1
10.0.0.0/8 dev ens33 
10.3.0.0/16 dev ens33 src 192.168.100.100 
10.8.0.0/16 dev ens33 
$ ip route show proto kernel
192.168.100.0/24 dev ens33 scope link src 192.168.100.100 
$ ip route show root 10.8.0.0/14
10.8.0.0/16 via 192.168.100.1 dev ens33 
$ ip route show match 10.8.0.1
10.0.0.0/8 via 192.168.100.1 dev ens33 
10.8.0.0/16 via 192.168.100.1 dev ens33 
$ ip route show scope link
10.2.0.0/16 dev ens33 
10.2.0.0/16 dev ens33 metric 100 
192.168.100.0/24 dev ens33 proto kernel src 192.168.100.100 
192.168.100.10 dev ens33 
$ ip route show exact 10.8.0.0/16
10.8.0.0/16 via 192.168.100.1 dev ens33 
$ ip route add foo
Error: any valid prefix is expected rather than "foo".
=> 1
$ ip route add 10.20.0.0/16
RTNETLINK answers: No such device
=> 2
$ ip route add 10.20.0.0/16 dev nope
Cannot find device "nope"
=> 1
$ ip route add 10.20.0.0/16 via foo
Error: inet address is expected rather than "foo".
=> 1
$ ip route add 10.20.0.0/16 dev
Command line is not complete. Try option "help"
=> 255
$ ip route add 10.20.0.0/33 dev ens33
Error: any valid prefix is expected rather than "10.20.0.0/33".
=> 1
$ ip route frob
Command "frob" is unknown, try "ip route help".
=> 255
$ ip route add 10.20.0.0/16 dev ens33 frob 1
Error: either "to" is duplicate, or "frob" is a garbage.
=> 255
$ ip route add 10.20.0.0/16 dev ens33 scope foo
Error: argument "foo" is wrong: invalid "scope" value

=> 255
$ ip route add 10.20.0.0/16 dev ens33 metric foo
Error: argument "foo" is wrong: "metric" value is invalid

=> 255
$ ip route add 10.20.0.0/16 dev ens33 proto foo
Error: argument "foo" is wrong: "protocol" value is invalid

=> 255
$ ip route add 10.20.0.0/16 dev ens33 src foo
Error: inet address is expected rather than "foo".
=> 1
$ ip route show dev nope
Cannot find device "nope"
=> 1
$ ip route show table foo
Error: argument "foo" is wrong: table id value is invalid

=> 255
$ ip route flush
"ip route flush" requires arguments.
=> 1
$ ip route flush dev ens33
$ ip route
blackhole 10.5.0.0/16 
unreachable 10.6.0.0/16 
prohibit 10.7.0.0/16 metric 5 
$ ip route flush table main
$ ip route add 0.0.0.0/0 dev lo
$ ip route
default dev lo scope link 
$ ip route flush 0.0.0.0/0
$ ip link set ens33 down
$ ip route add 10.0.0.0/8 dev ens33
Error: Device for nexthop is not up.
=> 2
$ ip route add 10.0.0.0/8 via 192.168.100.1
Error: Nexthop has invalid gateway.
=> 2
$ ip route add 10.0.0.0/8 via 192.168.100.1 dev ens33
Error: Nexthop has invalid gateway.
=> 2
`;
