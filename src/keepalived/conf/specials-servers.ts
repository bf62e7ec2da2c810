/** Keywords of virtual_server, real_server and TCP_CHECK whose argument needs more than a range. */

import { parseIp } from '../../wire/ip-address.ts';
import { familyOf, looseIpv4, withoutLength } from './address-family.ts';
import { readInteger } from './numbers.ts';
import type { Pass } from './pass.ts';
import type { Reading } from './reading.ts';
import { Section } from './section.ts';

import type { Word } from './words.ts';

const SCHEDULERS = 'rr wrr lc wlc lblc sh mh dh fo ovf lblcr sed nq twos'.split(' ');
const DEFAULT_PERSISTENCE_S = 360;

export function readScheduler({ pass, section, words, where }: Reading): void {
  const word = words[1] as Word;
  if (SCHEDULERS.includes(word.text)) {
    section.set('scheduler', word.text, where);
    return;
  }
  const hint = `one of ${SCHEDULERS.join(' ')}`;
  pass.say('value-refused', 'error', `Invalid lvs_scheduler '${word.text}' - ignoring`, word, hint);
}

/** Flags of the hashing schedulers; the message names sh also where mh is meant. */
export function readSchedulerFlag({ pass, section, name, words }: Reading): void {
  const scheduler = section.text('scheduler');
  if (scheduler === 'sh' || scheduler === 'mh') return;
  const text = `${name} only applies to sh scheduler - ignoring`;
  pass.say('value-refused', 'error', text, words[0] as Word);
}

export function readForwardingMethod({ pass, section, words, where }: Reading): void {
  const kind = section.block === 'real_server' ? 'real server' : 'virtual server';
  const method = forwardingMethod(pass, words, kind);
  if (method !== null) section.set('method', method, where);
}

/** The method the words name, whatever is wrong with its options; null for none. */
function forwardingMethod(pass: Pass, words: readonly Word[], kind: string): string | null {
  const word = words[1] as Word;
  if (word.text !== 'NAT' && word.text !== 'DR' && word.text !== 'TUN') {
    const text = `PARSER : unknown [${word.text}] routing method for ${kind}.`;
    pass.say('value-refused', 'error', text, word, 'NAT, DR or TUN, in capitals');
    return null;
  }
  const options = words.slice(2);
  const first = options[0];
  if (first === undefined) return word.text;
  if (word.text === 'TUN') readTunnel(pass, options, kind);
  else {
    pass.say('extra-words', 'error', `Invalid tunnel option ${first.text} for ${kind}.`, first);
  }
  return word.text;
}

/**
 * `type ipip|gue|gre`, `port N`, `nocsum|csum|remcsum`: checked as keepalived does; only ipip is ever
 * simulated.
 */
function readTunnel(pass: Pass, options: readonly Word[], kind: string): void {
  const refuse = (text: string, at: Word): void => pass.say('value-refused', 'error', text, at);
  let type = 'ipip';
  let hasPort = false;
  let checksum = 'nocsum';
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Word;
    const value = options[i + 1];
    if (option.text === 'type') {
      if (value === undefined) {
        refuse(`Missing tunnel type for ${kind}.`, option);
        return;
      }
      if (!['ipip', 'gue', 'gre'].includes(value.text)) {
        refuse(`Unknown tunnel type ${value.text} for ${kind}.`, value);
        return;
      }
      type = value.text;
      i++;
    } else if (option.text === 'port') {
      if (value === undefined) {
        refuse(`Missing port for ${kind} gue tunnel.`, option);
        return;
      }
      const { complaints, accepted } = readInteger(value.text, 1, 65535);
      for (const complaint of complaints) pass.say('bad-number', 'error', complaint, value);
      if (!accepted) {
        refuse(`Invalid gue tunnel port ${value.text} for ${kind}.`, value);
        return;
      }
      hasPort = true;
      i++;
    } else if (['nocsum', 'csum', 'remcsum'].includes(option.text)) {
      checksum = option.text;
    } else {
      refuse(`Invalid tunnel option ${option.text} for ${kind}.`, option);
      return;
    }
  }
  const at = options[0] as Word;
  if ((type === 'gue') !== hasPort) {
    refuse('gue tunnels require port, otherwise cannot have port.', at);
    return;
  }
  if (type === 'ipip' && checksum !== 'nocsum') {
    refuse('ipip tunnels do not support checksum option.', at);
    return;
  }
  if (type === 'gre' && checksum === 'remcsum') {
    refuse('gre tunnels do not support remote checksum option.', at);
    return;
  }
  if (type === 'ipip') return;
  const text = `tunnels of type ${type} are not simulated: taken as ipip`;
  pass.report.problem({ code: 'tunnel-not-simulated', severity: 'warning', text, at });
}

