/** `ping`, beside what iputils 20221126 printed on Linux 6.18, and its times, which are virtual here. */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

const HOSTS = { lvs1: '192.168.100.100', client: '192.168.100.20' };

/** How long things take on a real machine differs each time. */
function masked(text: string): string {
  return text
    .replaceAll(/time=[\d.]+ ms/g, 'time=… ms')
    .replaceAll(/time \d+ms/g, 'time …ms')
    .replaceAll(/= [\d.]+\/[\d.]+\/[\d.]+\/[\d.]+ ms/g, '= … ms');
}

test('prints what the real one does', () => {
  const bench = new Bench(HOSTS);
  const [silent = '', routes = '', noEcho = ''] = TRANSCRIPT.split(/^# .*\n/m);
  replay(bench, 'client', silent, masked);
  bench.run('lvs1', 'sysctl -w net.ipv4.ip_forward=1');
  replay(bench, 'client', routes, masked);
  bench.run('lvs1', 'sysctl -w net.ipv4.icmp_echo_ignore_all=1');
  replay(bench, 'client', noEcho, masked);
});

test('times are those of the wire', () => {
  // Two cables of 10 µs each way; ARP goes the same way first, and lvs1 already knows who asked.
  replay(
    new Bench(HOSTS),
    'client',
    `$ ping -c 3 -i 0.5 192.168.100.100
PING 192.168.100.100 (192.168.100.100) 56(84) bytes of data.
64 bytes from 192.168.100.100: icmp_seq=1 ttl=64 time=0.080 ms
64 bytes from 192.168.100.100: icmp_seq=2 ttl=64 time=0.040 ms
64 bytes from 192.168.100.100: icmp_seq=3 ttl=64 time=0.040 ms

--- 192.168.100.100 ping statistics ---
3 packets transmitted, 3 received, 0% packet loss, time 1000ms
rtt min/avg/max/mdev = 0.040/0.053/0.080/0.018 ms
`,
  );
});

describe('how long it takes', () => {
  const bench = new Bench(HOSTS);
  bench.run('lvs1', 'sysctl -w net.ipv4.icmp_echo_ignore_all=1');
  test.each([
    ['without an answer, ten seconds', 'ping -c 1 192.168.100.100', 10],
    ['or -W', 'ping -c 3 -i 0.2 -W 0.5 192.168.100.100', 0.9],
    ['with an error for each, until the last', 'ping -c 1 192.168.100.99', 3],
  ])('%s', (_, line, seconds) => {
    const typed = bench.type('client', line);
    bench.pass(20);
    expect(typed.seconds).toBeCloseTo(seconds, 3);
  });

  test('after an answer, an interval more for the last', () => {
    const other = new Bench(HOSTS);
    const typed = other.type('client', 'ping -c 3 -i 0.5 192.168.100.100');
    other.pass(0.7);
    other.run('lvs1', 'sysctl -w net.ipv4.icmp_echo_ignore_all=1');
    other.pass(5);
    expect(typed.result.stdout).toContain(
      '3 packets transmitted, 2 received, 33.3333% packet loss, time 1000ms',
    );
    expect(typed.seconds).toBeCloseTo(1.5, 3);
  });
});

test('replies keep the neighbour entry reachable', () => {
  const bench = new Bench(HOSTS);
  const { kernel } = bench.host('client');
  bench.run('client', 'ping -c 60 -q 192.168.100.100');
  expect(kernel.neighbours.list().map(({ state }) => state)).toEqual(['REACHABLE']);
  const isRequest = (hex: string): boolean => hex.slice(24, 28) === '0806' && hex.slice(40, 44) === '0001';
  const asked = bench.sent.filter(({ nic, hex }) => nic === 'client:ens33' && isRequest(hex));
  expect(asked).toHaveLength(1);
});

test('data begins with the time, as Linux has it in memory', () => {
  const bench = new Bench(HOSTS);
  bench.pass(2.000_25);
  bench.run('client', 'ping -c 1 192.168.100.100');
  const request = bench.sent.find(({ nic, hex }) => nic === 'client:ens33' && hex.slice(24, 28) === '0800');
  // 2026-01-01T00:00:02Z and 250 µs.
  expect(request?.hex.slice(84, 84 + 40)).toBe('02b9556900000000fa0000000000000010111213');
});

test('names of /etc/hosts are shown, unless -n', () => {
  const bench = new Bench(HOSTS);
  bench.host('client').files.write('/etc/hosts', '192.168.100.100 lvs1 director\n');
  const named = bench.text('client', 'ping -c 1 director');
  expect(named).toMatch(/^PING director \(192\.168\.100\.100\) 56\(84\) bytes of data\.\n/);
  expect(named).toContain('64 bytes from lvs1 (192.168.100.100): icmp_seq=1');
  expect(named).toContain('--- director ping statistics ---');
  expect(bench.text('client', 'ping -n -c 1 lvs1')).toContain('64 bytes from 192.168.100.100: icmp_seq=1');
});

test('a power cut ends it without a word', () => {
  const bench = new Bench(HOSTS);
  const typed = bench.type('client', 'ping -c 3 192.168.100.100');
  bench.pass(0.5);
  bench.host('client').powerOff();
  bench.pass(20);
  expect(typed.running).toBe(true);
});

test('a link that goes down loses requests, and nothing is said', () => {
  const bench = new Bench(HOSTS);
  const typed = bench.type('client', 'ping -c 3 -i 0.5 192.168.100.100');
  bench.pass(0.7);
  bench.run('client', 'ip link set ens33 down');
  bench.pass(5);
  expect(typed.result.stdout).toContain(
    '3 packets transmitted, 2 received, 33.3333% packet loss, time 1000ms',
  );
  expect(typed.result.stderr).toBe('');
});

test('what is not simulated is said', () => {
  replay(
    new Bench(HOSTS),
    'client',
    `$ ping 192.168.100.100
ping: not simulated without -c
=> 2
$ ping -f -c 3 192.168.100.100
ping: not simulated: -f
=> 2
$ ping -c 1 -s 1473 192.168.100.100
ping: not simulated: a packet in fragments
=> 2
$ ping -c 1 -I lo 192.168.100.100
ping: not simulated: -I lo against the route
=> 2
$ ping -V
ping from iputils 20221126
`,
  );
  const { stderr, exit } = new Bench(HOSTS).run('client', 'ping -z 1.2.3.4');
  expect(stderr).toMatch(/^ping: invalid option -- 'z'\n\nUsage\n {2}ping \[options\] <destination>\n/);
  expect(exit).toBe(2);
});

const TRANSCRIPT = `$ ping -c 3 -i 0.2 192.168.100.100
PING 192.168.100.100 (192.168.100.100) 56(84) bytes of data.
64 bytes from 192.168.100.100: icmp_seq=1 ttl=64 time=0.095 ms
64 bytes from 192.168.100.100: icmp_seq=2 ttl=64 time=0.081 ms
64 bytes from 192.168.100.100: icmp_seq=3 ttl=64 time=0.079 ms

--- 192.168.100.100 ping statistics ---
3 packets transmitted, 3 received, 0% packet loss, time 410ms
rtt min/avg/max/mdev = 0.079/0.085/0.095/0.007 ms
$ ping -c 1 192.168.100.100
PING 192.168.100.100 (192.168.100.100) 56(84) bytes of data.
64 bytes from 192.168.100.100: icmp_seq=1 ttl=64 time=0.057 ms

--- 192.168.100.100 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 0.057/0.057/0.057/0.000 ms
$ ping -q -c 2 -i 0.2 192.168.100.100
PING 192.168.100.100 (192.168.100.100) 56(84) bytes of data.

--- 192.168.100.100 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 203ms
rtt min/avg/max/mdev = 0.055/0.063/0.071/0.008 ms
$ ping -c 2 -i 0.2 -I ens33 192.168.100.100
PING 192.168.100.100 (192.168.100.100) from 192.168.100.20 ens33: 56(84) bytes of data.
64 bytes from 192.168.100.100: icmp_seq=1 ttl=64 time=0.052 ms
64 bytes from 192.168.100.100: icmp_seq=2 ttl=64 time=0.084 ms

--- 192.168.100.100 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 201ms
rtt min/avg/max/mdev = 0.052/0.068/0.084/0.016 ms
$ ping -c 2 -i 0.2 -I 192.168.100.20 192.168.100.100
PING 192.168.100.100 (192.168.100.100) from 192.168.100.20 : 56(84) bytes of data.
64 bytes from 192.168.100.100: icmp_seq=1 ttl=64 time=0.061 ms
64 bytes from 192.168.100.100: icmp_seq=2 ttl=64 time=0.076 ms

--- 192.168.100.100 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 201ms
rtt min/avg/max/mdev = 0.061/0.068/0.076/0.007 ms
$ ping -c 1 -I 192.168.100.99 192.168.100.100
ping: bind: Cannot assign requested address
=> 2
$ ping -c 1 -I nope 192.168.100.100
ping: SO_BINDTODEVICE nope: No such device
=> 2
$ ping -c 3 -i 0.5 192.168.100.99
PING 192.168.100.99 (192.168.100.99) 56(84) bytes of data.
From 192.168.100.20 icmp_seq=1 Destination Host Unreachable
From 192.168.100.20 icmp_seq=2 Destination Host Unreachable
From 192.168.100.20 icmp_seq=3 Destination Host Unreachable

--- 192.168.100.99 ping statistics ---
3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 1044ms
pipe 3
=> 1
$ ping -c 1 -W 1 192.168.100.98
PING 192.168.100.98 (192.168.100.98) 56(84) bytes of data.

--- 192.168.100.98 ping statistics ---
1 packets transmitted, 0 received, 100% packet loss, time 0ms

=> 1
$ ping -c 4 192.168.100.97
PING 192.168.100.97 (192.168.100.97) 56(84) bytes of data.
From 192.168.100.20 icmp_seq=1 Destination Host Unreachable
From 192.168.100.20 icmp_seq=2 Destination Host Unreachable
From 192.168.100.20 icmp_seq=3 Destination Host Unreachable
From 192.168.100.20 icmp_seq=4 Destination Host Unreachable

--- 192.168.100.97 ping statistics ---
4 packets transmitted, 0 received, +4 errors, 100% packet loss, time 3065ms
pipe 3
=> 1
$ ping -q -c 1 192.168.100.96
PING 192.168.100.96 (192.168.100.96) 56(84) bytes of data.

--- 192.168.100.96 ping statistics ---
1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms

=> 1
$ ping -c 2 8.8.8.8
ping: connect: Network is unreachable
=> 2
$ ping -c 1 -n 127.0.0.1
PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.032 ms

--- 127.0.0.1 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 0.032/0.032/0.032/0.000 ms
$ ping -c 1 192.168.100.20
PING 192.168.100.20 (192.168.100.20) 56(84) bytes of data.
64 bytes from 192.168.100.20: icmp_seq=1 ttl=64 time=0.030 ms

--- 192.168.100.20 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 0.030/0.030/0.030/0.000 ms
$ ping -s 1000 -c 2 -i 0.2 192.168.100.100
PING 192.168.100.100 (192.168.100.100) 1000(1028) bytes of data.
1008 bytes from 192.168.100.100: icmp_seq=1 ttl=64 time=0.058 ms
1008 bytes from 192.168.100.100: icmp_seq=2 ttl=64 time=0.080 ms

--- 192.168.100.100 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 204ms
rtt min/avg/max/mdev = 0.058/0.069/0.080/0.011 ms
$ ping -s 10 -c 2 -i 0.2 192.168.100.100
PING 192.168.100.100 (192.168.100.100) 10(38) bytes of data.
18 bytes from 192.168.100.100: icmp_seq=1 ttl=64
18 bytes from 192.168.100.100: icmp_seq=2 ttl=64

--- 192.168.100.100 ping statistics ---
2 packets transmitted, 2 received, 0% packet loss, time 205ms

$ ping -s 0 -c 1 192.168.100.100
PING 192.168.100.100 (192.168.100.100) 0(28) bytes of data.
8 bytes from 192.168.100.100: icmp_seq=1 ttl=64

--- 192.168.100.100 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms

$ ping -c 1 0.0.0.0
PING 0.0.0.0 (127.0.0.1) 56(84) bytes of data.
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.022 ms

--- 0.0.0.0 ping statistics ---
1 packets transmitted, 1 received, 0% packet loss, time 0ms
rtt min/avg/max/mdev = 0.022/0.022/0.022/0.000 ms
$ ping
ping: usage error: Destination address required
=> 1
$ ping -c 0 192.168.100.100
ping: invalid argument: '0': out of range: 1 <= value <= 9223372036854775807
=> 1
$ ping -c foo 192.168.100.100
ping: invalid argument: 'foo'
=> 1
$ ping -c 1 -s foo 192.168.100.100
ping: invalid argument: 'foo'
=> 1
$ ping -c 1 -s -1 192.168.100.100
ping: invalid argument: '-1': out of range: 0 <= value <= 2147483647
=> 1
$ ping -c 1 nosuchhost
ping: nosuchhost: Temporary failure in name resolution
=> 2
$ ping -c 1 192.168.100.300
ping: 192.168.100.300: Temporary failure in name resolution
=> 2
$ ping -c 1 192.168.100.255
ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules
=> 2
$ ip route add unreachable 10.2.0.0/16
$ ip route add blackhole 10.4.0.0/16
$ ip route add prohibit 10.3.0.0/16
$ ip route add 10.1.0.0/16 via 192.168.100.100
$ ping -c 1 10.2.1.1
ping: connect: No route to host
=> 2
$ ping -c 1 10.4.1.1
ping: connect: Invalid argument
=> 2
$ ping -c 1 10.3.1.1
ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules
=> 2
# lvs1 forwards
$ ping -c 1 10.1.1.1
PING 10.1.1.1 (10.1.1.1) 56(84) bytes of data.
From 192.168.100.100 icmp_seq=1 Destination Net Unreachable

--- 10.1.1.1 ping statistics ---
1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms

=> 1
# lvs1 answers no echo
$ ping -c 3 -i 0.2 -W 0.5 192.168.100.100
PING 192.168.100.100 (192.168.100.100) 56(84) bytes of data.

--- 192.168.100.100 ping statistics ---
3 packets transmitted, 0 received, 100% packet loss, time 405ms

=> 1
$ ping -c 1 -W 2 192.168.100.100
PING 192.168.100.100 (192.168.100.100) 56(84) bytes of data.

--- 192.168.100.100 ping statistics ---
1 packets transmitted, 0 received, 100% packet loss, time 0ms

=> 1
`;
