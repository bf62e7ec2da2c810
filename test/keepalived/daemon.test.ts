/** The daemon on its host: its log beside the real one's, what it leaves behind, what it refuses. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../src/keepalived/records.ts';
import { type LabHandle, tutorialLab } from '../../src/lab/builder.ts';
import { recordsOf } from '../../src/lab/records.ts';
import type { Run } from '../../src/lab/run.ts';

const S = 1e9;

type Line = [seconds: number, host: string, text: string];
const recorded: Line[] = JSON.parse(
  readFileSync(new URL('../recordings/ipvs/F-scenario-rr.json', import.meta.url), 'utf8'),
).keepalived_log;

/** What belongs to the machine it was recorded on, or to the moment, is no text of the program. */
const OF_THE_MACHINE = /Running on Linux|Command line:|'\/run\/checkers\.pid'/;

function masked(text: string): string {
  return text
    .replace(/pid=\d+/, 'pid=N')
    .replace(/ifindex\( *\d+\)/, 'ifindex(N)')
    .replace(/\d+\.\d{6}/g, 'T');
}

/** Lines of one process in a span of the recording. */
function real(host: string, process: string, fromS: number, toS: number): string[] {
  return recorded
    .filter(
      ([seconds, where, text]) =>
        where === host && seconds >= fromS && seconds <= toS && text.startsWith(`${process}: `),
    )
    .filter(([, , text]) => !OF_THE_MACHINE.test(text))
    .map(([, , text]) => masked(text.slice(process.length + 2)));
}

function simulated(run: Run, host: string, process: string, fromS: number, toS: number): string[] {
  const isMeant = (record: LogRecord): boolean =>
    record.host === host &&
    record.process === process &&
    record.timeNs >= fromS * S &&
    record.timeNs <= toS * S;
  return recordsOf(run.trace, 'log')
    .filter(isMeant)
    .map(({ line }) => masked(line));
}

function run(seconds: number, acts: Record<string, (lab: LabHandle) => void> = {}): Run {
  const builder = tutorialLab();
  for (const [time, act] of Object.entries(acts)) builder.at(time, act);
  return builder.runFor(`${seconds}s`);
}

/** Which server is found well first is chance, in the recording and here. */
function withoutSuccess(lines: string[]): string[] {
  return lines.filter((line) => !/success\.$/.test(line));
}

describe('the log, beside the real one', () => {
  const stopped = run(30, {
    '12s': ({ host }) => host('lvs1').stop('keepalived'),
    '20s': ({ host }) => host('lvs1').start('keepalived'),
  });

  test('the parent: start, stop', () => {
    expect(simulated(stopped, 'lvs1', 'Keepalived', 0, 1)).toEqual(real('lvs1', 'K', 0, 5));
    expect(simulated(stopped, 'lvs1', 'Keepalived', 12, 14)).toEqual(real('lvs1', 'K', 151, 153));
  });

  test('VRRP: cold start to MASTER, with both blocks of gratuitous ARPs', () => {
    expect(simulated(stopped, 'lvs1', 'Keepalived_vrrp', 0, 11)).toEqual(real('lvs1', 'K_vrrp', 0, 14));
  });

  test('VRRP: stop of the master, takeover, return and preemption', () => {
    expect(simulated(stopped, 'lvs1', 'Keepalived_vrrp', 12, 14)).toEqual(real('lvs1', 'K_vrrp', 151, 153));
    expect(simulated(stopped, 'lvs2', 'Keepalived_vrrp', 12, 19)).toEqual(real('lvs2', 'K_vrrp', 151, 160));
    expect(simulated(stopped, 'lvs1', 'Keepalived_vrrp', 20, 30)).toEqual(real('lvs1', 'K_vrrp', 163, 174));
    expect(simulated(stopped, 'lvs2', 'Keepalived_vrrp', 20, 30)).toEqual(real('lvs2', 'K_vrrp', 163, 174));
  });

  test('health checks: start and stop', () => {
    const process = 'Keepalived_healthcheckers';
    expect(withoutSuccess(simulated(stopped, 'lvs1', process, 0, 11))).toEqual(
      withoutSuccess(real('lvs1', 'K_healthcheckers', 0, 14)),
    );
    expect(simulated(stopped, 'lvs1', process, 12, 14)).toEqual(real('lvs1', 'K_healthcheckers', 151, 153));
  });

  test('a web server dies and comes back', () => {
    const dead = run(60, {
      '10s': ({ host }) => host('web1').kill('httpd'),
      '35s': ({ host }) => host('web1').start('httpd'),
    });
    const process = 'Keepalived_healthcheckers';
    expect(simulated(dead, 'lvs2', process, 10, 60)).toEqual(real('lvs2', 'K_healthcheckers', 56, 96));
  });

  test('killed and started again: the table and the address of the dead process are found', () => {
    const killed = run(30, {
      '10s': ({ host }) => host('lvs1').kill('keepalived'),
      '20s': ({ host }) => host('lvs1').start('keepalived'),
    });
    expect(killed.show('lvs1', 'ipvsadm -Ln')).toContain('192.168.100.222:80');
    const process = 'Keepalived_healthcheckers';
    expect(withoutSuccess(simulated(killed, 'lvs1', process, 20, 26))).toEqual(
      withoutSuccess(real('lvs1', 'K_healthcheckers', 189, 196)),
    );
    expect(recordsOf(killed.trace, 'log').filter(({ timeNs }) => timeNs === 10 * S)).toEqual([]);
  });
});

