/**
 * Entries of list blocks. An address of a VRRP instance is a line of its own:
 * `A[/len] [dev I] [label L] [scope S] [brd A|+|-] …`. Options beyond these are recognised, not simulated.
 * Source: [054-one-line-two-vips], [063-brace-missing-close-sub], [116-vrrp-mixed-family].
 */
import { maskOf, parseIp } from '../../wire/ip-address.ts';
import { familyOf } from './address-family.ts';
import type { Entries } from './keyword.ts';
import type { VirtualAddress } from './model.ts';
import { readInteger } from './numbers.ts';
import type { Pass } from './pass.ts';
import type { Section } from './section.ts';
import type { Word } from './words.ts';

export function readEntry(
  pass: Pass,
  section: Section,
  list: string,
  entries: Entries,
  words: readonly Word[],
): void {
  if (entries === 'words') section.words.push(...words.map(({ text }) => text));
  if (entries !== 'addresses') return;
  const isExcluded = list === 'virtual_ipaddress_excluded';
  const entry = readAddress(pass, words);
  if (entry === null) return;
  const { address, family } = entry;
  if (!isExcluded) {
    section.family ??= family;
    if (section.family !== family) {
      const shown = (words[0] as Word).text;
      const text = `(${section.name}): address family must match VRRP instance [${shown}] - ignoring`;
      pass.say('mixed-family', 'error', text, words[0] as Word);
      return;
    }
  }
  if (family === 6) pass.ipv6(words[0] as Word);
  (isExcluded ? section.excludedAddresses : section.addresses).push(address);
}

/** rt_scopes of iproute2; the kernel's addresses know the first three. */
const SCOPES: ReadonlyMap<string, number> = new Map([
  ['global', 0],
  ['link', 253],
  ['host', 254],
  ['site', 200],
  ['nowhere', 255],
]);

const LABEL_LENGTH = 15;

interface Draft {
  device: string | null;
  label: string | null;
  scope: number;
  broadcast: number | null;
}

function readAddress(pass: Pass, words: readonly Word[]): { address: VirtualAddress; family: 4 | 6 } | null {
  const head = words[0] as Word;
  const slash = head.text.indexOf('/');
  const text = slash < 0 ? head.text : head.text.slice(0, slash);
  const family = familyOf(text);
  const bits = text.includes(':') ? 128 : 32;
  const length = slash < 0 ? bits : readLength(pass, head, head.text.slice(slash + 1), bits);
  if (family === null) {
    const hint = 'an address, perhaps with a prefix length; one on each line';
    pass.say('value-refused', 'error', `VRRP parsed invalid IP ${head.text}. skipping IP...`, head, hint);
    return null;
  }
  const draft: Draft = { device: null, label: null, scope: 0, broadcast: null };
  const ip = parseIp(text) ?? 0;
  let kept = true;
  for (let i = 1; i < words.length && kept; i++) {
    const option = words[i] as Word;
    const read = OPTIONS[option.text];
    if (read === undefined) {
      if (!readUnsimulatedOption(pass, option)) {
        const problem = `Unknown configuration entry '${option.text}' for ip address - ignoring`;
        pass.say(
          'unknown-option',
          'error',
          problem,
          option,
          'one address on each line, its options behind it',
        );
      }
      continue;
    }
    const value = words[++i];
    if (value === undefined) {
      pass.say(
        'missing-argument',
        'error',
        `No ${option.text} parameter specified for ${head.text}`,
        option,
        REMOVED,
      );
      kept = false;
    } else {
      kept = read({ pass, head, value, draft, ip, length });
    }
  }
  if (!kept) return null;
  const { device, label, scope, broadcast } = draft;
  const where = pass.report.placeOf(head);
  return {
    address: { where, ip, length, device, label, scope: scopeName(pass, head, scope), broadcast },
    family,
  };
}

const REMOVED = 'this address is left out';

interface OptionReading {
  readonly pass: Pass;
  readonly head: Word;
  readonly value: Word;
  readonly draft: Draft;
  readonly ip: number;
  readonly length: number;
}

