import { describe, expect, test } from 'vitest';
import { formatProblem, type Problem, sortProblems } from '../../src/engine/problem.ts';

function problem(line: number, column: number, more: Partial<Problem> = {}): Problem {
  const where = { file: 'a.conf', line, column };
  return { code: 'test', severity: 'error', message: 'it is wrong', where, hint: null, ...more };
}

describe('formatProblem', () => {
  const source = 'first\n\tpriority\tten\nlast';

  test('shows place, message, line, caret and hint', () => {
    expect(formatProblem(problem(3, 2, { hint: 'mend it' }), source)).toBe(
      ['a.conf:3:2: error: it is wrong', '  last', '   ^', '  hint: mend it'].join('\n'),
    );
  });

  test('keeps tabs before the caret, so that it stands right however wide they are', () => {
    expect(formatProblem(problem(2, 11, { severity: 'warning' }), source).split('\n')).toEqual([
      'a.conf:2:11: warning: it is wrong',
      '  \tpriority\tten',
      '  \t        \t^',
    ]);
  });

  test('shows no line where there is none to show', () => {
    expect(formatProblem(problem(1, 1), '')).toBe('a.conf:1:1: error: it is wrong');
    expect(formatProblem(problem(9, 1), source)).toBe('a.conf:9:1: error: it is wrong');
  });

  test('control characters cannot move the cursor', () => {
    const shown = formatProblem(problem(1, 3), 'a\u001b[2Jb\r\n');
    expect(shown).toBe('a.conf:1:3: error: it is wrong\n  a\ufffd[2Jb\n    ^');
  });
});

test('problems are sorted by file, line and column, and otherwise stay as they came', () => {
  const late = problem(2, 1);
  const other = problem(1, 1, { where: { file: 'b.conf', line: 1, column: 1 } });
  const first = problem(1, 5, { code: 'one' });
  const second = problem(1, 5, { code: 'two' });
  expect(sortProblems([other, late, first, second])).toEqual([first, second, late, other]);
});
