import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARP_REPLY, ARP_REQUEST, Arp } from '../../src/wire/arp.ts';
import { asciiBytes, bytesText, hexText, parseHex, Writer } from '../../src/wire/bytes.ts';
import { decodeFrame, encodeFrame, encodeFrameTo, frameLength } from '../../src/wire/codec.ts';
import { describeFrame } from '../../src/wire/describe.ts';
import {
  ARP,
  arpFrame,
  EthernetFrame,
  type Frame,
  IPV4,
  ipv4Frame,
  RAW_FRAME,
  RawFramePayload,
} from '../../src/wire/ethernet.ts';
import { encodeHttpResponse, HttpResponse, httpResponseReader } from '../../src/wire/http.ts';
import { Icmp } from '../../src/wire/icmp.ts';
import { quote, readQuote } from '../../src/wire/icmp-quote.ts';
import { Igmp, IgmpGroupRecord } from '../../src/wire/igmp.ts';
import { compareIp, ipText, isInPrefix, maskOf, parseIp, prefixLengthOf } from '../../src/wire/ip-address.ts';
import {
  ICMP,
  IGMP,
  type Ipv4,
  Ipv4Packet,
  protocolOf,
  RAW_PACKET,
  RawPacketPayload,
  TCP,
  UDP,
  VRRP,
  withDecrementedTtl,
} from '../../src/wire/ipv4.ts';
import { ipv4Length } from '../../src/wire/ipv4-length.ts';
import { Mac } from '../../src/wire/mac.ts';
import { Tcp, TcpOptions } from '../../src/wire/tcp.ts';
import { Udp } from '../../src/wire/udp.ts';
import { Vrrp } from '../../src/wire/vrrp.ts';

// ── arbitrary records ────────────────────────────────────────────────────────────────────────────────

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const data = fc.uint8Array({ maxLength: 80 });
const mac = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map((value) => Mac.of(value));

const tcpOptions = fc
  .tuple(u16, fc.boolean(), fc.option(fc.tuple(int32, int32)), fc.integer({ min: -1, max: 255 }))
  .map(([mss, sack, stamps, scale]) => {
    return new TcpOptions(mss, sack, stamps !== null, stamps?.[0] ?? 0, stamps?.[1] ?? 0, scale);
  });
const tcp = fc
  .tuple(u16, u16, int32, int32, u8, u16, tcpOptions, data)
  .map((fields) => ({ kind: TCP, payload: new Tcp(...fields) }));
const udp = fc
  .tuple(u16, u16, data, fc.boolean())
  .map((fields) => ({ kind: UDP, payload: new Udp(...fields) }));
const icmp = fc.tuple(u8, u8, int32, data).map((fields) => ({ kind: ICMP, payload: new Icmp(...fields) }));
const groups = fc.array(
  fc.tuple(u8, int32).map((fields) => new IgmpGroupRecord(...fields)),
  { maxLength: 6 },
);
const igmp = groups.map((records) => ({ kind: IGMP, payload: new Igmp(records) }));
const u4 = fc.integer({ min: 0, max: 15 });
const vrrp = fc
  .tuple(
    u4,
    u4,
    u8,
    u8,
    u8,
    u8,
    fc.array(int32, { maxLength: 25 }),
    fc.uint8Array({ minLength: 8, maxLength: 8 }),
  )
  .map((fields) => ({ kind: VRRP, payload: new Vrrp(...fields) }));
const rawPacket = fc
  .tuple(
    u8.filter((protocol) => ![ICMP, IGMP, TCP, UDP, VRRP].some((known) => known === protocol)),
    data,
  )
  .map((fields) => ({ kind: RAW_PACKET, payload: new RawPacketPayload(...fields) }));

const packet = fc
  .tuple(
    fc.record({ src: int32, dst: int32, ttl: u8, tos: u8, id: u16, df: fc.boolean(), alert: fc.boolean() }),
    fc.oneof(tcp, udp, icmp, igmp, vrrp, rawPacket),
  )
  .map(([head, { kind, payload }]) => {
    const { src, dst, ttl, tos, id, df, alert } = head;
    return new Ipv4Packet<number, unknown>(src, dst, ttl, tos, id, df, alert, kind, payload) as Ipv4;
  });

const arp = fc
  .tuple(fc.constantFrom(ARP_REQUEST, ARP_REPLY), mac, int32, mac, int32)
  .map((fields) => new Arp(...fields));
