/** What IPVS writes into the trace: changes of who is in the pool. Nothing a packet does. */
import type { TraceRecord } from '../engine/trace-record.ts';

export interface IpvsDestinationRecord extends TraceRecord {
  readonly kind: 'ipvs-destination';
  readonly op: 'added' | 'removed' | 'weight';
  readonly protocol: number;
  readonly vip: number;
  readonly vport: number;
  readonly ip: number;
  readonly port: number;
  /** After the change; of a removed server, the last it had. */
  readonly weight: number;
}

export type IpvsRecord = IpvsDestinationRecord;
