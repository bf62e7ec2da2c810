import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/engine/time.ts';
import { ipvsadm } from '../../src/userland/ipvsadm.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { ACK, FIN, RST, SYN } from '../../src/wire/tcp.ts';
import { readCase } from '../ipvs/cases-a.ts';
import { Director, segment, VIP } from '../ipvs/director.ts';
import { sameConnections } from '../ipvs/texts.ts';

interface TextStep {
  readonly cmd?: string;
  readonly stdin?: string;
  readonly rc?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly workload?: string;
  readonly list?: readonly (readonly [string, number, string])[];
}

interface UsageRecording {
  readonly cases: {
    args: string[];
    accepted?: true;
    exit?: number;
    stdout?: string;
    stderr?: string;
  }[];
}

/** Segments of a client: rst and keep are 3 packets of 164 bytes, close is 4 of 216. */
const SEGMENTS: Readonly<Record<string, readonly number[]>> = {
  rst: [SYN, ACK, RST],
  keep: [SYN, ACK, FIN | ACK],
  close: [SYN, ACK, FIN | ACK, ACK],
};

function connect(director: Director, src: string, sport: number, mode: string): string | undefined {
  for (const flags of SEGMENTS[mode] ?? []) {
    director.client.send(segment({ src: ip(src), sport, dst: VIP, dport: 80 }, flags));
  }
  director.settle();
  return director.received()[0];
}

function result(director: Director, step: TextStep) {
  const { stdout, stderr, exit } = director.type(step.cmd ?? '', step.stdin ?? '');
  return { cmd: step.cmd, rc: exit, stdout, stderr };
}

describe('D-format-01: every text, to the last blank', () => {
  const director = new Director();
  const { steps } = readCase<{ steps: TextStep[] }>('D-format-01');
  test.each(steps.map((step, index) => [index, step.cmd ?? step.workload ?? '', step] as const))(
    '%i %s',
    (_index, name, step) => {
      if (step.workload !== undefined) {
        const mode = step.workload.split(' ').at(-1) ?? '';
        for (const [src, sport, server] of step.list ?? []) {
          expect(connect(director, src, sport, mode)).toBe(server);
        }
        return;
      }
      // The estimator's first tick after the connections falls here.
      if (name === 'ipvsadm -Ln --rate') director.run(2 * SECOND);
      const { rc, stdout = '', stderr } = step;
      const got = result(director, step);
      if (stdout.includes('\nTCP ') && stdout.startsWith('IPVS connection entries')) {
        expect({ ...got, stdout: sameConnections(got.stdout, stdout) }).toEqual({
          cmd: name,
          rc,
          stdout: true,
          stderr,
        });
      } else {
        expect(got).toEqual({ cmd: name, rc, stdout, stderr });
      }
    },
  );
});

/** What the recording's director could and this one cannot: it says so, and the tables after it lack it. */
const MISSING: Readonly<Record<string, string>> = {
  'ipvsadm -A -t 192.168.100.10:86 -s rr -p 60 -M 255.0.255.0': 'persistence (-p): not simulated\n',
  'ipvsadm -E -t 192.168.100.10:80 -s wlc': 'scheduler wlc: not simulated\n',
};

function withoutMissing(stdout: string): string {
  return stdout.replace(/^TCP {2}192\.168\.100\.10:86.*\n/m, '').replace(':80 wlc', ':80 rr');
}

describe('D-errors-01: wrong uses, in the order they were made', () => {
  const director = new Director();
  const { steps } = readCase<{ steps: TextStep[] }>('D-errors-01');

  test('the entries it begins with', () => {
    director.type('-A -t 192.168.100.10:80 -s rr');
    director.type('-a -t 192.168.100.10:80 -r 192.168.100.200 -g');
    director.type('-a -t 192.168.100.10:80 -r 192.168.100.222 -g');
    for (let port = 1; port <= 6; port++) connect(director, '192.168.100.20', port, 'keep');
    director.type('-C');
    director.type('-A -t 192.168.100.10:80 -s rr');
    director.type('-a -t 192.168.100.10:80 -r 192.168.100.203 -g');
    expect(connect(director, '192.168.100.20', 7, 'keep')).toBe('192.168.100.203');
  });

  test.each(steps.map((step, index) => [index, step.cmd ?? '', step] as const))('%i %s', (_i, cmd, step) => {
    // What a shell says of a file that is not there is not ipvsadm's business.
    if (cmd.includes('<')) return;
    const missing = MISSING[cmd];
    const { rc, stdout = '', stderr } = step;
    const expected =
      missing === undefined
        ? { cmd, rc, stdout: withoutMissing(stdout), stderr }
        : { cmd, rc: 255, stdout: '', stderr: missing };
    expect(result(director, step)).toEqual(expected);
  });
});

