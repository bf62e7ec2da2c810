/** `vipdrift run`: reads scenarios, runs them, tells what happened, and says by its exit status how it went. */
import { writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { formatProblem } from '../engine/problem.ts';
import { parseDurationNs, SECOND, secondsText } from '../engine/time.ts';
import type { Look } from '../lab/inspections.ts';
import { Laboratory } from '../lab/laboratory.ts';
import type { Run } from '../lab/run.ts';
import { readScenario } from '../lab/scenario/read-scenario.ts';
import type { Scenario } from '../lab/scenario/scenario.ts';
import { captureOf } from '../report/capture.ts';
import { resultOf } from '../report/result.ts';
import { storyText } from '../report/story.ts';
import { diskFiles, readText, sourceOf } from './disk.ts';
import { EXIT, type ExitCode, worst } from './exit-codes.ts';
import { ProgressLine, painterFor } from './terminal.ts';

export interface RunFlags {
  readonly seed?: string;
  readonly until?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly pcap?: string;
  /** Host and command, in pairs. */
  readonly show?: readonly string[];
  readonly at?: readonly string[];
}

/** Between two looks at the clock of the wall a run may take this much virtual time. */
const SLICE_NS = SECOND / 10;
const YIELD_EVERY_MS = 50;

export async function runCommand(files: readonly string[], flags: RunFlags): Promise<ExitCode> {
  if (flags.pcap !== undefined && files.length > 1) {
    return usage('--pcap takes one scenario at a time: a capture is one run');
  }
  const codes: ExitCode[] = [];
  for (const file of files) {
    const code = await runFile(file, flags);
    codes.push(code);
    if (code === EXIT.interrupted || code === EXIT.usage) break;
  }
  return worst(codes);
}

async function runFile(file: string, flags: RunFlags): Promise<ExitCode> {
  const text = readText(file);
  if (text === null) {
    process.stderr.write(
      `${file}: no such file\n  hint: vipdrift list shows the scenarios that come with it\n`,
    );
    return EXIT.badInput;
  }
  const { scenario, problems } = readScenario(text, file, diskFiles);
  for (const problem of problems) {
    process.stderr.write(`${formatProblem(problem, sourceOf(problem, file, text))}\n`);
  }
  if (scenario === null) return EXIT.badInput;

  const untilNs = flags.until === undefined ? scenario.untilNs : parseDurationNs(flags.until);
  if (untilNs === null || untilNs === 0) return usage(`--until ${flags.until}: not a duration such as 30s`);
  const looks = looksOf(flags, scenario, untilNs);
  if (typeof looks === 'string') return usage(looks);

  const options = { untilNs, looks, ...(flags.seed === undefined ? {} : { seed: flags.seed }) };
  const { run, interrupted } = await runWatched(new Laboratory(scenario, options));
  tell(run, flags);
  if (flags.pcap !== undefined && !writeCapture(flags.pcap, run)) return EXIT.badInput;
  if (interrupted) {
    process.stderr.write(`interrupted at ${secondsText(run.untilNs)} s of virtual time\n`);
    return EXIT.interrupted;
  }
  return { pass: EXIT.pass, fail: EXIT.fail, 'not exercised': EXIT.notExercised }[run.outcome];
}

/** Runs in slices, so that Ctrl-C is heard: what has happened until then is told all the same. */
async function runWatched(laboratory: Laboratory): Promise<{ run: Run; interrupted: boolean }> {
  let interrupted = false;
  const onInterrupt = (): void => {
    interrupted = true;
  };
  process.once('SIGINT', onInterrupt);
  const progress = new ProgressLine(laboratory.scenario.name);
  let yieldedMs = Date.now();
  while (laboratory.nowNs < laboratory.untilNs && !interrupted) {
    laboratory.runUntil(Math.min(laboratory.untilNs, laboratory.nowNs + SLICE_NS));
    if (Date.now() - yieldedMs < YIELD_EVERY_MS) continue;
    progress.show(laboratory.nowNs / laboratory.untilNs);
    await setImmediate();
    yieldedMs = Date.now();
  }
  progress.clear();
  process.removeListener('SIGINT', onInterrupt);
  return { run: laboratory.conclude(), interrupted };
}

function tell(run: Run, flags: RunFlags): void {
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(resultOf(run), null, 2)}\n`);
    return;
  }
  for (const { host, command, atNs, result } of run.looks) {
    process.stdout.write(`[root@${host} ~]# ${command}     (${secondsText(atNs)} s)\n`);
    const text = result === null ? '(had not ended when the run did)\n' : result.stdout + result.stderr;
    process.stdout.write(`${text}${text.endsWith('\n') || text === '' ? '' : '\n'}\n`);
  }
  if (flags.quiet === true) {
    process.stdout.write(`${run.outcome.toUpperCase()}  ${run.scenario.file}\n`);
    return;
  }
  process.stdout.write(storyText(run, painterFor(process.stdout)));
}

function writeCapture(path: string, run: Run): boolean {
  const bytes = captureOf(run);
  try {
    writeFileSync(path, bytes ?? new Uint8Array(0));
    return true;
  } catch (error) {
    process.stderr.write(`--pcap ${path}: ${(error as Error).message}\n`);
    return false;
  }
}

/** `--show lvs1 'ipvsadm -Ln' --at 14s`, any number of times; a single --at goes for all, none means the end. */
function looksOf(flags: RunFlags, scenario: Scenario, untilNs: number): Look[] | string {
  const words = flags.show ?? [];
  const times = flags.at ?? [];
  if (words.length % 2 !== 0) return "--show takes a host and a command in quotes: --show lvs1 'ipvsadm -Ln'";
  if (times.length > 1 && times.length !== words.length / 2) return 'as many --at as --show, or a single one';
  const looks: Look[] = [];
  for (let i = 0; i < words.length; i += 2) {
    const [host, command] = [words[i] as string, words[i + 1] as string];
    if (!scenario.lab.hosts.some(({ name }) => name === host)) {
      const names = scenario.lab.hosts.map(({ name }) => name).join(', ');
      return `--show ${host}: no such host; there are ${names}`;
    }
    const time = times[i / 2] ?? times[0];
    const atNs = time === undefined ? untilNs : parseDurationNs(time);
    if (atNs === null || atNs > untilNs) return `--at ${time}: not a moment of this run, such as 14s`;
    looks.push({ host, command, atNs });
  }
  return looks;
}

function usage(message: string): ExitCode {
  process.stderr.write(`vipdrift: ${message}\n`);
  return EXIT.usage;
}
