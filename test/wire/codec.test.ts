import { describe, expect, test } from 'vitest';
import { ARP_REPLY, ARP_REQUEST, Arp } from '../../src/wire/arp.ts';
import { hex, hexText } from '../../src/wire/bytes.ts';
import { decodeFrame, encodeFrame, frameLength } from '../../src/wire/codec.ts';
import {
  arpFrame,
  EthernetFrame,
  type Frame,
  IPV4,
  ipv4Frame,
  RAW_FRAME,
  RawFramePayload,
} from '../../src/wire/ethernet.ts';
import { ECHO_REQUEST, HOST_UNREACHABLE, Icmp, isIcmpError, UNREACHABLE } from '../../src/wire/icmp.ts';
import { CHANGE_TO_EXCLUDE, Igmp, IgmpGroupRecord } from '../../src/wire/igmp.ts';
import { ip } from '../../src/wire/ip-address.ts';
import {
  ICMP,
  IGMP,
  type Ipv4,
  Ipv4Packet,
  protocolOf,
  RAW_PACKET,
  RawPacketPayload,
  UDP,
  VRRP,
  withDecrementedTtl,
} from '../../src/wire/ipv4.ts';
import { ipv4Length } from '../../src/wire/ipv4-length.ts';
import { MAC_BROADCAST, MAC_ZERO, Mac, multicastMac } from '../../src/wire/mac.ts';
import { NO_BYTES } from '../../src/wire/tcp.ts';
import { Udp } from '../../src/wire/udp.ts';
import { ADVERTISEMENT, AUTH_PASS, VRRP_GROUP, Vrrp } from '../../src/wire/vrrp.ts';

const mac = (last: number): Mac => Mac.of(0x020000000000 + last);
const LVS1 = ip('192.168.100.100');
const VIP = ip('192.168.100.10');

/** The frame of an encoding, and that it is what the bytes give back. */
function expectBytes(frame: Frame, bytes: string): void {
  const wanted = bytes.replace(/\s/g, '');
  expect(hexText(encodeFrame(frame))).toBe(wanted);
  expect(frameLength(frame)).toBe(wanted.length / 2);
  expect(decodeFrame(hex(bytes))).toEqual(frame);
}

function rawPacket(bytes: string): Ipv4 {
  const frame = decodeFrame(hex(bytes));
  expect(frame.kind).toBe(IPV4);
  expect(hexText(encodeFrame(frame))).toBe(bytes.replace(/\s/g, ''));
  const packet = frame.payload as Ipv4;
  expect(packet.kind).toBe(RAW_PACKET);
  return packet;
}

describe('frames as they were recorded', () => {
  test('the first advert of lvs1 [01-cold-start-both]', () => {
    const auth = hex('6162633132330000');
    const advert = new Vrrp(2, ADVERTISEMENT, 10, 100, AUTH_PASS, 1, [VIP], auth);
    const packet = new Ipv4Packet(LVS1, VRRP_GROUP, 255, 0xc0, 1, false, false, VRRP, advert);
    expectBytes(
      ipv4Frame(multicastMac(VRRP_GROUP), mac(0x64), packet),
      `01005e000012 020000000064 0800 45c0002800010000ff70b585c0a86464e0000012
       210a6401 01015e79 c0a8640a 61626331 32330000`,
    );
  });

  test('its gratuitous ARP [01-cold-start-both]', () => {
    expectBytes(
      arpFrame(MAC_BROADCAST, mac(0x64), new Arp(ARP_REQUEST, mac(0x64), VIP, MAC_BROADCAST, VIP)),
      `ffffffffffff 020000000064 0806 0001 0800 06 04 0001
       020000000064 c0a8640a ffffffffffff c0a8640a`,
    );
  });

  test('an answer to who-has [m6-http-get-tiny]', () => {
    const reply = new Arp(ARP_REPLY, mac(0x0b), VIP, mac(0x01), ip('192.168.100.1'));
    expectBytes(
      arpFrame(mac(0x01), mac(0x0b), reply),
      '020000000001 02000000000b 0806 0001080006040002 02000000000bc0a8640a 020000000001c0a86401',
    );
  });

  test('joining the VRRP group [01-cold-start-both]', () => {
    const report = new Igmp([new IgmpGroupRecord(CHANGE_TO_EXCLUDE, VRRP_GROUP)]);
    const dst = ip('224.0.0.22');
    const packet = new Ipv4Packet(LVS1, dst, 1, 0xc0, 0, true, true, IGMP, report);
    expectBytes(
      ipv4Frame(multicastMac(dst), mac(0x64), packet),
      `01005e000016 020000000064 0800 46c00028000040000102deecc0a86464e0000016 94040000
       2200f9eb00000001 04000000e0000012`,
    );
  });

  test('a datagram without checksum [m5-host-input]', () => {
    const packet = new Ipv4Packet(
      ip('192.168.100.1'),
      ip('192.168.100.21'),
      64,
      0,
      0x1234,
      false,
      false,
      UDP,
      new Udp(5, 9, hex('6869'), false),
    );
    expectBytes(
      ipv4Frame(mac(0x15), mac(0x01), packet),
      '020000000015 020000000001 0800 4500001e1234000040111f34c0a86401c0a86415 00050009000a0000 6869',
    );
  });
});

