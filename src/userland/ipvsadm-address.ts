/**
 * How ipvsadm reads numbers and `address[:port]`, and prints them again: with the C library's tolerance
 * (`1.2.3` is 1.2.0.3, `010` is 8), and with its strictness. IPv6 addresses are only recognised, so that they
 * can be refused.
 */
import { IP_LOOPBACK, ipText } from '../wire/ip-address.ts';
import { portName, portNamed } from './service-names.ts';

/** What a host knows of names. */
export interface NameResolver {
  addressOf(name: string): number | null;
  nameOf(ip: number): string | null;
}

/** /etc/hosts as it comes with every system; no other names are simulated. */
export const LOCALHOST: NameResolver = {
  addressOf: (name) => (name === 'localhost' ? IP_LOOPBACK : null),
  nameOf: (ip) => (ip === IP_LOOPBACK ? 'localhost' : null),
};

export interface ReadAddress {
  readonly family: 4 | 6;
  /** 0 for IPv6. */
  readonly ip: number;
  /** null: none given. */
  readonly port: number | null;
}

/** strtol in base 10 of the whole text, within bounds; null otherwise. */
export function readNumber(text: string, min: number, max: number): number | null {
  if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(text)) return null;
  const value = Number(text);
  return value >= min && value <= max ? value + 0 : null;
}

/** `192.168.100.10:80`, `192.168.100.10`, `localhost:http`, `[fd00::1]:80`. null: illegal. */
export function readAddress(text: string, protocol: number, names: NameResolver): ReadAddress | null {
  if (/^\d*$/.test(text)) return null;
  let host = text;
  let portText: string | null = null;
  if (text.startsWith('[')) {
    const close = text.indexOf(']:');
    if (close < 0 || text.indexOf(']') !== close) return null;
    host = text.slice(1, close);
    portText = text.slice(close + 2);
  }
  if (isIpv6(host)) return withPort(6, 0, portText, protocol);
  const colon = host.lastIndexOf(':');
  portText = colon < 0 ? null : host.slice(colon + 1);
  if (colon >= 0) host = host.slice(0, colon);
  const ip = inetAton(host) ?? names.addressOf(host);
  return ip === null ? null : withPort(4, ip, portText, protocol);
}

function withPort(family: 4 | 6, ip: number, text: string | null, protocol: number): ReadAddress | null {
  if (text === null) return { family, ip, port: null };
  const port = readNumber(text, 0, 0xffff) ?? portNamed(text, protocol);
  return port === null ? null : { family, ip, port };
}

/**
 * One to four numbers, decimal, octal or hexadecimal, the last filling what is left; null for anything else.
 */
export function inetAton(text: string): number | null {
  const parts = text.replace(/[ \t\n\v\f\r].*$/s, '').split('.');
  if (parts.length > 4) return null;
  let value = 0;
  for (const [index, part] of parts.entries()) {
    const number = readPart(part);
    const isLast = index === parts.length - 1;
    const limit = isLast ? 256 ** (5 - parts.length) : 256;
    if (number === null || number >= limit) return null;
    value += isLast ? number : number * 256 ** (3 - index);
  }
  return value | 0;
}

function readPart(part: string): number | null {
  if (/^0x[0-9a-f]+$/i.test(part)) return Number.parseInt(part.slice(2), 16);
  if (/^0[0-7]*$/.test(part)) return Number.parseInt(part, 8);
  return /^[1-9]\d*$/.test(part) ? Number(part) : null;
}

/** Its form; not a judgement of the address. */
export function isIpv6(text: string): boolean {
  if (!/^[0-9a-f:]+$/i.test(text) || /:::|^:[^:]|[^:]:$/.test(text)) return false;
  const groups = text.split(':').filter((group) => group !== '');
  const shortened = text.split('::').length - 1;
  if (groups.some((group) => group.length > 4) || shortened > 1) return false;
  return shortened === 1 ? groups.length < 8 : groups.length === 8;
}

/** `names` null: numbers, as with -n. */
export function addressText(ip: number, port: number, protocol: number, names: NameResolver | null): string {
  if (names === null) return `${ipText(ip)}:${port}`;
  return `${names.nameOf(ip) ?? ipText(ip)}:${portName(port, protocol) ?? port}`;
}
