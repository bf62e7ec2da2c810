/**
 * A configuration text as keepalived takes it in: pieces of at most 1023 bytes, the text of a piece ended by
 * NUL, comments and outer blanks gone. keepalived does this twice: the first pass reads the file, the other
 * three read a copy of what the first one kept, whose pieces all end in a newline. So their line numbers can
 * differ, and a `\#` that was unescaped by the first pass starts a comment in the others.
 * Source: [024-binary-all-bytes], [031-very-long-junk], [046-backslash-eol] … [049-backslash-eol-comment].
 */

/** Bytes keepalived reads at once, and so the longest piece of a line. */
const PIECE_BYTES = 1023;

/** Some characters of a line of the source, in order; a few of them may have been taken out. */
export interface Piece {
  readonly text: string;
  /** Line of the source, from 1. */
  readonly line: number;
  /** Column of the first character in the source, from 1. */
  readonly column: number;
  /** Indices of `text` before which one character of the source is missing, ascending. */
  readonly gaps: readonly number[];
  /** The line number keepalived gives this piece: newlines read so far. */
  readonly number: number;
  /** The text with its trailing blanks if it has a `"` without an end, else null. */
  readonly openQuote: string | null;
}

const NO_GAPS: readonly number[] = [];

interface RawLine {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly gaps: readonly number[];
  readonly newline: boolean;
}

/** Column in the source of the character at `index` of a piece. */
export function columnOf(piece: Piece, index: number): number {
  let column = piece.column + index;
  for (const gap of piece.gaps) {
    if (gap > index) break;
    column++;
  }
  return column;
}

/** What the first pass reads. */
export function piecesOfSource(source: string): Iterable<Piece> {
  return pieces(linesOf(source));
}

/** What the other passes read. */
export function piecesOfCopy(source: string): Iterable<Piece> {
  return pieces(copyOf(source));
}

function* linesOf(source: string): Generator<RawLine> {
  let start = 0;
  let line = 1;
  while (start < source.length) {
    const end = source.indexOf('\n', start);
    const newline = end >= 0;
    const text = source.slice(start, newline ? end : source.length);
    yield { text, line, column: 1, gaps: NO_GAPS, newline };
    start += text.length + 1;
    line++;
  }
}

function* copyOf(source: string): Generator<RawLine> {
  for (const { text, line, column, gaps } of piecesOfSource(source)) {
    yield { text, line, column, gaps, newline: true };
  }
}

function* pieces(lines: Iterable<RawLine>): Generator<Piece> {
  let newlines = 0;
  for (const raw of lines) {
    if (raw.newline && raw.text.length * 3 < PIECE_BYTES && !raw.text.includes('\0')) {
      // Nearly every line.
      yield uncommented(raw, 0, raw.text.length, ++newlines);
      continue;
    }
    let start = 0;
    for (;;) {
      const end = endOfPiece(raw.text, start, raw.newline);
      const last = end === raw.text.length && fits(raw, start, end);
      const nul = raw.text.slice(start, end).indexOf('\0');
      if (last && raw.newline && nul < 0) newlines++;
      yield uncommented(raw, start, nul < 0 ? end : start + nul, newlines);
      if (last) break;
      start = end;
    }
  }
}

/** Where the piece that starts at `start` ends; a newline counts as a byte of it. */
function endOfPiece(text: string, start: number, newline: boolean): number {
  if ((text.length - start) * 3 + (newline ? 1 : 0) <= PIECE_BYTES) return text.length;
  let bytes = 0;
  let index = start;
  while (index < text.length) {
    const code = text.codePointAt(index) as number;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes + size > PIECE_BYTES) break;
    bytes += size;
    index += code < 0x10000 ? 1 : 2;
  }
  return index;
}

/** A line that fills its last piece to the byte leaves its newline for a piece of its own. */
function fits(raw: RawLine, start: number, end: number): boolean {
  if (!raw.newline || end === start) return true;
  if ((end - start) * 3 < PIECE_BYTES) return true;
  let bytes = 0;
  for (const character of raw.text.slice(start, end)) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes < PIECE_BYTES;
}

/** The piece without its comment and outer blanks, `\#` and `\!` outside quotes resolved. */
function uncommented(raw: RawLine, from: number, to: number, number: number): Piece {
  const text = raw.text;
  let start = from;
  while (start < to && isBlank(text[start])) start++;
  let end = to;
  while (end > start && text[end - 1] === '\r') end--;
  const piece = text.slice(start, end);
  const { kept, gaps, quoted, backslash } = /["#!\\]/.test(piece) ? withoutComment(piece) : unchanged(piece);
  let last = kept.length;
  while (last > 0 && isBlank(kept[last - 1])) last--;
  // A backslash at the very end outlives the comment and the blanks it stood behind.
  const trimmed = kept.slice(0, last) + (backslash ? '\\' : '');
  const earlier = raw.gaps.filter((gap) => gap > start).map((gap) => gap - start);
  return {
    text: trimmed,
    line: raw.line,
    column: raw.column + start + (raw.gaps.length - earlier.length),
    gaps: gaps.length === 0 ? earlier : [...earlier, ...gaps].sort((a, b) => a - b),
    number,
    openQuote: quoted ? kept : null,
  };
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}

interface Uncommented {
  readonly kept: string;
  readonly gaps: readonly number[];
  readonly quoted: boolean;
  readonly backslash: boolean;
}

function unchanged(text: string): Uncommented {
  return { kept: text, gaps: NO_GAPS, quoted: false, backslash: false };
}

function withoutComment(text: string): Uncommented {
  const gaps: number[] = [];
  let kept = '';
  let quoted = false;
  let comment = -1;
  let backslash = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '\\') {
      const next = text[i + 1];
      if (next === undefined) {
        backslash = true;
        break;
      }
      if (!quoted && (next === '#' || next === '!')) gaps.push(kept.length);
      else kept += character;
      kept += next;
      i++;
      continue;
    }
    if (character === '"' && comment < 0) quoted = !quoted;
    if (!quoted && comment < 0 && (character === '#' || character === '!')) comment = kept.length;
    kept += character;
  }
  if (comment >= 0) kept = kept.slice(0, comment);
  return { kept, gaps: gaps.filter((gap) => gap < kept.length), quoted, backslash };
}
