/** How the files named in a scenario are reached: from disk in the CLI, from a map in a browser or a test. */

export interface FileAccess {
  /** The text of a file, null when there is none. Paths are relative to where the scenario's own path is. */
  read(path: string): string | null;
}

/**
 * `lvs1/keepalived.conf` beside `scenarios/a.yaml`: `scenarios/lvs1/keepalived.conf`. Paths have slashes
 * only.
 */
export function pathBeside(file: string, path: string): string {
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const joined = path.startsWith('/') ? path : folder + path;
  const parts: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !joined.startsWith('/')) parts.push(part);
  }
  return (joined.startsWith('/') ? '/' : '') + parts.join('/');
}

/** `scenarios/kill-lvs1.yaml`: `kill-lvs1`. */
export function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '');
}

/** The files of a map. */
export function filesIn(files: Readonly<Record<string, string>>): FileAccess {
  return { read: (path) => (Object.hasOwn(files, path) ? (files[path] ?? null) : null) };
}
