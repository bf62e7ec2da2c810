/** ARP for IPv4 over Ethernet (RFC 826). */
import type { Mac } from './mac.ts';

export const ARP_REQUEST = 1;
export const ARP_REPLY = 2;

export class Arp {
  constructor(
    /** ARP_REQUEST or ARP_REPLY. */
    readonly op: number,
    readonly senderMac: Mac,
    readonly senderIp: number,
    readonly targetMac: Mac,
    readonly targetIp: number,
  ) {}
}
