/**
 * VRRP version 2 advertisements with the 8 bytes of authentication data (RFC 2338, which keepalived
 * follows; RFC 3768 reserves them as zero). Version 3, and the authentication header before a version 2
 * packet, are not modelled: such packets stay raw.
 */
import { internetChecksum, isChecksum, Reader, type Writer } from './bytes.ts';

export const VRRP_GROUP = 0xe0000012 | 0;
export const ADVERTISEMENT = 1;
export const AUTH_NONE = 0;
export const AUTH_PASS = 1;

export class Vrrp {
  constructor(
    readonly version: number,
    readonly type: number,
    readonly vrid: number,
    readonly priority: number,
    readonly authType: number,
    /** Advertisement interval as on the wire: seconds in version 2. */
    readonly advertInterval: number,
    readonly addresses: readonly number[],
    /** Exactly 8 bytes. */
    readonly authData: Uint8Array,
  ) {}
}

const HEADER = 8;
const AUTH_DATA = 8;

export function encodeVrrp(to: Writer, vrrp: Vrrp): void {
  const start = to.at;
  to.u8((vrrp.version << 4) | vrrp.type);
  to.u8(vrrp.vrid);
  to.u8(vrrp.priority);
  to.u8(vrrp.addresses.length);
  to.u8(vrrp.authType);
  to.u8(vrrp.advertInterval);
  to.u16(0);
  for (const address of vrrp.addresses) to.u32(address);
  to.put(vrrp.authData);
  to.u16At(start + 6, internetChecksum(to.bytes, start, to.at));
}

/**
 * Null for what is not modelled, truncated or has a bad checksum. A version or type other than it should be
 * is no reason: those are the receiver's to judge, as long as the layout is that of version 2.
 */
export function decodeVrrp(bytes: Uint8Array): Vrrp | null {
  if (bytes.length < HEADER + AUTH_DATA || !isChecksum(bytes, 6, 0, bytes.length)) return null;
  const from = new Reader(bytes);
  const versionAndType = from.u8();
  const vrid = from.u8();
  const priority = from.u8();
  const count = from.u8();
  const authType = from.u8();
  const interval = from.u8();
  from.u16();
  if (from.left !== 4 * count + AUTH_DATA) return null;
  const addresses = Array.from({ length: count }, () => from.i32());
  const version = versionAndType >>> 4;
  const type = versionAndType & 15;
  return new Vrrp(version, type, vrid, priority, authType, interval, addresses, from.take(AUTH_DATA));
}