const rawFrame = fc
  .tuple(
    u16.filter((etherType) => etherType !== ARP && etherType !== IPV4),
    data,
  )
  .map((fields) => new RawFramePayload(...fields));

const frame: fc.Arbitrary<Frame> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(mac, mac, packet).map((fields) => ipv4Frame(...fields)) },
  { weight: 1, arbitrary: fc.tuple(mac, mac, arp).map((fields) => arpFrame(...fields)) },
  {
    weight: 1,
    arbitrary: fc.tuple(mac, mac, rawFrame).map(([dst, src, raw]) => {
      return new EthernetFrame<typeof RAW_FRAME, RawFramePayload>(dst, src, RAW_FRAME, raw);
    }),
  },
);

/** Frames that were whole once: some bytes changed, cut off, or too many. */
const damaged = fc
  .tuple(
    frame,
    fc.array(fc.tuple(fc.nat(200), u8), { maxLength: 3 }),
    fc.nat(200),
    fc.uint8Array({ maxLength: 4 }),
    fc.boolean(),
  )
  .map(([whole, changes, cut, extra, isCut]) => {
    const bytes = encodeFrame(whole);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    const kept = isCut ? bytes.slice(0, cut) : bytes;
    return Uint8Array.from([...kept, ...extra]);
  });

/** What a decoded frame encodes to is the bytes: without the padding of a card, and a header at least. */
function expectSameBytes(bytes: Uint8Array, again: Uint8Array): void {
  const isPadded = bytes.length === 60 && again.length < 60;
  expect(hexText(again).padEnd(isPadded ? 120 : 0, '0')).toBe(hexText(bytes).padEnd(28, '0'));
}

// ── properties ───────────────────────────────────────────────────────────────────────────────────────

const RUNS = { numRuns: 500 };

describe('any frame', () => {
  test('is what its bytes decode to', () => {
    fc.assert(
      fc.property(frame, (sent) => {
        expect(decodeFrame(encodeFrame(sent))).toEqual(sent);
      }),
      RUNS,
    );
  });

  test('has the length its encoding has, and leaves no byte of the array as it was', () => {
    fc.assert(
      fc.property(frame, (sent) => {
        const length = frameLength(sent);
        const used = new Writer(new Uint8Array(length + 3).fill(0xee));
        encodeFrameTo(used, sent);
        expect(used.at).toBe(length);
        expect(hexText(used.bytes)).toBe(`${hexText(encodeFrame(sent))}eeeeee`);
        if (sent.kind === IPV4) expect(ipv4Length(sent.payload)).toBe(length - 14);
      }),
      RUNS,
    );
  });

  test('is described in one line', () => {
    fc.assert(
      fc.property(fc.oneof(frame, damaged.map(decodeFrame)), (sent) => {
        expect(describeFrame(sent)).toMatch(/^[\t\x20-\x7e]+$/);
      }),
      RUNS,
    );
  });
});

describe('any bytes', () => {
  test('decode to a frame that encodes to them', () => {
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 90 })), (bytes) => {
        const before = bytes.slice();
        const decoded = decodeFrame(bytes);
        bytes.fill(0x55);
        expectSameBytes(before, encodeFrame(decoded));
      }),
      { numRuns: 2000 },
    );
  });

  test('can be read as a quote or cannot, without a throw', () => {
    fc.assert(
      fc.property(data, (bytes) => {
        const read = readQuote(bytes);
        expect(read === null || read.protocol === bytes[9]).toBe(true);
      }),
      RUNS,
    );
  });

  test('have a hexadecimal form', () => {
    fc.assert(
      fc.property(data, (bytes) => {
        expect(parseHex(hexText(bytes))).toEqual(bytes);
      }),
    );
  });

  test('are text as TextDecoder reads it', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const bytes = fc.oneof(data, fc.array(fc.constantFrom(0xf0, 0xed, 0xe0, 0xc2, 0x9f, 0x80, 0xbf, 0x41)));
    fc.assert(
      fc.property(bytes, (given) => {
        const array = Uint8Array.from(given);
        expect(bytesText(array)).toBe(decoder.decode(array));
      }),
      RUNS,
    );
  });
});

