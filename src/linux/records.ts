/** What a kernel writes into the trace: rare things that change what packets do. */
import type { TraceRecord } from '../engine/trace-record.ts';
import type { Mac } from '../wire/mac.ts';

/** An address was configured or taken away, by whomever. */
export interface AddressRecord extends TraceRecord {
  readonly kind: 'address';
  readonly op: 'add' | 'remove';
  readonly device: string;
  readonly ip: number;
  readonly length: number;
  readonly label: string;
}

/** What a host believes about who has an address changed: learned, moved, or given up (mac null). */
export interface NeighbourRecord extends TraceRecord {
  readonly kind: 'neighbour';
  readonly device: string;
  readonly ip: number;
  readonly mac: Mac | null;
  readonly previousMac: Mac | null;
  readonly because: 'reply' | 'request' | 'gratuitous' | 'no answer' | 'command' | 'carrier lost';
}

export interface CarrierRecord extends TraceRecord {
  readonly kind: 'carrier';
  readonly device: string;
  readonly carrier: boolean;
}

export interface SysctlRecord extends TraceRecord {
  readonly kind: 'sysctl';
  readonly key: string;
  readonly value: string;
}

export type LinuxRecord = AddressRecord | NeighbourRecord | CarrierRecord | SysctlRecord;

/** Why the kernel threw a packet away without a word to anybody. */
export type PacketDropReason =
  | 'malformed'
  | 'not for this host'
  | 'not forwarding'
  | 'martian source'
  | 'martian destination'
  | 'own source address'
  | 'reverse path'
  | 'no route'
  | 'blackhole route'
  | 'no listener'
  | 'netfilter'
  | 'broadcast TCP'
  | 'broadcast forward'
  | 'echo ignored'
  | 'neighbour queue full'
  | 'neighbour failed'
  | 'too big'
  | 'interface down'
  | 'host off';
