/**
 * One line a frame, in the words of `tcpdump -n -S` 4.99 (sequence numbers as on the wire, for a line knows
 * of no other). Not told: what travels inside UDP, the Ethernet header, padding. Where tcpdump would dump
 * or dissect what has no record here, the line says what kind of thing it is and how long.
 */
import { ARP_REQUEST, type Arp } from './arp.ts';
import { u16From } from './bytes.ts';
import { ARP, type Frame, IPV4, type RawFrame } from './ethernet.ts';
import {
  ECHO_REPLY,
  ECHO_REQUEST,
  FRAGMENTATION_NEEDED,
  type Icmp,
  NET_UNREACHABLE,
  PARAMETER_PROBLEM,
  PORT_UNREACHABLE,
  PROTOCOL_UNREACHABLE,
  REDIRECT,
  TIME_EXCEEDED,
  UNREACHABLE,
} from './icmp.ts';
import { type Quote, readQuote } from './icmp-quote.ts';
import { ipText } from './ip-address.ts';
import { ICMP, IGMP, type Ipv4, protocolOf, RAW_PACKET, TCP, UDP, VRRP } from './ipv4.ts';
import { MAC_ZERO } from './mac.ts';
import { ACK, FIN, RST, SYN, type Tcp, type TcpOptions } from './tcp.ts';
import { ADVERTISEMENT, type Vrrp } from './vrrp.ts';

export function describeFrame(frame: Frame): string {
  switch (frame.kind) {
    case ARP:
      return `ARP, ${arpText(frame.payload)}, length 28`;
    case IPV4:
      return describePacket(frame.payload);
    default:
      return rawFrameText(frame);
  }
}

export function describePacket(packet: Ipv4): string {
  const src = ipText(packet.src);
  const dst = ipText(packet.dst);
  switch (packet.kind) {
    case TCP: {
      const { srcPort, dstPort } = packet.payload;
      return `IP ${src}.${srcPort} > ${dst}.${dstPort}: ${tcpText(packet.payload)}`;
    }
    case UDP: {
      const { srcPort, dstPort, data } = packet.payload;
      return `IP ${src}.${srcPort} > ${dst}.${dstPort}: UDP, length ${data.length}`;
    }
    case ICMP:
      return `IP ${src} > ${dst}: ${icmpText(packet.payload)}`;
    case VRRP:
      return `IP ${src} > ${dst}: ${vrrpText(packet.payload, packet.ttl)}`;
    case IGMP:
      return `IP ${src} > ${dst}: igmp v3 report, ${packet.payload.records.length} group record(s)`;
    default:
      return `IP ${src} > ${dst}:  ${rawPacketText(packet)}`;
  }
}

// ── ARP ──────────────────────────────────────────────────────────────────────────────────────────────

function arpText(arp: Arp): string {
  if (arp.op !== ARP_REQUEST) return `Reply ${ipText(arp.senderIp)} is-at ${arp.senderMac}`;
  const target = arp.targetMac === MAC_ZERO ? '' : ` (${arp.targetMac})`;
  return `Request who-has ${ipText(arp.targetIp)}${target} tell ${ipText(arp.senderIp)}`;
}

// ── TCP ──────────────────────────────────────────────────────────────────────────────────────────────

const FLAG_LETTERS = ['F', 'S', 'R', 'P', '.', 'U', 'E', 'W'];
const URG = 0x20;

function tcpText(tcp: Tcp): string {
  const length = tcp.data.length;
  const letters = FLAG_LETTERS.filter((_, bit) => tcp.flags & (1 << bit)).join('');
  let text = `Flags [${letters === '' ? 'none' : letters}]`;
  if (length > 0 || tcp.flags & (SYN | FIN | RST)) {
    text += `, seq ${tcp.seq >>> 0}${length > 0 ? `:${(tcp.seq + length) >>> 0}` : ''}`;
  }
  if (tcp.flags & ACK) text += `, ack ${tcp.ack >>> 0}`;
  text += `, win ${tcp.window}`;
  if (tcp.flags & URG) text += ', urg 0';
  const options = optionsText(tcp.options);
  if (options !== '') text += `, options [${options}]`;
  text += `, length ${length}`;
  const carriesHttp = length > 0 && (isHttp(tcp.srcPort) || isHttp(tcp.dstPort));
  return carriesHttp ? `${text}: ${httpText(tcp.data)}` : text;
}

