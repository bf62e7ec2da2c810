/**
 * Keywords whose argument needs more than a range: those of global_defs and vrrp_instance, and the list of
 * all.
 */
import { isMulticast, parseIp } from '../../wire/ip-address.ts';
import { familyOf, isIpv6, looseIpv4, withoutLength } from './address-family.ts';
import type { Special } from './keyword.ts';
import { readInteger } from './numbers.ts';
import type { Reading } from './reading.ts';
import {
  readCheckAddress,
  readForwardingMethod,
  readGranularity,
  readIpFamily,
  readProtocol,
  readScheduler,
  readSchedulerFlag,
  readSorryServer,
  readSorryServerOption,
} from './specials-servers.ts';
import type { Word } from './words.ts';

export const SPECIALS: Readonly<Record<Special, (reading: Reading) => void>> = {
  state: readState,
  interface: readInterface,
  version: readVersion,
  'auth-type': readAuthType,
  'auth-pass': readAuthPass,
  'source-address': readSourceAddress,
  'multicast-group': readMulticastGroup,
  'smtp-server': readSmtpServer,
  scheduler: readScheduler,
  'forwarding-method': readForwardingMethod,
  protocol: readProtocol,
  granularity: readGranularity,
  'sorry-server': readSorryServer,
  'sorry-server-option': readSorryServerOption,
  'scheduler-flag': readSchedulerFlag,
  'ip-family': readIpFamily,
  'check-address': readCheckAddress,
};

/** IFNAMSIZ of Linux without the NUL at its end. */
const INTERFACE_NAME_LENGTH = 15;
/** keepalived cuts longer ones: the field of the packet has 8 bytes. */
const PASSWORD_BYTES = 8;
const SMTP_PORT = 25;

/** `state`: a BACKUP after a MASTER does not count. */
function readState({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const before = section.text(name);
  if (word.text === 'MASTER') {
    section.set(name, 'MASTER', where);
    return;
  }
  if (word.text === 'BACKUP') {
    if (before !== 'MASTER') {
      section.set(name, 'BACKUP', where);
      return;
    }
    const text = `(${section.name}) state previously set as MASTER - ignoring BACKUP`;
    pass.say('repeated-setting', 'warning', text, word);
    return;
  }
  const text = `(${section.name}) unknown state '${word.text}', defaulting to BACKUP`;
  pass.say('value-refused', 'error', text, word, 'MASTER or BACKUP, in capitals');
  section.set(name, 'BACKUP', where);
}

function readInterface({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  section.unset(name);
  if (word.text.length > INTERFACE_NAME_LENGTH) {
    pass.say('value-refused', 'error', `Interface name '${word.text}' too long - ignoring`, word);
    return;
  }
  if (word.text === 'lo') {
    const text = `(${section.name}) cannot use a loopback interface (lo) for vrrp - ignoring`;
    pass.say('value-refused', 'error', text, word);
    return;
  }
  section.set(name, word.text, where);
  const text = `WARNING - interface ${word.text} for vrrp_instance ${section.name} doesn't exist`;
  pass.needInterface(word, text);
}

/** The first one stands. An IPv6 address before it has settled the matter: that is version 3. */
function readVersion({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const { complaints, value, accepted } = readInteger(word.text, 2, 3, true);
  for (const complaint of complaints) pass.say('bad-number', 'error', complaint, word);
  if (!accepted || value === null) {
    const text = `(${section.name}): Version must be either 2 or 3`;
    pass.say('value-refused', 'error', text, word);
    return;
  }
  const before = section.number(name) ?? (section.family === 6 && value === 2 ? 0 : value);
  if (before === value) {
    section.set(name, value, where);
    return;
  }
  const text =
    `(${section.name}) vrrp_version ${value} conflicts with configured or deduced version ${before}; ` +
    'ignoring.';
  pass.say('repeated-setting', 'error', text, word);
}

function readAuthType({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  if (word.text === 'PASS' || word.text === 'AH') {
    section.set(name, word.text, where);
    return;
  }
  const text = `(${section.name}) unknown authentication type '${word.text}'`;
  pass.say('value-refused', 'error', text, word, 'PASS or AH; as it stands there is no authentication');
}

function readAuthPass({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const kept = firstBytes(word.text, PASSWORD_BYTES);
  if (kept !== word.text) {
    const hint = `'${kept}' is used`;
    pass.say('value-corrected', 'warning', 'Truncating auth_pass to 8 characters', word, hint);
  }
  section.set(name, kept, where);
}

/** As many whole characters as `bytes` bytes of UTF-8 hold. */
function firstBytes(text: string, bytes: number): string {
  let kept = '';
  let left = bytes;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (left < 0) break;
    kept += character;
  }
  return kept;
}

function readSourceAddress({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const address = withoutLength(word.text);
  const family = familyOf(address);
  const problem = `Configuration error: VRRP instance[${section.name}]`;
  if (family === null) {
    const text = `${problem} malformed src address[${word.text}]. Skipping...`;
    pass.say('value-refused', 'error', text, word);
    return;
  }
  if (section.family !== null && section.family !== family) {
    const text = `${problem} and src address[${word.text}] MUST be of the same family !!! Skipping...`;
    pass.say('value-refused', 'error', text, word);
    return;
  }
  section.family = family;
  if (family === 6) pass.ipv6(word);
  else section.set(name, parseIp(address) ?? 0, where);
}

function readMulticastGroup({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const address = withoutLength(word.text);
  const ip = parseIp(address);
  if (ip !== null && isMulticast(ip)) {
    section.set(name, ip, where);
    return;
  }
  const shown = `${name} [${word.text}]`;
  const text =
    ip !== null
      ? `${shown} is not multicast. Skipping`
      : isIpv6(address)
        ? `${shown} is not IPv4. Skipping`
        : `Can't parse ${shown}. Skipping`;
  pass.say('value-refused', 'error', text, word, '224.0.0.0 to 239.255.255.255');
}

/**
 * An address and a port. Of host names only `localhost` is known: the simulated network has no name service.
 */
function readSmtpServer({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const portWord = words[2];
  const port = portWord === undefined ? null : readInteger(portWord.text, 1, 65535);
  if (portWord !== undefined) {
    // Said twice, as keepalived does.
    for (let times = 0; times < 2; times++) {
      for (const complaint of port?.complaints ?? []) pass.say('bad-number', 'error', complaint, portWord);
    }
  }
  const isAddress = looseIpv4(word.text) !== null || isIpv6(word.text) || word.text === 'localhost';
  if (!isAddress || port?.accepted === false) {
    const text = `Invalid smtp server ${word.text} ${portWord?.text ?? SMTP_PORT}`;
    pass.say('value-refused', 'error', text, word, 'an address, and a port if it is not 25');
    return;
  }
  section.set(name, word.text, where);
  section.set('smtp_server port', port?.value ?? SMTP_PORT, where);
}
