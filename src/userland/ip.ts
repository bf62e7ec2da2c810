/**
 * `ip` of iproute2 6.1: options, and which object is meant. Texts are those of a host with IPv6 switched off,
 * on Linux 6.18. Objects other than address, link, route and neighbour, and options that change more than the
 * form of what is shown, are not simulated; nor are counters (`-s`), except those of neighbours.
 */
import type { Process } from './command.ts';
import { ipAddress } from './ip-addr.ts';
import { ipLink } from './ip-link.ts';
import { ipNeighbour } from './ip-neigh.ts';
import { ipRoute } from './ip-route.ts';
import { type IpForm, IpRun } from './ip-run.ts';
import { BAD_LINE, BAD_VALUE, begins, IpWords } from './ip-words.ts';

type IpObject = (run: IpRun) => void;

/** In iproute2's order: the first that begins with the word typed is meant. null: not simulated. */
const OBJECTS: readonly (readonly [string, IpObject | null])[] = [
  ['address', ipAddress],
  ['addrlabel', null],
  ['maddress', null],
  ['route', ipRoute],
  ['rule', null],
  ['neighbor', ipNeighbour],
  ['neighbour', ipNeighbour],
  ['ntable', null],
  ['ntbl', null],
  ['link', ipLink],
  ['l2tp', null],
  ['fou', null],
  ['ila', null],
  ['macsec', null],
  ['tunnel', null],
  ['tunl', null],
  ['tuntap', null],
  ['tap', null],
  ['token', null],
  ['tcpmetrics', null],
  ['monitor', null],
  ['xfrm', null],
  ['mroute', null],
  ['mrule', null],
  ['netns', null],
  ['netconf', null],
  ['vrf', null],
  ['sr', null],
  ['nexthop', null],
  ['mptcp', null],
  ['ioam', null],
];

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { address | link | neighbour | route }
       OPTIONS := { -V[ersion] | -s[tatistics] | -4 | -0 |
                    -f[amily] { inet | link } | -br[ief] | -o[neline] }
`;

export function ip(process: Process): void {
  const words = process.argv.slice(1);
  const form: IpForm = { brief: false, oneLine: false, statistics: false, family: 'any' };
  for (let word = words[0]; word?.startsWith('-'); word = words[0]) {
    words.shift();
    if (word === '--') break;
    const done = readOption(process, form, word.startsWith('--') ? word.slice(1) : word, words);
    if (done) return;
  }
  const [name, ...rest] = words;
  if (name === undefined || begins(name, 'help')) return usage(process);
  const found = OBJECTS.find(([object]) => begins(name, object));
  if (found === undefined) return process.fail(BAD_VALUE, `Object "${name}" is unknown, try "ip help".`);
  const [, object] = found;
  if (object === null) return process.fail(BAD_VALUE, `Object "${name}" is not simulated, try "ip help".`);
  object(new IpRun(process, form, new IpWords(rest)));
}

function usage(process: Process): void {
  process.err(USAGE);
  process.exit(BAD_LINE);
}

/** True if that was the end of it. */
function readOption(process: Process, form: IpForm, option: string, words: string[]): boolean {
  const is = (name: string): boolean => option.length > 1 && name.startsWith(option);
  const notSimulated = (what: string): boolean => {
    process.fail(BAD_LINE, `Option "${what}" is not simulated, try "ip -help".`);
    return true;
  };
  if (is('-family')) {
    const family = words.shift() ?? '';
    if (family !== 'inet' && family !== 'link') return notSimulated(`${option} ${family}`);
    form.family = family;
  } else if (option === '-4') form.family = 'inet';
  else if (option === '-0') form.family = 'link';
  else if (is('-human') || is('-iec')) return false;
  else if (is('-statistics') || is('-stats')) form.statistics = true;
  else if (is('-oneline')) form.oneLine = true;
  else if (is('-Version')) {
    process.out('ip utility, iproute2-6.1.0, libbpf 1.1.2\n');
    process.exit(0);
    return true;
  } else if (option.length > 2 && is('-brief')) form.brief = true;
  else if (is('-help')) {
    usage(process);
    return true;
  } else if (OTHER_OPTIONS.some(is)) return notSimulated(option);
  else {
    process.fail(BAD_LINE, `Option "${option}" is unknown, try "ip -help".`);
    return true;
  }
  return false;
}

const OTHER_OPTIONS = [
  '-loops',
  '-6',
  '-M',
  '-B',
  '-details',
  '-resolve',
  '-timestamp',
  '-tshort',
  '-force',
  '-batch',
  '-json',
  '-pretty',
  '-rcvbuf',
  '-color',
  '-netns',
  '-Numeric',
  '-all',
];
