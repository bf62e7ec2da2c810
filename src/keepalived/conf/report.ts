/**
 * Collects what is wrong with a configuration, twice over: the messages in keepalived's words and order (one
 * pass after the other, repeated by each pass that stumbles over the same line), and the problems, once
 * each, with their exact place and a hint.
 */
import { type Place, type Problem, type Severity, sortProblems } from '../../engine/problem.ts';
import type { Word } from './words.ts';

/** keepalived reads its file four times; each pass knows its own blocks and skips the others'. */
export type PassName = 'global' | 'checker' | 'vrrp' | 'bfd';

/** A message as keepalived prints it. */
export interface ConfigMessage {
  readonly pass: PassName;
  readonly text: string;
  /** The line number printed with it; null: none. */
  readonly line: number | null;
}

/** Where a message stands: the words of a line, or a block or setting already read. */
export type At = Place | Word;

export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly text: string;
  readonly at: At;
  readonly hint?: string | null;
}

/** Beyond this many messages nobody reads on, and memory must end somewhere. */
const MESSAGE_LIMIT = 20_000;

export class Report {
  readonly messages: ConfigMessage[] = [];
  /** False once keepalived would not run with this file, or this reader cannot tell what it means. */
  usable = true;
  /** Set by a message after which keepalived stops reading at once. */
  fatal = false;
  /** A number was refused that the running daemon would not refuse. */
  lenientDiffers = false;
  private readonly problems: Problem[] = [];
  private readonly seen = new Set<string>();

  constructor(
    readonly file: string,
    /** As the running daemon reads, and not as `keepalived -t` does. */
    readonly running: boolean,
  ) {}

  /** A message of keepalived's. `line` is the number it prints. */
  message(pass: PassName, line: number | null, finding: Finding): void {
    // The first pass does not print the number 0, and never the file.
    this.messages.push({ pass, text: finding.text, line: pass === 'global' && line === 0 ? null : line });
    this.problem(finding);
    if (this.messages.length > MESSAGE_LIMIT && !this.fatal) {
      this.problem({ ...finding, ...TOO_MANY });
      this.fatal = true;
      this.usable = false;
    }
  }

  /** Something keepalived says nothing about. */
  problem({ code, severity, text, at, hint }: Finding): void {
    const where = 'file' in at ? at : this.placeOf(at);
    const key = `${where.line}:${where.column}:${code}:${text}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.problems.push({ code, severity, message: text, where, hint: hint ?? null });
  }

  /** The same, and the configuration cannot be used: it would not mean here what it means to keepalived. */
  refuse(finding: Finding): void {
    this.problem(finding);
    this.usable = false;
  }

  placeOf(word: Word): Place {
    return { file: this.file, line: word.line, column: word.column };
  }

  sorted(): Problem[] {
    return sortProblems(this.problems);
  }
}

const TOO_MANY = {
  code: 'too-many-problems',
  severity: 'error',
  text: `more than ${MESSAGE_LIMIT} messages: reading stopped here`,
  hint: 'this is hardly a keepalived.conf',
} as const;

/** The message with keepalived's own prefix: `(FILE: Line 33) text`. */
export function messageText(message: ConfigMessage, file: string): string {
  if (message.line === null) return message.text;
  return message.pass === 'global'
    ? `(Line ${message.line}) ${message.text}`
    : `(${file}: Line ${message.line}) ${message.text}`;
}
