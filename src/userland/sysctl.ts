/**
 * `sysctl` of procps-ng 4.0.2: keys shown, set, and read from a file, with its exit codes (which forgive a
 * line without `=` in a file). Only the keys the simulation obeys exist. Not simulated: --system.
 */
import { ERRNO_TEXT } from '../linux/errno.ts';
import type { Process } from './command.ts';
import { getopt } from './getopt.ts';

const USAGE = `
Usage:
 sysctl [options] [variable[=value] ...]

Options:
  -a, --all            display all variables
  -A                   alias of -a
  -X                   alias of -a
      --dry-run        Print the key and values but do not write
  -b, --binary         print value without new line
  -e, --ignore         ignore unknown variables errors
  -N, --names          print variable names without values
  -n, --values         print only values of the given variable(s)
  -p, --load[=<file>]  read values from file
  -f                   alias of -p
  -r, --pattern <expression>
                       select setting that match expression
  -q, --quiet          do not echo variable set
  -w, --write          enable writing a value to variable
  -o                   does nothing
  -x                   does nothing
  -d                   alias of -h

 -h, --help     display this help and exit
 -V, --version  output version information and exit
`;
const DEFAULT_FILE = '/etc/sysctl.conf';

export function sysctl(process: Process): void {
  const { options, operands, error } = getopt(process.argv.slice(1), {
    short: 'bneNwfp::qoxaAXr:VdhDS',
    long: {
      all: 'a',
      binary: 'b',
      deprecated: 'o',
      'dry-run': 'D',
      help: 'h',
      ignore: 'e',
      load: 'p',
      names: 'N',
      pattern: 'r',
      quiet: 'q',
      system: 'S',
      values: 'n',
      version: 'V',
      write: 'w',
    },
  });
  if (error !== null) {
    process.err(`sysctl: ${error}\n`);
    return answer(process, USAGE);
  }
  const given = new Map(options.map(({ letter, value }) => [letter, value]));
  if (given.has('S')) return process.fail(1, 'sysctl: not simulated: --system');
  if (given.has('V')) return answer(process, 'sysctl from procps-ng 4.0.2\n');
  if (given.has('h') || given.has('d')) return answer(process, USAGE);
  const run = new SysctlRun(process, given);
  if (given.has('a') || given.has('A') || given.has('X')) return run.showAll();
  if (given.has('p') || given.has('f')) {
    const glued = given.get('p') ?? '';
    const paths = glued === '' ? operands : [glued, ...operands];
    return run.load(paths.length === 0 ? [DEFAULT_FILE] : paths);
  }
  if (operands.length === 0) {
    process.err(USAGE);
    return process.exit(1);
  }
  run.obey(operands, given.has('w'));
}

function answer(process: Process, text: string): void {
  process.out(text);
  process.exit(0);
}

/** `key = value`, as it stands on the command line or in a file. */
interface Setting {
  readonly key: string;
  readonly value: string;
}

class SysctlRun {
  private exit = 0;

  constructor(
    private readonly process: Process,
    private readonly given: ReadonlyMap<string, string>,
  ) {}

  showAll(): void {
    const pattern = this.given.get('r');
    const wanted = pattern === undefined ? null : new RegExp(pattern);
    for (const key of this.keys())
      if (wanted === null || wanted.test(key)) this.show(key, this.text(key) ?? '');
    this.process.exit(0);
  }

  obey(operands: readonly string[], writes: boolean): void {
    let complained = false;
    for (const operand of operands) {
      const setting = parseSetting(operand);
      if (operand === '=') this.exit++;
      else if (setting !== null) this.write(setting);
      else if (!writes) this.read(operand);
      else {
        // Said once, however many there are.
        if (!complained) this.process.err('sysctl: command line(0): invalid syntax, continuing...\n');
        complained = true;
      }
    }
    this.process.exit(complained ? 1 : this.exit);
  }

