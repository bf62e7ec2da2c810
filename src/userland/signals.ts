/**
 * `kill` (as the shell has it), `pkill` and `killall`: TERM and KILL to the daemons of a host. A name means
 * all processes of a daemon. Not simulated: other signals, KILL to one process of several, processes that are
 * no daemons.
 */
import type { Process } from './command.ts';
import { getopt } from './getopt.ts';
import type { Service } from './services.ts';

type Signal = 'TERM' | 'KILL';

const SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ['15', 'TERM'],
  ['TERM', 'TERM'],
  ['9', 'KILL'],
  ['KILL', 'KILL'],
]);
const OTHER_SIGNALS = /^(\d{1,2}|HUP|INT|QUIT|USR1|USR2|STOP|CONT|ALRM|WINCH|ABRT|SEGV|PIPE|CHLD)$/;

/** The signal asked for, wherever among the words, which it is taken from; or why it cannot be sent. */
function takeSignal(words: string[], unknown: (name: string) => string): Signal | { readonly error: string } {
  const at = words.findIndex((word) => /^-(s$|[A-Z0-9])/.test(word));
  if (at < 0) return 'TERM';
  const [option = '', value = ''] = words.splice(at, words[at] === '-s' ? 2 : 1);
  const name = (option === '-s' ? value : option.slice(1)).replace(/^SIG/, '');
  const signal = SIGNALS.get(name);
  if (signal !== undefined) return signal;
  return { error: OTHER_SIGNALS.test(name) ? `not simulated: signal ${name}` : unknown(name) };
}

function send(service: Service, signal: Signal): void {
  if (signal === 'KILL') service.kill();
  else service.stop();
}

export function kill(process: Process): void {
  const words = process.argv.slice(1);
  const signal = takeSignal(words, (name) => `${name}: invalid signal specification`);
  if (typeof signal === 'object') return process.fail(1, `sh: kill: ${signal.error}`);
  if (words.length === 0) return process.fail(2, 'kill: usage: kill [-s sigspec | -signum] pid ...');
  let exit = 0;
  for (const word of words) {
    const error = killOne(process, word, signal);
    if (error === null) continue;
    process.err(`sh: kill: ${error}\n`);
    exit = 1;
  }
  process.exit(exit);
}

function killOne(process: Process, word: string, signal: Signal): string | null {
  if (!/^\d+$/.test(word)) return `${word}: arguments must be process or job IDs`;
  const found = process.host.services.all.find(({ running, pid }) => running && pid === Number(word));
  if (found === undefined) return `(${word}) - No such process`;
  if (signal === 'KILL')
    return `not simulated: KILL to one process of ${found.name}; pkill -9 ${found.name} ends all`;
  found.stop();
  return null;
}

export function pkill(process: Process): void {
  const words = process.argv.slice(1);
  const help = "Try `pkill --help' for more information.";
  const signal = takeSignal(words, (name) => `invalid argument for option '-${name}'`);
  if (typeof signal === 'object') return process.fail(2, `pkill: ${signal.error}\n${help}`);
  const { options, operands, error } = getopt(words, { short: 'xf', long: { exact: 'x', full: 'f' } });
  if (error !== null) return process.fail(2, `pkill: ${error}\n${help}`);
  const [pattern, other] = operands;
  if (pattern === undefined) return process.fail(2, `pkill: no matching criteria specified\n${help}`);
  if (other !== undefined) return process.fail(2, `pkill: only one pattern can be provided\n${help}`);
  if (!/^[\w.^$-]+$/.test(pattern)) return process.fail(2, `pkill: not simulated: pattern ${pattern}`);
  const exact = options.some(({ letter }) => letter === 'x');
  const expression = new RegExp(exact ? `^${pattern}$` : pattern);
  const found = process.host.services.all.filter(({ running, name }) => running && expression.test(name));
  for (const service of found) send(service, signal);
  process.exit(found.length > 0 ? 0 : 1);
}

const KILLALL_USAGE = `Usage: killall [OPTION]... [--] NAME...

  -q,--quiet          don't print complaints
  -s,--signal SIGNAL  send this signal instead of SIGTERM
  -v,--verbose        report if the signal was successfully sent
  -w,--wait           wait for processes to die
`;

export function killall(process: Process): void {
  const words = process.argv.slice(1);
  const signal = takeSignal(words, (name) => `${name}: unknown signal; killall -l lists signals.`);
  if (typeof signal === 'object') {
    const prefix = signal.error.startsWith('not') ? 'killall: ' : '';
    return process.fail(1, `${prefix}${signal.error}`);
  }
  const long = { quiet: 'q', verbose: 'v', wait: 'w' };
  const { options, operands, error } = getopt(words, { short: 'qvw', long });
  if (error !== null || operands.length === 0) {
    if (error !== null) process.err(`killall: ${error}\n`);
    process.err(KILLALL_USAGE);
    return process.exit(1);
  }
  const has = (letter: string): boolean => options.some((option) => option.letter === letter);
  let missing = 0;
  for (const name of operands) {
    const found = process.host.services.all.find((service) => service.running && service.name === name);
    if (found === undefined) {
      if (!has('q')) process.err(`${name}: no process found\n`);
      missing++;
      continue;
    }
    const { pid } = found;
    send(found, signal);
    if (has('v')) process.err(`Killed ${name}(${pid}) with signal ${signal === 'KILL' ? 9 : 15}\n`);
  }
  process.exit(missing > 0 ? 1 : 0);
}
