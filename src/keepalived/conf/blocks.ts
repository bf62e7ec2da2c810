/**
 * The block structure as keepalived sees it: keywords of the open block, blocks of other passes skipped by
 * counting braces, and what follows from a brace that is missing or one too many. Depth is bounded by the
 * table of keywords, not by the text.
 * Source: [059-brace-missing-open] … [072-text-after-close].
 */

import { nearest } from '../../engine/suggestion.ts';
import { closeBlock, openBlock } from './block-heads.ts';
import { readSetting, reportUnsimulated } from './forms.ts';
import type { Form, Keyword } from './keyword.ts';
import { blocksWith, keywordIn, keywordNames, topLevelKeyword } from './keywords.ts';
import { readEntry } from './list-entries.ts';
import type { Pass } from './pass.ts';
import { Section } from './section.ts';
import type { Word } from './words.ts';

/** Reads the whole text; the blocks of this pass end up in `pass.root`. */
export function readBlocks(pass: Pass): void {
  readBlock(pass, null, pass.root, false);
}

/**
 * Reads the lines of a block up to its `}` or the end of the text. False: the block was skipped.
 * `block` is null outside any; `needsBrace`: its `{` has not been seen yet.
 */
function readBlock(pass: Pass, block: string | null, section: Section, needsBrace: boolean): boolean {
  let awaitsBrace = needsBrace;
  for (let line = pass.read(); line !== null; line = pass.read()) {
    const { words } = line;
    const first = words[0] as Word;
    if (pass.skip === -1) {
      pass.skip = first.text === '{' ? 1 : 0;
      if (pass.skip === 1) {
        awaitsBrace = false;
        continue;
      }
    }
    if (pass.skip > 0) {
      if (skipLine(pass, words) && block !== null) return false;
      continue;
    }
    if (awaitsBrace) {
      awaitsBrace = false;
      if (first.text === '{') continue;
      pass.say('missing-brace', 'error', "Missing '{' at beginning of configuration block", first);
    } else if (first.text === '{') {
      pass.say('unexpected-brace', 'error', "Unexpected '{' - ignoring", first, UNEXPECTED_HINT);
      continue;
    }
    if (first.text === '}' && block !== null) return true;
    readKeyword(pass, block, section, words);
  }
  return true;
}

/** True when the line ends what was to be skipped. */
function skipLine(pass: Pass, words: readonly Word[]): boolean {
  for (const { text } of words) {
    if (text === '{') pass.skip++;
    else if (text === '}' && --pass.skip === 0) return true;
  }
  return false;
}

function readKeyword(pass: Pass, block: string | null, section: Section, words: readonly Word[]): void {
  const first = words[0] as Word;
  let keyword: Keyword | undefined;
  if (block === null) {
    const found = topLevelKeyword(first.text);
    keyword = found?.keyword;
    if (found !== undefined && !found.passes.includes(pass.name)) {
      pass.skip = words.at(-1)?.text === '{' ? 1 : -1;
      return;
    }
  } else {
    keyword = keywordIn(block, first.text);
  }
  if (keyword === undefined) {
    unknownKeyword(pass, block, first);
    return;
  }
  reportUnsimulated(pass, section, keyword, first);
  const { form } = keyword;
  if (form.kind === 'block') readSubBlock(pass, section, keyword, form, words);
  else if (form.kind === 'list') readList(pass, section, keyword, form, words);
  else readSetting(pass, section, keyword, words);
}

function readSubBlock(
  pass: Pass,
  parent: Section,
  keyword: Keyword,
  form: Form & { kind: 'block' },
  words: readonly Word[],
): void {
  // Only a quoted brace can stand at the end of the words; others are lines by themselves.
  const opened = words.length > 1 && words.at(-1)?.text === '{';
  const head = opened ? words.slice(0, -1) : words;
  const section = openBlock(pass, parent, keyword, form, head);
  if (pass.stopped) return;
  if (section === null) pass.skip = opened ? 1 : -1;
  const target = section ?? lastOf(parent, form.block);
  const closed = readBlock(pass, form.block, target, !opened);
  if (!closed || section === null || pass.stopped) return;
  if (closeBlock(pass, parent, section) && !parent.children.includes(section)) parent.children.push(section);
}

/** Where the lines of a refused block go that was not skipped, for want of a `{`: to the one before it. */
function lastOf(parent: Section, block: string): Section {
  return parent.child(block) ?? new Section(block, '(null)', parent.where);
}

function readList(
  pass: Pass,
  section: Section,
  keyword: Keyword,
  form: Form & { kind: 'list' },
  words: readonly Word[],
): void {
  const extra = words[1];
  if (extra !== undefined && extra.text !== '{' && !form.named) {
    const text = `Block ${keyword.name} has extra parameters ${extra.text} ...`;
    pass.say('extra-words', 'error', text, extra, 'entries stand between the braces');
  }
  let isFirst = true;
  for (let line = pass.read(); line !== null; line = pass.read()) {
    const first = (line.words[0] as Word).text;
    if (isFirst) {
      isFirst = false;
      if (first === '{') continue;
    }
    if (first === '}' && line.words.length === 1) break;
    readEntry(pass, section, keyword.name, form.entries, line.words);
  }
  if (form.entries === 'words' && section.words.length === 0) {
    pass.say('empty-block', 'warning', `Warning - empty ${keyword.name} block`, words[0] as Word);
  }
}

function unknownKeyword(pass: Pass, block: string | null, word: Word): void {
  pass.say('unknown-keyword', 'error', `Unknown keyword '${word.text}'`, word, hintFor(block, word.text));
}

function hintFor(block: string | null, name: string): string | null {
  if (name === '}') return "no block is open here: look for a '}' too many above";
  if (block === 'TCP_CHECK' && name === 'nb_get_retry') {
    return "TCP_CHECK has 'retry'; nb_get_retry is for HTTP_GET and SSL_GET. The retry count stays";
  }
  const here = block === null ? 'outside any block' : `in ${block}`;
  const elsewhere = blocksWith(name).map((other) => (other === '' ? 'outside any block' : `in ${other}`));
  if (elsewhere.length > 0) return `'${name}' is known ${elsewhere.slice(0, 3).join(', ')}, but not ${here}`;
  const suggestion = nearest(name, keywordNames(block));
  return suggestion === null ? null : `did you mean '${suggestion}'?`;
}

const UNEXPECTED_HINT = "the line before opens no block here; the next '}' will close the block around it";
