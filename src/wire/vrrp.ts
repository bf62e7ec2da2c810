/**
 * VRRP version 2 advertisements with the 8 bytes of authentication data (RFC 2338, which keepalived follows; RFC 3768
 * reserves them as zero).
 */
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
