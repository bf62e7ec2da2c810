/** Whatever is typed, a command ends, and says something where it fails. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { COMMANDS } from '../../src/userland/commands.ts';
import { Bench } from './bench.ts';

const WORDS = [
  ...[
    'addr',
    'link',
    'route',
    'neigh',
    'add',
    'del',
    'show',
    'set',
    'get',
    'flush',
    'replace',
    'change',
    'help',
  ],
  ...[
    'dev',
    'via',
    'src',
    'label',
    'brd',
    'scope',
    'nud',
    'lladdr',
    'table',
    'metric',
    'proto',
    'up',
    'down',
    'mtu',
  ],
  ...[
    'ens33',
    'ens33:0',
    'lo',
    'lo:0',
    'nope',
    'local',
    'main',
    'all',
    'permanent',
    'stale',
    'default',
    'link',
  ],
  ...[
    '192.168.100.10',
    '192.168.100.10/32',
    '192.168.100.20',
    '10.0.0.0/8',
    '0',
    '255.255.255.0',
    '1.2.3.4/99',
  ],
  ...[
    '02:00:00:00:00:14',
    'netmask',
    'broadcast',
    '-net',
    '-host',
    'gw',
    'promisc',
    '-promisc',
    'inet',
    'reject',
  ],
  ...[
    '-n',
    '-a',
    '-c',
    '-w',
    '-p',
    '-q',
    '-s',
    '-i',
    '-I',
    '-U',
    '-A',
    '-D',
    '-4',
    '-br',
    '-o',
    '-9',
    '-m',
    '-e',
    '1',
  ],
  ...[
    'net.ipv4.ip_forward',
    'net.ipv4.ip_forward=1',
    'net.ipv4',
    '=',
    '/etc/sysctl.conf',
    'http://192.168.100.20/',
  ],
  ...[
    'httpd',
    'keepalived',
    'start',
    'stop',
    'status',
    'restart',
    'is-active',
    '999',
    '--',
    '-',
    '--help',
    '-V',
  ],
  ...['__proto__', 'constructor', '', ' ', '%', '*', 'ä'],
];
const LINES = fc.tuple(
  fc.constantFrom(...Object.keys(COMMANDS)),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 7 }),
);

test.prop([fc.array(LINES, { minLength: 1, maxLength: 6 })], { numRuns: 300 })('every line ends', (lines) => {
  const bench = new Bench({ lvs1: '192.168.100.100', client: '192.168.100.20' });
  for (const [name, words] of lines) {
    const typed = bench.type('lvs1', [name, ...words.map((word) => `'${word}'`)].join(' '));
    // `sleep 999` and `ping -c 999` may take their time.
    bench.pass(2000);
    expect(typed.running).toBe(false);
    const { exit, stdout, stderr } = typed.result;
    expect(exit).toBeGreaterThanOrEqual(0);
    if (exit === 255 || exit === 2) expect(stdout + stderr).not.toBe('');
  }
});
