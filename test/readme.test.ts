/** The READMEs tell the truth: their story, their scenario, their test are the real ones, and their commands run. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Commands of the shell blocks, one a line; what installs or runs this very suite is left to whoever runs it. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, block]) => (block as string).trim().split('\n'))
    .map((line) => line.replace(/^npm ci && /, ''))
    .filter((line) => !line.startsWith('npm '));
}

describe.each(['README.md', 'README.zh-CN.md'])('%s', (file) => {
  const text = read(file);
  let folder = '';

  beforeAll(() => {
    // The commands see the repository's own files and leave theirs elsewhere.
    folder = mkdtempSync(join(tmpdir(), 'vipdrift-'));
    for (const name of ['scenarios', 'package.json', 'node_modules', 'dist']) {
      symlinkSync(join(ROOT, name), join(folder, name));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('tells the story that kill-lvs1 tells', () => {
    expect(text).toContain(read('test/golden/stories/kill-lvs1.txt').trimEnd());
  });

  test('shows the scenario and the regression test as they are', () => {
    expect(text).toContain(read('scenarios/kill-lvs1.yaml').split('\n').slice(1).join('\n').trimEnd());
    expect(text).toContain(read('test/testkit/failover.test.ts').trimEnd());
  });

  test('names every scenario', () => {
    const names = readdirSync(join(ROOT, 'scenarios')).filter((name) => name.endsWith('.yaml'));
    for (const name of names) expect(text).toContain(`\`${name.replace('.yaml', '')}\``);
  });

  test('names every room', () => {
    const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    for (const { name } of rooms) expect(text).toContain(`\`${name}/\``);
  });

  test.each(commandsIn(text))('%s', (command) => {
    expect(existsSync(join(ROOT, 'dist/cli/main.js')), 'npm ci builds the command').toBe(true);
    const runnable = command.replace('npx vipdrift', `node ${join(ROOT, 'dist/cli/main.js')}`);
    const output = execFileSync('sh', ['-c', runnable], { cwd: folder, encoding: 'utf8' });
    expect(output.length).toBeGreaterThan(10);
  });
});
