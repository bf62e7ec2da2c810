/** The command line as a person or a script meets it: what it prints where, and how it exits. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'vipdrift-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function vipdrift(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '' },
  });
  return { status, stdout, stderr };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const SMALL = `question: does it run?
lab: tutorial
until: 5s
expect:
  - { master: lvs1, from: 3.7s }
`;

describe('run', () => {
  test('tells the story and exits 0', () => {
    const { status, stdout, stderr } = vipdrift('run', 'scenarios/kill-lvs1.yaml');
    expect(stderr).toBe('');
    expect(stdout).toBe(readFileSync(join(ROOT, 'test/golden/stories/kill-lvs1.txt'), 'utf8'));
    expect(status).toBe(0);
  });

  test('is over within a second, start included, where node itself starts in 90 ms', () => {
    // On a slower or busier machine the second is stretched by as much as node's own start is.
    const timed = (run: () => void): number => {
      const startedMs = performance.now();
      run();
      return performance.now() - startedMs;
    };
    const rounds = Array.from({ length: 5 }, () => ({
      node: timed(() => spawnSync(process.execPath, ['-e', '0'])),
      own: timed(() => vipdrift('run', 'scenarios/kill-lvs1.yaml', '--quiet')),
    }));
    const budgetMs = (1000 / 90) * Math.max(90, Math.min(...rounds.map(({ node }) => node)));
    expect(Math.min(...rounds.map(({ own }) => own))).toBeLessThan(budgetMs);
  });

  test('exits 1 when an expectation fails, and says what was found', () => {
    const path = file('fails.yaml', SMALL.replace('master: lvs1', 'master: lvs2'));
    const { status, stdout } = vipdrift('run', path);
    expect(status).toBe(1);
    expect(stdout).toContain('✗ lvs2 is MASTER from 3.700 s   lvs1 was at 3.700 s; lvs2 never after');
    expect(stdout).toContain('(scenario line 5)');
    expect(stdout).toContain('FAIL  0 of 1');
  });

  test('exits 2 when an expectation was never exercised', () => {
    const path = file(
      'idle.yaml',
      SMALL.replace('{ master: lvs1, from: 3.7s }', '{ served-by: { web1: some } }'),
    );
    const { status, stdout } = vipdrift('run', path);
    expect(status).toBe(2);
    expect(stdout).toContain('? served by web1: some, always   nothing happened to judge it by');
  });

  test('exits 1 when a set-up command fails, whatever the expectations say', () => {
    const path = file('setup.yaml', `${SMALL}hosts:\n  client: { also: [frobnicate --all] }\n`);
    const { status, stdout } = vipdrift('run', path);
    expect(status).toBe(1);
    expect(stdout).toContain('`frobnicate --all` exits 127: sh: frobnicate: command not found');
    expect(stdout).toContain('✗ set-up of client: `frobnicate --all` exits 127');
  });

  test('a configuration that asks for what is not simulated is refused, not ignored', () => {
    const conf = readFileSync(join(ROOT, 'scenarios/tutorial/lvs1/keepalived.conf'), 'utf8');
    writeFileSync(join(folder, 'wlc.conf'), conf.replace('lb_algo rr', 'lb_algo wlc'));
    const path = file(
      'wlc.yaml',
      `${SMALL}hosts:\n  lvs1: { files: { /etc/keepalived/keepalived.conf: wlc.conf } }\n`,
    );
    const { status, stdout } = vipdrift('run', path, '--show', 'lvs1', 'systemctl status keepalived');
    expect(status).toBe(1);
    expect(stdout).toContain('keepalived does not start');
    expect(stdout).toContain('lb_algo wlc (virtual_server) is not simulated');
  });

  test.each([
    ['an unknown key', 'colour: red', /:6:1: error: .*colour/],
    ['a wrong unit', 'until: 5 parsecs', /:\d+:8: error: .*5 parsecs/],
    ['an unknown host', 'timeline: [{ at: 1s, do: crash, host: lvs9 }]', /:6:\d+: error: .*lvs9/],
  ])('exits 65 for %s, with place and caret, and runs nothing', (_what, line, message) => {
    const base = line.startsWith('until') ? SMALL.replace('until: 5s', line) : `${SMALL}${line}\n`;
    const { status, stdout, stderr } = vipdrift('run', file('bad.yaml', base));
    expect(status).toBe(65);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\n +\^/);
  });

  test('exits 65 for a file that is not there, with a hint', () => {
    const { status, stderr } = vipdrift('run', 'scenarios/nothing.yaml');
    expect(status).toBe(65);
    expect(stderr).toContain('scenarios/nothing.yaml: no such file\n  hint: vipdrift list');
  });

  test('of several files the worst decides', () => {
    const bad = file('worst.yaml', SMALL.replace('master: lvs1', 'master: lvs2'));
    const { status, stdout } = vipdrift('run', '--quiet', 'scenarios/tutorial.yaml', bad);
    expect(stdout).toBe(`PASS  scenarios/tutorial.yaml\nFAIL  ${bad}\n`);
    expect(status).toBe(1);
  });

  test('--json is what the published schema says', () => {
    const { status, stdout } = vipdrift(
      'run',
      'scenarios/kill-lvs1.yaml',
      '--json',
      '--show',
      'client',
      'ip neigh',
      '--at',
      '14s',
    );
    const schema = JSON.parse(readFileSync(join(ROOT, 'scenarios/schema/result.schema.json'), 'utf8'));
    const result = JSON.parse(stdout);
    const validate = new Ajv({ strict: false }).compile(schema);
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...result, version: 2 })).toBe(false);
    expect(result).toMatchObject({ version: 1, outcome: 'pass', seed: '1', scenario: 'kill-lvs1' });
    expect(result.looks[0].stdout).toContain('192.168.100.10 dev ens33 lladdr 02:00:00:00:00:6f');
    expect(status).toBe(0);
  });

  test('--seed and --until replace what the scenario says', () => {
    const { stdout } = vipdrift('run', 'scenarios/tutorial.yaml', '--seed', 'x', '--until', '4s', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ seed: 'x', simulatedSeconds: 4 });
  });

  test('--show types commands at their moments', () => {
    const { stdout } = vipdrift(
      'run',
      'scenarios/kill-lvs1.yaml',
      '--quiet',
      '--show',
      'lvs1',
      'ip addr show ens33',
      '--at',
      '5s',
      '--show',
      'lvs2',
      'ipvsadm -Ln',
      '--at',
      '20s',
    );
    expect(stdout).toContain('[root@lvs1 ~]# ip addr show ens33     (5.000 s)');
    expect(stdout).toContain('inet 192.168.100.10/32 scope global ens33');
    expect(stdout).toContain('  -> 192.168.100.200:80           Route   1');
  });

  test.each([
    [['run'], /missing required argument/],
    [['run', 'scenarios/tutorial.yaml', '--colour'], /unknown option '--colour'/],
    [['run', 'scenarios/tutorial.yaml', '--until', '5'], /--until 5: not a duration/],
    [
      ['run', 'scenarios/tutorial.yaml', '--show', 'lvs9', 'ip a'],
      /--show lvs9: no such host; there are lvs1/,
    ],
    [['run', 'scenarios/tutorial.yaml', '--show', 'lvs1'], /--show takes a host and a command/],
    [['run', 'scenarios/tutorial.yaml', '--show', 'lvs1', 'ip a', '--at', '99s'], /--at 99s: not a moment/],
    [['run', 'a.yaml', 'b.yaml', '--pcap', 'x'], /--pcap takes one scenario/],
    [['frobnicate'], /unknown command 'frobnicate'/],
  ])('wrong usage exits 64: %j', (args, message) => {
    const { status, stderr } = vipdrift(...(args as string[]));
    expect(status).toBe(64);
    expect(stderr).toMatch(message as RegExp);
  });

  test('a capture that cannot be written is said plainly', () => {
    const { status, stderr } = vipdrift(
      'run',
      'scenarios/tutorial.yaml',
      '--quiet',
      '--pcap',
      '/nowhere/x.pcapng',
    );
    expect(status).toBe(65);
    expect(stderr).toContain('--pcap /nowhere/x.pcapng: ENOENT');
  });
});

describe('check', () => {
  test('a good file', () => {
    const { status, stdout } = vipdrift(
      'check',
      'scenarios/kill-lvs1.yaml',
      'scenarios/tutorial/lvs1/keepalived.conf',
    );
    expect(stdout).toBe(
      'scenarios/kill-lvs1.yaml: no problems\nscenarios/tutorial/lvs1/keepalived.conf: no problems\n',
    );
    expect(status).toBe(0);
  });

  test("the tutorial's own keyword: reported, and ignored as keepalived does", () => {
    const conf = readFileSync(join(ROOT, 'scenarios/tutorial/lvs1/keepalived.conf'), 'utf8');
    const path = file('keepalived.conf', conf.replaceAll(/^(\s*)retry 3/gm, '$1nb_get_retry 3'));
    const { stdout } = vipdrift('check', path);
    expect(stdout.match(/Unknown keyword 'nb_get_retry'/g)).toHaveLength(2);
    expect(stdout).toMatch(
      /keepalived\.conf:\d+:\d+: \w+: Unknown keyword 'nb_get_retry'\n.*nb_get_retry 3\n +\^/,
    );
  });

  test.each([
    ['binary.conf', '\0\x01\x02vrrp'],
    ['unbalanced.conf', 'vrrp_instance VI_1 {\n  interface ens33\n'],
  ])('%s: a clear problem, not a stack', (name, text) => {
    const { status, stdout } = vipdrift('check', file(name, text));
    expect(status).not.toBe(0);
    expect(stdout).toContain(`${name}:`);
    expect(stdout).not.toContain('    at ');
  });

  test('--json: one object a problem', () => {
    const path = file('json.yaml', `${SMALL}colour: red\n`);
    const { status, stdout } = vipdrift('check', '--json', path);
    expect(JSON.parse(stdout.trim().split('\n')[0] ?? '')).toMatchObject({
      severity: 'error',
      where: { line: 6, column: 1 },
    });
    expect(status).toBe(65);
  });
});

test('list names every scenario and its question', () => {
  const { status, stdout } = vipdrift('list');
  expect(stdout).toContain('scenarios/kill-lvs1.yaml\n  lvs1 loses power');
  expect(stdout.trim().split('\n')).toHaveLength(20);
  expect(status).toBe(0);
  const lines = vipdrift('list', '--json').stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).verdict === null)).toEqual(Array(10).fill(false));
});

test('help has examples, exits 0 and uses no colour off a terminal', () => {
  for (const args of [['--help'], ['run', '--help'], ['check', '--help']]) {
    const { status, stdout } = vipdrift(...args);
    expect(stdout).toMatch(/Examples?:/);
    expect(stdout).not.toContain('\x1b[');
    expect(status).toBe(0);
  }
  expect(vipdrift('run', 'scenarios/tutorial.yaml').stdout).not.toContain('\x1b[');
});

describe('a keepalived.conf that a scenario names', () => {
  const withConf = (name: string, conf: string | null): string => {
    if (conf !== null) writeFileSync(join(folder, `${name}.conf`), conf);
    const files = `{ /etc/keepalived/keepalived.conf: ${name}.conf }`;
    return file(`${name}.yaml`, `${SMALL}hosts:\n  lvs1: { files: ${files} }\n`);
  };
  const good = readFileSync(join(ROOT, 'scenarios/tutorial/lvs1/keepalived.conf'), 'utf8');

  test.each([
    ['missing', null, /missing\.yaml:7:\d+: error: /],
    ['binary', '\0\x01vrrp_instance', /binary\.conf:1:1: error: this is not a text file/],
  ])('%s: nothing runs', (name, conf, message) => {
    const { status, stdout, stderr } = vipdrift('run', withConf(name, conf));
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(status).toBe(65);
  });

  test('unbalanced: said with its place, and what keepalived makes of it', () => {
    const { stderr } = vipdrift('run', withConf('open', good.replace(/\}\s*$/, '')));
    expect(stderr).toMatch(/open\.conf:\d+:\d+: \w+: There are 1 missing '\}'s or extra '\{'s/);
  });

  test('an unknown keyword: a warning with its own line, and the run goes on as keepalived does', () => {
    const { status, stderr } = vipdrift(
      'run',
      withConf('old', good.replaceAll(/^(\s*)retry 3/gm, '$1nb_get_retry 3')),
    );
    expect(stderr.match(/old\.conf:\d+:\d+: warning: Unknown keyword 'nb_get_retry'/g)).toHaveLength(2);
    expect(stderr).toMatch(/\n +nb_get_retry 3\n +\^/);
    expect(status).toBe(0);
  });
});
