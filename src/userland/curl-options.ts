/** The command line of curl 7.88, as far as it is simulated. */
import { SECOND } from '../engine/time.ts';
import type { HttpHeader } from '../wire/http.ts';

export interface CurlOptions {
  readonly urls: readonly string[];
  /** No words about failures, unless `showErrors`. */
  readonly silent: boolean;
  readonly showErrors: boolean;
  /** -i: the response's headers before its body. */
  readonly include: boolean;
  /** -f: a status from 400 on is a failure, and its body is not shown. */
  readonly fail: boolean;
  /** Where the body goes; null: to the person. */
  readonly output: string | null;
  /** null: none, or that of curl itself. */
  readonly timeoutNs: number | null;
  readonly connectTimeoutNs: number | null;
  readonly userAgent: string | null;
  readonly headers: readonly HttpHeader[];
}

/** Short letter, long name, and whether a value follows. */
const KNOWN = [
  ['s', 'silent', false],
  ['S', 'show-error', false],
  ['i', 'include', false],
  ['f', 'fail', false],
  ['4', 'ipv4', false],
  ['o', 'output', true],
  ['m', 'max-time', true],
  ['', 'connect-timeout', true],
  ['A', 'user-agent', true],
  ['H', 'header', true],
] as const;
type Name = (typeof KNOWN)[number][1];

/** Options of the real curl a person is likely to try; any other is unknown here. */
const OTHER_SHORT = 'abBcCdDeEFgGhIjJkKlLMnNOpPqQrRtTuUvVwxXyYzZ0123';
const OTHER_LONG: ReadonlySet<string> = new Set(
  (
    'verbose head location write-out data data-binary data-raw request insecure user cookie ' +
    'cookie-jar compressed retry retry-delay interface local-port resolve proxy no-keepalive ' +
    'keepalive-time http1.0 http1.1 http2 http0.9 trace trace-ascii dump-header remote-name ' +
    'url limit-rate version help range form upload-file parallel fail-with-body ' +
    'no-progress-meter progress-bar'
  ).split(' '),
);

/** Text: what curl complains of before it tries anything. */
export function readCurlOptions(words: readonly string[]): CurlOptions | string {
  const urls: string[] = [];
  const values = new Map<Name, string>();
  const headers: HttpHeader[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    if (!word.startsWith('-') || word === '-') {
      if (word === '-') return 'option -: is unknown';
      urls.push(word);
      continue;
    }
    const isLong = word.startsWith('--');
    const letters = isLong ? [word.slice(2)] : [...word.slice(1)];
    for (let i = 0; i < letters.length; i++) {
      const letter = letters[i] as string;
      const shown = isLong ? word : `-${letter}`;
      const known = KNOWN.find(([short, long]) => (isLong ? long === letter : short === letter));
      if (known === undefined) return unknown(letter, isLong, shown);
      const [, name, takesValue] = known;
      let value = '';
      if (takesValue) {
        const glued = isLong ? '' : word.slice(i + 2);
        const given = glued === '' ? words[++at] : glued;
        if (given === undefined) return `option ${shown}: requires parameter`;
        value = given;
        i = letters.length;
      }
      const complaint = complaintAbout(name, value, shown);
      if (complaint !== null) return complaint;
      if (name === 'header') headers.push(...headerFrom(value));
      else values.set(name, value);
    }
  }
  return optionsFrom(urls, values, headers);
}

function unknown(name: string, isLong: boolean, shown: string): string {
  const isReal = isLong ? OTHER_LONG.has(name) : OTHER_SHORT.includes(name);
  return isReal ? `option ${shown}: is not simulated` : `option ${shown}: is unknown`;
}

function complaintAbout(name: Name, value: string, shown: string): string | null {
  if (name !== 'max-time' && name !== 'connect-timeout') return null;
  if (!/^-?\d+(\.\d*)?$/.test(value)) return `option ${shown}: expected a proper numerical parameter`;
  return value.startsWith('-') ? `option ${shown}: expected a positive numerical parameter` : null;
}

/** `Name: value`; without a value it takes one of curl's own away. */
function headerFrom(text: string): HttpHeader[] {
  const colon = text.indexOf(':');
  return colon <= 0 ? [] : [[text.slice(0, colon), text.slice(colon + 1).trim()]];
}

function optionsFrom(
  urls: readonly string[],
  values: ReadonlyMap<Name, string>,
  headers: readonly HttpHeader[],
): CurlOptions {
  return {
    urls,
    silent: values.has('silent'),
    showErrors: values.has('show-error'),
    include: values.has('include'),
    fail: values.has('fail'),
    output: values.get('output') ?? null,
    timeoutNs: nanoseconds(values.get('max-time')),
    connectTimeoutNs: nanoseconds(values.get('connect-timeout')),
    userAgent: values.get('user-agent') ?? null,
    headers,
  };
}

/** Whole milliseconds; 0 means none. */
function nanoseconds(text: string | undefined): number | null {
  const ms = Math.floor(Number(text ?? 0) * 1000);
  return ms === 0 ? null : (ms * SECOND) / 1000;
}
