/**
 * `arping`, beside what iputils 20221126 printed on Linux 6.18, and the frames it was recorded sending
 * [m3c-arp_notify].
 */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

const HOSTS = { lvs1: '192.168.100.100', client: '192.168.100.20' };

test('prints what the real one does', () => {
  replay(new Bench(HOSTS), 'client', TRANSCRIPT, (text) => text.replaceAll(/ [\d.]+ms/g, ' …ms'));
});

describe('sends what was recorded', () => {
  // lvs2 of the recording: 192.168.100.12 with a MAC that ends in 99.
  test.each([
    ['-A', 'ffffffffffff02000000009908060001080006040002020000000099c0a8640c020000000099c0a8640c'],
    ['-U', 'ffffffffffff02000000009908060001080006040001020000000099c0a8640cffffffffffffc0a8640c'],
    ['-D', 'ffffffffffff0200000000990806000108000604000102000000009900000000ffffffffffffc0a8640c'],
  ])('%s', (option, hex) => {
    const bench = new Bench({ lvs2: '192.168.100.153' });
    bench.run('lvs2', 'ifconfig ens33 192.168.100.12');
    bench.run('lvs2', `arping ${option} -c 2 -I ens33 192.168.100.12`);
    expect(bench.sent.map((frame) => frame.hex)).toEqual([hex, hex]);
    expect(bench.sent.map(({ timeNs }) => timeNs)).toEqual([0, 1e9]);
  });
});

test('after an answer it asks only who answered, unless -b', () => {
  const destinations = (line: string): string[] => {
    const bench = new Bench(HOSTS);
    bench.run('client', line);
    return bench.sent.filter(({ nic }) => nic === 'client:ens33').map(({ hex }) => hex.slice(0, 12));
  };
  expect(destinations('arping -c 2 192.168.100.100')).toEqual(['ffffffffffff', '020000000064']);
  expect(destinations('arping -b -c 2 192.168.100.100')).toEqual(['ffffffffffff', 'ffffffffffff']);
});

describe('how long it takes', () => {
  test.each([
    ['a second for each of -c', 'arping -c 2 192.168.100.99', 2],
    ['or -w', 'arping -w 3 192.168.100.99', 3],
    ['-f: until the first answer', 'arping -f -c 5 192.168.100.100', 0.000_04],
    ['-D: likewise', 'arping -D -I ens33 -c 5 192.168.100.100', 0.000_04],
    ['-c with -w: until the last answer', 'arping -c 2 -w 5 192.168.100.100', 1.000_04],
  ])('%s', (_, line, seconds) => {
    const bench = new Bench(HOSTS);
    const typed = bench.type('client', line);
    bench.pass(20);
    expect(typed.seconds).toBeCloseTo(seconds, 6);
  });
});

test('an announcement of a virtual address moves what others believe', () => {
  const bench = new Bench({ ...HOSTS, lvs2: '192.168.100.111' });
  const vip = 'ip addr add 192.168.100.10/32 dev ens33';
  bench.run('lvs1', vip);
  bench.run('client', 'ping -c 1 -q 192.168.100.10');
  expect(bench.text('client', 'arp -n 192.168.100.10')).toContain('02:00:00:00:00:64');
  bench.run('lvs2', vip);
  bench.run('lvs2', 'arping -U -c 1 -I ens33 192.168.100.10');
  expect(bench.text('client', 'arp -n 192.168.100.10')).toContain('02:00:00:00:00:6f');
});

test('two at once hear the same answers, and the card is as before when both have ended', () => {
  const bench = new Bench(HOSTS);
  const { nic } = bench.host('client').kernel.devices.byName('ens33') ?? expect.fail('no card');
  const driver = nic?.driver;
  const typed = [1, 2].map(() => bench.type('client', 'arping -c 1 192.168.100.100'));
  bench.pass(3);
  for (const { result } of typed) expect(result.stdout).toMatch(/Received [12] response\(s\)\n$/);
  expect(nic?.driver).toBe(driver);
});

test('what is not simulated is said', () => {
  replay(
    new Bench(HOSTS),
    'client',
    `$ arping -I ens33 192.168.100.100
arping: not simulated without -c or -w
=> 2
$ arping -c 1 -i 2 192.168.100.100
arping: not simulated: -i
=> 2
$ arping -V
arping from iputils 20221126
`,
  );
  for (const line of ['arping', 'arping -z', 'arping -c1 1.1.1.1 2.2.2.2']) {
    expect(new Bench(HOSTS).run('client', line)).toMatchObject({ exit: 2, stdout: '' });
  }
});

