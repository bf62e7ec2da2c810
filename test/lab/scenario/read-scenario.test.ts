import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filesIn } from '../../../src/lab/scenario/file-access.ts';
import { readBuiltInLab, readLab, readScenario } from '../../../src/lab/scenario/read-scenario.ts';
import type { Action, Expectation, HostPlan, Scenario } from '../../../src/lab/scenario/scenario.ts';
import { TUTORIAL_FILES } from '../../../src/lab/tutorial-files.ts';
import { ip } from '../../../src/wire/ip-address.ts';
import { Mac } from '../../../src/wire/mac.ts';
import { SCENARIO_FOLDER, scenarioDisk, scenarioFiles, VALID } from './samples.ts';

const S = 1_000_000_000;

function read(text: string, files: Record<string, string> = {}): Scenario {
  const { scenario, problems } = readScenario(text, 'my/case.yaml', filesIn(files));
  expect(problems).toEqual([]);
  return scenario as Scenario;
}

function hostOf(scenario: Scenario, name: string): HostPlan {
  return scenario.lab.hosts.find((host) => host.name === name) as HostPlan;
}

const HEAD = 'question: what?\nuntil: 30s\n';

describe('the scenarios of the repository', () => {
  test('are the ten of the list', () => {
    expect(scenarioFiles()).toEqual([
      'arp-flux.yaml',
      'kill-lvs1.yaml',
      'kill9-keepalived.yaml',
      'lvs1-returns.yaml',
      'split-brain.yaml',
      'static-vip.yaml',
      'stop-lvs1.yaml',
      'tutorial.yaml',
      'web1-dies.yaml',
      'web1-hangs.yaml',
    ]);
  });

  test.each(scenarioFiles())('%s reads without problems, with question, verdict and expectations', (name) => {
    const text = readFileSync(new URL(name, SCENARIO_FOLDER), 'utf8');
    const { scenario, problems } = readScenario(text, name, scenarioDisk);
    expect(problems).toEqual([]);
    expect(scenario?.name).toBe(name.replace('.yaml', ''));
    expect(scenario?.question).toMatch(/\?$/);
    expect(scenario?.verdict).toMatch(/\.$/);
    expect(scenario?.expectations.length).toBeGreaterThan(0);
    expect(scenario?.lab.hosts.map((host) => host.name)).toEqual(['lvs1', 'lvs2', 'web1', 'web2', 'client']);
  });
});

