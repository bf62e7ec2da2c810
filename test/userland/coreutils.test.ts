/**
 * The small commands, the readers of command lines and dates below them, and that every name is a command.
 */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/engine/time.ts';
import { httpDate, journalTime, systemdTime } from '../../src/userland/calendar.ts';
import { COMMANDS } from '../../src/userland/commands.ts';
import { getopt } from '../../src/userland/getopt.ts';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

test('echo, cat, true, false, hostname', () => {
  const bench = new Bench({ web1: '192.168.100.200' });
  bench.host('web1').files.write('/etc/motd', 'hello\n');
  replay(
    bench,
    'web1',
    `$ echo a  b
a b
$ echo -e 'a\\tb'
a	b
$ echo -E 'a\\tb'
a\\tb
$ echo -z
-z
$ cat /etc/motd /nonexist /etc/motd
hello
hello
cat: /nonexist: No such file or directory
=> 1
$ cat --foo
cat: unrecognized option '--foo'
Try 'cat --help' for more information.
=> 1
$ cat -n /etc/motd
cat: not simulated: -n
=> 1
$ true
$ false
=> 1
$ hostname
web1
$ hostname -f
hostname: not simulated: -f
=> 255
$ hostname other
hostname: not simulated: setting the name
=> 1
$ constructor
sh: constructor: command not found
=> 127
`,
  );
  expect(bench.run('web1', 'echo -n x').stdout).toBe('x');
});

describe('sleep', () => {
  test.each([
    ['sleep 1.5', 1.5],
    ['sleep 0.1s 0.2', 0.3],
    ['sleep 1m', 60],
    ['sleep .5', 0.5],
  ])('%s', (line, seconds) => {
    const bench = new Bench({ web1: '192.168.100.200' });
    const typed = bench.type('web1', line);
    bench.pass(100);
    expect(typed.seconds).toBeCloseTo(seconds, 9);
  });

  test('errors', () => {
    replay(
      new Bench({ web1: '192.168.100.200' }),
      'web1',
      `$ sleep
sleep: missing operand
Try 'sleep --help' for more information.
=> 1
$ sleep foo
sleep: invalid time interval ‘foo’
Try 'sleep --help' for more information.
=> 1
`,
    );
  });
});

test('ipvsadm is there, with the names of the host', () => {
  const bench = new Bench({ lvs1: '192.168.100.100' });
  bench.host('lvs1').files.write('/etc/hosts', '192.168.100.10 vip\n');
  replay(
    bench,
    'lvs1',
    `$ ipvsadm -A -t vip:80 -s rr
$ ipvsadm -Ln
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  192.168.100.10:80 rr
`,
  );
});

test('every command ends on a command line of nonsense', () => {
  for (const name of Object.keys(COMMANDS)) {
    const bench = new Bench({ lvs1: '192.168.100.100' });
    const typed = bench.type('lvs1', `${name} --constructor __proto__ toString`);
    bench.pass(500);
    expect([name, typed.running]).toEqual([name, false]);
  }
});

describe('getopt', () => {
  const spec = { short: 'qc:p::', long: { count: 'c', quiet: 'q', load: 'p' } };
  test.each([
    ['-q -c 3 x', 'q c=3', 'x', null],
    ['-qc3 x', 'q c=3', 'x', null],
    ['x -q y', 'q', 'x y', null],
    ['-pfile -p file', 'p=file p', 'file', null],
    ['--count=3 --count 4 --load=f --load', 'c=3 c=4 p=f p', '', null],
    ['-q -- -c', 'q', '-c', null],
    ['- -q', 'q', '-', null],
    ['-q -z -c 3', 'q', '', "invalid option -- 'z'"],
    ['-c', '', '', "option requires an argument -- 'c'"],
    ['--count', '', '', "option '--count' requires an argument"],
    ['--quiet=1', '', '', "option '--quiet' doesn't allow an argument"],
    ['--toString', '', '', "unrecognized option '--toString'"],
    ['-:', '', '', "invalid option -- ':'"],
  ])('%s', (line, options, operands, error) => {
    const read = getopt(line.split(' '), spec);
    const shown = read.options.map(({ letter, value }) => (value === '' ? letter : `${letter}=${value}`));
    expect([shown.join(' '), read.operands.join(' '), read.error]).toEqual([options, operands, error]);
  });
});

describe('the calendar', () => {
  const DAY = 86_400 * SECOND;
  test.each([
    [0, 'Thu, 01 Jan 2026 00:00:00 GMT', 'Jan 01 00:00:00', 'Thu 2026-01-01 00:00:00 UTC'],
    [DAY - 1, 'Thu, 01 Jan 2026 23:59:59 GMT', 'Jan 01 23:59:59', 'Thu 2026-01-01 23:59:59 UTC'],
    [31 * DAY, 'Sun, 01 Feb 2026 00:00:00 GMT', 'Feb 01 00:00:00', 'Sun 2026-02-01 00:00:00 UTC'],
    [
      59 * DAY + 3_723 * SECOND,
      'Sun, 01 Mar 2026 01:02:03 GMT',
      'Mar 01 01:02:03',
      'Sun 2026-03-01 01:02:03 UTC',
    ],
    [103 * DAY, 'Tue, 14 Apr 2026 00:00:00 GMT', 'Apr 14 00:00:00', 'Tue 2026-04-14 00:00:00 UTC'],
  ])('%i ns', (timeNs, http, journal, systemd) => {
    expect([httpDate(timeNs), journalTime(timeNs), systemdTime(timeNs)]).toEqual([http, journal, systemd]);
    expect(new Date(Date.UTC(2026, 0, 1) + Math.floor(timeNs / 1e6)).toUTCString()).toBe(http);
  });
});