const TRANSCRIPT = `$ arping -c 2 -I ens33 192.168.100.100
ARPING 192.168.100.100 from 192.168.100.20 ens33
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.555ms
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.563ms
Sent 2 probes (1 broadcast(s))
Received 2 response(s)
$ arping -c 1 192.168.100.100
ARPING 192.168.100.100 from 192.168.100.20 ens33
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.554ms
Sent 1 probes (1 broadcast(s))
Received 1 response(s)
$ arping -c 1 -I ens33 192.168.100.99
ARPING 192.168.100.99 from 192.168.100.20 ens33
Sent 1 probes (1 broadcast(s))
Received 0 response(s)
=> 1
$ arping -c 2 -w 1 -I ens33 192.168.100.99
ARPING 192.168.100.99 from 192.168.100.20 ens33
Sent 2 probes (2 broadcast(s))
Received 0 response(s)
=> 1
$ arping -c 3 -w 2 -I ens33 192.168.100.100
ARPING 192.168.100.100 from 192.168.100.20 ens33
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.544ms
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.564ms
Sent 3 probes (1 broadcast(s))
Received 2 response(s)
=> 1
# 0.1 s
$ arping -c 2 -w 5 -I ens33 192.168.100.100
ARPING 192.168.100.100 from 192.168.100.20 ens33
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.558ms
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.562ms
Sent 2 probes (1 broadcast(s))
Received 2 response(s)
$ arping -U -c 2 -I ens33 192.168.100.20
ARPING 192.168.100.20 from 192.168.100.20 ens33
Sent 2 probes (2 broadcast(s))
Received 0 response(s)
$ arping -A -c 1 -I ens33 -s 192.168.100.20 192.168.100.20
ARPING 192.168.100.20 from 192.168.100.20 ens33
Sent 1 probes (1 broadcast(s))
Received 0 response(s)
$ arping -D -c 2 -I ens33 192.168.100.100
ARPING 192.168.100.100 from 0.0.0.0 ens33
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  1.311ms
Sent 1 probes (1 broadcast(s))
Received 1 response(s)
=> 1
$ arping -D -c 2 -I ens33 192.168.100.99
ARPING 192.168.100.99 from 0.0.0.0 ens33
Sent 2 probes (2 broadcast(s))
Received 0 response(s)
$ arping -q -c 1 -I ens33 192.168.100.100
$ arping -q -c 1 -I ens33 192.168.100.99
=> 1
$ arping -b -c 2 -I ens33 192.168.100.100
ARPING 192.168.100.100 from 192.168.100.20 ens33
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.555ms
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.568ms
Sent 2 probes (2 broadcast(s))
Received 2 response(s)
$ arping -f -c 3 -I ens33 192.168.100.100
ARPING 192.168.100.100 from 192.168.100.20 ens33
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.557ms
Sent 1 probes (1 broadcast(s))
Received 1 response(s)
$ arping -w 2 -I ens33 192.168.100.100
ARPING 192.168.100.100 from 192.168.100.20 ens33
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.555ms
Unicast reply from 192.168.100.100 [02:00:00:00:00:64]  0.561ms
Sent 3 probes (1 broadcast(s))
Received 2 response(s)
# 0.1 s
$ arping -c 1 -I nope 192.168.100.100
arping: Device nope not available.
=> 2
$ arping -c 1 -I ens33:0 192.168.100.100
arping: Device ens33:0 not available.
=> 2
$ arping -c 1 -I lo 192.168.100.100
Interface "lo" is not ARPable
=> 2
$ arping -c 1 -I ens33 foo
arping: foo: Temporary failure in name resolution
=> 2
$ arping -c 1 -I ens33 -s 1.2.3.4 192.168.100.100
arping: bind: Cannot assign requested address
=> 2
$ arping -U -c 1 -I ens33 192.168.100.10
arping: bind: Cannot assign requested address
=> 2
$ arping -c foo -I ens33 192.168.100.100
arping: invalid argument: 'foo'
=> 1
$ arping -c 0 -I ens33 192.168.100.100
arping: invalid argument: '0': out of range: 1 <= value <= 2147483647
=> 1
$ arping -c 1 -I ens33 10.1.1.1
ARPING 10.1.1.1 from 192.168.100.20 ens33
Sent 1 probes (1 broadcast(s))
Received 0 response(s)
=> 1
$ arping -c 1 -I ens33 192.168.100.20
ARPING 192.168.100.20 from 192.168.100.20 ens33
Sent 1 probes (1 broadcast(s))
Received 0 response(s)
=> 1
$ ip link set ens33 down
$ arping -c 1 -I ens33 192.168.100.100
Interface "ens33" is down
=> 2
`;
