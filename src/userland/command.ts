/**
 * What a command is: a function of a running process, which writes and at some moment exits. One that only reads or
 * sets something exits before it returns; one that waits for the network (ping, curl) exits when virtual time has
 * brought the answer. A power cut simply never lets it exit.
 */
import type { Host } from './host.ts';

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

export class Process {
  private stdout = '';
  private stderr = '';
  private exited = false;

  constructor(
    readonly host: Host,
    /** argv[0] is the command's name as typed. */
    readonly argv: readonly string[],
    readonly stdin: string,
    private readonly done: (result: CommandResult) => void,
  ) {}

  get running(): boolean {
    return !this.exited;
  }

  out(text: string): void {
    this.stdout += text;
  }

  err(text: string): void {
    this.stderr += text;
  }

  /** Ends the process; what comes after has no effect. */
  exit(code: number): void {
    if (this.exited) return;
    this.exited = true;
    this.done({ stdout: this.stdout, stderr: this.stderr, exit: code });
  }

  /** Writes one line to stderr and exits: how most commands fail. */
  fail(code: number, line: string): void {
    this.err(`${line}\n`);
    this.exit(code);
  }
}

export type Command = (process: Process) => void;
