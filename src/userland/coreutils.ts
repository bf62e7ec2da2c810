/**
 * The small commands every host has: echo (as bash has it built in), cat, sleep, true, false, hostname (shows
 * the name only: hosts are named by the scenario).
 */
import { SECOND } from '../engine/time.ts';
import type { Command, Process } from './command.ts';

export const trueCommand: Command = (process) => process.exit(0);

export const falseCommand: Command = (process) => process.exit(1);

export function echo(process: Process): void {
  const words = process.argv.slice(1);
  let newline = true;
  let escapes = false;
  while (words[0] !== undefined && /^-[neE]+$/.test(words[0])) {
    for (const letter of (words.shift() as string).slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  const text = words.join(' ');
  process.out((escapes ? unescaped(text) : text) + (newline ? '\n' : ''));
  process.exit(0);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  e: '\x1b',
  a: '\x07',
};

function unescaped(text: string): string {
  return text.replace(/\\([ntrea\\])/g, (_, letter: string) => ESCAPES[letter] as string);
}

export function cat(process: Process): void {
  const { host, argv, stdin } = process;
  const words = argv.slice(1);
  const option = words.find((word) => word.startsWith('-') && word !== '-');
  if (option !== undefined) {
    const name = option.startsWith('--')
      ? `unrecognized option '${option}'`
      : `invalid option -- '${option[1]}'`;
    const known = /^-[AbEensTtuv]/.test(option);
    process.err(
      known ? `cat: not simulated: ${option}\n` : `cat: ${name}\nTry 'cat --help' for more information.\n`,
    );
    return process.exit(1);
  }
  let exit = 0;
  for (const path of words.length === 0 ? ['-'] : words) {
    const text = path === '-' ? stdin : host.files.read(path);
    if (text !== null) {
      process.out(text);
      continue;
    }
    process.err(`cat: ${path}: No such file or directory\n`);
    exit = 1;
  }
  process.exit(exit);
}

const SLEEP_UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

export function sleep(process: Process): void {
  const words = process.argv.slice(1);
  const help = "Try 'sleep --help' for more information.";
  if (words.length === 0) return process.fail(1, `sleep: missing operand\n${help}`);
  let seconds = 0;
  for (const word of words) {
    const match = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(word);
    if (match === null) return process.fail(1, `sleep: invalid time interval ‘${word}’\n${help}`);
    seconds += Number(match[1]) * (SLEEP_UNITS[match[2] as string] as number);
  }
  process.host.kernel.timer(() => process.exit(0)).armIn(Math.round(seconds * SECOND));
}

export function hostname(process: Process): void {
  const [, option] = process.argv;
  if (option !== undefined && option !== '-s') {
    const what = option.startsWith('-') ? option : 'setting the name';
    return process.fail(option.startsWith('-') ? 255 : 1, `hostname: not simulated: ${what}`);
  }
  process.out(`${process.host.name}\n`);
  process.exit(0);
}
