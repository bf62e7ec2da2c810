import { describe, expect, test } from 'vitest';
import { hex, hexText } from '../../src/wire/bytes.ts';
import { decodeFrame } from '../../src/wire/codec.ts';
import type { Icmp } from '../../src/wire/icmp.ts';
import { quote, readQuote } from '../../src/wire/icmp-quote.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { type Ipv4, Ipv4Packet, RAW_PACKET, RawPacketPayload, TCP, UDP } from '../../src/wire/ipv4.ts';
import { ACK, NO_OPTIONS, Tcp } from '../../src/wire/tcp.ts';
import { Udp } from '../../src/wire/udp.ts';

const SRC = ip('192.168.100.1');
const DST = ip('192.168.100.21');

describe('a quote', () => {
  test('is the datagram as it came [m5-host-input, udp-zero-checksum]', () => {
    const datagram = decodeFrame(
      hex('020000000015020000000001080045 00001e1234000040111f34c0a86401c0a86415 00050009000a0000 6869'),
    );
    const error = decodeFrame(
      hex(`020000000001020000000015080045 c0003ade72000040015229c0a86415c0a86401 0303947b00000000
           4500001e1234000040111f34c0a86401c0a8641500050009000a00006869`),
    );
    const icmp = (error.payload as Ipv4).payload as Icmp;
    expect(hexText(quote(datagram.payload as Ipv4))).toBe(hexText(icmp.data));
    expect(readQuote(icmp.data)).toEqual({
      src: SRC,
      dst: DST,
      protocol: UDP,
      srcPort: 5,
      dstPort: 9,
      seq: 0,
    });
  });

  test('makes the error 576 bytes at most', () => {
    const udp = (bytes: number) => new Udp(40_000, 9, new Uint8Array(bytes).fill(0x78));
    const packet = (bytes: number) => new Ipv4Packet(SRC, DST, 64, 0, 7, false, false, UDP, udp(bytes));
    expect(quote(packet(520))).toHaveLength(548);
    expect(quote(packet(521))).toHaveLength(548);
    expect(quote(packet(1400)).slice(2, 4)).toEqual(Uint8Array.of(1428 >> 8, 1428 & 255));
  });

  test('of a segment tells its sequence number', () => {
    const tcp = new Tcp(40_000, 80, -5, 9, ACK, 100, NO_OPTIONS, new Uint8Array(0));
    const packet = new Ipv4Packet(SRC, DST, 64, 0, 7, true, true, TCP, tcp);
    const wanted = { src: SRC, dst: DST, protocol: TCP, srcPort: 40_000, dstPort: 80, seq: -5 };
    expect(readQuote(quote(packet))).toEqual(wanted);
    // Router alert makes the header 24 bytes; 8 more must be there, and are enough.
    expect(readQuote(quote(packet).slice(0, 32))).toEqual(wanted);
    expect(readQuote(quote(packet).slice(0, 31))).toBeNull();
  });

  test('of another protocol has no ports', () => {
    const payload = new RawPacketPayload(99, hex('0102030405060708'));
    const packet = new Ipv4Packet(SRC, DST, 64, 0, 7, false, false, RAW_PACKET, payload);
    const wanted = { src: SRC, dst: DST, protocol: 99, srcPort: 0, dstPort: 0, seq: 0 };
    expect(readQuote(quote(packet))).toEqual(wanted);
    expect(readQuote(quote(packet).slice(0, 20))).toEqual(wanted);
  });

  test.each([
    ['nothing', ''],
    ['less than a header', '4500001e1234000040111f34c0a86401c0a864'],
    ['another version', '6500001e1234000040111f34c0a86401c0a8641500050009000a0000'],
    ['an impossible header length', '4400001e1234000040111f34c0a86401c0a8641500050009000a0000'],
    ['options cut off', '4f00001e1234000040111f34c0a86401c0a8641500050009000a0000'],
  ])('that is %s cannot be read', (_name, bytes) => {
    expect(readQuote(hex(bytes))).toBeNull();
  });
});
