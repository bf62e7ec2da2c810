/** The command line of a host: joining, redirecting, and what it refuses. */
import { describe, expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { Nic } from '../../src/link/nic.ts';
import type { CommandResult } from '../../src/userland/command.ts';
import { Host } from '../../src/userland/host.ts';
import { Mac } from '../../src/wire/mac.ts';

function machine(): { host: Host; type: (line: string) => CommandResult } {
  const engine = new Engine();
  const host = new Host(engine, 'web1', [{ device: 'ens33', nic: new Nic(engine, 'web1:ens33', Mac.of(2)) }]);
  host.powerOn();
  const type = (line: string): CommandResult => {
    let result: CommandResult | null = null;
    host.run(line, (ended) => {
      result = ended;
    });
    engine.runUntil(engine.nowNs + 10e9);
    return result ?? expect.fail(`${line} has not ended`);
  };
  return { host, type };
}

describe('commands in a row', () => {
  const { type } = machine();
  test.each([
    ['echo a; echo b', { stdout: 'a\nb\n', stderr: '', exit: 0 }],
    ['false && echo a', { stdout: '', stderr: '', exit: 1 }],
    ['false || echo a', { stdout: 'a\n', stderr: '', exit: 0 }],
    ['true && echo a && false', { stdout: 'a\n', stderr: '', exit: 1 }],
    ['sleep 2; echo late', { stdout: 'late\n', stderr: '', exit: 0 }],
    ['echo \'a  b\' "c d" e\\ f', { stdout: 'a  b c d e f\n', stderr: '', exit: 0 }],
    ["echo '$HOME'", { stdout: '$HOME\n', stderr: '', exit: 0 }],
    ['echo a # and nothing more', { stdout: 'a\n', stderr: '', exit: 0 }],
    ['', { stdout: '', stderr: '', exit: 0 }],
    ['/bin/echo a', { stdout: 'a\n', stderr: '', exit: 0 }],
  ])('%s', (line, result) => {
    expect(type(line)).toEqual(result);
  });
});

describe('output to files', () => {
  test('written, appended, thrown away', () => {
    const { host, type } = machine();
    type('echo one > /tmp/x; echo two >> /tmp/x; echo three > /dev/null');
    expect(host.files.read('/tmp/x')).toBe('one\ntwo\n');
    expect(type('cat /tmp/x').stdout).toBe('one\ntwo\n');
    expect(host.files.paths()).toEqual(['/tmp/x']);
  });

  test('to a kernel parameter, as the scripts of the tutorial do it', () => {
    const { host, type } = machine();
    expect(type('echo "1" >/proc/sys/net/ipv4/conf/all/arp_ignore')).toMatchObject({ exit: 0 });
    expect(host.kernel.sysctl.all.arp_ignore).toBe(1);
    expect(type('cat /proc/sys/net/ipv4/conf/all/arp_ignore').stdout).toBe('1\n');
    const path = '/proc/sys/net/ipv4/conf/eth9/arp_ignore';
    expect(type(`echo 1 > ${path}`)).toEqual({
      stdout: '',
      stderr: `sh: ${path}: No such file or directory\n`,
      exit: 1,
    });
    expect(type('echo x > /proc/sys/net/ipv4/ip_forward').stderr).toContain('Invalid argument');
  });

  test("the tutorial's sysctl.conf, remarks and all", () => {
    const { host, type } = machine();
    host.files.write('/etc/sysctl.conf', 'net.ipv4.ip_forward=1    ##路由功能\n##proc响应关闭重定向功能\n');
    type('sysctl -p');
    expect(host.kernel.sysctl.forwarding).toBe(true);
  });
});

describe('what it refuses, and says so', () => {
  const { type } = machine();
  test.each([
    ['frobnicate --all', 127, 'sh: frobnicate: command not found'],
    ['/sbin/frobnicate', 127, 'sh: /sbin/frobnicate: command not found'],
    ['echo $HOME', 2, 'sh: not simulated: variables and substitutions in "echo $HOME"'],
    ['echo `date`', 2, 'sh: not simulated: variables'],
    ['ip addr | grep inet', 2, "sh: not simulated: `|'"],
    ['sleep 1 &', 2, "sh: not simulated: `&'"],
    ['echo a >', 2, "sh: syntax error near `>'"],
    ['; echo a', 2, "sh: syntax error near unexpected token `;'"],
    ['echo a &&', 2, 'sh: syntax error: unexpected end of line'],
  ])('%s', (line, exit, message) => {
    const result = type(line);
    expect(result.exit).toBe(exit);
    expect(result.stderr).toContain(message);
    expect(result.stdout).toBe('');
  });

  test('everything, while the power is off', () => {
    const off = machine();
    off.host.powerOff();
    expect(off.type('echo a')).toEqual({ stdout: '', stderr: 'web1 is powered off\n', exit: 255 });
  });
});

test('a power cut in the middle: the command never ends, the disk stays, memory does not', () => {
  const { host } = machine();
  host.run('echo kept > /etc/kept; sysctl -w net.ipv4.ip_forward=1', () => {});
  let ended = false;
  host.run('sleep 5', () => {
    ended = true;
  });
  host.engine.runUntil(host.engine.nowNs + 1e9);
  host.powerOff();
  host.powerOn();
  host.engine.runUntil(host.engine.nowNs + 10e9);
  expect(ended).toBe(false);
  expect(host.files.read('/etc/kept')).toBe('kept\n');
  expect(host.kernel.sysctl.forwarding).toBe(false);
});
