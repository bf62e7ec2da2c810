/** One running `ip`: the host it runs on, how it is to print, and how it ends. */
import type { Kernel } from '../linux/kernel.ts';
import type { Process } from './command.ts';
import { BAD_LINE, begins, type IpWords, REFUSED } from './ip-words.ts';

/** How lists are printed. */
export interface IpForm {
  /** -br */
  brief: boolean;
  /** -o */
  oneLine: boolean;
  /** -s */
  statistics: boolean;
  /** -4, -0: only what concerns IPv4, only the link layer. */
  family: 'any' | 'inet' | 'link';
}

export class IpRun {
  constructor(
    readonly process: Process,
    readonly form: IpForm,
    readonly words: IpWords,
  ) {}

  get kernel(): Kernel {
    return this.process.host.kernel;
  }

  /** Exits with what was wrong with the words; false if nothing was. */
  complained(): boolean {
    const { complaint } = this.words;
    if (complaint !== null) this.process.fail(complaint.exit, complaint.text);
    return complaint !== null;
  }

  fail(exit: number, text: string): void {
    this.process.fail(exit, text);
  }

  /** The kernel said no: `text` is what netlink brought back. */
  refused(text: string): void {
    this.process.fail(REFUSED, text);
  }

  unknownCommand(word: string, object: string, notSimulated: readonly string[]): void {
    const what = notSimulated.some((name) => begins(word, name)) ? 'not simulated' : 'unknown';
    this.process.fail(BAD_LINE, `Command "${word}" is ${what}, try "ip ${object} help".`);
  }
}