/** Each is false when the address is to be dropped. */
const OPTIONS: Readonly<Record<string, (reading: OptionReading) => boolean>> = {
  dev: readDevice,
  label: readLabel,
  scope: readScope,
  brd: readBroadcast,
  broadcast: readBroadcast,
  // Without effect on an IPv4 address here, but it takes a value.
  preferred_lft: ({ pass, value }) => {
    if (value.text === 'forever') return true;
    const { complaints, accepted } = readInteger(value.text, 0, 4294967295);
    for (const complaint of complaints) pass.say('bad-number', 'error', complaint, value);
    if (!accepted) pass.say('value-refused', 'error', `preferred_lft ${value.text} is invalid`, value);
    return true;
  },
  peer: ({ pass, value }) => {
    unsimulatedOption(pass, 'peer', value);
    return true;
  },
};

const UNSIMULATED_OPTIONS = [
  'home',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
  'use_vmac',
  'no_track',
  '-nodad',
];

function readUnsimulatedOption(pass: Pass, option: Word): boolean {
  if (!UNSIMULATED_OPTIONS.includes(option.text)) return false;
  unsimulatedOption(pass, option.text, option);
  return true;
}

function unsimulatedOption(pass: Pass, name: string, at: Word): void {
  const text = `'${name}' of an address is read, but not simulated`;
  pass.report.problem({ code: 'keyword-not-simulated', severity: 'warning', text, at });
}

function readLength(pass: Pass, head: Word, text: string, bits: number): number {
  const { complaints, value, accepted } = readInteger(text, 0, bits);
  for (const complaint of complaints) pass.say('bad-number', 'error', complaint, head);
  if (accepted && value !== null) return value;
  const problem = `Invalid address prefix len ${text} for address ${head.text} - using ${bits}`;
  pass.say('value-corrected', 'error', problem, head);
  return bits;
}

function readDevice({ pass, head, value, draft }: OptionReading): boolean {
  if (draft.device !== null) {
    const text = `Cannot specify ipaddress device more than once for ${head.text}`;
    pass.say('repeated-setting', 'error', text, value, REMOVED);
    return false;
  }
  const missing = `WARNING - interface ${value.text} for ip address ${head.text} doesn't exist`;
  if (pass.needInterface(value, missing)) draft.device = value.text;
  return true;
}

function readLabel({ pass, value, draft }: OptionReading): boolean {
  if (value.text.length <= LABEL_LENGTH) {
    draft.label = value.text;
    return true;
  }
  const text = `Address label ${value.text} is longer than maximum length ${LABEL_LENGTH} - removing address`;
  pass.say('value-refused', 'error', text, value);
  return false;
}

function readScope({ pass, head, value, draft }: OptionReading): boolean {
  const number = /^0x[0-9a-f]{1,8}$/i.test(value.text)
    ? Number(value.text)
    : /^\d{1,9}$/.test(value.text)
      ? Number.parseInt(value.text, value.text.startsWith('0') ? 8 : 10)
      : Number.NaN;
  const scope = SCOPES.get(value.text) ?? number;
  if (scope <= 255) {
    draft.scope = scope;
    return true;
  }
  const text = `Invalid scope '${value.text}' specified for ${head.text} - ignoring`;
  pass.say('value-refused', 'error', text, value, [...SCOPES.keys()].join(', '));
  return true;
}

function readBroadcast({ pass, value, draft, ip, length }: OptionReading): boolean {
  if (value.text === '+' || value.text === '-') {
    if (length > 30) {
      const text = `Address prefix length ${length} too long for broadcast`;
      pass.say('value-refused', 'error', text, value);
      return true;
    }
    const mask = maskOf(length);
    draft.broadcast = value.text === '+' ? ip | ~mask : ip & mask;
    return true;
  }
  const broadcast = parseIp(value.text);
  if (broadcast === null) {
    const text = `VRRP is trying to assign invalid broadcast ${value.text}. skipping VIP...`;
    pass.say('value-refused', 'error', text, value);
    return false;
  }
  draft.broadcast = broadcast === 0 ? null : broadcast;
  return true;
}

function scopeName(pass: Pass, head: Word, scope: number): VirtualAddress['scope'] {
  if (scope === 0) return 'global';
  if (scope === 253) return 'link';
  if (scope === 254) return 'host';
  const text = `scope ${scope} is not simulated: taken as global`;
  pass.report.problem({ code: 'keyword-not-simulated', severity: 'warning', text, at: head });
  return 'global';
}
