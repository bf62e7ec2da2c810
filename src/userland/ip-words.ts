/**
 * The words of an `ip` command line, read one after the other as iproute2 6.1 does (lib/utils.c), with its
 * complaints and exit codes. The first complaint stands; after it reading goes on without effect, so that
 * callers need to look only once, at the end.
 */

import type { Device } from '../linux/device.ts';
import type { Kernel } from '../linux/kernel.ts';
import { type Prefix, prefixLengthOf } from '../wire/ip-address.ts';

/**
 * Exit codes of iproute2: a word that cannot be read, a command line that makes no sense, the kernel's
 * refusal.
 */
export const BAD_VALUE = 1;
export const BAD_LINE = 255;
export const REFUSED = 2;

export interface Complaint {
  readonly exit: number;
  readonly text: string;
}

/** An address or prefix as typed: `given` says whether its length was. */
export interface TypedPrefix extends Prefix {
  readonly given: boolean;
}

const NOTHING: TypedPrefix = { ip: 0, length: 0, given: false };

export class IpWords {
  complaint: Complaint | null = null;
  private at = 0;

  constructor(private readonly words: readonly string[]) {}

  /** Is there another word, and no complaint yet? */
  get more(): boolean {
    return this.complaint === null && this.at < this.words.length;
  }

  /** The next word; '' when there is none. */
  take(): string {
    return this.words[this.at++] ?? '';
  }

  /** The value behind a keyword. */
  value(): string {
    if (this.at >= this.words.length)
      this.complain(BAD_LINE, 'Command line is not complete. Try option "help"');
    return this.take();
  }

  complain(exit: number, text: string): void {
    this.complaint ??= { exit, text };
  }

  /** A word nobody knows: it can only be a second one of what may stand without a keyword. */
  garbage(name: string, word: string): void {
    this.complain(BAD_LINE, `Error: either "${name}" is duplicate, or "${word}" is a garbage.`);
  }

  duplicate(name: string, word: string): void {
    this.complain(BAD_LINE, `Error: duplicate "${name}": "${word}" is the second value.`);
  }

  /** `why` as iproute2 has it; some of its texts end in a newline of their own. */
  wrong(word: string, why: string): void {
    this.complain(BAD_LINE, `Error: argument "${word}" is wrong: ${why}`);
  }

  notSimulated(word: string): void {
    this.complain(BAD_LINE, `Error: argument "${word}" is not simulated.`);
  }

  /** `192.168.100.0/24`, `10/8`, `default`. */
  prefix(word: string): TypedPrefix {
    if (word === 'default' || word === 'any' || word === 'all') return { ip: 0, length: 0, given: true };
    const [addressText = '', lengthText] = word.split('/', 2);
    const ip = shortAddress(addressText);
    const length = lengthText === undefined ? 32 : lengthOf(lengthText);
    if (ip !== null && length !== null) return { ip, length, given: lengthText !== undefined };
    this.complain(BAD_VALUE, `Error: any valid prefix is expected rather than "${word}".`);
    return NOTHING;
  }

  /** An address of IPv4 and nothing else; `kind` is what the real program calls what it wants. */
  address(word: string, kind: 'inet' | 'any valid' = 'inet'): number {
    const ip = shortAddress(word);
    if (ip === null) this.complain(BAD_VALUE, `Error: ${kind} address is expected rather than "${word}".`);
    return ip ?? 0;
  }

  unsigned(word: string, why: string): number {
    if (!/^\d{1,9}$/.test(word)) this.wrong(word, why);
    return Number(word);
  }

  /** Complains of an interface that is not there in the words of the commands that change something. */
  device(name: string, kernel: Kernel): Device | null {
    const device = kernel.devices.byName(name);
    if (device === null) this.complain(BAD_VALUE, `Cannot find device "${name}"`);
    return device;
  }
}

/** iproute2 takes what begins a name for the name: `a`, `add`, `addr`. */
export function begins(word: string, name: string): boolean {
  return word !== '' && name.startsWith(word);
}

/** Missing bytes are zeros: `10` is 10.0.0.0. */
function shortAddress(text: string): number | null {
  if (!/^\d{1,3}(\.\d{1,3}){0,3}$/.test(text)) return null;
  const bytes = text.split('.').map(Number);
  if (bytes.some((byte) => byte > 255)) return null;
  return bytes.reduce((ip, byte, i) => ip | (byte << (24 - 8 * i)), 0);
}

/** `24`, or as a mask: `255.255.255.0`. */
function lengthOf(text: string): number | null {
  if (/^\d{1,2}$/.test(text)) return Number(text) <= 32 ? Number(text) : null;
  const mask = text.includes('.') ? shortAddress(text) : null;
  return mask === null ? null : prefixLengthOf(mask);
}
