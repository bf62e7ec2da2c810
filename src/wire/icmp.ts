/** ICMP (RFC 792): echo, errors, redirects. */
import { internetChecksum, isChecksum, Reader, type Writer } from './bytes.ts';

export const ECHO_REPLY = 0;
export const UNREACHABLE = 3;
export const REDIRECT = 5;
export const ECHO_REQUEST = 8;
export const TIME_EXCEEDED = 11;
export const PARAMETER_PROBLEM = 12;

/** Codes of UNREACHABLE. */
export const NET_UNREACHABLE = 0;
export const HOST_UNREACHABLE = 1;
export const PROTOCOL_UNREACHABLE = 2;
export const PORT_UNREACHABLE = 3;
export const FRAGMENTATION_NEEDED = 4;
export const ADMIN_PROHIBITED = 13;
/** Code of REDIRECT: for this host. */
export const REDIRECT_HOST = 1;

const HEADER = 8;

export class Icmp {
  constructor(
    readonly type: number,
    readonly code: number,
    /** The second 32 bits, as int32: id and sequence of an echo, gateway of a redirect, MTU of a 3/4. */
    readonly rest: number,
    /** Echo data, or the quoted packet of an error (header and as much as fits into 576 bytes in all). */
    readonly data: Uint8Array,
  ) {}
}

export function isIcmpError(icmp: Icmp): boolean {
  return icmp.type !== ECHO_REQUEST && icmp.type !== ECHO_REPLY && icmp.type <= PARAMETER_PROBLEM;
}

export function encodeIcmp(to: Writer, icmp: Icmp): void {
  const start = to.at;
  to.u8(icmp.type);
  to.u8(icmp.code);
  to.u16(0);
  to.u32(icmp.rest);
  to.put(icmp.data);
  to.u16At(start + 2, internetChecksum(to.bytes, start, to.at));
}

/** Null for what is truncated or has a bad checksum. */
export function decodeIcmp(bytes: Uint8Array): Icmp | null {
  if (bytes.length < HEADER || !isChecksum(bytes, 2, 0, bytes.length)) return null;
  const from = new Reader(bytes);
  const type = from.u8();
  const code = from.u8();
  from.u16();
  return new Icmp(type, code, from.i32(), from.take(from.left));
}
