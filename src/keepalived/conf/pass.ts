/**
 * One of the four passes over a configuration: hands out its logical lines, says what is wrong with them as
 * lines, and knows at which line everything else is said.
 */
import type { Severity } from '../../engine/problem.ts';
import type { LineFault, LineReader, LogicalLine, Unsimulated } from './lines.ts';
import type { At, PassName, Report } from './report.ts';
import { Section } from './section.ts';
import type { Word } from './words.ts';

export class Pass {
  /** Blocks of this pass, in order. */
  readonly root: Section;
  /** Blocks still to be skipped over: a depth; -1: the next line decides whether there is a block to skip. */
  skip = 0;
  /** The first interface that was named and does not exist. */
  interfaceMissing: Word | null = null;
  /** Number printed with messages; null when the text is at its end. */
  private number: number | null = null;
  private ended = false;

  constructor(
    readonly name: PassName,
    private readonly reader: LineReader,
    readonly report: Report,
    /** Interfaces of the host, or null: unknown, so that none is missing. */
    readonly interfaces: ReadonlySet<string> | null,
    /** What global_defs said; empty in the pass that reads it. */
    readonly globalDefs: Section | null,
  ) {
    this.root = new Section('', '', { file: report.file, line: 1, column: 1 });
  }

  /** keepalived has given up: nothing more is read or said. */
  get stopped(): boolean {
    return this.report.fatal;
  }

  /** The next line that has words; null at the end. */
  read(): LogicalLine | null {
    while (!this.stopped && !this.ended) {
      const line = this.reader.next();
      if (line === null) {
        this.end();
        return null;
      }
      this.number = line.number;
      for (const fault of line.faults) this.fault(fault);
      if (line.words.length > 0) return this.stopped ? null : line;
    }
    return null;
  }

  /** A message of keepalived's about the current line. */
  say(code: string, severity: Severity, text: string, at: At, hint: string | null = null): void {
    if (!this.stopped) this.report.message(this.name, this.number, { code, severity, text, at, hint });
  }

  /** An IPv6 address where keepalived takes one. */
  ipv6(at: Word): void {
    const text = 'IPv6 is not simulated: this address is left out';
    this.report.refuse({ code: 'ipv6-not-simulated', severity: 'error', text, at });
  }

  /** keepalived does not start when a word it must have is missing; `position` counts from 0. */
  dieOfMissingWord(words: readonly Word[], position: number): void {
    const first = words[0] as Word;
    const before = words[position - 1] as Word;
    const text =
      `*** Configuration line starting \`${first.text}\` is missing a parameter ` +
      `after keyword \`${before.text}\` at word position ${position + 1}`;
    const hint = `write a value after '${before.text}'; without it keepalived refuses to start`;
    this.say('missing-argument', 'error', text, before, hint);
    this.report.fatal = true;
    this.report.usable = false;
  }

  /**
   * Says `text` where the host has no such interface: keepalived will not start then, and false comes back.
   */
  needInterface(word: Word, text: string): boolean {
    if (this.interfaces === null || this.interfaces.has(word.text)) return true;
    if (this.globalDefs?.has('dynamic_interfaces') === true) return true;
    this.interfaceMissing ??= word;
    const known = [...this.interfaces].filter((name) => name !== 'lo');
    const hint = `this host has ${known.join(', ') || 'no interface'}`;
    this.say('no-such-interface', 'error', text, word, hint);
    return false;
  }

  private end(): void {
    this.ended = true;
    this.number = null;
    const { depth, lastOpenBrace } = this.reader;
    if (depth === 0 || lastOpenBrace === null) return;
    const text = `There are ${depth} missing '}'s or extra '{'s`;
    this.say('missing-brace', 'error', text, lastOpenBrace, "this '{' has no '}'");
  }

  private fault(fault: LineFault): void {
    const { at } = fault;
    switch (fault.kind) {
      case 'open-quote':
        this.say('open-quote', 'error', `Unterminated quote '${fault.text}'`, at, OPEN_QUOTE_HINT);
        return;
      case 'unmatched-quote':
        this.say('open-quote', 'error', `Unmatched quote: '${fault.text}'`, at, OPEN_QUOTE_HINT);
        return;
      case 'extra-brace':
        this.say('extra-brace', 'error', "Extra '}' found", at, "no '{' is open here");
        return;
      default:
        this.beyond(fault.kind, at);
        return;
    }
  }

  private beyond(kind: Unsimulated, at: Word): void {
    const text = `${BEYOND[kind]} not simulated: this line is left out`;
    const hint = 'write out what it stands for';
    this.report.refuse({ code: `${kind}-not-simulated`, severity: 'error', text, at, hint });
  }
}

const OPEN_QUOTE_HINT = 'the rest of the line from this quote on is lost';

const BEYOND: Readonly<Record<Unsimulated, string>> = {
  include: 'include files are',
  definition: 'definitions ($NAME=) are',
  condition: 'conditions (@id) are',
  sequence: 'sequences (~SEQ, ~LST) are',
};
