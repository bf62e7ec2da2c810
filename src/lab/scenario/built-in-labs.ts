/** Laboratories that need no disk: their files are part of the program. */
import { TUTORIAL_FILES } from '../tutorial-files.ts';
import type { FileAccess } from './file-access.ts';

/** What a scenario may call its lab without naming a file. */
export const BUILT_IN_LABS: readonly string[] = ['tutorial'];

/** The lab file of that name and access to it and the files it names; null when none is built in. */
export function builtInLab(name: string): { file: string; access: FileAccess } | null {
  if (name !== 'tutorial') return null;
  const files = new Map(Object.entries(TUTORIAL_FILES).map(([path, text]) => [`${name}/${path}`, text]));
  return { file: `${name}/lab.yaml`, access: { read: (path) => files.get(path) ?? null } };
}
