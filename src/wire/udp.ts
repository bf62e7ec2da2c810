/** UDP (RFC 768). */
export class Udp {
  constructor(
    readonly srcPort: number,
    readonly dstPort: number,
    readonly data: Uint8Array,
  ) {}
}
