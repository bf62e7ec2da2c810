/**
 * Logical lines: a piece of the source split at its braces, so that every `{` and `}` is a line by itself
 * and every other line is one keyword with its words. Counts braces as keepalived does, apart from any block
 * structure. Does not follow `include`, `$X=`, `~SEQ`, `~LST` and `@id`: such lines are taken out and
 * reported as not simulated.
 * Source: [037-unquoted-braces], [041-quoted-brace-token], [066-brace-extra-start], [072-text-after-close].
 */
import { columnOf, type Piece } from './source.ts';
import { splitWords, trimmed, type Word } from './words.ts';

export type LineFault =
  | { readonly kind: 'open-quote' | 'unmatched-quote'; readonly text: string; readonly at: Word }
  | { readonly kind: 'extra-brace'; readonly at: Word }
  | { readonly kind: Unsimulated; readonly at: Word };

/** What a configuration file can do beyond keywords and blocks. */
export type Unsimulated = 'include' | 'definition' | 'condition' | 'sequence';

export interface LogicalLine {
  /** Empty where a quote without an end left nothing. */
  readonly words: readonly Word[];
  /** The number keepalived prints for it in this pass. */
  readonly number: number;
  readonly faults: readonly LineFault[];
}

const INCLUDES = new Set(['include', 'includer', 'includem', 'includew', 'includeb', 'includea']);
const REMEMBERED_BRACES = 1000;
const PREDEFINED = ['_INSTANCE', '_PWD', '_RANDOM', '_HASH', '_BANG'];

export class LineReader {
  /** Opening braces that have no closing one so far. */
  depth = 0;
  private readonly openBraces: Word[] = [];
  private readonly pieces: Iterator<Piece>;
  private readonly waiting: LogicalLine[] = [];
  private readonly definitions = new Set(PREDEFINED);
  private inDefinition = false;
  private faults: LineFault[] = [];

  constructor(pieces: Iterable<Piece>) {
    this.pieces = pieces[Symbol.iterator]();
  }

  /** The innermost of them (of the first so many); null when all are closed. */
  get lastOpenBrace(): Word | null {
    return this.openBraces.at(-1) ?? null;
  }

  next(): LogicalLine | null {
    while (this.waiting.length === 0) {
      const { value: piece, done } = this.pieces.next();
      if (done === true) return null;
      this.split(piece);
      this.waiting.reverse();
    }
    return this.waiting.pop() ?? null;
  }

  private split(piece: Piece): void {
    if (piece.text === '' && piece.openQuote === null) {
      if (this.inDefinition) this.inDefinition = false;
      return;
    }
    if (piece.openQuote !== null) {
      const at = wordAt(piece, piece.text, 0);
      this.faults.push({ kind: 'open-quote', text: piece.openQuote, at });
    }
    const beyond = this.beyondKeywords(piece.text);
    if (beyond !== null) {
      this.leaveOut(piece, 0, beyond);
      return;
    }
    let start = 0;
    let quoted = false;
    for (let i = 0; i < piece.text.length; i++) {
      const character = piece.text[i];
      if (character === '"') quoted = !quoted;
      if (quoted) continue;
      if (character === '$') i = this.pastDefinition(piece, i);
      else if (character === '{' || character === '}') {
        this.addText(piece, start, i);
        this.addBrace(piece, i, character);
        start = i + 1;
      }
    }
    this.addText(piece, start, piece.text.length);
    if (this.faults.length > 0) this.add(piece, []);
  }

  private addText(piece: Piece, start: number, end: number): void {
    const { text, start: blanks } = trimmed(piece.text.slice(start, end));
    const from = start + blanks;
    const { words, openQuote } = splitWords(text);
    if (openQuote >= 0) {
      this.faults.push({ kind: 'unmatched-quote', text, at: wordAt(piece, '"', from + openQuote) });
    }
    if (words.length === 0) return;
    const beyond = start === 0 ? null : this.beyondKeywords(text);
    if (beyond !== null) {
      this.leaveOut(piece, from, beyond);
      return;
    }
    const placed = words.map((word) => wordAt(piece, word.text, from + word.index));
    if (placed.length > 1 && INCLUDES.has(placed[0]?.text ?? '')) this.leaveOut(piece, from, 'include');
    else this.add(piece, placed);
  }

  private addBrace(piece: Piece, index: number, brace: '{' | '}'): void {
    const word = wordAt(piece, brace, index);
    if (brace === '{') {
      if (this.depth++ < REMEMBERED_BRACES) this.openBraces.push(word);
    } else if (this.depth === 0) {
      this.faults.push({ kind: 'extra-brace', at: word });
    } else if (--this.depth < REMEMBERED_BRACES) {
      this.openBraces.pop();
    }
    this.add(piece, [word]);
  }

  private leaveOut(piece: Piece, index: number, kind: Unsimulated): void {
    this.faults.push({ kind, at: wordAt(piece, '', index) });
    this.add(piece, []);
  }

  private add(piece: Piece, words: readonly Word[]): void {
    this.waiting.push({ words, number: piece.number, faults: this.faults });
    this.faults = [];
  }

  /** Definitions, conditions and sequences stand at the start of a line, and take all of it. */
  private beyondKeywords(text: string): Unsimulated | null {
    if (this.inDefinition) {
      this.inDefinition = text.endsWith('\\');
      return 'definition';
    }
    const definition = /^\$([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(text);
    if (definition !== null) {
      this.definitions.add(definition[1] as string);
      this.inDefinition = /^\s*\\$/.test(definition[2] as string);
      return 'definition';
    }
    if (text.startsWith('@')) return 'condition';
    return /^~(SEQx?|LST)\b/.test(text) ? 'sequence' : null;
  }

  /** The braces of `${NAME}` are none where NAME means something; an unknown name is broken up by them. */
  private pastDefinition(piece: Piece, index: number): number {
    const use = /^\$\{([A-Za-z_][A-Za-z0-9_]*)[^{}"]*\}/.exec(piece.text.slice(index, index + 200));
    if (use === null || !this.definitions.has(use[1] as string)) return index;
    if (PREDEFINED.includes(use[1] as string)) {
      this.faults.push({ kind: 'definition', at: wordAt(piece, use[0], index) });
    }
    return index + use[0].length - 1;
  }
}

function wordAt(piece: Piece, text: string, index: number): Word {
  return { text, line: piece.line, column: columnOf(piece, index) };
}
