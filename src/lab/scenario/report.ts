/** Collects what is wrong with a scenario and the files it names. */
import { type Place, type Problem, sortProblems } from '../../engine/problem.ts';

export class Report {
  private readonly found: Problem[] = [];

  error(where: Place, code: string, message: string, hint: string | null = null): void {
    this.found.push({ code, severity: 'error', message, where, hint });
  }

  add(problems: readonly Problem[]): void {
    this.found.push(...problems);
  }

  get failed(): boolean {
    return this.found.some((problem) => problem.severity === 'error');
  }

  /** Those of `file` first, then those of the files it names, each in order of place. */
  problems(file: string): Problem[] {
    const own = this.found.filter((problem) => problem.where.file === file);
    const others = this.found.filter((problem) => problem.where.file !== file);
    return [...sortProblems(own), ...sortProblems(others)];
  }
}
