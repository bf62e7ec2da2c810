/**
 * Every recorded file with the verdict of the real `keepalived -t`: the same messages in the same order at
 * the same lines, and the same values. Files that use what is not simulated must say so instead.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type ConfigReading, readConfig } from '../../../src/keepalived/conf/read-config.ts';
import { messageText } from '../../../src/keepalived/conf/report.ts';
import { summaryOf } from './summary.ts';

const FOLDER = fileURLToPath(new URL('../../recordings/conf/', import.meta.url));

interface Recording {
  readonly exitCode: number | null;
  readonly messages: readonly { file: string | null; line: number | null; text: string }[];
  readonly values: { readonly summary?: Summary } | null;
}

interface Summary {
  readonly routerId: unknown;
  readonly smtpServer: unknown;
  readonly vrrp: readonly object[];
  readonly virtualServers: readonly object[];
  readonly checkers: readonly Checker[];
}

interface Checker {
  readonly retries: number;
  readonly delayBeforeRetryUs: number;
}

/** What decides verdicts on the host of the recordings. */
const INTERFACES = ['lo', 'ens33', 'ens34', 'p33', 'p34'];

/** What a text contains that is beyond this reader, and what it says then. */
const BEYOND: readonly { readonly uses: RegExp; readonly what: string; readonly code: RegExp }[] = [
  { uses: /^\s*(@\S+ )?include[rmwba]? \S/m, what: 'include', code: /^(include|condition)-not-simulated$/ },
  { uses: /^\$\w+=|^\s+\$\w+=|\$\{_[A-Z]/m, what: 'definitions', code: /^definition-not-simulated$/ },
  { uses: /^\s*@/m, what: 'conditions', code: /^condition-not-simulated$/ },
  { uses: /^\s*~(SEQx?|LST)\(/m, what: 'sequences', code: /^sequence-not-simulated$/ },
  { uses: /[^\n ]:[^\n ]*:|\bf[de][0-9a-f]{2}::/, what: 'IPv6', code: /^(ipv6|keyword)-not-simulated$/ },
  { uses: /virtual_server (fwmark|group)/, what: 'services', code: /^service-not-simulated$/ },
  { uses: /^\s*track_\w+/m, what: 'tracking', code: /^keyword-not-simulated$/ },
  { uses: /^vrrp_(script|sync_group|track_\w+)/m, what: 'scripts, groups', code: /^keyword-not-simulated$/ },
  { uses: /^\s*(notify|quorum)_\w+/m, what: 'scripts called', code: /^keyword-not-simulated$/ },
  { uses: /^(bfd_instance|garp_group|SSL|static_\w+)/m, what: 'blocks', code: /^keyword-not-simulated$/ },
  { uses: /^(linkbeat|interface_up)_\w+ \{/m, what: 'link debouncing', code: /^keyword-not-simulated$/ },
  { uses: /^\s*(virtual_r\w+s|use_vmac|lvs_\w+_?daemon)/m, what: 'others', code: /^keyword-not-simulated$/ },
  { uses: /\b(?!TCP)[A-Z]+_(CHECK|GET) \{/, what: 'other checkers', code: /^keyword-not-simulated$/ },
  { uses: /\btype (gre|gue port)/, what: 'tunnels', code: /^tunnel-not-simulated$/ },
  { uses: /\ufffd/, what: 'bytes that are not UTF-8', code: /^binary-file$/ },
];

const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.slice(0, -'.json'.length));

function recordingOf(name: string): { text: string; recording: Recording; reading: ConfigReading } {
  // Not by readFileSync's own decoder: it would take a byte order mark away.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(readFileSync(`${FOLDER}${name}.conf`));
  const recording = JSON.parse(readFileSync(`${FOLDER}${name}.json`, 'utf8')) as Recording;
  return { text, recording, reading: readConfig(text, `${name}.conf`, { interfaces: INTERFACES }) };
}

function usesBeyond(name: string): (typeof BEYOND)[number] | undefined {
  const { text } = recordingOf(name);
  return BEYOND.find(({ uses }) => uses.test(text));
}

const beyond = names.filter((name) => usesBeyond(name) !== undefined);
const within = names.filter((name) => usesBeyond(name) === undefined);

describe('the verdict of keepalived -t', () => {
  test('most recorded files lie within what is simulated', () => {
    expect(names).toHaveLength(212);
    expect(within.length).toBeGreaterThanOrEqual(130);
  });

  test.each(within)('%s', (name) => {
    const { recording, reading } = recordingOf(name);
    const shown = recording.messages.map(({ file, line, text }) => {
      if (line === null) return text;
      return file === null ? `(Line ${line}) ${text}` : `(${file}: Line ${line}) ${text}`;
    });
    expect(reading.messages.map((message) => messageText(message, `${name}.conf`))).toEqual(shown);
    expect(reading.messages.length === 0).toBe(recording.exitCode === 0);
    if (recording.exitCode === 2) expect(reading.usable).toBe(false);
    for (const { text } of recording.messages) {
      expect(reading.problems.map(({ message }) => message)).toContain(text);
    }
  });

  test.each(beyond)('%s uses what is not simulated, and is told so', (name) => {
    const { reading } = recordingOf(name);
    const codes = reading.problems.map(({ code }) => code);
    expect(codes.filter((code) => usesBeyond(name)?.code.test(code))).not.toEqual([]);
  });
});

describe('the values keepalived reads', () => {
  /** The dumps of a few broken files are themselves broken. */
  const comparable = within.filter((name) => {
    const summary = recordingOf(name).recording.values?.summary;
    return summary !== undefined && (summary.routerId === null || typeof summary.routerId === 'string');
  });

  test.each(comparable)('%s', (name) => {
    const { recording, reading } = recordingOf(name);
    const recorded = recording.values?.summary as Summary;
    const read = summaryOf(reading.config);
    // The log that the values come from cuts long lines.
    const long = typeof recorded.routerId === 'string' && recorded.routerId.length > 400;
    if (long) expect(read.routerId?.startsWith(recorded.routerId as string)).toBe(true);
    else expect(read.routerId).toBe(recorded.routerId);
    expect(read.smtpServer).toBe(recorded.smtpServer);
    expect(read.vrrp).toHaveLength(recorded.vrrp.length);
    for (const [index, instance] of read.vrrp.entries()) expect(recorded.vrrp[index]).toMatchObject(instance);
    expect(read.virtualServers).toHaveLength(recorded.virtualServers.length);
    for (const [index, server] of read.virtualServers.entries()) {
      expect(recorded.virtualServers[index]).toMatchObject(server);
    }
    // The pause before a retry is not printed where there is none.
    const compared = ({ retries, delayBeforeRetryUs, ...checker }: Checker): object =>
      retries === 0 ? { retries, ...checker } : { retries, delayBeforeRetryUs, ...checker };
    expect(read.checkers.map(compared)).toEqual(recorded.checkers.map(compared));
  });
});
