/**
 * Bytes in network order: a writer and a reader that every protocol's encoder and decoder share, the
 * internet checksum (RFC 1071), and bytes as text and as hexadecimal. UTF-8 is done here because the core
 * knows neither TextEncoder nor TextDecoder; it behaves as they do (WHATWG Encoding), but keeps a byte
 * order mark.
 */

/** Writes big-endian numbers one after the other into an array made long enough beforehand. */
export class Writer {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  u8(value: number): void {
    this.bytes[this.at++] = value;
  }

  u16(value: number): void {
    const { bytes, at } = this;
    bytes[at] = value >>> 8;
    bytes[at + 1] = value;
    this.at = at + 2;
  }

  /** Takes int32 and uint32 alike. */
  u32(value: number): void {
    const { bytes, at } = this;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    this.at = at + 4;
  }

  u48(value: number): void {
    this.u16(Math.floor(value / 2 ** 32));
    this.u32(value | 0);
  }

  put(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Overwrites what was written before: for a checksum, which is known last. */
  u16At(at: number, value: number): void {
    this.bytes[at] = value >>> 8;
    this.bytes[at + 1] = value;
  }
}

/** Reads big-endian numbers one after the other. Past the end all is 0: decoders look at `left` first. */
export class Reader {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  u8(): number {
    return this.bytes[this.at++] ?? 0;
  }

  u16(): number {
    return (this.u8() << 8) | this.u8();
  }

  i32(): number {
    return (this.u16() << 16) | this.u16();
  }

  u48(): number {
    return this.u16() * 2 ** 32 + (this.i32() >>> 0);
  }

  /** The next `length` bytes, as a copy that outlives the array read from. */
  take(length: number): Uint8Array {
    const start = this.at;
    this.at += length;
    return this.bytes.slice(start, this.at);
  }

  /** The next `length` bytes, shared with the array read from. */
  view(length: number): Uint8Array {
    const start = this.at;
    this.at += length;
    return this.bytes.subarray(start, this.at);
  }
}

/** The internet checksum of bytes[from…to), begun with the sum `initial` (that of a pseudo-header). */
export function internetChecksum(bytes: Uint8Array, from: number, to: number, initial = 0): number {
  let sum = initial;
  const even = to - ((to - from) & 1);
  for (let i = from; i < even; i += 2) {
    sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  }
  if (even < to) sum += (bytes[even] as number) << 8;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/**
 * Is the checksum at `at` the one the encoder would write there? Stricter than a receiver: of the two zeros
 * of one's complement only the computed one will do, so that what is decoded encodes to the same bytes.
 */
export function isChecksum(bytes: Uint8Array, at: number, from: number, to: number, initial = 0): boolean {
  const given = u16From(bytes, at);
  return internetChecksum(bytes, from, to, initial - given) === given;
}

export function u16From(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** What the checksum of TCP and UDP begins with (RFC 9293 §3.1): addresses, protocol and length. */
export function pseudoHeaderSum(src: number, dst: number, protocol: number, length: number): number {
  return (src >>> 16) + (src & 0xffff) + (dst >>> 16) + (dst & 0xffff) + protocol + length;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function hexText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** Two digits a byte, white space between bytes allowed; null for anything else. */
export function parseHex(text: string): Uint8Array | null {
  if (!/^\s*([0-9a-f]{2}\s*)*$/i.test(text)) return null;
  const digits = text.replace(/\s+/g, '');
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** For code and tests, where the text is a literal. */
export function hex(text: string): Uint8Array {
  const bytes = parseHex(text);
  if (bytes === null) throw new RangeError(`not hexadecimal: ${text}`);
  return bytes;
}

const REPLACEMENT = 0xfffd;

/** Text as bytes: UTF-8, of which ASCII is the plain case. A lone surrogate becomes U+FFFD. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(3 * text.length);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let point = text.codePointAt(i) as number;
    if (point > 0xffff) i++;
    else if (point >= 0xd800 && point <= 0xdfff) point = REPLACEMENT;
    if (point < 0x80) {
      bytes[at++] = point;
      continue;
    }
    if (point < 0x800) {
      bytes[at++] = 0xc0 | (point >>> 6);
    } else {
      if (point < 0x10000) {
        bytes[at++] = 0xe0 | (point >>> 12);
      } else {
        bytes[at++] = 0xf0 | (point >>> 18);
        bytes[at++] = 0x80 | ((point >>> 12) & 0x3f);
      }
      bytes[at++] = 0x80 | ((point >>> 6) & 0x3f);
    }
    bytes[at++] = 0x80 | (point & 0x3f);
  }
  return bytes.slice(0, at);
}

/** Bytes as text: UTF-8, each part that is not well formed as one U+FFFD. */
export function bytesText(bytes: Uint8Array): string {
  let text = '';
  let units: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at++] as number;
    let point = lead;
    if (lead >= 0x80) {
      const following = lead >= 0xc2 && lead <= 0xf4 ? (lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3) : 0;
      point = following === 0 ? REPLACEMENT : lead & (0x3f >> following);
      for (let i = 0; i < following; i++) {
        const next = bytes[at];
        if (next === undefined || !continues(lead, i, next)) {
          point = REPLACEMENT;
          break;
        }
        point = (point << 6) | (next & 0x3f);
        at++;
      }
    }
    if (point > 0xffff) units.push(0xd7c0 + (point >>> 10), 0xdc00 | (point & 0x3ff));
    else units.push(point);
    if (units.length >= 4096) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

/**
 * May `byte` follow `lead` at that place? The first place is narrower: no overlong forms, surrogates or
 * planes past 16.
 */
function continues(lead: number, place: number, byte: number): boolean {
  const first = place === 0;
  const low = first && lead === 0xe0 ? 0xa0 : first && lead === 0xf0 ? 0x90 : 0x80;
  const high = first && lead === 0xed ? 0x9f : first && lead === 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}