describe('any text', () => {
  test('has the bytes TextEncoder gives it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.array(u16, { maxLength: 6 }),
        (text, units) => {
          const both = text + String.fromCharCode(...units);
          expect(hexText(asciiBytes(both))).toBe(hexText(new TextEncoder().encode(both)));
        },
      ),
      RUNS,
    );
  });
});

describe('one hop', () => {
  test('changes the TTL and the header checksum, and nothing else', () => {
    fc.assert(
      fc.property(
        mac,
        mac,
        packet.filter(({ ttl }) => ttl > 0),
        (dst, src, sent) => {
          const before = encodeFrame(ipv4Frame(dst, src, sent));
          const after = encodeFrame(ipv4Frame(dst, src, withDecrementedTtl(sent)));
          const changed = [...after.keys()].filter((i) => before[i] !== after[i]);
          expect(changed.filter((i) => i !== 22 && i !== 24 && i !== 25)).toEqual([]);
          expect(after[22]).toBe((before[22] as number) - 1);
          expect(headerSum(after)).toBe(0xffff);
          expect(headerSum(before)).toBe(0xffff);
        },
      ),
      RUNS,
    );
  });

  /** RFC 791: the one's complement sum of a header with its checksum is all ones. */
  function headerSum(bytes: Uint8Array): number {
    let sum = 0;
    const end = 14 + ((bytes[14] as number) & 15) * 4;
    for (let i = 14; i < end; i += 2) sum += (bytes[i] as number) * 256 + (bytes[i + 1] as number);
    return (sum % 0xffff) + (sum % 0xffff === 0 ? 0xffff : 0);
  }
});

describe('a quote', () => {
  test('names the packet it was made of', () => {
    fc.assert(
      fc.property(packet, (sent) => {
        const quoted = quote(sent);
        expect(quoted.length).toBe(Math.min(ipv4Length(sent), 548));
        const read = readQuote(quoted);
        const protocol = protocolOf(sent);
        expect(read).toMatchObject({ src: sent.src, dst: sent.dst, protocol });
        if (sent.kind === TCP) {
          const { srcPort, dstPort, seq } = sent.payload;
          expect(read).toMatchObject({ srcPort, dstPort, seq });
        }
        if (sent.kind === UDP) {
          const { srcPort, dstPort } = sent.payload;
          expect(read).toMatchObject({ srcPort, dstPort, seq: 0 });
        }
      }),
      RUNS,
    );
  });
});

describe('addresses', () => {
  test('print and parse, and order as numbers', () => {
    fc.assert(
      fc.property(int32, int32, (a, b) => {
        expect(parseIp(ipText(a))).toBe(a);
        expect(Math.sign(compareIp(a, b))).toBe(Math.sign((a >>> 0) - (b >>> 0)));
      }),
    );
    fc.assert(
      fc.property(mac, (address) => {
        expect(Mac.parse(address.toString())).toBe(address);
      }),
    );
  });

  test('lie in the prefix made of them', () => {
    fc.assert(
      fc.property(int32, int32, fc.integer({ min: 0, max: 32 }), (a, b, length) => {
        expect(prefixLengthOf(maskOf(length))).toBe(length);
        expect(isInPrefix(a, a & maskOf(length), length)).toBe(true);
        const bits = (value: number) => (value >>> 0).toString(2).padStart(32, '0').slice(0, length);
        expect(isInPrefix(a, b, length)).toBe(bits(a) === bits(b));
      }),
    );
  });
});

describe('an HTTP response', () => {
  test('is read alike however TCP cuts it', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), cuts, (body, hasLength, sizes) => {
        const headers = hasLength ? [['Content-Length', `${body.length}`] as const] : [];
        const response = new HttpResponse('HTTP/1.1', 200, 'OK', headers);
        const bytes = encodeHttpResponse(response, body);
        const reader = httpResponseReader('GET');
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length] as number;
          expect(reader.state).not.toBe('complete');
          reader.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(reader.state).toBe(hasLength ? 'complete' : 'body');
        reader.end();
        expect(reader.state).toBe('complete');
        expect(reader.message).toEqual(response);
        expect(hexText(reader.body)).toBe(hexText(body));
      }),
      RUNS,
    );
  });

  test('never makes the reader throw', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (segments) => {
        const reader = httpResponseReader('GET');
        for (const segment of segments) reader.push(segment);
        reader.end();
        expect(['complete', 'cut short', 'unreadable']).toContain(reader.state);
      }),
      RUNS,
    );
  });
});