export function readProtocol({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const protocol = word.text.toUpperCase();
  if (['TCP', 'UDP', 'SCTP'].includes(protocol)) section.set(name, protocol, where);
  else
    pass.say('value-refused', 'error', `Unknown protocol ${word.text} - ignoring`, word, 'TCP, UDP or SCTP');
}

/** A netmask (any four numbers will do), or what else inet_aton takes. Turns persistence on. */
export function readGranularity({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const mask = looseIpv4(word.text);
  if (mask === null) {
    const text = `Invalid IPv4 persistence_granularity specified - ${word.text}`;
    pass.say('value-refused', 'error', text, word);
    return;
  }
  section.set(name, mask, where);
  if (!section.has('persistence_timeout')) section.set('persistence_timeout', DEFAULT_PERSISTENCE_S, where);
}

/** An address and perhaps a port; a second one takes the place of the first. */
export function readSorryServer({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const portWord = words[2];
  const port =
    portWord === undefined || /^0+$/.test(portWord.text) ? null : readInteger(portWord.text, 1, 65535);
  for (const complaint of port?.complaints ?? []) {
    pass.say('bad-number', 'error', complaint, portWord as Word);
  }
  const address = withoutLength(word.text);
  const family = familyOf(address);
  if (family === null || port?.accepted === false) {
    const text = `Invalid sorry server IP address ${word.text} - skipping`;
    pass.say('value-refused', 'error', text, word);
    return;
  }
  const server = new Section(name, word.text, where);
  server.ip = parseIp(address) ?? 0;
  server.port = port?.value ?? 0;
  server.family = family;
  server.inherit('method', section);
  section.children.push(server);
}

export function readSorryServerOption({ pass, section, name, words, where }: Reading): void {
  const keyword = words[0] as Word;
  const server = section.child('sorry_server');
  const isInhibit = name === 'sorry_server_inhibit';
  if (server === null) {
    const text = isInhibit
      ? 'Ignoring sorry_server inhibit used before or without sorry_server'
      : 'sorry_server forwarding used without sorry_server';
    pass.say('value-refused', 'error', text, keyword, 'write it after sorry_server');
    return;
  }
  if (isInhibit) {
    server.set('inhibit', true, where);
    return;
  }
  if (words[1] === undefined) {
    pass.dieOfMissingWord(words, 1);
    return;
  }
  const method = forwardingMethod(pass, words, 'sorry server');
  if (method !== null) server.set('method', method, where);
}

export function readIpFamily({ pass, section, words }: Reading): void {
  const word = words[1] as Word;
  if (word.text !== 'inet' && word.text !== 'inet6') {
    pass.say('value-refused', 'error', `unknown address family ${word.text}`, word, 'inet or inet6');
    return;
  }
  if (section.family === null || (word.text === 'inet') === (section.family === 4)) return;
  const text = `Virtual server specified family ${word.text} conflicts with server family`;
  pass.say('value-refused', 'error', text, word);
}

/** connect_ip and bindto of a checker; bindto must be of the family that is connected to. */
export function readCheckAddress({ pass, section, name, words, where }: Reading): void {
  const word = words[1] as Word;
  const address = withoutLength(word.text);
  const family = familyOf(address);
  if (family === null) {
    pass.say('value-refused', 'error', `Invalid ${name} address ${word.text} - ignoring`, word);
    return;
  }
  if (name === 'connect_ip') section.family = family;
  else if (section.family !== null && section.family !== family) {
    const text = `bindto address ${word.text} does not match address family of connect_ip - skipping`;
    pass.say('value-refused', 'error', text, word);
    return;
  }
  if (family === 6) pass.ipv6(word);
  else section.set(name, parseIp(address) ?? 0, where);
}
