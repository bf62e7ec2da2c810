/** `ip neighbour`, beside what iproute2 6.1 printed on Linux 6.18. */
import { expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

test('shows and changes entries as the real one', () => {
  replay(new Bench({ lvs1: '192.168.100.100', client: '192.168.100.20' }), 'lvs1', TRANSCRIPT);
});

test('-s tells the ages in seconds', () => {
  const bench = new Bench({ lvs1: '192.168.100.100', client: '192.168.100.20' });
  bench.run('lvs1', 'ping -c 1 -q 192.168.100.20');
  bench.pass(3);
  expect(bench.text('lvs1', 'ip -s neigh')).toMatch(
    /^192\.168\.100\.20 dev ens33 lladdr 02:00:00:00:00:14 {2}ref 1 used 3\/3\/3probes \d REACHABLE \n$/,
  );
});

test('what is not simulated is said', () => {
  replay(
    new Bench({ lvs1: '192.168.100.100' }),
    'lvs1',
    `$ ip neigh replace 192.168.100.20 lladdr 02:00:00:00:00:14 dev ens33 nud failed
Error: argument "nud failed" is not simulated.
=> 255
$ ip neigh add proxy 192.168.100.9 dev ens33
Error: argument "proxy" is not simulated.
=> 255
$ ip neigh show nud noarp
Error: argument "nud noarp" is not simulated.
=> 255
$ ip neigh get 192.168.100.9 dev ens33
Command "get" is not simulated, try "ip neigh help".
=> 255
`,
  );
});

const TRANSCRIPT = `$ ip neigh
$ ping -c 1 -q 192.168.100.20 > /dev/null
$ ip neigh
192.168.100.20 dev ens33 lladdr 02:00:00:00:00:14 REACHABLE 
$ ip neigh add 192.168.100.1 lladdr 02:00:00:00:00:01 dev ens33
$ ip neigh add 192.168.100.1 lladdr 02:00:00:00:00:01 dev ens33
RTNETLINK answers: File exists
=> 2
$ ip neigh add 192.168.100.2 lladdr 02:00:00:00:00:02 dev ens33 nud stale
$ ip n show 192.168.100.2
192.168.100.2 dev ens33 lladdr 02:00:00:00:00:02 STALE 
$ ip neigh show dev ens33 nud stale
192.168.100.2 lladdr 02:00:00:00:00:02 STALE 
$ ip neigh show nud permanent nud stale to 192.168.100.1
192.168.100.1 dev ens33 lladdr 02:00:00:00:00:01 PERMANENT 
$ ip neighbor show 192.168.100.2
192.168.100.2 dev ens33 lladdr 02:00:00:00:00:02 STALE 
$ ip neigh del 192.168.100.2 dev ens33
$ ip neigh del 192.168.100.2 dev ens33
RTNETLINK answers: No such file or directory
=> 2
$ ip neigh change 192.168.100.77 lladdr 02:00:00:00:00:04 dev ens33
RTNETLINK answers: No such file or directory
=> 2
$ ip neigh replace 192.168.100.1 lladdr 02:00:00:00:00:07 dev ens33 nud reachable
$ ip neigh show 192.168.100.1
192.168.100.1 dev ens33 lladdr 02:00:00:00:00:07 REACHABLE 
$ ip neigh flush
Flush requires arguments.
=> 1
$ ip neigh add 1.2.3.4 dev ens33
Error: No link layer address given.
=> 2
$ ip neigh add 1.2.3.4
Device and destination are required arguments.
=> 255
$ ip neigh add
Device and destination are required arguments.
=> 255
$ ip neigh add foo lladdr 02:00:00:00:00:04 dev ens33
Error: any valid address is expected rather than "foo".
=> 1
$ ip neigh add 192.168.100.9 lladdr foo dev ens33
Error: Invalid link address.
=> 2
$ ip neigh add 192.168.100.9 lladdr 02:00:00:00:00:04 dev nope
Cannot find device "nope"
=> 1
$ ip neigh add 192.168.100.9 lladdr 02:00:00:00:00:04 dev ens33 nud foo
Error: argument "foo" is wrong: nud state is bad
=> 255
$ ip neigh add 192.168.100.9 lladdr 02:00:00:00:00:04 dev ens33 frob
Error: either "to" is duplicate, or "frob" is a garbage.
=> 255
$ ip neigh frob
Command "frob" is unknown, try "ip neigh help".
=> 255
$ ip neigh show dev nope
Cannot find device "nope"
=> 1
$ ip neigh show frob
Error: any valid prefix is expected rather than "frob".
=> 1
$ ip neigh add 192.168.100.5 lladdr 02:00:00:00:00:05 dev ens33
$ ip neigh flush dev ens33
$ ip neigh
192.168.100.5 dev ens33 lladdr 02:00:00:00:00:05 PERMANENT 
$ ip neigh flush nud permanent
$ ip neigh
$ ping -c 1 -W 1 -q 192.168.100.55 > /dev/null
=> 1
$ ip neigh
192.168.100.55 dev ens33 INCOMPLETE 
# 3 s
$ ip neigh
192.168.100.55 dev ens33 FAILED 
$ arp -n
Address                  HWtype  HWaddress           Flags Mask            Iface
192.168.100.55                   (incomplete)                              ens33
$ arp -an
? (192.168.100.55) at <incomplete> on ens33
`;