  /** All lines are read before the first is obeyed. */
  load(paths: readonly string[]): void {
    const settings: Setting[] = [];
    for (const path of paths) {
      const text = path === '-' ? this.process.stdin : this.process.host.files.read(path);
      if (text !== null) settings.push(...this.parseFile(path, text));
      else {
        this.process.err(`sysctl: cannot open "${path}": ${ERRNO_TEXT.ENOENT}\n`);
        this.exit = 1;
      }
    }
    for (const setting of settings) {
      if (!setting.key.includes('*')) this.write(setting);
      else for (const key of this.expand(setting.key, settings)) this.write({ key, value: setting.value });
    }
    this.process.exit(this.exit === 0 ? 0 : 1);
  }

  private parseFile(path: string, text: string): Setting[] {
    return text.split('\n').flatMap((line, index) => {
      const trimmed = line.trim();
      if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) return [];
      const setting = parseSetting(trimmed.replace(/^-/, ''));
      if (setting !== null) return [setting];
      // `-key` alone only keeps a pattern from it.
      if (!trimmed.startsWith('-')) {
        this.process.err(`sysctl: ${path}(${index + 1}): invalid syntax, continuing...\n`);
      }
      return [];
    });
  }

  /** Keys a pattern means: what has a line of its own is left to that. */
  private expand(pattern: string, settings: readonly Setting[]): readonly string[] {
    const escaped = dotted(pattern).replace(/[.+^${}()|[\]\\]/g, '\\$&');
    const expression = new RegExp(`^${escaped.replaceAll('*', '[^.]*')}$`);
    const own = new Set(settings.map(({ key }) => dotted(key)));
    return this.keys().filter((key) => expression.test(key) && !own.has(key));
  }

  private write({ key, value }: Setting): void {
    const { process, given } = this;
    const name = dotted(key);
    if (name === '') return this.complain('Path is not under /proc/sys/: /proc/sys/');
    const error = given.has('D') ? this.missing(name) : process.host.files.writeSysctl(name, value);
    if (error === 'ENOENT') {
      // A folder of the tree is no failure to the real program.
      if (this.below(name).length > 0) process.err(`sysctl: setting key "${name}": ${ERRNO_TEXT.EINVAL}\n`);
      else this.notThere(name);
    } else if (error !== null) this.complain(`setting key "${name}": ${ERRNO_TEXT[error]}`);
    else if (!given.has('q'))
      process.out(given.has('n') || given.has('N') ? `${value}\n` : `${name} = ${value}\n`);
  }

  private read(key: string): void {
    const name = dotted(key);
    const text = this.text(name);
    if (text !== null) return this.show(name, text);
    const below = this.below(name);
    for (const inside of below) this.show(inside, this.text(inside) ?? '');
    if (below.length === 0) this.notThere(name);
  }

  private show(key: string, text: string): void {
    const { given, process } = this;
    if (given.has('N')) process.out(`${key}\n`);
    else if (given.has('b')) process.out(text);
    else process.out(given.has('n') ? `${text}\n` : `${key} = ${text}\n`);
  }

  private notThere(name: string): void {
    if (this.given.has('e')) return;
    this.complain(`cannot stat /proc/sys/${name.replaceAll('.', '/')}: ${ERRNO_TEXT.ENOENT}`);
  }

  private complain(what: string): void {
    this.process.err(`sysctl: ${what}\n`);
    this.exit++;
  }

  private missing(name: string): 'ENOENT' | null {
    return this.text(name) === null ? 'ENOENT' : null;
  }

  private below(name: string): readonly string[] {
    return this.keys().filter((key) => key.startsWith(`${name}.`));
  }

  private keys(): readonly string[] {
    return this.process.host.kernel.sysctl.keys();
  }

  private text(key: string): string | null {
    return this.process.host.kernel.sysctl.text(key);
  }
}

/** null: no `=` in it. */
function parseSetting(text: string): Setting | null {
  const equals = text.indexOf('=');
  if (equals < 0) return null;
  return { key: text.slice(0, equals).trim(), value: text.slice(equals + 1).trim() };
}

function dotted(key: string): string {
  return key.replaceAll('/', '.');
}
