#!/usr/bin/env node
/** The command line. Knows no protocol: every command is a thin shell over a room of its own. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { InvariantError } from '../engine/invariant.ts';
import { checkCommand } from './check-command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { listCommand } from './list-command.ts';
import { type RunFlags, runCommand } from './run-command.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

let exitCode: ExitCode = EXIT.pass;

const program = new Command('vipdrift')
  .description('Runs a laboratory of Linux hosts with keepalived and LVS in memory, and tells what happened.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(vipdrift --help shows what there is)')
  .addHelpText(
    'after',
    `
Examples:
  vipdrift list                                     the scenarios that come with it
  vipdrift run scenarios/kill-lvs1.yaml             run one and read its story
  vipdrift check /etc/keepalived/keepalived.conf    what keepalived would make of a file

Exit status: 0 pass, 1 an expectation failed, 2 one was never exercised,
64 wrong usage, 65 bad input, 70 a bug of vipdrift.`,
  );

program
  .command('run')
  .description('run scenarios, tell their stories, judge their expectations')
  .argument('<file...>', 'scenario files (YAML)')
  .option('--seed <seed>', "random seed, instead of the scenario's")
  .option('--until <time>', "how long to run, instead of the scenario's")
  .option('--json', 'the result as JSON (scenarios/schema/result.schema.json), one object a scenario')
  .option('--quiet', 'the outcome alone')
  .option('--pcap <file>', 'write every frame at every card to a pcapng capture')
  .option(
    '--show <host-command...>',
    "type a command on a host and show what it prints: --show lvs1 'ip addr'",
  )
  .option('--at <time...>', 'when to type it; default: at the end')
  .addHelpText(
    'after',
    `
Examples:
  vipdrift run scenarios/*.yaml --quiet
  vipdrift run scenarios/kill-lvs1.yaml --pcap kill.pcapng
  vipdrift run scenarios/kill-lvs1.yaml --show client 'ip neigh' --at 14s
  vipdrift run scenarios/kill-lvs1.yaml --seed 7 --until 20s --json`,
  )
  .action(async (files: string[], flags: RunFlags) => {
    exitCode = await runCommand(files, flags);
  });

program
  .command('check')
  .description('report the problems of scenarios and keepalived.conf files, running nothing')
  .argument('<file...>', '*.yaml is a scenario, anything else a keepalived.conf')
  .option('--json', 'one JSON object a problem')
  .addHelpText('after', '\nExample:\n  vipdrift check scenarios/tutorial/lvs1/keepalived.conf')
  .action((files: string[], flags: { json?: boolean }) => {
    exitCode = checkCommand(files, flags);
  });

program
  .command('list')
  .description('the scenarios that come with vipdrift, and the question each answers')
  .option('--json', 'one JSON object a scenario')
  .action((flags: { json?: boolean }) => {
    exitCode = listCommand(flags);
  });

try {
  await program.parseAsync();
} catch (error) {
  exitCode = failureOf(error);
}
process.exitCode = exitCode;

function failureOf(error: unknown): ExitCode {
  // Help and version end the same way as a wrong option does, but with status 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  const isBug = error instanceof InvariantError;
  const text = isBug ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`vipdrift: this is a bug, please report it\n  ${text}\n`);
  return EXIT.bug;
}
