/**
 * Words of a logical line: split at white space and at double quotes; a quoted piece is a word by itself,
 * and there are no escapes. Does not know the shell-like words of script keywords.
 * Source: [034-quoted-mid-word], [035-quoted-empty], [038-quote-unterminated], [042-escapes-plain].
 */

/** A word and where it stands in the source: line and column from 1 (of the opening quote, if it has one). */
export interface Word {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface SplitText {
  readonly words: readonly { readonly text: string; readonly index: number }[];
  /** Index of a quote that has no end; the rest of the text is lost. -1: there is none. */
  readonly openQuote: number;
}

/** As in C; a no-break space or a byte order mark is part of a word. */
const WHITE_SPACE = ' \t\r\n\v\f';

/** The text without white space at its ends, and how much of it was at the beginning. */
export function trimmed(text: string): { readonly text: string; readonly start: number } {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE_SPACE.includes(text[start] as string)) start++;
  while (end > start && WHITE_SPACE.includes(text[end - 1] as string)) end--;
  return { text: text.slice(start, end), start };
}

export function splitWords(text: string): SplitText {
  const words: { text: string; index: number }[] = [];
  let i = 0;
  while (i < text.length) {
    if (WHITE_SPACE.includes(text[i] as string)) {
      i++;
    } else if (text[i] === '"') {
      const end = text.indexOf('"', i + 1);
      if (end < 0) return { words, openQuote: i };
      words.push({ text: text.slice(i + 1, end), index: i });
      i = end + 1;
    } else {
      const start = i;
      while (i < text.length && text[i] !== '"' && !WHITE_SPACE.includes(text[i] as string)) i++;
      words.push({ text: text.slice(start, i), index: start });
    }
  }
  return { words, openQuote: -1 };
}
