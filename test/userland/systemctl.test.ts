/**
 * `systemctl`, `service` and signals. systemd itself was not recorded: its texts are those of version 252's
 * source.
 */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { replay } from './transcript.ts';

function bench(): Bench {
  return new Bench({ web1: '192.168.100.200' });
}

test('a service comes and goes', () => {
  replay(
    bench(),
    'web1',
    `$ systemctl is-active httpd
inactive
=> 3
$ systemctl status httpd
○ httpd.service - The Apache HTTP Server
     Loaded: loaded (/usr/lib/systemd/system/httpd.service; disabled; preset: disabled)
     Active: inactive (dead)
=> 3
$ systemctl start httpd.service
# 65 s
$ systemctl is-active httpd
active
$ systemctl status httpd
● httpd.service - The Apache HTTP Server
     Loaded: loaded (/usr/lib/systemd/system/httpd.service; disabled; preset: disabled)
     Active: active (running) since Thu 2026-01-01 00:00:00 UTC; 1min 5s ago
   Main PID: 1000 (httpd)

Jan 01 00:00:00 web1 systemd[1]: Starting httpd.service - The Apache HTTP Server...
Jan 01 00:00:00 web1 systemd[1]: Started httpd.service - The Apache HTTP Server.
$ service httpd restart
$ systemctl status httpd --no-pager
● httpd.service - The Apache HTTP Server
     Loaded: loaded (/usr/lib/systemd/system/httpd.service; disabled; preset: disabled)
     Active: active (running) since Thu 2026-01-01 00:01:05 UTC; 0s ago
   Main PID: 1001 (httpd)

Jan 01 00:00:00 web1 systemd[1]: Starting httpd.service - The Apache HTTP Server...
Jan 01 00:00:00 web1 systemd[1]: Started httpd.service - The Apache HTTP Server.
Jan 01 00:01:05 web1 systemd[1]: Stopping httpd.service - The Apache HTTP Server...
Jan 01 00:01:05 web1 systemd[1]: httpd.service: Deactivated successfully.
Jan 01 00:01:05 web1 systemd[1]: Stopped httpd.service - The Apache HTTP Server.
Jan 01 00:01:05 web1 systemd[1]: Starting httpd.service - The Apache HTTP Server...
Jan 01 00:01:05 web1 systemd[1]: Started httpd.service - The Apache HTTP Server.
$ systemctl stop httpd
$ systemctl stop httpd
$ systemctl is-active -q httpd
=> 3
`,
  );
});

test('keepalived with its own log', () => {
  const lab = bench();
  lab.host('web1').files.write('/etc/keepalived/keepalived.conf', 'global_defs {\n  router_id LVS_01\n}\n');
  lab.run('web1', 'systemctl start keepalived');
  const { stdout, exit } = lab.run('web1', 'systemctl status keepalived');
  expect(exit).toBe(0);
  expect(stdout).toContain('● keepalived.service - LVS and VRRP High Availability Monitor\n');
  expect(stdout).toMatch(/^Jan 01 00:00:00 web1 Keepalived\[\d+\]: /m);
  expect(lab.text('web1', 'systemctl stop keepalived')).toBe('');
});

test('units nobody knows', () => {
  replay(
    bench(),
    'web1',
    `$ systemctl start foo
Failed to start foo.service: Unit foo.service not found.
=> 5
$ systemctl stop firewalld.service
Failed to stop firewalld.service: Unit firewalld.service not loaded.
=> 5
$ systemctl restart NetworkManager
Failed to restart NetworkManager.service: Unit NetworkManager.service not found.
=> 5
$ systemctl status foo
Unit foo.service could not be found.
=> 4
$ systemctl is-active foo
inactive
=> 3
$ systemctl frob httpd
Unknown command verb frob.
=> 1
$ systemctl start
Too few arguments.
=> 1
$ service foo start
foo: unrecognized service
=> 1
`,
  );
});

test('a service that does not start', () => {
  const lab = bench();
  lab.host('web1').kernel.tcp.listen({ port: 80, accept: () => {} });
  replay(
    lab,
    'web1',
    `$ systemctl start httpd
Job for httpd.service failed because the control process exited with error code.
See "systemctl status httpd.service" and "journalctl -xeu httpd.service" for details.
=> 1
`,
  );
});

test('what is not simulated is said', () => {
  const lab = bench();
  lab.host('web1').files.write('/etc/init.d/dr.sh', '#!/bin/bash\n');
  replay(
    lab,
    'web1',
    `$ systemctl enable httpd
systemctl: not simulated: enable
=> 1
$ systemctl --now start httpd
systemctl: not simulated: --now
=> 1
$ systemctl
systemctl: not simulated without a command: list-units
=> 1
$ service dr.sh start
service: not simulated: running /etc/init.d/dr.sh
=> 1
$ service httpd reload
service: not simulated: reload
=> 1
`,
  );
  expect(lab.text('web1', 'service')).toMatch(/^Usage: service .*\n=> 1\n$/);
});

describe('signals', () => {
  test('TERM is an orderly end, KILL is none', () => {
    const lab = bench();
    const { httpd } = lab.host('web1').services;
    const lastLine = (): string | undefined => httpd.log.at(-1)?.line;
    for (const [line, last] of [
      ['pkill httpd', 'systemd[1]: Stopped httpd.service - The Apache HTTP Server.'],
      ['pkill -TERM -x httpd', 'systemd[1]: Stopped httpd.service - The Apache HTTP Server.'],
      ['killall httpd', 'systemd[1]: Stopped httpd.service - The Apache HTTP Server.'],
      ['pkill -9 httpd', "systemd[1]: httpd.service: Failed with result 'signal'."],
      ['killall -KILL httpd', "systemd[1]: httpd.service: Failed with result 'signal'."],
      ['killall -s SIGKILL -w httpd', "systemd[1]: httpd.service: Failed with result 'signal'."],
    ]) {
      lab.run('web1', 'systemctl start httpd');
      expect(lab.text('web1', line as string)).toBe('');
      expect(httpd.running).toBe(false);
      expect(lastLine()).toBe(last);
    }
    lab.run('web1', 'systemctl start httpd');
    expect(lab.text('web1', `kill ${httpd.pid}`)).toBe('');
    expect(httpd.running).toBe(false);
  });

  test('messages of the real tools', () => {
    replay(
      bench(),
      'web1',
      `$ killall nope
nope: no process found
=> 1
$ killall -q nope
=> 1
$ killall -9 httpd
httpd: no process found
=> 1
$ killall -FOO x
FOO: unknown signal; killall -l lists signals.
=> 1
$ pkill nope
=> 1
$ pkill
pkill: no matching criteria specified
Try \`pkill --help' for more information.
=> 2
$ kill 999999
sh: kill: (999999) - No such process
=> 1
$ kill -FOO 1
sh: kill: FOO: invalid signal specification
=> 1
$ kill foo
sh: kill: foo: arguments must be process or job IDs
=> 1
`,
    );
  });

  test('what is not simulated is said', () => {
    const lab = bench();
    lab.run('web1', 'systemctl start httpd');
    replay(
      lab,
      'web1',
      `$ kill -9 1000
sh: kill: not simulated: KILL to one process of httpd; pkill -9 httpd ends all
=> 1
$ kill -HUP 1000
sh: kill: not simulated: signal HUP
=> 1
$ killall -USR1 httpd
killall: not simulated: signal USR1
=> 1
$ pkill -f 'a b'
pkill: not simulated: pattern a b
=> 2
$ killall -v -9 httpd
Killed httpd(1000) with signal 9
`,
    );
  });
});
