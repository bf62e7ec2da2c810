/**
 * The scalars of a scenario: each reads one YAML value into what the simulator works with (nanoseconds,
 * int32, Mac) or complains in a sentence, and carries the JSON Schema an editor checks it by.
 */
import * as z from 'zod';
import { parseDurationNs } from '../../engine/time.ts';
import {
  ipText,
  isLoopback,
  isMulticast,
  maskOf,
  type Prefix,
  parseIp,
  parsePrefix,
} from '../../wire/ip-address.ts';
import { MAC_ZERO, Mac } from '../../wire/mac.ts';

/** Why a value is refused. */
export class Complaint {
  constructor(
    readonly code: string,
    readonly message: string,
    readonly hint: string | null = null,
  ) {}
}

/** A zod type that is read by a function and shown to editors as `jsonSchema`. */
export function scalar<T>(jsonSchema: z.core.GlobalMeta, read: (raw: unknown) => T | Complaint) {
  return z
    .unknown()
    .meta(jsonSchema)
    .transform((raw, context): T => {
      const value = read(raw);
      if (!(value instanceof Complaint)) return value;
      const { code, message, hint } = value;
      context.addIssue({ code: 'custom', message, params: { code, hint } });
      return z.NEVER;
    });
}

/** A value as a message shows it. */
export function shown(raw: unknown): string {
  if (raw === null || raw === undefined) return 'nothing';
  if (Array.isArray(raw)) return 'a list';
  if (typeof raw === 'object') return 'a map';
  if (typeof raw === 'string') return JSON.stringify(raw.length > 60 ? `${raw.slice(0, 60)}…` : raw);
  return String(raw);
}

/** "a time is wanted here, not a list". */
export function wanted(what: string, raw: unknown): string {
  return raw === null ? `${what} is missing here` : `${what} is wanted here, not ${shown(raw)}`;
}

/** A map whose keys are all known. The message of an `unrecognized_keys` issue lists them, for the hint. */
export function strictMap<S extends z.core.$ZodShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });
}

function readText(raw: unknown): string | Complaint {
  if (typeof raw === 'number' || typeof raw === 'boolean') {
    return new Complaint('bad-value', `${raw} is not a text`, `put it in quotes: '${raw}'`);
  }
  return typeof raw === 'string' ? raw : new Complaint('bad-value', wanted('a text', raw));
}

/** Any text, as it stands. */
export function text(description: string) {
  return scalar({ type: 'string', description }, readText);
}

/** One line of text, without the blanks around it. */
export function line(description: string) {
  return scalar({ type: 'string', pattern: '\\S', description }, (raw) => {
    const read = readText(raw);
    if (read instanceof Complaint) return read;
    const text = read.trim();
    if (text === '') return new Complaint('bad-value', 'an empty text');
    if (text.includes('\n')) return new Complaint('bad-value', 'a text of several lines where one is wanted');
    return text;
  });
}

const DURATION_PATTERN = '^\\s*\\d+(\\.\\d+)?\\s*(ns|us|ms|s|min|m|h)\\s*$';
const DURATION_UNITS = 'units are ns, us, ms, s, m and h, as in 30s, 100ms or 3.65s';

function readDuration(raw: unknown): number | Complaint {
  if (typeof raw === 'number' || (typeof raw === 'string' && /^\s*[\d.]+\s*$/.test(raw))) {
    return new Complaint('bad-duration', `the time ${raw} has no unit`, `write ${raw}s or ${raw}ms`);
  }
  if (typeof raw !== 'string') return new Complaint('bad-duration', wanted('a time', raw));
  const ns = parseDurationNs(raw);
  if (ns !== null) return ns;
  if (new RegExp(DURATION_PATTERN).test(raw)) {
    return new Complaint('bad-duration', `${raw.trim()} is longer than the 104 days a run can last`);
  }
  return new Complaint('bad-duration', `${shown(raw)} is not a time`, DURATION_UNITS);
}

