/**
 * `systemctl` of systemd 252, and `service`, which says the same with its words turned round: start, stop,
 * restart, status, is-active. Units are httpd and keepalived; firewalld, NetworkManager and all others are
 * not found. Scripts of /etc/init.d are not run. What is enabled at boot is the scenario's business, not
 * systemctl's.
 */
import type { Process } from './command.ts';
import type { Service } from './services.ts';
import { statusText } from './systemctl-status.ts';

const FAILED = 1;
const NOT_RUNNING = 3;
const NO_SUCH_UNIT = 4;
const NOT_INSTALLED = 5;

const OTHER_VERBS: ReadonlySet<string> = new Set(
  (
    'enable disable reenable is-enabled is-failed reload try-restart reload-or-restart kill ' +
    'mask unmask daemon-reload daemon-reexec list-units list-unit-files show cat edit ' +
    'reset-failed isolate poweroff reboot halt'
  ).split(' '),
);

export function systemctl(process: Process): void {
  const words = process.argv.slice(1);
  let quiet = false;
  const operands: string[] = [];
  for (const word of words) {
    if (word === '-q' || word === '--quiet') quiet = true;
    else if (word === '--no-pager' || word === '-l' || word === '--full') continue;
    else if (word.startsWith('-')) return process.fail(FAILED, `systemctl: not simulated: ${word}`);
    else operands.push(word);
  }
  const [verb, ...units] = operands;
  if (verb === undefined)
    return process.fail(FAILED, 'systemctl: not simulated without a command: list-units');
  if (OTHER_VERBS.has(verb)) return process.fail(FAILED, `systemctl: not simulated: ${verb}`);
  if (!isVerb(verb)) return process.fail(FAILED, `Unknown command verb ${verb}.`);
  if (units.length === 0) return process.fail(FAILED, 'Too few arguments.');
  let exit = 0;
  for (const unit of units) {
    const code = obey(process, verb, unit, quiet);
    if (code !== 0) exit = code;
  }
  process.exit(exit);
}

/** `service httpd restart`. */
export function service(process: Process): void {
  const [, name, verb, ...rest] = process.argv;
  if (name === undefined || verb === undefined) {
    const usage = '< option > | --status-all | [ service_name [ command | --full-restart ] ]';
    return process.fail(FAILED, `Usage: service ${usage}`);
  }
  const { host } = process;
  if (host.services.byName(name) === null) {
    const script = `/etc/init.d/${name}`;
    if (host.files.read(script) === null) return process.fail(FAILED, `${name}: unrecognized service`);
    return process.fail(FAILED, `service: not simulated: running ${script}`);
  }
  if (!isVerb(verb) || rest.length > 0) {
    return process.fail(FAILED, `service: not simulated: ${[verb, ...rest].join(' ')}`);
  }
  process.exit(obey(process, verb, name, false));
}

const VERBS = ['start', 'stop', 'restart', 'status', 'is-active'] as const;
type Verb = (typeof VERBS)[number];

function isVerb(word: string): word is Verb {
  return (VERBS as readonly string[]).includes(word);
}

/** The exit code. */
function obey(process: Process, verb: Verb, unit: string, quiet: boolean): number {
  const found = process.host.services.byName(unit);
  if (found === null) return notFound(process, verb, unitName(unit), quiet);
  switch (verb) {
    case 'start':
      return start(process, found);
    case 'stop':
      found.stop();
      return 0;
    case 'restart':
      found.stop();
      return start(process, found);
    case 'status':
      process.out(statusText(process.host, found));
      return found.running ? 0 : NOT_RUNNING;
    case 'is-active':
      if (!quiet) process.out(found.running ? 'active\n' : 'inactive\n');
      return found.running ? 0 : NOT_RUNNING;
  }
}

function start(process: Process, found: Service): number {
  if (found.start()) return 0;
  const unit = `${found.name}.service`;
  process.err(
    `Job for ${unit} failed because the control process exited with error code.\n` +
      `See "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.\n`,
  );
  return FAILED;
}

function notFound(process: Process, verb: Verb, unit: string, quiet: boolean): number {
  switch (verb) {
    case 'status':
      process.err(`Unit ${unit} could not be found.\n`);
      return NO_SUCH_UNIT;
    case 'is-active':
      if (!quiet) process.out('inactive\n');
      return NOT_RUNNING;
    case 'stop':
      process.err(`Failed to stop ${unit}: Unit ${unit} not loaded.\n`);
      return NOT_INSTALLED;
    default:
      process.err(`Failed to ${verb} ${unit}: Unit ${unit} not found.\n`);
      return NOT_INSTALLED;
  }
}

function unitName(unit: string): string {
  return /\.(service|socket|target|timer|mount)$/.test(unit) ? unit : `${unit}.service`;
}
