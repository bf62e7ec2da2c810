/**
 * A command line on a host: words and quotes as a shell reads them (shell-quote), commands joined by `;`, `&&` and
 * `||`, output sent to a file by `>` and `>>`. Not simulated, and refused with a message: variables, pipes, background
 * jobs, redirection of anything but the standard output.
 */
import { type ParseEntry, parse } from 'shell-quote';
import { ERRNO_TEXT } from '../linux/errno.ts';
import { type CommandResult, Process } from './command.ts';
import { COMMANDS } from './commands.ts';
import type { Host } from './host.ts';

interface Step {
  readonly argv: string[];
  /** Where the output goes; null: to the person. */
  redirect: { readonly path: string; readonly append: boolean } | null;
  /** When to run, by the exit status of the step before. */
  readonly when: ';' | '&&' | '||';
}

const NOT_FOUND = 127;
const SYNTAX_ERROR = 2;

/** Runs `line` on `host`; `done` is called once, at once or later in virtual time. */
export function runLine(host: Host, line: string, done: (result: CommandResult) => void): void {
  const steps = readLine(line);
  if (typeof steps === 'string') {
    done({ stdout: '', stderr: `sh: ${steps}\n`, exit: SYNTAX_ERROR });
    return;
  }
  runSteps(host, steps, 0, { stdout: '', stderr: '', exit: 0 }, done);
}

function runSteps(
  host: Host,
  steps: readonly Step[],
  index: number,
  soFar: CommandResult,
  done: (result: CommandResult) => void,
): void {
  const step = steps[index];
  if (step === undefined) return done(soFar);
  const skipped = (step.when === '&&' && soFar.exit !== 0) || (step.when === '||' && soFar.exit === 0);
  if (skipped) return runSteps(host, steps, index + 1, soFar, done);
  runStep(host, step, (result) => {
    const joined = {
      stdout: soFar.stdout + result.stdout,
      stderr: soFar.stderr + result.stderr,
      exit: result.exit,
    };
    runSteps(host, steps, index + 1, joined, done);
  });
}

function runStep(host: Host, step: Step, done: (result: CommandResult) => void): void {
  const { redirect } = step;
  const finished = (result: CommandResult): void => {
    if (redirect === null) return done(result);
    const { path, append } = redirect;
    const error = append ? host.files.append(path, result.stdout) : host.files.write(path, result.stdout);
    if (error === null) return done({ ...result, stdout: '' });
    done({ stdout: '', stderr: `${result.stderr}sh: ${path}: ${ERRNO_TEXT[error]}\n`, exit: 1 });
  };
  const process = new Process(host, step.argv, '', finished);
  const name = (step.argv[0] ?? '').replace(/^(\/usr)?\/s?bin\//, '');
  const command = COMMANDS[name];
  if (command === undefined) process.fail(NOT_FOUND, `sh: ${step.argv[0]}: command not found`);
  else command(process);
}

/** The steps of a line, or why it cannot be read. */
function readLine(line: string): Step[] | string {
  // What stands in single quotes is text.
  if (/\$|`/.test(line.replace(/'[^']*'/g, '')))
    return `not simulated: variables and substitutions in "${line}"`;
  const steps: Step[] = [];
  let step: Step = { argv: [], redirect: null, when: ';' };
  const entries = parse(line);
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as ParseEntry;
    if (typeof entry === 'string') {
      step.argv.push(entry);
      continue;
    }
    if ('comment' in entry) break;
    if (entry.op === 'glob') {
      step.argv.push(entry.pattern);
    } else if (entry.op === '>' || entry.op === '>>') {
      const path = entries[++i];
      if (typeof path !== 'string') return `syntax error near \`${entry.op}'`;
      step.redirect = { path, append: entry.op === '>>' };
    } else if (entry.op === ';' || entry.op === '&&' || entry.op === '||') {
      if (step.argv.length === 0) return `syntax error near unexpected token \`${entry.op}'`;
      steps.push(step);
      step = { argv: [], redirect: null, when: entry.op };
    } else {
      return `not simulated: \`${entry.op}' in "${line}"`;
    }
  }
  if (step.argv.length > 0) steps.push(step);
  else if (step.when !== ';') return `syntax error: unexpected end of line`;
  return steps;
}
