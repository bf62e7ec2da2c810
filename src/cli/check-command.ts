/** `vipdrift check`: reads scenarios and keepalived.conf files, runs nothing, and reports every problem there is. */
import { formatProblem, type Problem } from '../engine/problem.ts';
import { readConfig } from '../keepalived/conf/read-config.ts';
import { readScenario } from '../lab/scenario/read-scenario.ts';
import { diskFiles, readText, sourceOf } from './disk.ts';
import { EXIT, type ExitCode, worst } from './exit-codes.ts';

export interface CheckFlags {
  readonly json?: boolean;
}

export function checkCommand(files: readonly string[], flags: CheckFlags): ExitCode {
  return worst(files.map((file) => checkFile(file, flags)));
}

function checkFile(file: string, flags: CheckFlags): ExitCode {
  const text = readText(file);
  if (text === null) {
    process.stderr.write(`${file}: no such file\n`);
    return EXIT.badInput;
  }
  const { problems, usable } = problemsOf(text, file);
  if (flags.json === true) {
    for (const problem of problems) process.stdout.write(`${JSON.stringify(problem)}\n`);
  } else {
    for (const problem of problems) {
      process.stdout.write(`${formatProblem(problem, sourceOf(problem, file, text))}\n`);
    }
    if (problems.length === 0) process.stdout.write(`${file}: no problems\n`);
  }
  if (!usable) return EXIT.badInput;
  return problems.some(({ severity }) => severity === 'error') ? EXIT.fail : EXIT.pass;
}

/** YAML is a scenario, anything else a keepalived.conf. */
function problemsOf(text: string, file: string): { problems: readonly Problem[]; usable: boolean } {
  if (!/\.ya?ml$/.test(file)) return readConfig(text, file);
  const { scenario, problems } = readScenario(text, file, diskFiles);
  return { problems, usable: scenario !== null };
}
