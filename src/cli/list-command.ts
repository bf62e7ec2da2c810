/** `vipdrift list`: the scenarios that come with the package, and the question each answers. */
import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readScenario } from '../lab/scenario/read-scenario.ts';
import { diskFiles, readText } from './disk.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { painterFor } from './terminal.ts';

export interface ListFlags {
  readonly json?: boolean;
}

export function listCommand(flags: ListFlags): ExitCode {
  const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url));
  const paint = painterFor(process.stdout);
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  for (const name of files.sort()) {
    const path = relative(process.cwd(), folder + name);
    const { scenario } = readScenario(readText(path) ?? '', path, diskFiles);
    const { question, verdict } = scenario ?? { question: 'cannot be read', verdict: null };
    if (flags.json === true) {
      process.stdout.write(`${JSON.stringify({ file: path, question, verdict })}\n`);
    } else {
      process.stdout.write(`${paint('title', path)}\n  ${question}\n`);
    }
  }
  return EXIT.pass;
}
