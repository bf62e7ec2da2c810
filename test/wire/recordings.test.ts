/**
 * Every frame of the recordings, decoded and encoded again: the same bytes, and why those without a record
 * have none.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hex, hexText } from '../../src/wire/bytes.ts';
import { decodeFrame, encodeFrame, frameLength } from '../../src/wire/codec.ts';
import { ARP, type Frame, IPV4 } from '../../src/wire/ethernet.ts';
import { ICMP, IGMP, protocolOf, RAW_PACKET, TCP, UDP, VRRP } from '../../src/wire/ipv4.ts';

const RECORDINGS = new URL('../recordings/', import.meta.url);

/** All frames of a file, wherever in it they stand. */
function framesOf(file: string): string[] {
  const text = readFileSync(new URL(`${file}.json`, RECORDINGS), 'utf8');
  return [...text.matchAll(/"((?:[0-9a-f]{2}){28,})"/g)].map((match) => match[1] as string);
}

const PROTOCOLS: Readonly<Record<number, string>> = {
  [ICMP]: 'ICMP',
  [IGMP]: 'IGMP',
  [TCP]: 'TCP',
  [UDP]: 'UDP',
  [VRRP]: 'VRRP',
};

/** The protocol, or why there is no record; told from the bytes, not from the decoder. */
function kindOf(frame: Frame, text: string): string {
  if (frame.kind === ARP) return 'ARP';
  if (frame.kind === IPV4) {
    const protocol = protocolOf(frame.payload);
    const name = PROTOCOLS[protocol] ?? '';
    return frame.payload.kind === RAW_PACKET ? `raw: ${rawReason(protocol, text)}` : name;
  }
  const { etherType, bytes } = frame.payload;
  if (etherType === 0x86dd) return 'raw: IPv6';
  if (etherType === 0x8100) return 'raw: VLAN';
  if (etherType === ARP)
    return `raw: ARP ${text.slice(28, 40)} op ${Number.parseInt(text.slice(40, 44), 16)}`;
  return `raw: ${etherType.toString(16)}, ${bytes.length} bytes`;
}

function rawReason(protocol: number, text: string): string {
  if (protocol === 51) return 'authentication header';
  if (protocol === VRRP && text[68] === '3') return 'VRRP version 3';
  const length = Number.parseInt(text.slice(32, 36), 16) - 20;
  const wanted = 16 + 4 * Number.parseInt(text.slice(74, 76), 16);
  if (protocol === VRRP && length !== wanted) return `VRRP of ${length} bytes, not ${wanted}`;
  return `${PROTOCOLS[protocol] ?? protocol}, checksum ${checksumField(protocol, text)}`;
}

function checksumField(protocol: number, text: string): string {
  const at = 2 * (34 + (protocol === TCP ? 16 : protocol === UDP || protocol === VRRP ? 6 : 2));
  return text.slice(at, at + 4);
}

