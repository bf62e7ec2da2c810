/**
 * Captures in the pcapng format (draft-ietf-opsawg-pcapng), which tcpdump and Wireshark read: one section,
 * one interface a capture point, nanoseconds, frames unpadded and whole. Equal input gives equal bytes, so
 * nothing in it tells of the machine or the hour.
 */
import { asciiBytes } from '../wire/bytes.ts';

export type CaptureDirection = 'in' | 'out';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINK_TYPE_ETHERNET = 1;

const OPTION_END = 0;
const OPTION_COMMENT = 1;
const SECTION_USER_APPLICATION = 4;
const INTERFACE_NAME = 2;
const INTERFACE_TIME_RESOLUTION = 9;
const PACKET_FLAGS = 2;

const INBOUND = 1;
const OUTBOUND = 2;

/**
 * 2026-01-01T00:00:00Z in nanoseconds since 1970: where virtual time begins. In two halves, for it is over
 * 2^53.
 */
const EPOCH_HIGH = 0x18867251;
const EPOCH_LOW = 0xedfa0000;
const HALF = 2 ** 32;

/** Memory is taken in pieces of this size; no block lies across two. */
const PIECE = 1 << 20;

export class PcapngWriter {
  private readonly fullPieces: Uint8Array[] = [];
  private piece = new Uint8Array(PIECE);
  /** Of the piece. */
  private length = 0;

  /** `interfaces`: the names of the capture points, `host:interface`. */
  constructor(interfaces: readonly string[]) {
    this.sectionHeader();
    for (const name of interfaces) this.interfaceDescription(name);
  }

  /**
   * A frame as it passed the interface of that index at `timeNs` of virtual time; `direction` as its host
   * sees it. The comment shows beside the frame in Wireshark.
   */
  packet(
    interfaceIndex: number,
    timeNs: number,
    bytes: Uint8Array,
    direction: CaptureDirection | null,
    comment?: string,
  ): void {
    const text = comment === undefined ? null : asciiBytes(comment).subarray(0, 0xffff);
    // Block header and trailer 12, fixed fields 20, flags 8, comment 4 and its text, end of options 4.
    this.reserve(padded(bytes.length) + 48 + (text === null ? 0 : padded(text.length)));
    const start = this.begin(ENHANCED_PACKET);
    this.u32(interfaceIndex);
    const high = Math.floor(timeNs / HALF);
    const low = EPOCH_LOW + (timeNs - high * HALF);
    this.u32(EPOCH_HIGH + high + (low >= HALF ? 1 : 0));
    this.u32(low | 0);
    this.u32(bytes.length);
    this.u32(bytes.length);
    this.put(bytes);
    if (text !== null) this.option(OPTION_COMMENT, text);
    if (direction !== null) {
      this.u32(PACKET_FLAGS | (4 << 16));
      this.u32(direction === 'in' ? INBOUND : OUTBOUND);
    }
    if (text !== null || direction !== null) this.u32(OPTION_END);
    this.end(start);
  }

  /** The file so far; later packets do not change it. */
  bytes(): Uint8Array {
    const pieces = [...this.fullPieces, this.piece.subarray(0, this.length)];
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  private sectionHeader(): void {
    const start = this.begin(SECTION_HEADER);
    this.u32(BYTE_ORDER_MAGIC);
    // Version 1.0, then the length of the section: not known.
    this.u32(1);
    this.u32(-1);
    this.u32(-1);
    this.option(SECTION_USER_APPLICATION, asciiBytes('vipdrift'));
    this.u32(OPTION_END);
    this.end(start);
  }

  private interfaceDescription(name: string): void {
    const text = asciiBytes(name).subarray(0, 0xffff);
    this.reserve(padded(text.length) + 64);
    const start = this.begin(INTERFACE_DESCRIPTION);
    this.u32(LINK_TYPE_ETHERNET);
    // No limit on the length of a frame.
    this.u32(0);
    this.option(INTERFACE_NAME, text);
    this.option(INTERFACE_TIME_RESOLUTION, Uint8Array.of(9));
    this.u32(OPTION_END);
    this.end(start);
  }

  private begin(blockType: number): number {
    const start = this.length;
    this.u32(blockType);
    this.u32(0);
    return start;
  }

  /** Writes the length of the block at both its ends. */
  private end(start: number): void {
    const blockLength = this.length + 4 - start;
    this.u32(blockLength);
    const after = this.length;
    this.length = start + 4;
    this.u32(blockLength);
    this.length = after;
  }

  private option(code: number, value: Uint8Array): void {
    this.u32(code | (value.length << 16));
    this.put(value);
  }

  private u32(value: number): void {
    const { piece, length } = this;
    piece[length] = value;
    piece[length + 1] = value >>> 8;
    piece[length + 2] = value >>> 16;
    piece[length + 3] = value >>> 24;
    this.length = length + 4;
  }

  /** With zeros up to a multiple of four: those are there already, for nothing is written twice. */
  private put(bytes: Uint8Array): void {
    this.piece.set(bytes, this.length);
    this.length += padded(bytes.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.piece.length) return;
    this.fullPieces.push(this.piece.subarray(0, this.length));
    this.piece = new Uint8Array(Math.max(more, PIECE));
    this.length = 0;
  }
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
