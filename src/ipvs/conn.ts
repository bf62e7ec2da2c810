/**
 * A connection entry: which server the packets of a client's connection go to. A million of them may live at
 * once, so it holds what tells it apart and where it goes, and nothing that can be worked out.
 */
import type { Destination } from './destination.ts';
import { NONE } from './tcp-states.ts';

export class Conn {
  /** Of TCP, as in tcp-states.ts; 0 for UDP. */
  state = NONE;
  /** Its place in the table's arrays while it is in the table; 0 otherwise. */
  row = 0;

  constructor(
    readonly protocol: number,
    readonly clientIp: number,
    /** The client's port in the upper 16 bits, the virtual one in the lower. */
    readonly ports: number,
    readonly vip: number,
    readonly destination: Destination,
  ) {}

  get clientPort(): number {
    return this.ports >>> 16;
  }

  get vport(): number {
    return this.ports & 0xffff;
  }
}

export function packPorts(clientPort: number, vport: number): number {
  return (clientPort << 16) | vport;
}
