/** `arp`, beside what net-tools 2.10 printed on Linux 6.18. */
import { expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

test('shows, sets and deletes as the real one', () => {
  replay(new Bench({ lvs1: '192.168.100.100' }), 'lvs1', TRANSCRIPT);
});

test('what is not simulated is said', () => {
  replay(
    new Bench({ lvs1: '192.168.100.100' }),
    'lvs1',
    `$ arp -f
arp: not simulated: -f
=> 255
$ arp -s 192.168.100.5 02:00:00:00:00:05 pub
arp: not simulated: pub
=> 255
`,
  );
  expect(new Bench({ lvs1: '' }).run('lvs1', 'arp -z').stderr).toMatch(/^arp: invalid option -- 'z'\nUsage:/);
});

const TRANSCRIPT = `$ arp -n
$ ip neigh add 192.168.100.1 lladdr 02:00:00:00:00:01 dev ens33
$ arp -n
Address                  HWtype  HWaddress           Flags Mask            Iface
192.168.100.1            ether   02:00:00:00:00:01   CM                    ens33
$ arp
Address                  HWtype  HWaddress           Flags Mask            Iface
192.168.100.1            ether   02:00:00:00:00:01   CM                    ens33
$ arp -an
? (192.168.100.1) at 02:00:00:00:00:01 [ether] PERM on ens33
$ arp -n -a 192.168.100.1
? (192.168.100.1) at 02:00:00:00:00:01 [ether] PERM on ens33
$ arp -n 192.168.100.1
Address                  HWtype  HWaddress           Flags Mask            Iface
192.168.100.1            ether   02:00:00:00:00:01   CM                    ens33
$ arp -n 192.168.100.77
192.168.100.77 (192.168.100.77) -- no entry
$ arp -an 192.168.100.77
arp: in 1 entries no match found.
$ arp -i ens33 -n
Address                  HWtype  HWaddress           Flags Mask            Iface
192.168.100.1            ether   02:00:00:00:00:01   CM                    ens33
$ arp -i nope -n
arp: in 1 entries no match found.
$ arp -n -i lo
arp: in 1 entries no match found.
$ arp -v -n
Address                  HWtype  HWaddress           Flags Mask            Iface
192.168.100.1            ether   02:00:00:00:00:01   CM                    ens33
Entries: 1	Skipped: 0	Found: 1
$ arp -d 192.168.100.1
$ arp -d 192.168.100.1
No ARP entry for 192.168.100.1
=> 255
$ arp -s 192.168.100.5 02:00:00:00:00:05
$ arp -n
Address                  HWtype  HWaddress           Flags Mask            Iface
192.168.100.5            ether   02:00:00:00:00:05   CM                    ens33
$ ip neigh
192.168.100.5 dev ens33 lladdr 02:00:00:00:00:05 PERMANENT 
$ arp -d 192.168.100.5 -i ens33
$ arp -s 192.168.100.8 02:00:00:00:00:08 temp
$ arp -n
Address                  HWtype  HWaddress           Flags Mask            Iface
192.168.100.8            ether   02:00:00:00:00:08   C                     ens33
$ ip neigh
192.168.100.8 dev ens33 lladdr 02:00:00:00:00:08 STALE 
$ arp -s 192.168.100.5
arp: need hardware address
=> 255
$ arp -s 192.168.100.5 foo
arp: invalid hardware address
=> 255
$ arp -s 10.0.0.1 02:00:00:00:00:05
SIOCSARP: Network is unreachable
=> 255
$ arp -s foo 02:00:00:00:00:05
foo: Host name lookup failure
=> 255
`;
