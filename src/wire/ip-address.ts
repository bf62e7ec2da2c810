/** IPv4 addresses and prefixes: an address is an int32 (`| 0`), text only at the edges. */

export const IP_ANY = 0;
export const IP_BROADCAST = -1;
export const IP_LOOPBACK = 0x7f000001;

/** Dotted quad to int32; null for anything else (also for the short and octal forms of inet_aton). */
export function parseIp(text: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const byte = Number(match[i]);
    if (byte > 255) return null;
    value = (value << 8) | byte;
  }
  return value | 0;
}

export function ipText(ip: number): string {
  return `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
}

/** For code and tests, where the text is a literal. */
export function ip(text: string): number {
  const value = parseIp(text);
  if (value === null) throw new RangeError(`not an IPv4 address: ${text}`);
  return value;
}

export function maskOf(prefixLength: number): number {
  return prefixLength === 0 ? 0 : (-1 << (32 - prefixLength)) | 0;
}

/** 255.255.255.0 is 24; null for a mask with holes. */
export function prefixLengthOf(mask: number): number | null {
  const length = Math.clz32(~mask);
  return maskOf(length) === (mask | 0) ? length : null;
}

export interface Prefix {
  readonly ip: number;
  readonly length: number;
}

/** `192.168.100.10/24`, or without a length: /32. Host bits stay. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/');
  const address = parseIp(slash < 0 ? text : text.slice(0, slash));
  const lengthText = slash < 0 ? '32' : text.slice(slash + 1);
  if (address === null || !/^\d{1,2}$/.test(lengthText) || Number(lengthText) > 32) return null;
  return { ip: address, length: Number(lengthText) };
}

export function prefixText(prefix: Prefix): string {
  return `${ipText(prefix.ip)}/${prefix.length}`;
}

export function isInPrefix(ip: number, network: number, length: number): boolean {
  return ((ip ^ network) & maskOf(length)) === 0;
}

export function isMulticast(ip: number): boolean {
  return ip >>> 28 === 14;
}

export function isLoopback(ip: number): boolean {
  return ip >>> 24 === 127;
}

/** Ascending as unsigned numbers: the order people read. */
export function compareIp(a: number, b: number): number {
  return (a >>> 0) - (b >>> 0);
}
