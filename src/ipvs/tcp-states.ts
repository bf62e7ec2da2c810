/**
 * TCP states of a connection entry as IPVS guesses them from the segments it sees, and how long an entry
 * lives in each. Recorded with all sequences of up to four segments [C-dr-states]; the tables of two
 * directions are data for the forwarding methods that see replies, which are not simulated. Not modelled: the
 * stricter tables of secure_tcp.
 */
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts';

export const NONE = 0;
export const ESTABLISHED = 1;
export const SYN_RECV = 3;
export const FIN_WAIT = 4;
export const TIME_WAIT = 5;
export const CLOSE = 6;

/** As `ipvsadm -Lnc` prints them, in the kernel's order. */
export const TCP_STATE_NAMES: readonly string[] = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'SYNACK',
];

/** Seconds, in the same order. */
const DEFAULT_TIMEOUTS: readonly number[] = [2, 900, 120, 60, 120, 120, 10, 60, 30, 120, 120];
const UDP_TIMEOUT = 300;

const CODES = ['NO', 'ES', 'SS', 'SR', 'FW', 'TW', 'CL', 'CW', 'LA', 'LI', 'SA'];

/** Next states: a row for each event (syn, fin, ack, rst), a column for each state. */
export type TcpTable = readonly Uint8Array[];

function table(syn: string, fin: string, ack: string, rst: string): TcpTable {
  return [syn, fin, ack, rst].map((row) => Uint8Array.from(row.split(' '), (code) => CODES.indexOf(code)));
}

/** Only the client's segments pass the director: direct routing and tunnels. */
export const INPUT_ONLY = table(
  'SR ES ES SR SR SR SR SR SR SR SR',
  'CL FW SS TW FW TW CL CW LA LI TW',
  'ES ES SS ES FW TW CL CW CL LI ES',
  'CL CL CL SR CL CL CL CL LA LI CL',
);

/** The client's segments where the server's pass too: masquerading. */
export const INPUT = table(
  'SR ES ES SR SR SR SR SR SR SR SR',
  'CL CW SS TW TW TW CL CW LA LI TW',
  'ES ES SS ES FW TW CL CW CL LI ES',
  'CL CL CL SR CL CL CL CL LA LI SR',
);

/** The server's. */
export const OUTPUT = table(
  'SS ES SS SR SS SS SS SS SS LI SR',
  'TW FW SS TW FW TW CL TW LA LI TW',
  'ES ES SS ES FW TW CL CW LA ES ES',
  'CL CL SS CL CL TW CL CL CL CL CL',
);

/** ESTABLISHED, SYN_SENT, SYN_RECV and SYNACK: what ActiveConn counts. */
const ACTIVE_STATES = (1 << ESTABLISHED) | (1 << 2) | (1 << SYN_RECV) | (1 << 10);

export function isActive(state: number): boolean {
  return ((ACTIVE_STATES >>> state) & 1) !== 0;
}

/** RST counts before SYN, SYN before FIN, FIN before ACK; a segment with none of them changes nothing. */
export function nextTcpState(states: TcpTable, state: number, flags: number): number {
  const event = flags & RST ? 3 : flags & SYN ? 0 : flags & FIN ? 1 : flags & ACK ? 2 : -1;
  return event < 0 ? state : ((states[event] as Uint8Array)[state] as number);
}

/** Seconds an entry lives after its last packet. */
export class Timeouts {
  private readonly tcpStates = [...DEFAULT_TIMEOUTS];
  private udpTimeout = UDP_TIMEOUT;

  /** `ipvsadm --set`: 0 leaves a value as it is. Entries take a new one with their next packet. */
  set(tcp: number, tcpFin: number, udp: number): void {
    if (tcp !== 0) this.tcpStates[ESTABLISHED] = tcp;
    if (tcpFin !== 0) this.tcpStates[FIN_WAIT] = tcpFin;
    if (udp !== 0) this.udpTimeout = udp;
  }

  ofTcp(state: number): number {
    return this.tcpStates[state] as number;
  }

  get tcp(): number {
    return this.ofTcp(ESTABLISHED);
  }

  get tcpFin(): number {
    return this.ofTcp(FIN_WAIT);
  }

  get udp(): number {
    return this.udpTimeout;
  }
}
