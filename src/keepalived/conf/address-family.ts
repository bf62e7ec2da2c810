/** Tells IPv4 from IPv6 from neither, as inet_pton does. IPv6 addresses are recognised only: none is used. */
import { parseIp } from '../../wire/ip-address.ts';

/** As inet_aton, but for hexadecimal and octal: up to four numbers, of which the last fills what is left. */
export function looseIpv4(text: string): number | null {
  if (!/^\d{1,10}(\.\d{1,10}){0,3}$/.test(text)) return null;
  const parts = text.split('.').map(Number);
  const last = parts.pop() ?? 0;
  if (parts.some((part) => part > 255) || last >= 256 ** (4 - parts.length)) return null;
  return parts.reduce((sum, part, index) => sum + part * 256 ** (3 - index), last) | 0;
}

/** Most places take a prefix length behind an address and make nothing of it. */
export function withoutLength(text: string): string {
  const slash = text.indexOf('/');
  return slash < 0 ? text : text.slice(0, slash);
}

export function familyOf(text: string): 4 | 6 | null {
  if (parseIp(text) !== null) return 4;
  return isIpv6(text) ? 6 : null;
}

/** RFC 4291 §2.2: eight groups, one run of zeros left out, the last two groups as IPv4 if wanted. */
export function isIpv6(text: string): boolean {
  if (text.length > 45 || !/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(':')) return false;
  let groups = text;
  const tail = /:(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail !== null) {
    if (parseIp(tail[1] as string) === null) return false;
    groups = `${text.slice(0, -(tail[1] as string).length)}0:0`;
  }
  const halves = groups.split('::');
  if (halves.length > 2) return false;
  const parts = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return false;
  return halves.length === 2 ? parts.length < 8 : parts.length === 8;
}
