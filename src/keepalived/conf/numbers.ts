/**
 * keepalived's readers of numbers and switches: what they accept, what they complain of, and what they leave
 * behind when they refuse. Integers and decimals are base ten; decimals are microseconds inside.
 * Source: [095-vrrp-numbers-forms], [207-vs-delay-loop], [209-vs-timers-bad], [220-rs-weights],
 * [251-global-bools].
 */
import { trimmed } from './words.ts';

export interface NumberRead<T> {
  /** What keepalived says about it. */
  readonly complaints: readonly string[];
  /**
   * Of a text that is no number: what the digits before the fault come to. null: nothing that could be used.
   */
  readonly value: T | null;
  readonly accepted: boolean;
}

const MAX_UNSIGNED = 2 ** 32 - 1;
const MAX_SIGNED = 2 ** 31 - 1;
const MAX_MICROSECONDS = 2n ** 64n - 1n;
const DECIMALS = 6;

/** The readers of signed and of unsigned numbers differ in what they say. */
export function readInteger(text: string, low: number, high: number, signed = low < 0): NumberRead<number> {
  const number = text.slice(trimmed(text).start);
  if (!signed && number.startsWith('-')) return refused<number>(`negative number '${text}'`, null);
  const digits = /^[+-]?\d+/.exec(number)?.[0] ?? '';
  const value = Number(digits);
  const inRange = value >= low && value <= high;
  if (digits !== number) return refused<number>(`invalid number '${text}'`, inRange ? value : null);
  if (!signed && value > MAX_UNSIGNED)
    return refused<number>(`number '${text}' outside unsigned integer range`, null);
  if (signed && (value > MAX_SIGNED || value < -MAX_SIGNED - 1)) {
    return refused<number>(`number '${text}' outside integer range`, null);
  }
  if (!inRange) return refused<number>(`number '${text}' outside range [${low}, ${high}]`, null);
  return { complaints: [], value, accepted: true };
}

/**
 * Seconds with up to six decimals, as microseconds. Text after the digits makes keepalived complain, but it
 * goes on with the digits before it taken as microseconds, if they lie in the range: `5s` is 5 µs.
 */
export function readDecimal(text: string, low: bigint, high: bigint): NumberRead<bigint> {
  const number = text.slice(trimmed(text).start);
  if (number.startsWith('-')) return refused<bigint>(`negative number '${text}'`, null);
  const dot = number.indexOf('.');
  const whole = dot < 0 ? number : number.slice(0, dot);
  const decimals = dot < 0 ? '' : number.slice(dot + 1);
  const complaints: string[] = [];
  let roundUp = 0n;
  if (decimals.length > DECIMALS) {
    complaints.push(`number '${text}' has too many decimal places`);
    if ((decimals[DECIMALS] as string) >= '5') roundUp = 1n;
  }
  const shifted = whole + decimals.slice(0, DECIMALS).padEnd(DECIMALS, '0');
  const digits = /^\+?\d*/.exec(shifted)?.[0] ?? '';
  const value = BigInt(digits.replace('+', '')) + roundUp;
  const inRange = value >= low && value <= high;
  const kept = inRange ? value : null;
  if (digits !== shifted) {
    complaints.push(`invalid number '${text}'`);
    return { complaints, value: kept, accepted: inRange };
  }
  if (value > MAX_MICROSECONDS) complaints.push(`number '${text}' outside unsigned decimal range`);
  else if (!inRange) {
    complaints.push(`number '${text}' outside range [${decimalText(low)}, ${decimalText(high)}]`);
  }
  return { complaints, value: kept, accepted: inRange };
}

/** True, false, or null for anything but the six words keepalived knows. */
export function readBoolean(text: string): boolean | null {
  if (text === 'on' || text === 'true' || text === 'yes') return true;
  if (text === 'off' || text === 'false' || text === 'no') return false;
  return null;
}

/** Microseconds as keepalived prints them: `0.000001`. */
export function decimalText(microseconds: bigint): string {
  return `${microseconds / 1_000_000n}.${String(microseconds % 1_000_000n).padStart(DECIMALS, '0')}`;
}

function refused<T>(complaint: string, value: T | null): NumberRead<T> {
  return { complaints: [complaint], value, accepted: false };
}
