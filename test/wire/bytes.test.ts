import { describe, expect, test } from 'vitest';
import {
  asciiBytes,
  bytesText,
  hex,
  hexText,
  internetChecksum,
  isChecksum,
  parseHex,
  Reader,
  Writer,
} from '../../src/wire/bytes.ts';

describe('numbers in network order', () => {
  test('are written and read alike', () => {
    const to = new Writer(new Uint8Array(22));
    to.u8(0x1ff);
    to.u16(0xfffe);
    to.u32(-2);
    to.u32(0x80000001);
    to.u48(0xfedcba987654);
    to.put(hex('0a0b0c'));
    to.u16At(1, 0x1234);
    expect(hexText(to.bytes)).toBe('ff1234fffffffe80000001fedcba9876540a0b0c0000');
    expect(to.at).toBe(20);

    const from = new Reader(to.bytes);
    expect([from.u8(), from.u16(), from.i32(), from.i32(), from.u48()]).toEqual([
      0xff,
      0x1234,
      -2,
      0x80000001 | 0,
      0xfedcba987654,
    ]);
    expect(hexText(from.take(3))).toBe('0a0b0c');
    expect(from.left).toBe(2);
  });

  test('are 0 past the end', () => {
    const from = new Reader(hex('ff'));
    expect(from.u16()).toBe(0xff00);
    expect([from.u8(), from.i32(), from.u48()]).toEqual([0, 0, 0]);
    expect(from.left).toBeLessThan(0);
    expect(from.take(4)).toHaveLength(0);
  });
});

describe('the internet checksum', () => {
  test('of the example in RFC 1071 §3', () => {
    const bytes = hex('0001 f203 f4f5 f6f7');
    expect(internetChecksum(bytes, 0, 8)).toBe(~0xddf2 & 0xffff);
  });

  test('counts an odd byte as the upper half of a word', () => {
    expect(internetChecksum(hex('0001 f2'), 0, 3)).toBe(~0xf201 & 0xffff);
    expect(internetChecksum(hex('ff 0001 f2'), 1, 4)).toBe(~0xf201 & 0xffff);
  });

  test('folds every carry', () => {
    expect(internetChecksum(new Uint8Array(65_535).fill(0xff), 0, 65_535, 5 * 0xffff)).toBe(0x00ff);
  });

  test('is accepted as computed, not in the other form of zero', () => {
    expect(isChecksum(hex('ffff 0000'), 2, 0, 4)).toBe(true);
    expect(isChecksum(hex('ffff ffff'), 2, 0, 4)).toBe(false);
    expect(isChecksum(hex('0001 fffe'), 2, 0, 4)).toBe(true);
    expect(isChecksum(hex('0001 fffd'), 2, 0, 4)).toBe(false);
  });
});

describe('hexadecimal', () => {
  test('may have blanks between bytes, not within', () => {
    expect(parseHex(' 0aFF 10\n')).toEqual(Uint8Array.of(10, 255, 16));
    expect(parseHex('')).toEqual(new Uint8Array(0));
    expect(parseHex('0 a')).toBeNull();
    expect(parseHex('abc')).toBeNull();
    expect(parseHex('0x12')).toBeNull();
  });

  test('in code must be right', () => {
    expect(() => hex('zz')).toThrow(RangeError);
  });
});

describe('text', () => {
  test.each([
    ['ascii', 'GET / HTTP/1.1\r\n', '474554202f20485454502f312e310d0a'],
    ['two bytes', 'é', 'c3a9'],
    ['three bytes', '漂移', 'e6bc82e7a7bb'],
    ['four bytes', '🚦', 'f09f9aa6'],
    [
      'the edges',
      '\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}',
      '7fc280dfbfe0a080efbfbff0908080f48fbfbf',
    ],
  ])('%s', (_name, text, bytes) => {
    expect(hexText(asciiBytes(text))).toBe(bytes);
    expect(bytesText(hex(bytes))).toBe(text);
  });

  test('that is not well formed is replaced', () => {
    expect(hexText(asciiBytes('a\ud83db'))).toBe('61efbfbd62');
    expect(bytesText(hex('61 c0af 62'))).toBe('a\ufffd\ufffdb');
    expect(bytesText(hex('e6bc'))).toBe('\ufffd');
    expect(bytesText(hex('eda080'))).toBe('\ufffd\ufffd\ufffd');
    expect(bytesText(hex('f4908080'))).toBe('\ufffd\ufffd\ufffd\ufffd');
  });
});
