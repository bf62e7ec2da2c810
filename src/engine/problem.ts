/**
 * What is wrong with something a person wrote (configuration, scenario, command line), and how a terminal
 * shows it. Problems are collected and returned, never thrown.
 */

export type Severity = 'error' | 'warning' | 'note';

/** A place in a text a person wrote; line and column count from 1, the column in UTF-16 units of the line. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem {
  /** Stable kebab-case name of the kind of problem, for filters and tests. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly where: Place;
  /** How to mend it, or null where there is nothing to say. */
  readonly hint: string | null;
}

/**
 * `file:line:column: severity: message`, the line of `source` it stands on, a caret under the column, the
 * hint.
 */
export function formatProblem(problem: Problem, source: string): string {
  const { file, line, column } = problem.where;
  const lines = [`${file}:${line}:${column}: ${problem.severity}: ${problem.message}`];
  const text = source.split('\n')[line - 1];
  if (text !== undefined && text.trim() !== '') {
    const shown = printable(text);
    lines.push(`  ${shown}`, `  ${blanksUpTo(shown, column)}^`);
  }
  if (problem.hint !== null) lines.push(`  hint: ${problem.hint}`);
  return lines.join('\n');
}

/** Problems in order of file, line, column; those of one place stay as they came. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => {
    if (a.where.file !== b.where.file) return a.where.file < b.where.file ? -1 : 1;
    return a.where.line - b.where.line || a.where.column - b.where.column;
  });
}

/**
 * Control characters would move the cursor and the caret with it; each is shown as one character. Tabs stay.
 */
function printable(text: string): string {
  let shown = '';
  for (const character of text.replace(/\r$/, '')) {
    const code = character.codePointAt(0) as number;
    shown += (code < 32 && code !== 9) || code === 127 ? '\ufffd' : character;
  }
  return shown;
}

/** Keeps the tabs of the line, so that the caret stands under its column however wide a tab is. */
function blanksUpTo(text: string, column: number): string {
  return text.slice(0, column - 1).replace(/[^\t]/g, ' ');
}