describe('ipvsadm-1.31-usage: what the program judges by itself', () => {
  const { cases } = readCase<UsageRecording>('ipvsadm-1.31-usage');
  /** What the options of tunnels demand of each other is not judged here: tunnels are refused as such. */
  const isAboutTunnels = (args: readonly string[]) => args.includes('-i');

  test('every line it refuses or answers', () => {
    const judged = cases.filter(({ accepted, args }) => accepted === undefined && !isAboutTunnels(args));
    const got = judged.map(({ args }) => {
      const { exit, stdout, stderr } = run(args);
      return { args, exit, stdout, stderr };
    });
    expect(got).toEqual(judged);
    expect(judged.length).toBeGreaterThan(290);
  });

  test('no line it hands to the kernel is refused before', () => {
    const refused = cases.filter(({ accepted, args }) => accepted === true && run(args).exit === 2);
    expect(refused).toEqual([]);
  });
});

function run(args: readonly string[]) {
  return ipvsadm(new Director(), args);
}

describe('-R', () => {
  const LINES = '-A -t 192.168.100.10:80 -s rr\n-a -t 192.168.100.10:80 -r 192.168.100.200:80 -g -w 1\n';

  function restore(stdin: string) {
    const director = new Director();
    const { exit, stdout, stderr } = director.type('-R', stdin);
    return { exit, stdout, stderr, services: director.ipvs.services.length };
  }

  test('takes lines with and without the name of the program, and skips empty ones', () => {
    expect(restore(`  ipvsadm\t${LINES}\n\nipvsadm\n`)).toEqual({
      exit: 0,
      stdout: '',
      stderr: '',
      services: 1,
    });
  });

  test('goes on after a refusal of the kernel and of popt, and returns the last result', () => {
    expect(restore(`${LINES}${LINES}-C`)).toMatchObject({
      exit: 0,
      stderr: 'Service already exists\nDestination already exists\n',
      services: 0,
    });
    expect(restore('-A -t 192.168.100.10:80 -j\n-C\n')).toMatchObject({
      exit: 0,
      stderr: '-j: unknown option\n',
    });
    expect(restore('-C\n-D -t 192.168.100.10:80')).toMatchObject({ exit: 255, stderr: 'No such service\n' });
  });

  test('ends where the program would exit', () => {
    expect(restore('-A -t 192.168.100.10:80 -w 3\n-A -t 192.168.100.10:80 -s rr')).toMatchObject({
      exit: 2,
      services: 0,
    });
    expect(restore('-L -t 192.168.100.10:90\n-A -t 192.168.100.10:80 -s rr')).toMatchObject({
      exit: 1,
      services: 0,
    });
    expect(restore('-R\n-A -t 192.168.100.10:80 -s rr')).toMatchObject({ exit: 255, services: 0 });
    expect(restore(`-v\n${LINES}`)).toMatchObject({ exit: 0, services: 0 });
  });
});

describe('what is not simulated is refused as such', () => {
  const director = new Director();
  director.type('-A -t 192.168.100.10:80 -s rr');
  test.each([
    ['-A -t 192.168.100.10:81', 'scheduler wlc: not simulated\n'],
    ['-A -t 192.168.100.10:81 -s mh', 'scheduler mh: not simulated\n'],
    ['-A -t 192.168.100.10:81 -s rr -p', 'persistence (-p): not simulated\n'],
    ['-A -u 192.168.100.10:81 -s rr -o', 'one-packet scheduling (-o): not simulated\n'],
    ['-A -t 192.168.100.10:81 -s rr -b flag-1', 'scheduler flags (-b): not simulated\n'],
    ['-A -f 7 -s rr', 'firewall-mark services (-f): not simulated\n'],
    ['-A --sctp-service 192.168.100.10:9 -s rr', 'SCTP services: not simulated\n'],
    ['-A -t [fd00::10]:80 -s rr', 'IPv6 services: not simulated\n'],
    ['-a -t 192.168.100.10:80 -r 192.168.100.200 -m', 'masquerading (-m): not simulated\n'],
    ['-a -t 192.168.100.10:80 -r 192.168.100.200 -i', 'tunneling (-i): not simulated\n'],
    ['--start-daemon master --mcast-interface ens33', 'sync daemon: not simulated\n'],
  ])('%s', (line, stderr) => {
    expect(director.type(line)).toEqual({ exit: 255, stdout: '', stderr });
  });

  test('and nothing was changed by it', () => {
    expect(director.type('-Sn').stdout).toBe('-A -t 192.168.100.10:80 -s rr\n');
  });
});

test('sorted by the signed difference of addresses, with --nosort in order of making', () => {
  const director = new Director();
  const services = ['10.0.0.9:80', '192.168.100.10:443', '192.168.100.10:80'];
  for (const service of services) director.type(`-A -t ${service} -s rr`);
  director.type('-A -u 192.168.100.10:53 -s rr');
  const order = (option: string) =>
    [...director.type(`-Ln ${option}`).stdout.matchAll(/^(?:TCP|UDP) {2}(\S+)/gm)].map(([, name]) => name);
  expect(order('')).toEqual(['192.168.100.10:80', '192.168.100.10:443', '10.0.0.9:80', '192.168.100.10:53']);
  expect(order('--nosort')).toEqual([...services, '192.168.100.10:53']);
});
