/**
 * A fingerprint of a whole trace: every record, and every frame that was sent, byte for byte. Two runs of one version,
 * scenario and seed have the same, on every platform. 64 bits of FNV-1a in two lanes: it tells runs apart, it does not
 * withstand forgers.
 */
import type { TraceRecord } from '../engine/trace-record.ts';
import { SENT } from '../link/frame-tap.ts';
import { Writer } from '../wire/bytes.ts';
import { encodeFrameTo } from '../wire/codec.ts';
import type { FrameLog } from './frame-log.ts';

const PRIME = 0x01000193;
const OFFSET = 0x811c9dc5;
const LARGEST_FRAME_BYTES = 65_536 + 14;

class Fingerprint {
  private low = OFFSET | 0;
  private high = (OFFSET ^ 0x5bd1e995) | 0;

  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.mix(text.charCodeAt(i));
    this.mix(text.length);
  }

  /** A whole number below 2^53. */
  number(value: number): void {
    this.mix(value | 0);
    this.mix(Math.floor(value / 2 ** 32));
  }

  bytes(bytes: Uint8Array, length: number): void {
    for (let i = 0; i < length; i++) this.mix(bytes[i] as number);
    this.mix(length);
  }

  hex(): string {
    const word = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    return word(this.high) + word(this.low);
  }

  private mix(value: number): void {
    this.low = Math.imul(this.low ^ value, PRIME);
    this.high = Math.imul(this.high ^ value ^ (this.low >>> 13), PRIME);
  }
}

/** 16 hexadecimal digits. */
export function traceHash(records: readonly TraceRecord[], frames: FrameLog | null): string {
  const fingerprint = new Fingerprint();
  for (const record of records) fingerprint.text(JSON.stringify(record));
  if (frames !== null) addFrames(fingerprint, frames);
  return fingerprint.hex();
}

function addFrames(fingerprint: Fingerprint, frames: FrameLog): void {
  const writer = new Writer(new Uint8Array(LARGEST_FRAME_BYTES));
  for (const { timeNs, nic, direction, frame } of frames) {
    fingerprint.number(timeNs);
    fingerprint.text(nic);
    fingerprint.number(direction);
    // What arrives is what was sent: its bytes are in the fingerprint already.
    if (direction !== SENT) continue;
    writer.at = 0;
    encodeFrameTo(writer, frame);
    fingerprint.bytes(writer.bytes, writer.at);
  }
  for (const { timeNs, place, reason } of frames.lost) {
    fingerprint.number(timeNs);
    fingerprint.text(`${place} ${reason}`);
  }
}