describe('notifications', () => {
  test('what scripts and the FIFO would be told', () => {
    const states = recordsOf(
      run(20, { '10s': ({ host }) => host('lvs1').stop('keepalived') }).trace,
      'notify',
    ).map(({ host, instance, state, priority }) => `${host} ${instance} ${state} ${priority}`);
    expect(states).toEqual([
      'lvs1 VI_1 BACKUP 100',
      'lvs2 VI_1 BACKUP 90',
      'lvs1 VI_1 MASTER 100',
      'lvs1 VI_1 STOP 100',
      'lvs2 VI_1 MASTER 90',
    ]);
  });

  test('an address deleted by hand: the master gives way for its skew only [57-vip-removed-by-hand]', () => {
    const removed = run(20, {
      '10s': ({ host }) => host('lvs1').run('ip addr del 192.168.100.10/32 dev ens33'),
    });
    const later = removed.transitions.filter(({ timeNs }) => timeNs >= 10 * S);
    expect(later.map(({ timeNs, host, to }) => [timeNs / S, host, to])).toEqual([
      [10, 'lvs1', 'BACKUP'],
      [10.609375, 'lvs1', 'MASTER'],
    ]);
  });
});

test('a keyword it does not know: said by the process whose part it is, ignored [G-tcp-05]', () => {
  const old = run(4, { '1s': ({ host }) => host('lvs1').stop('keepalived') });
  const { files } = old.world.host('lvs1');
  const path = '/etc/keepalived/keepalived.conf';
  files.write(path, (files.read(path) ?? '').replaceAll(/^(\s*)retry 3/gm, '$1nb_get_retry 3'));
  old.world.host('lvs1').services.keepalived.start();
  const lines = recordsOf(old.trace, 'log').filter(({ line }) => line.includes('Unknown keyword'));
  expect(lines.map(({ process }) => process)).toEqual(Array(2).fill('Keepalived_healthcheckers'));
  expect(lines[0]?.line).toMatch(
    /^\(\/etc\/keepalived\/keepalived\.conf: Line \d+\) Unknown keyword 'nb_get_retry'$/,
  );
});

describe('a configuration it cannot run', () => {
  const conf = (text: string) =>
    run(3, {
      '1s': ({ host }) =>
        host('lvs1').run(`systemctl stop keepalived; echo '${text}' > /etc/keepalived/keepalived.conf`),
      '2500ms': ({ host }) => host('lvs1').run('systemctl start keepalived'),
    });
  const instance = (inside: string, iface = 'ens33'): string =>
    `vrrp_instance V { interface ${iface}\n virtual_router_id 1\n ${inside}\n virtual_ipaddress { 10.0.0.1\n }\n }`;

  test.each([
    ['tracking', instance('track_script {\n chk\n }'), 'track_script (line 3) is not simulated'],
    ['unicast peers', instance('unicast_peer {\n 10.0.0.2\n }'), 'unicast_peer (line 3) is not simulated'],
    ['VRRP version 3', instance('version 3'), 'VRRP version 3 (vrrp_instance V) is not simulated'],
    [
      'an interface that does not exist',
      instance('', 'eth9'),
      "interface eth9 for vrrp_instance V doesn't exist",
    ],
    [
      'strict mode',
      `global_defs { vrrp_strict\n }\n${instance('')}`,
      'vrrp_strict (vrrp_instance V) is not simulated',
    ],
  ])('%s', (_what, text, line) => {
    const refused = conf(text);
    expect(
      recordsOf(refused.trace, 'log')
        .map((record) => record.line)
        .join('\n'),
    ).toContain(line);
    expect(recordsOf(refused.trace, 'daemon').at(-1)).toMatchObject({ host: 'lvs1', event: 'refused' });
    const command = recordsOf(refused.trace, 'command').at(-1);
    expect(command).toMatchObject({ line: 'systemctl start keepalived', exit: 1 });
    expect(refused.world.host('lvs1').services.keepalived.running).toBe(false);
  });
});