describe('checksums', () => {
  test('of UDP never are 0 on the wire', () => {
    const src = ip('10.0.0.1');
    const dst = ip('10.0.0.2');
    // Chosen so that the sum of everything is ffff.
    const filler = 0xffff - (0x0a00 + 1 + 0x0a00 + 2 + 17 + 10 + 10);
    const data = Uint8Array.of(filler >>> 8, filler & 255);
    const packet = new Ipv4Packet(src, dst, 64, 0, 0, false, false, UDP, new Udp(0, 0, data));
    const bytes = encodeFrame(ipv4Frame(mac(1), mac(2), packet));
    expect(hexText(bytes.slice(40, 42))).toBe('ffff');
    expect(decodeFrame(bytes).payload).toEqual(packet);
  });

  test.each([
    [
      'UDP',
      17,
      `0200000000150200000000010800 4500001e1234000040111f34c0a86401c0a86415
       00050009000a12346869`,
    ],
    [
      'TCP',
      6,
      `020000000015020000000001080045 0000281234000040061f35c0a86401c0a86415
       00050009000000010000000050 02faf012340000`,
    ],
    [
      'ICMP',
      1,
      `020000000015020000000001080045 0000241234000040011f3ec0a86401c0a86415
       080000000009000161626364 65666768`,
    ],
    [
      'VRRP',
      112,
      `01005e000012020000000014080045 c0002800010000ff70b5d5c0a86414e0000012
       210ac8010101af2ec0a8640a6162633132330000`,
    ],
    [
      'IGMP',
      2,
      `01005e000016020000000064080046 c00028000040000102deecc0a86464e0000016 94040000
       2200f9ec0000000104000000e0000012`,
    ],
  ])('that are wrong leave %s raw within its packet', (_name, protocol, bytes) => {
    const packet = rawPacket(bytes);
    expect(protocolOf(packet)).toBe(protocol);
    expect(packet.payload).toEqual(
      new RawPacketPayload(protocol, hex(bytes).slice(packet.routerAlert ? 38 : 34)),
    );
  });

  test('of the header leave the frame raw', () => {
    const bytes = hex(
      '02000000001502000000000108004500001e1234000040111f35c0a86401c0a8641500050009000a00006869',
    );
    expect(decodeFrame(bytes)).toEqual(
      new EthernetFrame(mac(0x15), mac(1), RAW_FRAME, new RawFramePayload(IPV4, bytes.slice(14))),
    );
  });

  test('after one hop differ with the TTL, and nothing else', () => {
    const packet = new Ipv4Packet(LVS1, VIP, 64, 0, 7, true, false, UDP, new Udp(5, 9, hex('6869')));
    const before = encodeFrame(ipv4Frame(mac(1), mac(2), packet));
    const after = encodeFrame(ipv4Frame(mac(1), mac(2), withDecrementedTtl(packet)));
    expect(after[22]).toBe(63);
    // RFC 1624: the upper byte of the sum falls by one, so that of the checksum rises by one.
    expect(after[24]).toBe((before[24] as number) + 1);
    after.set(before.slice(22, 26), 22);
    expect(hexText(after)).toBe(hexText(before));
  });
});

