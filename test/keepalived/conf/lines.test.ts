import { describe, expect, test } from 'vitest';
import { LineReader, type LogicalLine } from '../../../src/keepalived/conf/lines.ts';
import { piecesOfCopy, piecesOfSource } from '../../../src/keepalived/conf/source.ts';

function linesOf(text: string, pieces = piecesOfSource(text)): LogicalLine[] {
  const reader = new LineReader(pieces);
  const lines: LogicalLine[] = [];
  for (let line = reader.next(); line !== null; line = reader.next()) lines.push(line);
  return lines;
}

/** The words of each line. */
function wordsOf(text: string, pieces?: ReturnType<typeof piecesOfSource>): string[][] {
  return linesOf(text, pieces).map(({ words }) => words.map((word) => word.text));
}

describe('words', () => {
  test.each([
    ['a b\tc', ['a', 'b', 'c']],
    ['\fa\vb\r', ['a', 'b']],
    ['ab"c d"ef', ['ab', 'c d', 'ef']],
    ['"a"b', ['a', 'b']],
    ['""', ['']],
    ["'two words'", ["'two", "words'"]],
    ['a;b =', ['a;b', '=']],
    ['a\u00a0b', ['a\u00a0b']],
    ['\ufeffa', ['\ufeffa']],
    ['a\\tb\\\\c', ['a\\tb\\\\c']],
  ])('%j', (text, words) => {
    expect(wordsOf(text)).toEqual([words]);
  });

  test('each keeps its place', () => {
    const words = linesOf('\n  one "two 2"three\n').flatMap((line) => line.words);
    expect(words).toEqual([
      { text: 'one', line: 2, column: 3 },
      { text: 'two 2', line: 2, column: 7 },
      { text: 'three', line: 2, column: 14 },
    ]);
  });
});

describe('comments', () => {
  test.each([
    ['a # b', [['a']]],
    ['lb#1', [['lb']]],
    ['abc!x', [['abc']]],
    ['"x # y ! z"', [['x # y ! z']]],
    ['# only', []],
    ['a # "b', [['a']]],
    ['a \\#b', [['a', '#b']]],
  ])('%j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test('an escaped # is one for the first pass only: the others read what it left', () => {
    expect(wordsOf('a\\#b c')).toEqual([['a#b', 'c']]);
    expect(wordsOf('a\\#b c', piecesOfCopy('a\\#b c'))).toEqual([['a']]);
    // The columns are still those of the source.
    expect(linesOf('a\\#b c')[0]?.words[1]?.column).toBe(6);
  });

  test.each([
    ['router_id \\\n NAME', [['router_id\\'], ['NAME']]],
    ['router_id NAME \\', [['router_id', 'NAME\\']]],
    ['router_id NAME \\ ', [['router_id', 'NAME', '\\']]],
    ['# comment \\', [['\\']]],
  ])('a backslash at the end of the line is no continuation: %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });
});

describe('braces', () => {
  test('are lines by themselves, wherever they stand', () => {
    expect(wordsOf('a b{c d}e')).toEqual([['a', 'b'], ['{'], ['c', 'd'], ['}'], ['e']]);
    expect(wordsOf('"a{b}c"')).toEqual([['a{b}c']]);
  });

  test('are counted apart from the blocks', () => {
    const reader = new LineReader(piecesOfSource('} a { b {\n'));
    const first = reader.next();
    expect(first?.faults).toEqual([{ kind: 'extra-brace', at: { text: '}', line: 1, column: 1 } }]);
    while (reader.next() !== null);
    expect(reader.depth).toBe(2);
    expect(reader.lastOpenBrace).toEqual({ text: '{', line: 1, column: 9 });
  });
});

describe('an open quote', () => {
  test('loses the rest of its line, and only of that', () => {
    const [first, second] = linesOf('router_id x "open }\nnext');
    expect(first?.words.map(({ text }) => text)).toEqual(['router_id', 'x']);
    expect(first?.faults.map((fault) => ('text' in fault ? [fault.kind, fault.text] : []))).toEqual([
      ['open-quote', 'router_id x "open }'],
      ['unmatched-quote', 'router_id x "open }'],
    ]);
    expect(second?.words.map(({ text }) => text)).toEqual(['next']);
  });
});

describe('numbers of lines', () => {
  const numbersOf = (text: string, pieces?: ReturnType<typeof piecesOfSource>): number[] =>
    linesOf(text, pieces).map(({ number }) => number);

  test('count the newlines before: a last line without one has the number of the line before', () => {
    expect(numbersOf('a\nb')).toEqual([1, 1]);
    expect(numbersOf('a\nb', piecesOfCopy('a\nb'))).toEqual([1, 2]);
  });

  test('a piece that is cut at 1023 bytes adds one to all that follow, but not in the first pass', () => {
    const text = `${'z'.repeat(2100)}\nfoo\n`;
    expect(numbersOf(text)).toEqual([0, 0, 1, 2]);
    expect(numbersOf(text, piecesOfCopy(text))).toEqual([0, 1, 3, 4]);
    expect(linesOf(text).map(({ words }) => words[0]?.column)).toEqual([1, 1024, 2047, 1]);
  });

  test('bytes are counted, and no character is cut in two', () => {
    const text = `${'é'.repeat(512)}\n`;
    expect(linesOf(text).map(({ words }) => words[0]?.text.length)).toEqual([511, 1]);
  });

  test('a NUL ends the text of its line, and its newline is not counted', () => {
    expect(wordsOf('a\0b\nc\n')).toEqual([['a'], ['c']]);
    expect(numbersOf('a\0b\nc\n')).toEqual([0, 1]);
  });
});

describe('what is not simulated', () => {
  test.each([
    ['include /etc/keepalived/*.conf', 'include'],
    ['$NET=192.168.100', 'definition'],
    [`router_id \${_INSTANCE}`, 'definition'],
    ['@lvs1 state MASTER', 'condition'],
    [`~SEQ(N, 1, 3) 192.168.100.\${N}`, 'sequence'],
  ])('%j', (text, kind) => {
    const [line] = linesOf(text);
    expect(line?.faults.map((fault) => fault.kind)).toContain(kind);
  });

  test('a definition of several lines is taken out whole', () => {
    expect(
      wordsOf('$B= \\\n router_id x \\\n smtp { \\\n }\nafter').filter((words) => words.length > 0),
    ).toEqual([['after']]);
  });

  test('the word alone is an ordinary word', () => {
    expect(linesOf('include')[0]?.faults).toEqual([]);
  });

  test('an unknown name in braces is broken up by them', () => {
    expect(wordsOf(`router_id \${NOPE}`)).toEqual([['router_id', '$'], ['{'], ['NOPE'], ['}']]);
  });
});
