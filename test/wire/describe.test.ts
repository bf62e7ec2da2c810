/**
 * `tcpdump-lines.json` holds frames of the recordings and some made up, and what tcpdump 4.99.3 printed for
 * each (`tcpdump -ntSr`).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ARP_REQUEST, Arp } from '../../src/wire/arp.ts';
import { asciiBytes, hex } from '../../src/wire/bytes.ts';
import { decodeFrame } from '../../src/wire/codec.ts';
import { describeFrame, describePacket } from '../../src/wire/describe.ts';
import { arpFrame } from '../../src/wire/ethernet.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Ipv4Packet, TCP, VRRP } from '../../src/wire/ipv4.ts';
import { MAC_BROADCAST, MAC_ZERO, Mac } from '../../src/wire/mac.ts';
import { ACK, NO_BYTES, NO_OPTIONS, PSH, SYN, Tcp, TcpOptions } from '../../src/wire/tcp.ts';
import { Vrrp } from '../../src/wire/vrrp.ts';

interface Line {
  readonly frame: string;
  readonly line: string;
}

const CLIENT = ip('192.168.100.20');
const VIP = ip('192.168.100.10');
const LVS1 = ip('192.168.100.100');

describe('a line is the one tcpdump prints', () => {
  const file = new URL('tcpdump-lines.json', import.meta.url);
  const lines = JSON.parse(readFileSync(file, 'utf8')) as Line[];

  test.each(lines)('$line', ({ frame, line }) => {
    expect(describeFrame(decodeFrame(hex(frame)))).toBe(line);
  });

  test('for all of them', () => {
    expect(lines.length).toBe(133);
  });
});

describe('a line tells', () => {
  const tcp = (flags: number, options: TcpOptions, data: Uint8Array) =>
    new Ipv4Packet(
      CLIENT,
      VIP,
      64,
      0,
      1,
      true,
      false,
      TCP,
      new Tcp(40_000, 80, 123, 7, flags, 64_240, options, data),
    );

  test('who asks for whom', () => {
    const mac = Mac.of(0x020000000014);
    const frame = arpFrame(MAC_BROADCAST, mac, new Arp(ARP_REQUEST, mac, CLIENT, MAC_ZERO, VIP));
    expect(describeFrame(frame)).toBe('ARP, Request who-has 192.168.100.10 tell 192.168.100.20, length 28');
  });

  test('of an advertisement', () => {
    const advert = new Vrrp(2, 1, 10, 100, 1, 1, [VIP], asciiBytes('abc123\0\0'));
    expect(
      describePacket(new Ipv4Packet(LVS1, ip('224.0.0.18'), 255, 0xc0, 1, false, false, VRRP, advert)),
    ).toBe(
      'IP 192.168.100.100 > 224.0.0.18: VRRPv2, Advertisement, vrid 10, prio 100, authtype simple, ' +
        'intvl 1s, length 20',
    );
  });

  test('of a SYN', () => {
    expect(describePacket(tcp(SYN, new TcpOptions(1460, true, true, 1, 0, 7), NO_BYTES))).toBe(
      'IP 192.168.100.20.40000 > 192.168.100.10.80: Flags [S], seq 123, win 64240, ' +
        'options [mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0',
    );
  });

  test('the first line of a request, unless it is no text', () => {
    const line = (data: string) => describePacket(tcp(PSH | ACK, NO_OPTIONS, asciiBytes(data)));
    const start = 'IP 192.168.100.20.40000 > 192.168.100.10.80: Flags [P.], seq 123:';
    expect(line('GET /\u0007 HTTP/1.1\r\n')).toBe(`${start}140, ack 7, win 64240, length 17: HTTP`);
    expect(line('GET / HTTP/1.1\r\n')).toBe(`${start}139, ack 7, win 64240, length 16: HTTP: GET / HTTP/1.1`);
    expect(line('hello\r\n')).toBe(`${start}130, ack 7, win 64240, length 7: HTTP`);
  });
});

describe('what has no record is named, not dissected', () => {
  test.each([
    [
      'an ethertype of its own',
      `020000000002 020000000001 88b5 74657374`,
      '02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype Unknown (0x88b5), length 18',
    ],
    [
      'IPv6',
      '333300000016 020000000064 86dd 600000',
      '02:00:00:00:00:64 > 33:33:00:00:00:16, ethertype IPv6 (0x86dd), length 17',
    ],
    [
      'ARP, operation 3 [m3a-garp-neighbour-matrix]',
      'ffffffffffff02000000000c0806000108000604000302000000000cac143018000000000000ac143018',
      '02:00:00:00:00:0c > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42',
    ],
    [
      'a datagram with a wrong checksum [m5-host-input]',
      '020000000015020000000001080045 00001e1234000040111f34c0a86401c0a86415 00050009000a12346869',
      'IP 192.168.100.1 > 192.168.100.21:  ip-proto-17 10 (not decoded)',
    ],
    [
      'VRRP version 3 [11-v3-advert-int-0.5]',
      `01005e00001202000000006f0800 45c0002000090000ff70b57ac0a8646fe0000012
       310a5a0100324a68c0a8640a`,
      'IP 192.168.100.111 > 224.0.0.18:  ip-proto-112 12 (not decoded)',
    ],
  ])('%s', (_name, frame, line) => {
    expect(describeFrame(decodeFrame(hex(frame)))).toBe(line);
  });
});
