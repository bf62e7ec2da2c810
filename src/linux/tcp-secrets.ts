/**
 * What a host must not let others guess: initial sequence numbers, timestamp offsets, first IP
 * identifications. As in Linux (net/core/secure_seq.c) the first two are a keyed hash of the connection's
 * four numbers, so that the next connection between the same ports begins later in both than the one
 * before: that is what lets a SYN into TIME_WAIT.
 */
import { type RandomStream, randomInt } from '../engine/random.ts';
import { MS } from '../engine/time.ts';
import { hashOf } from './tcp-flow.ts';

/** The sequence number clock of secure_seq.c: one step in 64 ns. */
const SEQUENCE_STEP_NS = 64;

export class TcpSecrets {
  private readonly sequenceKey: number;
  private readonly timestampKey: number;
  private readonly identification: RandomStream;

  constructor(
    random: (purpose: string) => RandomStream,
    private readonly clock: { readonly nowNs: number },
  ) {
    this.sequenceKey = key(random('tcp-isn'));
    this.timestampKey = key(random('tcp-ts-offset'));
    this.identification = random('tcp-ipid');
  }

  initialSequence(localIp: number, localPort: number, peerIp: number, peerPort: number): number {
    const hash = hashOf(this.sequenceKey, localIp, localPort, peerIp, peerPort);
    return (hash + Math.floor(this.clock.nowNs / SEQUENCE_STEP_NS)) | 0;
  }

  timestampOffset(localIp: number, localPort: number, peerIp: number, peerPort: number): number {
    return hashOf(this.timestampKey, localIp, localPort, peerIp, peerPort);
  }

  /** TSval now of a connection with that offset: a clock of milliseconds. */
  timestamp(offset: number): number {
    return (Math.floor(this.clock.nowNs / MS) + offset) | 0;
  }

  firstIpId(): number {
    return randomInt(this.identification, 0, 0xffff);
  }
}

function key(stream: RandomStream): number {
  return randomInt(stream, 0, 0xffffffff) | 0;
}
