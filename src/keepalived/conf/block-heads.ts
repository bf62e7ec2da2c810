/**
 * What stands between a block's keyword and its `{`, and what is decided at its `}`. Real are services by
 * address and port; those by fwmark or group, and IPv6, are read but not simulated.
 * Source: [087-no-name], [088-extra-args], [143-dup-instance-name], [226-rs-missing-address].
 */
import { ipText, parseIp } from '../../wire/ip-address.ts';
import { isIpv6, withoutLength } from './address-family.ts';
import type { Form, Keyword } from './keyword.ts';
import { readInteger } from './numbers.ts';
import type { Pass } from './pass.ts';
import { Section } from './section.ts';
import type { Word } from './words.ts';

/** The block that these words open; null: keepalived refuses it and skips what it contains. */
export function openBlock(
  pass: Pass,
  parent: Section,
  keyword: Keyword,
  form: Form & { kind: 'block' },
  words: readonly Word[],
): Section | null {
  const where = pass.report.placeOf(words[0] as Word);
  const unsimulated = keyword.unsimulated === true || parent.unsimulated;
  const open = (name: string): Section => new Section(form.block, name, where, keyword.name, unsimulated);
  switch (form.head) {
    case 'none':
      return openUnnamed(parent, open(parent.name));
    case 'name':
      if (words[1] === undefined) pass.dieOfMissingWord(words, 1);
      return open(words[1]?.text ?? '');
    case 'instance':
      return openNamed(pass, words, open, NAMING.instance);
    case 'sync-group':
      return openNamed(pass, words, open, NAMING['sync-group']);
    case 'virtual-server':
      return openVirtualServer(pass, words, open);
    case 'real-server':
      return openRealServer(pass, parent, words, open);
  }
}

/** Blocks that go on where the last one of their kind left off. */
const CONTINUED = ['global_defs', 'authentication'];

function openUnnamed(parent: Section, section: Section): Section {
  if (CONTINUED.includes(section.block)) return parent.child(section.block) ?? section;
  // A checker connects to its real server unless told otherwise.
  if (parent.block === 'real_server') section.family = parent.family;
  return section;
}

const NAMING = {
  instance: { block: 'vrrp_instance', unnamed: 'vrrp_instance must have a name', noun: 'vrrp instance' },
  'sync-group': {
    block: 'vrrp_sync_group',
    unnamed: 'vrrp_sync_group must have a name - skipping',
    noun: 'vrrp sync group',
  },
} as const;

/** Blocks that want exactly one name, which no other of them has. */
function openNamed(
  pass: Pass,
  words: readonly Word[],
  open: (name: string) => Section,
  { block, unnamed, noun }: { block: string; unnamed: string; noun: string },
): Section | null {
  const keyword = words[0] as Word;
  const name = words[1];
  if (name === undefined || words.length > 2) {
    const hint = 'exactly one word; the whole block is left out';
    pass.say('no-name', 'error', unnamed, name === undefined ? keyword : (words[2] as Word), hint);
    return null;
  }
  if (pass.root.children.some((other) => other.block === block && other.name === name.text)) {
    const hint = 'the whole block is left out';
    pass.say('repeated-name', 'error', `${noun} ${name.text} already defined`, name, hint);
    return null;
  }
  return open(name.text);
}

function openVirtualServer(
  pass: Pass,
  words: readonly Word[],
  open: (name: string) => Section,
): Section | null {
  const head = words[1];
  if (head === undefined) {
    pass.dieOfMissingWord(words, 1);
    return null;
  }
  if (head.text === 'fwmark' || head.text === 'group') {
    if (words[2] === undefined) {
      const text = `keepalived crashes on a ${head.text} without a value`;
      pass.report.refuse({ code: 'keepalived-crashes', severity: 'error', text, at: head });
      return null;
    }
    return beyond(pass, head, `services by ${head.text} are`, open(head.text));
  }
  const address = withoutLength(head.text);
  const { port, portText, accepted } = readPort(pass, words[2]);
  const ip = parseIp(address);
  if ((ip === null && !isIpv6(address)) || !accepted) {
    const shown = portText === null ? ` ${head.text}` : `/port ${head.text}/${portText}`;
    const text = `Invalid virtual server IP address${shown} - skipping`;
    pass.say('value-refused', 'error', text, head, 'an address and a port; the whole block is left out');
    return null;
  }
  if (ip === null) return beyond(pass, head, 'IPv6 services are', open(`[${address}]`));
  return located(open(`[${ipText(ip)}]`), ip, port);
}

function openRealServer(
  pass: Pass,
  parent: Section,
  words: readonly Word[],
  open: (name: string) => Section,
): Section | null {
  const head = words[1];
  if (head === undefined) {
    pass.dieOfMissingWord(words, 1);
    return null;
  }
  const address = withoutLength(head.text);
  const { port, accepted } = readPort(pass, words[2]);
  const ip = parseIp(address);
  if ((ip === null && !isIpv6(address)) || !accepted) {
    const text = `Invalid real server ip address/port ${head.text}/${words[2]?.text ?? '(null)'} - skipping`;
    pass.say('value-refused', 'error', text, head, 'an address and a port; the whole block is left out');
    return null;
  }
  const section = open(ip === null ? address : `[${ipText(ip)}]`);
  section.inherit('method', parent);
  if (ip !== null) return located(section, ip, port);
  section.family = 6;
  if (parent.family !== 4) section.beyond = true;
  return section;
}

/** A port; none, or nothing but zeros, is 0. */
function readPort(
  pass: Pass,
  word: Word | undefined,
): { port: number; portText: string | null; accepted: boolean } {
  if (word === undefined || /^0+$/.test(word.text)) return { port: 0, portText: null, accepted: true };
  const { complaints, value, accepted } = readInteger(word.text, 1, 65535);
  for (const complaint of complaints) pass.say('bad-number', 'error', complaint, word);
  return { port: value ?? 0, portText: word.text, accepted };
}

function located(section: Section, ip: number, port: number): Section {
  section.family = 4;
  section.ip = ip;
  section.port = port;
  return section;
}

function beyond(pass: Pass, head: Word, what: string, section: Section): Section {
  section.beyond = true;
  const text = `${what} not simulated: this virtual_server is left out`;
  pass.report.refuse({ code: 'service-not-simulated', severity: 'error', text, at: head });
  return section;
}

/** At the `}`: true if the block counts. */
export function closeBlock(pass: Pass, parent: Section, section: Section): boolean {
  if (section.block === 'real_server') {
    if (section.family !== 6 || parent.family !== 4) return true;
    const text =
      `Address family of virtual server and real server ${section.name} don't match - ` +
      'skipping real server.';
    pass.say('mixed-family', 'error', text, section.where);
    return false;
  }
  if (section.block === 'virtual_server') {
    const sorry = section.child('sorry_server');
    if (sorry !== null && section.family === 4 && sorry.family !== 4) {
      const text =
        `Address family of virtual server and sorry server ${sorry.name} don't match - ` +
        'skipping sorry server.';
      pass.say('mixed-family', 'error', text, sorry.where);
      section.remove('sorry_server');
    }
  }
  return true;
}
