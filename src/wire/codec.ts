/**
 * Whole Ethernet frames: their length on the wire, their bytes, and back. Neither preamble nor check
 * sequence, and unpadded. What has no record becomes a raw frame, which encodes to the same bytes; a frame
 * of less than 14 bytes is none, its header is filled up with zeros.
 */
import { ARP_LENGTH, decodeArp, encodeArp } from './arp.ts';
import { Reader, Writer } from './bytes.ts';
import {
  ARP,
  arpFrame,
  EthernetFrame,
  type Frame,
  IPV4,
  ipv4Frame,
  RAW_FRAME,
  RawFramePayload,
} from './ethernet.ts';
import { decodeIpv4, encodeIpv4 } from './ipv4-bytes.ts';
import { ipv4Length } from './ipv4-length.ts';
import { Mac } from './mac.ts';

const ETHERNET_HEADER = 14;
/** A card fills shorter frames up to this with zeros. */
const MIN_FRAME = 60;

/**
 * Bytes on the wire without preamble and check sequence, unpadded. From the fields alone: the cable asks
 * for every frame.
 */
export function frameLength(frame: Frame): number {
  switch (frame.kind) {
    case IPV4:
      return ETHERNET_HEADER + ipv4Length(frame.payload);
    case ARP:
      return ETHERNET_HEADER + ARP_LENGTH;
    default:
      return ETHERNET_HEADER + frame.payload.bytes.length;
  }
}

export function encodeFrame(frame: Frame): Uint8Array {
  const to = new Writer(new Uint8Array(frameLength(frame)));
  encodeFrameTo(to, frame);
  return to.bytes;
}

/** For who encodes many and keeps none: every byte is written, so the writer's array may be an old one. */
export function encodeFrameTo(to: Writer, frame: Frame): void {
  to.u48(frame.dst.value);
  to.u48(frame.src.value);
  switch (frame.kind) {
    case IPV4:
      to.u16(IPV4);
      encodeIpv4(to, frame.payload);
      break;
    case ARP:
      to.u16(ARP);
      encodeArp(to, frame.payload);
      break;
    default:
      to.u16(frame.payload.etherType);
      to.put(frame.payload.bytes);
  }
}

/** Never throws, whatever the bytes. The padding of a short frame is not part of the record. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const from = new Reader(bytes);
  const dst = Mac.of(from.u48());
  const src = Mac.of(from.u48());
  const etherType = from.u16();
  if (etherType === IPV4) {
    const packet = decodeIpv4(from);
    if (packet !== null && endsHere(from)) return ipv4Frame(dst, src, packet);
  } else if (etherType === ARP) {
    const arp = decodeArp(from);
    if (arp !== null && endsHere(from)) return arpFrame(dst, src, arp);
  }
  const payload = new RawFramePayload(etherType, bytes.slice(ETHERNET_HEADER));
  return new EthernetFrame(dst, src, RAW_FRAME, payload);
}

/** Does the frame end here, but for the padding a card adds? */
function endsHere(from: Reader): boolean {
  if (from.left === 0) return true;
  return from.bytes.length === MIN_FRAME && from.view(from.left).every((byte) => byte === 0);
}