/** Holds that every frame keeps its bytes; returns how many there are of each kind. */
function check(file: string): string {
  const kinds = new Map<string, number>();
  for (const text of framesOf(file)) {
    const bytes = hex(text);
    const frame = decodeFrame(bytes);
    const encoded = encodeFrame(frame);
    expect(frameLength(frame)).toBe(encoded.length);
    let kind = kindOf(frame, text);
    if (encoded.length < bytes.length) kind += ', padded';
    expect(hexText(encoded).padEnd(kind.endsWith(', padded') ? 120 : 0, '0')).toBe(text);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const counts = [...kinds].map(([kind, count]) => `${count} ${kind}`);
  return counts.join('; ');
}

describe('VRRP', () => {
  test.each([
    ['01-cold-start-both', '4 IGMP; 9 VRRP; 10 ARP'],
    ['02-sigterm-master', '8 IGMP; 22 VRRP; 25 ARP'],
    ['11-v3-advert-int-0.5', '6 IGMP; 18 raw: VRRP version 3; 10 ARP'],
    ['16-auth-ah', '6 IGMP; 12 raw: authentication header; 15 ARP'],
    ['17-no-auth', '6 IGMP; 12 VRRP; 15 ARP'],
    ['30-ipv6-v3', '58 raw: IPv6'],
    ['32-garp-defaults', '2 IGMP; 9 VRRP; 30 ARP'],
    ['40-twenty-vips', '6 IGMP; 12 VRRP; 300 ARP'],
    [
      '46-forged-bad-ttl-checksum',
      `4 VRRP, padded; 2 raw: VRRP, checksum af2d, padded; 2 raw: VRRP version 3, padded;
       2 raw: VRRP of 20 bytes, not 36, padded; 4 IGMP; 14 VRRP; 10 ARP`,
    ],
    ['72-forged-other-vrid', '8 VRRP, padded; 4 IGMP; 10 VRRP; 10 ARP'],
  ])('%s', (name, kinds) => {
    expect(check(`vrrp/${name}`)).toBe(kinds.replace(/\s+/g, ' '));
  });
});

describe('a Linux host', () => {
  test.each([
    ['m1a-arp-reply-single-nic', '1326 ARP'],
    ['m1b-arp-ignore-all-vs-iface', '110 ARP'],
    ['m1c-arp-reply-rp_filter-arp_filter', '233 ARP'],
    ['m1f-arp-reply-vip-slash24-on-lo', '159 ARP'],
    [
      'm1g-arp-request-validation',
      `21 ARP; 1 raw: ARP 000108000604 op 1; 1 raw: ARP 000186dd0604 op 1; 1 raw: ARP 000108000610 op 1;
       1 raw: ARP 000108000604 op 0; 1 raw: ARP 000108000604 op 5; 1 raw: VLAN`,
    ],
    ['m3a-garp-neighbour-matrix', '904 ARP; 93 UDP; 31 raw: ARP 000108000604 op 3'],
    ['m3b-locktime', '33 ARP'],
    ['m3c-arp_notify', '41 ARP'],
    ['m3c2-arp_notify-slash32', '3 ARP'],
    ['m3d-garp-switchover', '73 ARP; 1 ICMP'],
    ['m3e-no-garp-del', '9 ARP'],
    ['m3e-no-garp-down', '7 ARP'],
    ['m3f-keepalived-real-failover', '30 ARP; 21 VRRP'],
    ['m3g-garp-delay-and-accept', '58 ARP; 2 raw: ARP 000108000604 op 3'],
    ['m3h-split-brain', '66 ARP'],
    [
      'm5-host-input',
      `164 ICMP; 24 UDP; 2 TCP; 4 raw: VRRP of 8 bytes, not 20; 2 raw: ICMP, checksum 0000;
       2 raw: UDP, checksum 1234; 2 raw: TCP, checksum 1234`,
    ],
    ['m6-errors-seen-by-applications', '14 ARP; 13 TCP; 18 ICMP; 4 UDP'],
    ['m6-failover-client-idle', '9 ARP; 14 TCP'],
    ['m6-failover-client-sends', '14 ARP; 18 TCP'],
    ['m6-failover-in-flight', '5 ARP; 22 TCP'],
    ['m6-http-get-python-http.server', '4 ARP; 24 TCP'],
    ['m6-http-get-tiny', '4 ARP; 20 TCP'],
    ['m6-http-get-tiny-big', '4 ARP; 36 TCP'],
    ['m6-keepalive', '2 ARP; 11 TCP'],
    ['m6-rst-forms', '24 TCP'],
    ['m6-rto-neigh', '10 ARP; 23 TCP'],
    ['m6-rto-neigh-failed', '11 ARP; 13 TCP'],
    ['m6-rto-retries5-perm', '21 TCP; 4 ARP'],
    ['m6-server-vip-removed-and-back', '8 ARP; 26 TCP'],
    ['m6-syn-retries2', '6 TCP'],
  ])('%s', (name, kinds) => {
    expect(check(`linux/${name}`)).toBe(kinds.replace(/\s+/g, ' '));
  });
});

describe('IPVS', () => {
  test('B-dr-01', () => {
    expect(check('ipvs/B-dr-01')).toBe('10 ARP; 45 TCP');
  });
});
