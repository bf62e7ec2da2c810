import { describe, expect, test } from 'vitest';
import { decimalText, readBoolean, readDecimal, readInteger } from '../../../src/keepalived/conf/numbers.ts';

describe('integers', () => {
  test.each([
    ['010', 10],
    ['+90', 90],
    [' 5', 5],
    ['255', 255],
  ])('%j is taken', (text, value) => {
    expect(readInteger(text, 1, 255)).toEqual({ complaints: [], value, accepted: true });
  });

  test.each([
    ['-5', "negative number '-5'", null],
    ['-', "negative number '-'", null],
    ['256', "number '256' outside range [1, 255]", null],
    ['', "number '' outside range [1, 255]", null],
    ['4294967296', "number '4294967296' outside unsigned integer range", null],
    ['0x50', "invalid number '0x50'", null],
    ['+-5', "invalid number '+-5'", null],
    ['99.5', "invalid number '99.5'", 99],
    ['5 ', "invalid number '5 '", 5],
    ['１', "invalid number '１'", null],
  ])('%j is refused', (text, complaint, value) => {
    expect(readInteger(text, 1, 255)).toEqual({ complaints: [complaint], value, accepted: false });
  });

  test('signed ones know numbers below 0, and other limits', () => {
    expect(readInteger('-20', -20, 19).accepted).toBe(true);
    expect(readInteger('-21', -20, 19).complaints).toEqual(["number '-21' outside range [-20, 19]"]);
    expect(readInteger('--5', -20, 19).complaints).toEqual(["invalid number '--5'"]);
    expect(readInteger('4294967295', 2, 3, true).complaints).toEqual([
      "number '4294967295' outside integer range",
    ]);
  });
});

describe('decimals', () => {
  const read = (text: string) => readDecimal(text, 1n, 4_294_967_295n);

  test.each([
    ['1.5', 1_500_000n],
    ['.5', 500_000n],
    ['5.', 5_000_000n],
    ['+1', 1_000_000n],
    ['0.000001', 1n],
  ])('%j is taken', (text, value) => {
    expect(read(text)).toEqual({ complaints: [], value, accepted: true });
  });

  test('text after the digits makes microseconds of them', () => {
    expect(read('5s')).toEqual({ complaints: ["invalid number '5s'"], value: 5n, accepted: true });
    expect(read('1e3')).toEqual({ complaints: ["invalid number '1e3'"], value: 1n, accepted: true });
    expect(read('1.5x')).toEqual({ complaints: ["invalid number '1.5x'"], value: 15n, accepted: true });
    expect(read('six')).toEqual({ complaints: ["invalid number 'six'"], value: null, accepted: false });
  });

  test('more than six decimals are said, and rounded', () => {
    expect(read('1.9999999')).toEqual({
      complaints: ["number '1.9999999' has too many decimal places"],
      value: 2_000_000n,
      accepted: true,
    });
  });

  test.each([
    ['0', "number '0' outside range [0.000001, 4294.967295]"],
    ['.', "number '.' outside range [0.000001, 4294.967295]"],
    ['5000', "number '5000' outside range [0.000001, 4294.967295]"],
    ['-1', "negative number '-1'"],
    ['99999999999999999999', "number '99999999999999999999' outside unsigned decimal range"],
  ])('%j is refused', (text, complaint) => {
    expect(read(text)).toEqual({ complaints: [complaint], value: null, accepted: false });
  });

  test('are printed with six places', () => {
    expect(decimalText(1_500_000n)).toBe('1.500000');
    expect(decimalText(18_446_744_073_709_551_614n)).toBe('18446744073709.551614');
  });
});

test('booleans are six words in lower case', () => {
  expect(['on', 'true', 'yes'].map(readBoolean)).toEqual([true, true, true]);
  expect(['off', 'false', 'no'].map(readBoolean)).toEqual([false, false, false]);
  expect(['TRUE', '1', '0', 'maybe', ''].map(readBoolean)).toEqual([null, null, null, null, null]);
});