describe('the tutorial laboratory', () => {
  test('has the addresses, MACs and order of the tutorial', () => {
    const lab = readBuiltInLab('tutorial');
    const cards = lab?.hosts.map(({ name, interfaces }) => [
      name,
      interfaces[0]?.name,
      interfaces[0]?.addresses,
      String(interfaces[0]?.mac),
    ]);
    expect(cards).toEqual([
      ['lvs1', 'ens33', [{ ip: ip('192.168.100.100'), length: 24 }], '02:00:00:00:00:64'],
      ['lvs2', 'ens33', [{ ip: ip('192.168.100.111'), length: 24 }], '02:00:00:00:00:6f'],
      ['web1', 'ens33', [{ ip: ip('192.168.100.200'), length: 24 }], '02:00:00:00:00:c8'],
      ['web2', 'ens33', [{ ip: ip('192.168.100.222'), length: 24 }], '02:00:00:00:00:de'],
      ['client', 'ens33', [{ ip: ip('192.168.100.20'), length: 24 }], '02:00:00:00:00:14'],
    ]);
    expect(lab?.switch).toEqual({
      name: 'sw1',
      ageingNs: 300 * S,
      attach: ['lvs1', 'lvs2', 'web1', 'web2', 'client'],
    });
  });

  test('gives each host its files and commands', () => {
    const scenario = read(`${HEAD}lab: tutorial\n`);
    const lvs1 = hostOf(scenario, 'lvs1');
    expect(lvs1.gateway).toBe(ip('192.168.100.1'));
    expect(lvs1.setup).toEqual(['sysctl -p', 'systemctl start keepalived']);
    expect(lvs1.files['/etc/keepalived/keepalived.conf']).toEqual({
      text: TUTORIAL_FILES['lvs1/keepalived.conf'],
      source: 'tutorial/lvs1/keepalived.conf',
    });
    expect(hostOf(scenario, 'web2').files['/var/www/html/index.html']?.text).toBe('this is accp web\n');
  });

  test('says in keepalived.conf what the tutorial says, with retry for nb_get_retry', () => {
    const confOf = (host: string) => {
      const text = TUTORIAL_FILES[`${host}/keepalived.conf`] ?? '';
      return text
        .replace(/^\s*#.*\n/gm, '')
        .replace(/\s+/g, ' ')
        .trim();
    };
    const server = (address: string) =>
      `real_server ${address} 80 { weight 1 TCP_CHECK { connect_port 80 connect_timeout 3 retry 3 ` +
      'delay_before_retry 3 } }';
    const conf = (routerId: string, state: string, priority: number) =>
      `global_defs { smtp_server 127.0.0.1 router_id ${routerId} } ` +
      `vrrp_instance VI_1 { state ${state} interface ens33 virtual_router_id 10 priority ${priority} ` +
      'advert_int 1 authentication { auth_type PASS auth_pass abc123 } ' +
      'virtual_ipaddress { 192.168.100.10 } } ' +
      'virtual_server 192.168.100.10 80 { delay_loop 6 lb_algo rr lb_kind DR protocol TCP ' +
      `${server('192.168.100.200')} ${server('192.168.100.222')} }`;
    // [003-tutorial-retry-fixed]
    expect(confOf('lvs1')).toBe(conf('LVS_01', 'MASTER', 100));
    expect(confOf('lvs2')).toBe(conf('LVS_02', 'BACKUP', 90));
  });

  test('is not there under another name', () => {
    expect(readBuiltInLab('toString')).toBeNull();
  });
});

const written = readScenario(VALID, 'a/b.yaml', filesIn({ 'a/lvs1/keepalived.conf': 'text' })).scenario;

test('what is written comes out in nanoseconds, int32 and resolved files', () => {
  expect(written).toMatchObject({
    name: 'b',
    file: 'a/b.yaml',
    question: 'what?',
    verdict: 'that.',
    keepalived: '2.2',
    seed: 'abc',
    untilNs: 30 * S,
  });
  const [lvs1, lvs2] = written?.lab.hosts ?? [];
  expect(lvs1?.files).toEqual({
    '/etc/keepalived/keepalived.conf': { text: 'text', source: 'a/lvs1/keepalived.conf' },
    '/etc/sysctl.conf': { text: 'net.ipv4.ip_forward=1', source: 'lvs1:/etc/sysctl.conf' },
  });
  expect(lvs1?.setup).toEqual(['sysctl -p', 'systemctl start keepalived']);
  expect(lvs1?.cable).toEqual({
    latencyNs: 20_000,
    jitterNs: 1000,
    loss: 0.5,
    bitsPerSecond: 1_000_000_000,
  });
  expect(lvs2?.interfaces.map((card) => [card.name, card.mac])).toEqual([
    ['ens33', Mac.of(0x020000000002)],
    ['ens34', Mac.of(0x020000000003)],
  ]);
  expect(lvs2?.interfaces[0]?.addresses).toEqual([
    { ip: ip('10.0.0.2'), length: 24 },
    { ip: ip('10.0.0.22'), length: 32 },
  ]);
  expect(written?.lab.switch).toEqual({
    name: 'core',
    ageingNs: 60 * S,
    attach: ['client', 'web1', 'lvs1', 'lvs2'],
  });
  expect(written?.traffic).toEqual([
    {
      client: 'client',
      url: 'http://10.0.0.9/',
      ip: ip('10.0.0.9'),
      port: 80,
      path: '/',
      everyNs: S / 10,
      fromNs: 5 * S,
      untilNs: 25 * S,
      timeoutNs: S,
      place: { file: 'a/b.yaml', line: 24, column: 5 },
    },
  ]);
});

test('the reading gives each action its kind and its place, in order of time', () => {
  const steps = written?.timeline.map(({ atNs, action, place }) => [atNs / S, place?.line, action]);
  const wanted: [at: number, line: number, action: Action][] = [
    [10, 31, { kind: 'crash', host: 'lvs1' }],
    [10, 32, { kind: 'start-service', host: 'lvs2', service: 'keepalived' }],
    [10, 33, { kind: 'stop-service', host: 'lvs2', service: 'keepalived' }],
    [10, 34, { kind: 'kill-process', host: 'lvs2', process: 'keepalived' }],
    [11, 35, { kind: 'run-command', host: 'web1', command: 'systemctl stop httpd' }],
    [11, 36, { kind: 'pull-cable', host: 'web1' }],
    [11, 37, { kind: 'cut-cable', host: 'web1', direction: 'to-host' }],
    [12, 38, { kind: 'heal-cable', host: 'web1' }],
    [12, 39, { kind: 'block-protocol', host: 'lvs2', protocol: 'vrrp', direction: 'both' }],
    [12, 40, { kind: 'block-protocol', host: 'lvs2', protocol: 'arp', direction: 'from-host' }],
    [13, 41, { kind: 'unblock-protocol', host: 'lvs2', protocol: 'vrrp' }],
    [20, 30, { kind: 'power-on', host: 'lvs1' }],
  ];
  expect(steps).toEqual(wanted);
});

test('the reading gives each expectation its kind and its place', () => {
  const span = { fromNs: 14 * S, untilNs: 20 * S };
  const vip = ip('10.0.0.9');
  const wanted: Expectation[] = [
    { kind: 'master', host: 'lvs1', instance: 'VI_1', fromNs: 3 * S, untilNs: 10 * S },
    { kind: 'master', host: 'lvs2', instance: null, fromNs: 0, untilNs: null },
    { kind: 'at-most-one-master', onlyWhileWhole: false, fromNs: 0, untilNs: null },
    { kind: 'at-most-one-master', onlyWhileWhole: true, fromNs: 0, untilNs: null },
    { kind: 'at-most-one-master', onlyWhileWhole: false, fromNs: 5 * S, untilNs: 10 * S },
    { kind: 'masters', hosts: ['lvs1', 'lvs2'], atNs: 12 * S },
    { kind: 'outage', client: 'client', atMost: 3.7 * S, atLeast: S },
    { kind: 'requests-lost', client: 'client', atMost: 25, atLeast: 0 },
    {
      kind: 'served-by',
      counts: [
        { host: 'web1', count: 3 },
        { host: 'lvs2', count: 'none' },
      ],
      ...span,
    },
    { kind: 'served-by', counts: [{ host: 'web1', count: 'some' }], ...span },
    { kind: 'alternates', hosts: ['web1', 'lvs2'], fromNs: 14 * S, untilNs: null },
    { kind: 'vip', ip: vip, hosts: ['lvs1', 'lvs2'], atNs: 12 * S },
    { kind: 'arp', host: 'client', ip: vip, owner: 'lvs2', atNs: 14 * S },
    { kind: 'pool', host: 'lvs1', servers: ['web1'], atNs: 30 * S },
    {
      kind: 'output',
      host: 'lvs1',
      command: 'ip addr show ens33',
      contains: '10.0.0.9/32',
      lacks: 'down',
      atNs: 12 * S,
    },
  ];
  expect(written?.expectations.map(({ expectation }) => expectation)).toEqual(wanted);
  expect(written?.expectations.map(({ place }) => place?.line)).toEqual(wanted.map((_, i) => 43 + i));
});

describe('what is left out', () => {
  test('has its defaults', () => {
    const scenario = read(`${HEAD}lab: tutorial
traffic: [{ from: client, get: 'http://10.0.0.9:8080', every: 1s }]
timeline: [{ at: 0s, do: block, host: lvs1, protocol: arp }]
`);
    expect(scenario).toMatchObject({ name: 'case', verdict: null, seed: '1', expectations: [] });
    expect(scenario.traffic[0]).toMatchObject({
      path: '/',
      port: 8080,
      fromNs: 0,
      untilNs: null,
      timeoutNs: 2 * S,
    });
    expect(scenario.timeline[0]?.action).toMatchObject({ direction: 'both' });
  });

  test('a number as seed is a text', () => {
    expect(read(`${HEAD}lab: tutorial\nseed: 42\n`).seed).toBe('42');
  });
});

describe('a scenario over its lab', () => {
  const scenario = read(
    `${HEAD}lab: tutorial
hosts:
  lvs1:
    address: 192.168.100.101/24
    files: { /etc/motd: motd, /etc/sysctl.conf: { text: '' } }
    also: [ip addr]
    cable: { loss: 0.1 }
  web1: { setup: [systemctl start httpd], gateway: 192.168.100.100 }
  web3: { address: 192.168.100.233/24 }
switch: { attach: [web3] }
`,
    { 'my/motd': 'hello' },
  );

  test('replaces interfaces and set-up, adds files, commands and hosts', () => {
    const lvs1 = hostOf(scenario, 'lvs1');
    expect(lvs1.interfaces[0]?.addresses).toEqual([{ ip: ip('192.168.100.101'), length: 24 }]);
    expect(String(lvs1.interfaces[0]?.mac)).toBe('02:00:00:00:00:65');
    expect(Object.keys(lvs1.files)).toEqual([
      '/etc/sysctl.conf',
      '/etc/keepalived/keepalived.conf',
      '/etc/motd',
    ]);
    expect(lvs1.files['/etc/motd']).toEqual({ text: 'hello', source: 'my/motd' });
    expect(lvs1.files['/etc/sysctl.conf']?.text).toBe('');
    expect(lvs1.setup).toEqual(['sysctl -p', 'systemctl start keepalived', 'ip addr']);
    expect(lvs1.cable).toEqual({ loss: 0.1 });
    expect(hostOf(scenario, 'web1').setup).toEqual(['systemctl start httpd']);
    expect(hostOf(scenario, 'web1').gateway).toBe(ip('192.168.100.100'));
    expect(hostOf(scenario, 'web2').setup).toHaveLength(7);
  });

  test('puts new hosts last, but plugs in as it says', () => {
    const names = ['lvs1', 'lvs2', 'web1', 'web2', 'client', 'web3'];
    expect(scenario.lab.hosts.map((host) => host.name)).toEqual(names);
    expect(scenario.lab.switch.attach).toEqual(['web3', ...names.slice(0, 5)]);
    expect(scenario.lab.switch.name).toBe('sw1');
  });
});

describe('a lab of one’s own', () => {
  const lab = 'hosts:\n  a: { address: 10.0.0.1/24, files: { /f: ../f.txt } }\n';

  test('is found beside the scenario, its files beside it', () => {
    const scenario = read(`${HEAD}lab: ../labs/two/lab.yaml\n`, {
      'labs/two/lab.yaml': lab,
      'labs/f.txt': 'F',
    });
    expect(scenario.lab.hosts).toHaveLength(1);
    expect(hostOf(scenario, 'a').files['/f']).toEqual({ text: 'F', source: 'labs/f.txt' });
    expect(hostOf(scenario, 'a').place).toEqual({ file: 'labs/two/lab.yaml', line: 2, column: 3 });
  });

  test('is checked like the scenario, at its own places, and mentioned after it', () => {
    const files = filesIn({ 'lab.yaml': lab.replace('/24', '') });
    const { scenario, problems } = readScenario(
      `${HEAD}lab: ./lab.yaml\nexpect: [{ master: b }]\n`,
      'case.yaml',
      files,
    );
    expect(scenario).toBeNull();
    expect(problems.map(({ where, code }) => `${where.file}:${where.line} ${code}`)).toEqual([
      'case.yaml:4 unknown-host',
      'lab.yaml:2 bad-address',
    ]);
  });

  test('can be read alone', () => {
    const { lab: read, problems } = readLab(lab, 'x/lab.yaml', filesIn({ 'f.txt': 'F' }));
    expect(problems).toEqual([]);
    expect(read?.switch).toEqual({ name: 'sw1', ageingNs: 300 * S, attach: ['a'] });
    expect(readLab('hosts: [', 'lab.yaml', filesIn({})).lab).toBeNull();
    expect(readLab('hosts: {}', 'lab.yaml', filesIn({})).problems.map(({ code }) => code)).toEqual([
      'no-hosts',
    ]);
  });
});
