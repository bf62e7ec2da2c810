/** The disk, as the scenario reader wants it. */
import { readFileSync } from 'node:fs';
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
