import { describe, expect, test } from 'vitest';
import { hex, hexText, Writer } from '../../src/wire/bytes.ts';
import { ip } from '../../src/wire/ip-address.ts';
import {
  ACK,
  decodeTcp,
  encodeTcp,
  FIN,
  NO_BYTES,
  NO_OPTIONS,
  SYN,
  segmentLength,
  seqBefore,
  Tcp,
  TcpOptions,
  tcpOptionsLength,
} from '../../src/wire/tcp.ts';

const CLIENT = ip('192.168.100.1');
const VIP = ip('192.168.100.10');

/** SYN and SYN-ACK of the recording, from the port numbers on [m6-http-get-tiny]. */
const RECORDED_SYN = hex(
  'b6ec0050f3fcccee00000000a002faf00b330000 020405b4 0402080a7c39041b00000000 0103030a',
);
const RECORDED_SYN_ACK = hex(
  '0050b6ecb1c1d713f3fcccefa012fe884fde0000 020405b4 0402080a5a55d4807c39041b 0103030a',
);

function encoded(tcp: Tcp, src = CLIENT, dst = VIP): string {
  const to = new Writer(new Uint8Array(20 + tcpOptionsLength(tcp.options) + tcp.data.length));
  encodeTcp(to, tcp, src, dst);
  return hexText(to.bytes);
}

function optionBytes(options: TcpOptions): string {
  return encoded(new Tcp(1, 2, 3, 4, SYN, 5, options, NO_BYTES)).slice(40);
}

describe('a segment', () => {
  test('is read as it was recorded', () => {
    const options = new TcpOptions(1460, true, true, 0x7c39041b, 0, 10);
    const syn = new Tcp(46828, 80, 0xf3fcccee | 0, 0, SYN, 64240, options, NO_BYTES);
    expect(decodeTcp(RECORDED_SYN, CLIENT, VIP)).toEqual(syn);
    expect(encoded(syn)).toBe(hexText(RECORDED_SYN));
  });

  test('of the other direction has its addresses swapped in the checksum, not its sum', () => {
    const synAck = decodeTcp(RECORDED_SYN_ACK, VIP, CLIENT);
    expect(synAck?.flags).toBe(SYN | ACK);
    expect(synAck?.options.tsEcr).toBe(0x7c39041b);
    expect(decodeTcp(RECORDED_SYN_ACK, CLIENT, VIP)).toEqual(synAck);
    expect(decodeTcp(RECORDED_SYN_ACK, CLIENT, ip('192.168.100.11'))).toBeNull();
  });

  test('with one bit changed has no record', () => {
    for (let i = 0; i < RECORDED_SYN.length * 8; i++) {
      const bytes = RECORDED_SYN.slice();
      bytes[i >> 3] = (bytes[i >> 3] as number) ^ (1 << (i & 7));
      expect(decodeTcp(bytes, CLIENT, VIP)).toBeNull();
    }
  });
});

describe('options lie as tcp_options_write in net/ipv4/tcp_output.c lays them', () => {
  test.each([
    ['none', NO_OPTIONS, ''],
    ['SYN', new TcpOptions(1460, true, true, 1, 0, 7), '020405b4 0402080a00000001 00000000 01030307'],
    ['SYN, no timestamps', new TcpOptions(1460, true, false, 0, 0, 7), '020405b4 01010402 01030307'],
    [
      'SYN, no SACK',
      new TcpOptions(1460, false, true, 1, 2, 7),
      '020405b4 0101080a0000000100000002 01030307',
    ],
    ['SYN, no scaling', new TcpOptions(1460, true, true, 1, 2, -1), '020405b4 0402080a0000000100000002'],
    ['SYN, scale 0', new TcpOptions(1460, false, false, 0, 0, 0), '020405b4 01030300'],
    ['SYN, MSS alone', new TcpOptions(536, false, false, 0, 0, -1), '02040218'],
    ['established', new TcpOptions(0, false, true, -1, 0x80000000 | 0, -1), '0101080affffffff80000000'],
  ])('%s', (_name, options, bytes) => {
    expect(optionBytes(options)).toBe(bytes.replaceAll(' ', ''));
    expect(tcpOptionsLength(options)).toBe(bytes.replaceAll(' ', '').length / 2);
  });
});

describe('a segment stays raw', () => {
  const withOptions = (options: string): Uint8Array => {
    const bytes = hex(encoded(new Tcp(1, 2, 3, 4, ACK, 5, NO_OPTIONS, hex(options))));
    bytes[12] = (20 + options.replaceAll(' ', '').length / 2) << 2;
    return repaired(bytes);
  };
  const repaired = (bytes: Uint8Array): Uint8Array => {
    bytes[16] = 0;
    bytes[17] = 0;
    let sum = 6 + bytes.length;
    for (const word of [CLIENT >>> 16, CLIENT & 0xffff, VIP >>> 16, VIP & 0xffff]) sum += word;
    for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] ?? 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    bytes[16] = (~sum >>> 8) & 0xff;
    bytes[17] = ~sum & 0xff;
    return bytes;
  };
  const changed = (at: number, value: number): Uint8Array => {
    const bytes = hex(encoded(new Tcp(1, 2, 3, 4, ACK, 5, NO_OPTIONS, NO_BYTES)));
    bytes[at] = value;
    return repaired(bytes);
  };

  test.each([
    ['another order of options', withOptions('01030307 020405b4')],
    ['SACK blocks', withOptions('0101080a0000000100000002 0101050a0000000100000002')],
    ['an MSS of 0, which a record cannot tell from none', withOptions('02040000')],
    ['an option of another kind', withOptions('fe04f989')],
    ['an end of options', withOptions('00000000')],
    ['options cut off', withOptions('0101080a00000001')],
    ['an urgent pointer', changed(19, 1)],
    ['a reserved bit', changed(12, 0x51)],
    ['a header too short', changed(12, 0x40)],
    ['a header longer than the segment', changed(12, 0x60)],
    ['fewer than 20 bytes', RECORDED_SYN.slice(0, 19)],
  ])('%s', (_name, bytes) => {
    expect(decodeTcp(bytes, CLIENT, VIP)).toBeNull();
  });

  test('but not for the way this test repairs checksums', () => {
    expect(decodeTcp(changed(13, ACK), CLIENT, VIP)).not.toBeNull();
    expect(decodeTcp(withOptions('0101080a0000000100000002'), CLIENT, VIP)?.options.tsEcr).toBe(2);
  });
});

describe('sequence numbers', () => {
  test('wrap', () => {
    expect(seqBefore(-1, 0)).toBe(true);
    expect(seqBefore(0x7fffffff, 0x80000000 | 0)).toBe(true);
    expect(seqBefore(5, 5)).toBe(false);
  });

  test('are taken up by data, SYN and FIN', () => {
    const segment = (flags: number, bytes: number) =>
      segmentLength(new Tcp(1, 2, 3, 4, flags, 5, NO_OPTIONS, new Uint8Array(bytes)));
    expect([segment(ACK, 0), segment(SYN, 0), segment(FIN | ACK, 3)]).toEqual([0, 1, 4]);
  });
});