function optionsText(options: TcpOptions): string {
  const parts: string[] = [];
  if (options.mss !== 0) parts.push(`mss ${options.mss}`);
  if (options.hasTimestamps) {
    parts.push(options.sackPermitted ? 'sackOK' : 'nop,nop');
    parts.push(`TS val ${options.tsVal >>> 0} ecr ${options.tsEcr >>> 0}`);
  } else if (options.sackPermitted) {
    parts.push('nop,nop,sackOK');
  }
  if (options.windowScale >= 0) parts.push(`nop,wscale ${options.windowScale}`);
  return parts.join(',');
}

// ── HTTP, as far as its first line goes ──────────────────────────────────────────────────────────────

const METHODS = 'GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE';
const REQUEST_LINE = new RegExp(`^(${METHODS})([ \\t]|$)`, 'i');
const STATUS_LINE = /^\S+[ \t]+\d{3}([ \t]|$)/;
const LINE_FEED = 10;
const MAX_LINE = 1000;

function isHttp(port: number): boolean {
  return port === 80 || port === 8080;
}

function httpText(data: Uint8Array): string {
  let line = '';
  for (const byte of data.subarray(0, MAX_LINE)) {
    if (byte === LINE_FEED) return startText(line.endsWith('\r') ? line.slice(0, -1) : line, '');
    line += String.fromCharCode(byte);
  }
  return startText(line, ' [|http]');
}

function startText(line: string, cutOff: string): string {
  const isText = /^[\t\x20-\x7e]*$/.test(line);
  const isStart = isText && (REQUEST_LINE.test(line) || STATUS_LINE.test(line));
  return isStart ? `HTTP: ${line}${cutOff}` : 'HTTP';
}

// ── ICMP ─────────────────────────────────────────────────────────────────────────────────────────────

function icmpText(icmp: Icmp): string {
  const text = icmpKindText(icmp);
  return text === null ? ' [|icmp]' : `ICMP ${text}, length ${8 + icmp.data.length}`;
}

/** Null for an error that quotes too little to tell what it is about. */
function icmpKindText(icmp: Icmp): string | null {
  const quote = readQuote(icmp.data);
  switch (icmp.type) {
    case ECHO_REQUEST:
      return `echo request, ${echoText(icmp)}`;
    case ECHO_REPLY:
      return `echo reply, ${echoText(icmp)}`;
    case UNREACHABLE:
      return quote && unreachableText(icmp, quote);
    case REDIRECT:
      return quote && redirectText(icmp, quote);
    case TIME_EXCEEDED:
      if (quote === null) return null;
      if (icmp.code === 0) return 'time exceeded in-transit';
      return icmp.code === 1 ? 'ip reassembly time exceeded' : `time exceeded-#${icmp.code}`;
    case PARAMETER_PROBLEM:
      if (quote === null) return null;
      return `parameter problem - ${icmp.code === 0 ? `octet ${icmp.rest >>> 24}` : `code ${icmp.code}`}`;
    default:
      return `type-#${icmp.type}`;
  }
}

function echoText(icmp: Icmp): string {
  return `id ${icmp.rest >>> 16}, seq ${icmp.rest & 0xffff}`;
}

/** By code; `%` stands for the address that cannot be reached. */
const UNREACHABLE_TEXT: Readonly<Record<number, string>> = {
  [NET_UNREACHABLE]: 'net % unreachable',
  1: 'host % unreachable',
  5: '% unreachable - source route failed',
  6: 'net % unreachable - unknown',
  7: 'host % unreachable - unknown',
  8: '% unreachable - source host isolated',
  9: 'net % unreachable - admin prohibited',
  10: 'host % unreachable - admin prohibited',
  11: 'net % unreachable - tos prohibited',
  12: 'host % unreachable - tos prohibited',
  13: 'host % unreachable - admin prohibited filter',
  14: 'host % unreachable - host precedence violation',
  15: 'host % unreachable - precedence cutoff',
};

