/** The command line of ping, as far as it is simulated. */
import { SECOND } from '../engine/time.ts';
import type { Process } from './command.ts';
import { getopt } from './getopt.ts';

export interface PingOptions {
  readonly count: number;
  readonly intervalNs: number;
  /** How long to wait when nothing was answered at all (-W). */
  readonly lingerNs: number;
  /** An interface or an address (-I). */
  readonly from: string | null;
  readonly quiet: boolean;
  readonly numeric: boolean;
  /** Bytes of data behind the ICMP header. */
  readonly size: number;
  readonly target: string;
}

const USAGE = `
Usage
  ping [options] <destination>

Options:
  <destination>      dns name or ip address
  -c <count>         stop after <count> replies
  -h                 print help and exit
  -I <interface>     either interface name or address
  -i <interval>      seconds between sending each packet
  -n                 no dns name resolution
  -q                 quiet output
  -s <size>          use <size> as number of data bytes to be sent
  -V                 print version and exit
  -W <timeout>       time to wait for response

For more details see ping(8).
`;
const USAGE_EXIT = 2;
const DEFAULT_SIZE = 56;
const DEFAULT_LINGER_S = 10;
const MAX_COUNT = '9223372036854775807';
const MAX_SIZE = 2_147_483_647;

const SPEC = {
  short: '4?hRT:6F:N:aABc:CdDe:fi:I:l:Lm:M:nOp:qQ:rs:S:t:UvVw:W:b',
};
const SIMULATED = '4?hcIinqsVW';

/** null: the process has ended. */
export function readPingOptions(process: Process): PingOptions | null {
  const { options, operands, error } = getopt(process.argv.slice(1), SPEC);
  const values = new Map<string, string>();
  for (const { letter, value } of options) {
    if ('h?'.includes(letter)) return ended(process, USAGE_EXIT, USAGE);
    if (letter === 'V') {
      process.out('ping from iputils 20221126\n');
      process.exit(0);
      return null;
    }
    if (!SIMULATED.includes(letter)) return ended(process, USAGE_EXIT, `ping: not simulated: -${letter}\n`);
    const complaint = complaintAbout(letter, value);
    if (complaint !== null) return ended(process, 1, `ping: ${complaint}\n`);
    values.set(letter, value);
  }
  if (error !== null) return ended(process, USAGE_EXIT, `ping: ${error}\n${USAGE}`);
  const [target, other] = operands;
  if (target === undefined) return ended(process, 1, 'ping: usage error: Destination address required\n');
  if (other !== undefined) return ended(process, USAGE_EXIT, 'ping: not simulated: record route\n');
  if (!values.has('c')) return ended(process, USAGE_EXIT, 'ping: not simulated without -c\n');
  return {
    count: Number(values.get('c')),
    intervalNs: Math.round(Number(values.get('i') ?? 1) * SECOND),
    lingerNs: Math.round((Number(values.get('W') ?? 0) || DEFAULT_LINGER_S) * SECOND),
    from: values.get('I') ?? null,
    quiet: values.has('q'),
    numeric: values.has('n'),
    size: Number(values.get('s') ?? DEFAULT_SIZE),
    target,
  };
}

function complaintAbout(letter: string, value: string): string | null {
  const isWhole = /^-?\d+$/.test(value);
  switch (letter) {
    case 'c':
      if (!isWhole) return `invalid argument: '${value}'`;
      return Number(value) >= 1 ? null : outOfRange(value, 1, MAX_COUNT);
    case 's':
      if (!isWhole) return `invalid argument: '${value}'`;
      return Number(value) >= 0 && Number(value) <= MAX_SIZE ? null : outOfRange(value, 0, String(MAX_SIZE));
    case 'i':
    case 'W':
      // The real program warns of garbage and goes on with the number before it.
      return /^\d+(\.\d*)?$|^\.\d+$/.test(value) ? null : `option argument contains garbage: ${value}`;
    default:
      return null;
  }
}

function outOfRange(value: string, low: number, high: string): string {
  return `invalid argument: '${value}': out of range: ${low} <= value <= ${high}`;
}

function ended(process: Process, exit: number, text: string): null {
  process.err(text);
  process.exit(exit);
  return null;
}
