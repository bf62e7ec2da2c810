/** The disk, as the scenario reader wants it. */
import { readFileSync } from 'node:fs';
import type { Problem } from '../engine/problem.ts';
import type { FileAccess } from '../lab/scenario/file-access.ts';

export const diskFiles: FileAccess = { read: readText };

/** null when there is no such file, or it is not one. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** The text a problem stands in: that of `file`, or of a file it names; '' for one that is not on the disk. */
export function sourceOf({ where }: Problem, file: string, text: string): string {
  return where.file === file ? text : (readText(where.file) ?? '');
}