function unreachableText(icmp: Icmp, quote: Quote): string {
  const dst = ipText(quote.dst);
  switch (icmp.code) {
    case PROTOCOL_UNREACHABLE:
      return `${dst} protocol ${quote.protocol} unreachable`;
    case PORT_UNREACHABLE: {
      if (quote.protocol === TCP) return `${dst} tcp port ${quote.dstPort} unreachable`;
      if (quote.protocol === UDP) return `${dst} udp port ${quote.dstPort} unreachable`;
      // Whatever the protocol, tcpdump takes the two bytes where a port would be.
      const port = u16From(icmp.data, ((u16From(icmp.data, 0) >>> 8) % 16) * 4 + 2);
      return `${dst} protocol ${quote.protocol} port ${port} unreachable`;
    }
    case FRAGMENTATION_NEEDED: {
      const mtu = icmp.rest & 0xffff;
      return `${dst} unreachable - need to frag${mtu === 0 ? '' : ` (mtu ${mtu})`}`;
    }
    default:
      return (UNREACHABLE_TEXT[icmp.code] ?? `% unreachable - #${icmp.code}`).replace('%', dst);
  }
}

const REDIRECT_TEXT: readonly (readonly [string, string])[] = [
  ['redirect', 'to net'],
  ['redirect', 'to host'],
  ['redirect-tos', 'to net'],
  ['redirect-tos', 'to host'],
];

function redirectText(icmp: Icmp, quote: Quote): string {
  const [verb, to] = REDIRECT_TEXT[icmp.code] ?? [`redirect-#${icmp.code}`, 'to'];
  return `${verb} ${ipText(quote.dst)} ${to} ${ipText(icmp.rest)}`;
}

// ── VRRP ─────────────────────────────────────────────────────────────────────────────────────────────

const AUTH_TEXT = ['none', 'simple', 'ah'];

function vrrpText(vrrp: Vrrp, ttl: number): string {
  const { version, type, vrid, priority, authType, advertInterval } = vrrp;
  if (type !== ADVERTISEMENT) return `VRRPv${version}, unknown type (${type})`;
  const kind = `VRRPv${version}, Advertisement`;
  if (version !== 2 && version !== 3) return kind;
  const strayTtl = ttl === 255 ? '' : `(ttl ${ttl}), `;
  const head = `${kind}, ${strayTtl}vrid ${vrid}, prio ${priority}`;
  const length = 16 + 4 * vrrp.addresses.length;
  if (version === 3) return `${head}, intvl ${advertInterval}cs, length ${length}`;
  const auth = AUTH_TEXT[authType] ?? `#${authType}`;
  return `${head}, authtype ${auth}, intvl ${advertInterval}s, length ${length}`;
}

// ── what has no record ───────────────────────────────────────────────────────────────────────────────

const ETHER_TYPE_TEXT: Readonly<Record<number, string>> = {
  [IPV4]: 'IPv4',
  [ARP]: 'ARP',
  33024: '802.1Q',
  34525: 'IPv6',
};
const MODELLED_PROTOCOLS = [ICMP, IGMP, TCP, UDP, VRRP];

function rawPacketText(packet: Ipv4): string {
  const protocol = protocolOf(packet);
  const length = packet.kind === RAW_PACKET ? packet.payload.bytes.length : 0;
  const remark = MODELLED_PROTOCOLS.some((known) => known === protocol) ? ' (not decoded)' : '';
  return `ip-proto-${protocol} ${length}${remark}`;
}

function rawFrameText(frame: RawFrame): string {
  const { etherType, bytes } = frame.payload;
  const name = ETHER_TYPE_TEXT[etherType] ?? 'Unknown';
  const number = `0x${etherType.toString(16).padStart(4, '0')}`;
  return `${frame.src} > ${frame.dst}, ethertype ${name} (${number}), length ${14 + bytes.length}`;
}