describe('what has no record stays raw', () => {
  const header = '020000000015 020000000001';
  test.each([
    ['a fragment', `${header} 0800 4500001e1234200040110000c0a86401c0a86415 00050009000a00006869`],
    ['its last one', `${header} 0800 4500001e1234000140110000c0a86401c0a86415 00050009000a00006869`],
    ['the reserved flag', `${header} 0800 4500001e1234800040110000c0a86401c0a86415 00050009000a00006869`],
    [
      'another IP option',
      `${header} 0800 460000201234000040110000c0a86401c0a86415 83040000 00050009000a0000`,
    ],
    ['an impossible header length', `${header} 0800 4400001e1234000040110000c0a86401c0a86415 0005000900`],
    ['another version', `${header} 0800 6500001e1234000040110000c0a86401c0a86415 00050009000a00006869`],
  ])('%s', (_name, text) => {
    const bytes = withHeaderChecksum(hex(text));
    const frame = decodeFrame(bytes);
    expect(frame.kind).toBe(RAW_FRAME);
    expect(encodeFrame(frame)).toEqual(bytes);
  });

  test('but not for the way this test repairs the header', () => {
    const bytes = hex(`${header} 0800 4500001e1234400040110000c0a86401c0a86415 00050009000a00006869`);
    expect(decodeFrame(withHeaderChecksum(bytes)).kind).toBe(IPV4);
  });

  test.each([
    ['less than the header says', '4500001f1234000040111f33c0a86401c0a8641500050009000a00006869'],
    ['more than the header says', '4500001d1234000040111f35c0a86401c0a8641500050009000a00006869'],
    ['a header cut off', '4500001e1234000040111f34c0a86401c0a864'],
    ['no header at all', ''],
  ])('IP with %s', (_name, packet) => {
    const frame = decodeFrame(hex(`${header} 0800 ${packet}`));
    expect(frame.kind).toBe(RAW_FRAME);
    expect(hexText(encodeFrame(frame))).toBe(`${header} 0800 ${packet}`.replaceAll(' ', ''));
  });

  test.each([
    ['operation 3', '0001080006040003 020000000001c0a86401 000000000000c0a86415'],
    ['hardware type 6', '0006080006040001 020000000001c0a86401 000000000000c0a86415'],
    ['protocol IPv6', '000186dd06040001 020000000001c0a86401 000000000000c0a86415'],
    ['address length 8', '0001080008040001 020000000001c0a86401 000000000000c0a86415'],
    ['a byte missing', '0001080006040001 020000000001c0a86401 000000000000c0a864'],
    ['a byte to spare', '0001080006040001 020000000001c0a86401 000000000000c0a8641500'],
  ])('ARP with %s', (_name, arp) => {
    expect(decodeFrame(hex(`${header} 0806 ${arp}`)).kind).toBe(RAW_FRAME);
  });

  test('frames of less than 14 bytes are filled up', () => {
    const frame = decodeFrame(hex('020000000015 0200'));
    expect(frame).toEqual(
      new EthernetFrame(mac(0x15), Mac.of(0x020000000000), RAW_FRAME, new RawFramePayload(0, NO_BYTES)),
    );
    expect(decodeFrame(NO_BYTES).dst).toBe(MAC_ZERO);
  });

  function withHeaderChecksum(bytes: Uint8Array): Uint8Array {
    const end = 14 + ((bytes[14] as number) & 15) * 4;
    let sum = 0;
    for (let i = 14; i < end; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    bytes[24] = (~sum >>> 8) & 0xff;
    bytes[25] = ~sum & 0xff;
    return bytes;
  }
});

describe('padding', () => {
  const request = `ffffffffffff 020000000064 0806 0001080006040001
                   020000000064 c0a8640a ffffffffffff c0a8640a`;

  test('up to 60 bytes of a frame from a real card is not part of the record', () => {
    expect(decodeFrame(hex(request + '00'.repeat(18)))).toEqual(decodeFrame(hex(request)));
  });

  test.each([
    ['of another length', '00'.repeat(17)],
    ['with something in it', `${'00'.repeat(17)}01`],
  ])('%s leaves the frame raw', (_name, padding) => {
    expect(decodeFrame(hex(request + padding)).kind).toBe(RAW_FRAME);
  });
});

describe('packets', () => {
  test('longer than the length field can say are refused', () => {
    const packet = (bytes: number) =>
      new Ipv4Packet(LVS1, VIP, 64, 0, 0, false, false, UDP, new Udp(1, 2, new Uint8Array(bytes)));
    expect(ipv4Length(packet(65_507))).toBe(65_535);
    expect(decodeFrame(encodeFrame(ipv4Frame(mac(1), mac(2), packet(65_507)))).kind).toBe(IPV4);
    expect(() => encodeFrame(ipv4Frame(mac(1), mac(2), packet(65_508)))).toThrow('65536');
  });

  test('that are errors of ICMP, and those that are not', () => {
    expect(isIcmpError(new Icmp(UNREACHABLE, HOST_UNREACHABLE, 0, NO_BYTES))).toBe(true);
    expect(isIcmpError(new Icmp(ECHO_REQUEST, 0, 0, NO_BYTES))).toBe(false);
    expect(isIcmpError(new Icmp(13, 0, 0, NO_BYTES))).toBe(false);
    expect(protocolOf(new Ipv4Packet(1, 2, 1, 0, 0, false, false, ICMP, new Icmp(8, 0, 0, NO_BYTES)))).toBe(
      1,
    );
  });
});
