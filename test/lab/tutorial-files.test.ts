import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TUTORIAL_FILES } from '../../src/lab/tutorial-files.ts';

const folder = fileURLToPath(new URL('../../scenarios/tutorial/', import.meta.url));
const module = fileURLToPath(new URL('../../src/lab/tutorial-files.ts', import.meta.url));

/** Every file under the folder, by its path in it. */
function filesUnder(path: string): [path: string, text: string][] {
  return readdirSync(folder + path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): [string, string][] => {
      const inner = path + entry.name;
      return entry.isDirectory() ? filesUnder(`${inner}/`) : [[inner, readFileSync(folder + inner, 'utf8')]];
    });
}

function moduleText(files: readonly [path: string, text: string][]): string {
  const entries = files.map(([path, text]) => {
    const literal = text.replace(/[\\`]|\$\{/g, (special) => `\\${special}`);
    return `  '${path}': \`${literal}\`,\n`;
  });
  return [
    '/**\n',
    ' * The files of scenarios/tutorial, so that `lab: tutorial` needs no disk. Generated: change them there,\n',
    ' * then run `npx vitest run test/lab/tutorial-files.test.ts -u`.\n',
    ' */\n',
    'export const TUTORIAL_FILES: Readonly<Record<string, string>> = {\n',
    ...entries,
    '};\n',
  ].join('');
}

test('the generated module is that of scenarios/tutorial', async () => {
  await expect(moduleText(filesUnder(''))).toMatchFileSnapshot(module);
});

test('the generated module holds the files unchanged', () => {
  const files = filesUnder('');
  // While the module is being generated anew, the one that was imported is still the old one.
  if (readFileSync(module, 'utf8') !== moduleText(files)) return;
  expect(TUTORIAL_FILES).toEqual(Object.fromEntries(files));
});