/** A time with its unit, in ns. */
export function duration(description: string) {
  return scalar({ type: 'string', pattern: DURATION_PATTERN, description }, readDuration);
}

/** A time with its unit that is not zero. */
export function interval(description: string) {
  return scalar({ type: 'string', pattern: DURATION_PATTERN, description }, (raw) => {
    const ns = readDuration(raw);
    return ns === 0 ? new Complaint('bad-duration', 'this time must be longer than 0') : ns;
  });
}

const IP_PATTERN = '^\\d{1,3}(\\.\\d{1,3}){3}$';

/** An IPv4 address, as an int32. */
export function ipAddress(description: string) {
  return scalar({ type: 'string', pattern: IP_PATTERN, description }, (raw) => {
    const ip = typeof raw === 'string' ? parseIp(raw) : null;
    if (ip !== null) return ip;
    const hint = typeof raw === 'string' && parsePrefix(raw) !== null ? 'leave out the /length' : null;
    return new Complaint('bad-address', `${shown(raw)} is not an IPv4 address`, hint);
  });
}

/** An address of a host with the length of its prefix. */
export const hostAddress = scalar(
  {
    type: 'string',
    pattern: '^\\d{1,3}(\\.\\d{1,3}){3}/\\d{1,2}$',
    description: 'IPv4 address with prefix length, as in 192.168.100.100/24',
  },
  (raw): Prefix | Complaint => {
    const prefix = typeof raw === 'string' ? parsePrefix(raw) : null;
    if (prefix === null) {
      return new Complaint('bad-address', `${shown(raw)} is not an IPv4 address`, 'as in 192.168.100.100/24');
    }
    const { ip, length } = prefix;
    if (!String(raw).includes('/')) {
      return new Complaint('bad-address', `${raw} has no prefix length`, `write ${raw}/24`);
    }
    if (ip >>> 24 === 0 || isMulticast(ip) || isLoopback(ip) || ip === -1) {
      return new Complaint('bad-address', `${ipText(ip)} cannot be the address of a host`);
    }
    const hostBits = ip & ~maskOf(length);
    if (length < 31 && (hostBits === 0 || hostBits === ~maskOf(length))) {
      const kind = hostBits === 0 ? 'a network' : 'the broadcast address of a network';
      return new Complaint('bad-address', `${raw} is ${kind}, not a host in it`);
    }
    return prefix;
  },
);

export const macAddress = scalar(
  {
    type: 'string',
    pattern: '^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}$',
    description:
      "Ethernet address; default 02:00:00:00:00:XX, XX the last byte of the interface's first address",
  },
  (raw): Mac | Complaint => {
    const mac = typeof raw === 'string' ? Mac.parse(raw) : null;
    if (mac === null) {
      return new Complaint(
        'bad-mac',
        `${shown(raw)} is not an Ethernet address`,
        "as in '02:00:00:00:00:64'",
      );
    }
    if (mac.isGroup || mac === MAC_ZERO) {
      return new Complaint(
        'bad-mac',
        `${mac} cannot be the address of a card`,
        'its first byte must be even, and not all of it 0',
      );
    }
    return mac;
  },
);

/** A whole number from 0. */
export function count(description: string) {
  return scalar({ type: 'integer', minimum: 0, description }, (raw) =>
    typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= 0
      ? raw
      : new Complaint('bad-value', `${shown(raw)} is not a whole number from 0`),
  );
}

export const lossProbability = scalar(
  { type: 'number', minimum: 0, maximum: 1, description: 'Share of the frames that is lost, 0 to 1' },
  (raw) => {
    if (typeof raw === 'number' && raw >= 0 && raw <= 1) return raw;
    const percent = typeof raw === 'string' ? /^(\d+(?:\.\d+)?)\s*%$/.exec(raw) : null;
    const hint = percent === null ? 'as in 0.01 for one in a hundred' : `write ${Number(percent[1]) / 100}`;
    return new Complaint('bad-value', `${shown(raw)} is not a share between 0 and 1`, hint);
  },
);

const BITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 };

/** In bits per second, with the units of `tc`; default: without limit. */
export const bandwidth = scalar(
  {
    type: 'string',
    pattern: '^\\d+(\\.\\d+)?(bit|kbit|mbit|gbit)$',
    description: 'Bits per second, as in 1gbit or 100mbit; default: no limit',
  },
  (raw) => {
    const match = typeof raw === 'string' ? /^(\d+(?:\.\d+)?)(bit|kbit|mbit|gbit)$/.exec(raw) : null;
    const bits = Math.round(Number(match?.[1]) * (BITS[match?.[2] ?? ''] ?? Number.NaN));
    if (bits > 0 && Number.isSafeInteger(bits)) return bits;
    return new Complaint(
      'bad-value',
      `${shown(raw)} is not a bandwidth`,
      'units are bit, kbit, mbit and gbit, as in 1gbit',
    );
  },
);

export const seed = scalar(
  {
    type: ['string', 'integer'] as unknown as 'string',
    description: 'Number or text; same seed, same run. Default 1',
  },
  (raw) => {
    if (typeof raw === 'string' && raw !== '') return raw;
    if (Number.isSafeInteger(raw)) return String(raw);
    return new Complaint('bad-value', `${shown(raw)} is not a seed`, 'a whole number, or any text in quotes');
  },
);

export const keepalivedVersion = scalar(
  { enum: [2.2, '2.2'], description: 'Version of keepalived whose behaviour is simulated: 2.2 (default)' },
  (raw): '2.2' | Complaint =>
    raw === 2.2 || raw === '2.2'
      ? '2.2'
      : new Complaint(
          'not-simulated',
          `keepalived ${shown(raw)} is not simulated`,
          'write 2.2: it behaves as 2.2.7',
        ),
);

export interface HttpUrl {
  readonly url: string;
  readonly ip: number;
  readonly port: number;
  readonly path: string;
}

export const httpUrl = scalar(
  {
    type: 'string',
    pattern: '^http://\\d{1,3}(\\.\\d{1,3}){3}(:\\d+)?(/\\S*)?$',
    description: 'What to get, as in http://192.168.100.10/ or http://192.168.100.10:8080/page',
  },
  (raw): HttpUrl | Complaint => {
    const example = 'as in http://192.168.100.10/';
    if (typeof raw !== 'string') return new Complaint('bad-url', wanted('a URL', raw), example);
    const match = /^([a-z]+):\/\/([^\s/:]+)(?::(\d+))?(\/\S*)?$/i.exec(raw.trim());
    if (match === null) return new Complaint('bad-url', `${shown(raw)} is not a URL`, example);
    const [url, scheme = '', host = '', portText = '80', path = '/'] = match;
    if (scheme.toLowerCase() !== 'http') {
      return new Complaint('not-simulated', `${scheme} is not simulated`, 'requests go by http');
    }
    const ip = parseIp(host);
    if (ip === null) {
      return new Complaint(
        'not-simulated',
        `${shown(host)} is not an IPv4 address, and names are not resolved`,
        example,
      );
    }
    const port = Number(portText);
    if (port < 1 || port > 65535) return new Complaint('bad-url', `there is no port ${portText}`);
    return { url, ip, port, path };
  },
);

export const servedCount = scalar(
  {
    anyOf: [{ enum: ['some', 'none'] }, { type: 'integer', minimum: 0 }],
    description: 'Answers from this host: some, none, or exactly that many',
  },
  (raw): 'some' | 'none' | number | Complaint => {
    if (raw === 'some' || raw === 'none') return raw;
    if (typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= 0) return raw;
    return new Complaint('bad-value', `${shown(raw)} is neither some, none nor a number`);
  },
);
