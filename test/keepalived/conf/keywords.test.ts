import { describe, expect, test } from 'vitest';
import {
  blocksWith,
  keywordIn,
  keywordNames,
  topLevelKeyword,
} from '../../../src/keepalived/conf/keywords.ts';
import { readConfig } from '../../../src/keepalived/conf/read-config.ts';

/** Blocks reachable from outside, each with the keywords that lead there. */
function reachable(): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  const visit = (block: string, path: string[]): void => {
    if (paths.has(block)) return;
    paths.set(block, path);
    for (const name of keywordNames(block)) {
      const form = keywordIn(block, name)?.form;
      if (form?.kind === 'block') visit(form.block, [...path, name]);
    }
  };
  for (const name of keywordNames(null)) {
    const form = topLevelKeyword(name)?.keyword.form;
    if (form?.kind === 'block') visit(form.block, [name]);
  }
  return paths;
}

const HEADS: Readonly<Record<string, string>> = {
  virtual_server: '10.0.0.1 80',
  real_server: '10.0.0.2 80',
  vrrp_instance: 'V',
};

/** A file that holds `line` in the block that `path` leads to. */
function within(path: readonly string[], line: string): string {
  const named = ['vrrp_script', 'vrrp_sync_group', 'vrrp_track_process', 'track_group', 'bfd_instance'];
  const open = path.map((keyword) => {
    const name = HEADS[keyword] ?? (named.includes(keyword) || keyword.endsWith('track_file') ? 'N' : '');
    return path[0] === keyword || HEADS[keyword] !== undefined ? `${keyword} ${name} {\n` : `${keyword} {\n`;
  });
  return `${open.join('')}${line}\n${'}\n'.repeat(path.length)}`;
}

const paths = reachable();

describe('the table', () => {
  test('has the contents of every block that a keyword opens', () => {
    expect([...paths.keys()].filter((block) => keywordNames(block).length === 0)).toEqual([]);
    expect(paths.size).toBeGreaterThanOrEqual(20);
  });

  test.each([...paths])('%s: every keyword is known where it stands', (block, path) => {
    for (const name of keywordNames(block)) {
      const form = keywordIn(block, name)?.form.kind;
      const line = form === 'block' || form === 'list' ? `${name} x y {\n}` : `${name} 1`;
      const { messages } = readConfig(within(path, line), 'f');
      const unknown = messages.filter(({ text }) => text.startsWith('Unknown keyword'));
      expect(unknown, name).toEqual([]);
    }
  });

  test.each([...paths])('%s: a keyword without a value does what the table says', (block, path) => {
    for (const name of keywordNames(block)) {
      const form = keywordIn(block, name)?.form;
      if (form === undefined || !('alone' in form)) continue;
      const { messages } = readConfig(within(path, name), 'f');
      const fatal = messages.some(({ text }) => text.startsWith('*** Configuration line'));
      const isBare = form.kind === 'integer' && form.bare !== undefined;
      expect(fatal, name).toBe(form.alone === 'fatal' && !isBare);
      if (typeof form.alone === 'object' && !form.alone.says.includes('{')) {
        expect(messages.map(({ text }) => text)).toContain(form.alone.says);
      }
    }
  });

  test('says where else a keyword belongs', () => {
    expect(blocksWith('router_id')).toEqual(['global_defs']);
    expect(blocksWith('vrrp_instance')).toEqual(['']);
    expect(blocksWith('nb_get_retry')).toEqual(['HTTP_GET']);
    expect(blocksWith('no_such_keyword')).toEqual([]);
  });
});
