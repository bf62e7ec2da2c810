/**
 * Hosts with real kernels on one segment, and what their cards saw, beside recordings of real hosts:
 * segments of both are brought to one form in which the random draws (ports, sequence numbers, timestamps,
 * IP ids) are relative.
 */
import { readFileSync } from 'node:fs';
import { Engine } from '../../src/engine/engine.ts';
import { MS, US } from '../../src/engine/time.ts';
import { Cable } from '../../src/link/cable.ts';
import { SENT } from '../../src/link/frame-tap.ts';
import { Nic } from '../../src/link/nic.ts';
import { Switch, type SwitchPort } from '../../src/link/switch.ts';
import type { Device } from '../../src/linux/device.ts';
import { Kernel } from '../../src/linux/kernel.ts';
import { hex } from '../../src/wire/bytes.ts';
import { decodeFrame } from '../../src/wire/codec.ts';
import { ARP, type Frame, IPV4, ipv4Frame } from '../../src/wire/ethernet.ts';
import { ip, ipText, parsePrefix } from '../../src/wire/ip-address.ts';
import { Ipv4Packet, TCP, type TcpPacket } from '../../src/wire/ipv4.ts';
import { Mac } from '../../src/wire/mac.ts';
import { ACK, FIN, NO_BYTES, NO_OPTIONS, PSH, RST, SYN, Tcp } from '../../src/wire/tcp.ts';

export interface RecordedFrame {
  readonly tMs: number;
  readonly at: string;
  readonly dir: 'tx' | 'rx';
  readonly hex: string;
  readonly txt: string;
}

export function readRecording<T>(name: string): T {
  const file = new URL(`../recordings/linux/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

export interface Timeline {
  readonly frames: readonly RecordedFrame[];
  readonly events: readonly { readonly tMs: number; readonly event: string; readonly error?: string }[];
}

// ── a segment of hosts ───────────────────────────────────────────────────────────────────────────────────

export interface Seen {
  readonly timeNs: number;
  readonly at: string;
  readonly dir: 'tx' | 'rx';
  readonly frame: Frame;
}

export class Host {
  constructor(
    readonly kernel: Kernel,
    readonly device: Device,
    readonly nic: Nic,
    readonly port: SwitchPort,
  ) {}

  /** `192.168.100.10/32` on ens33. */
  add(prefix: string): void {
    const parsed = parsePrefix(prefix);
    if (parsed === null) throw new RangeError(prefix);
    this.kernel.addresses.add(this.device, parsed.ip, parsed.length);
  }

  remove(prefix: string): void {
    const parsed = parsePrefix(prefix);
    if (parsed === null) throw new RangeError(prefix);
    this.kernel.addresses.remove(this.device, parsed.ip, parsed.length);
  }

  set(key: string, value: number | string): void {
    this.kernel.sysctl.set(key, String(value));
  }

  /** `ip neigh replace ADDRESS lladdr MAC nud permanent` */
  neighbour(address: string, mac: string): void {
    const neighbour = this.kernel.neighbours.findOrCreate(this.device, ip(address));
    this.kernel.neighbours.update(neighbour, Mac.parse(mac) as Mac, 'PERMANENT', true, 'command');
  }
}

export class Segment {
  readonly engine: Engine;
  readonly seen: Seen[] = [];
  private readonly bridge: Switch;

  constructor(seed = '1') {
    this.engine = new Engine({ seed });
    this.bridge = new Switch(this.engine, 'sw');
  }

  /**
   * A host whose MAC ends in `lastByte`, on the switch, as the recordings have them (tcp_rmem of 32 MiB).
   */
  host(name: string, lastByte: number, ...prefixes: string[]): Host {
    const { engine } = this;
    const nic = new Nic(engine, `${name}:ens33`, Mac.of(0x020000000000 + lastByte));
    const port = this.bridge.addPort(name);
    const cable = new Cable(engine, `${name}-sw`, nic, port, { latencyNs: 2 * US });
    nic.plug(cable.endA);
    port.plug(cable.endB);
    cable.connect();
    const kernel = new Kernel(engine, name);
    const device = kernel.addNic('ens33', nic);
    const host = new Host(kernel, device, nic, port);
    kernel.setLink(device, true);
    for (const prefix of prefixes) host.add(prefix);
    host.set('net.ipv4.tcp_rmem', '4096 131072 33554432');
    nic.tap = {
      frame: (at, direction, frame) => {
        const dir = direction === SENT ? 'tx' : 'rx';
        this.seen.push({ timeNs: engine.nowNs, at, dir, frame });
        return engine.nextRecordId();
      },
      dropped: () => {},
    };
    return host;
  }

  /** Calls at the recorded moments, then the end of the run. */
  play(untilMs: number, actions: readonly (readonly [atMs: number, act: () => void])[]): void {
    const target = { fire: (index: number) => actions[index]?.[1]() };
    actions.forEach(([atMs], index) => {
      this.engine.callAt(Math.round(atMs * MS), target, index);
    });
    this.engine.runUntil(Math.round(untilMs * MS));
  }

  at(tap: string, dir: 'tx' | 'rx'): readonly Seen[] {
    return this.seen.filter((seen) => seen.at === tap && seen.dir === dir);
  }
}

/** A frame as if it came by the cable. */
export function inject(host: Host, bytes: string): void {
  host.nic.receive(decodeFrame(hex(bytes)));
}

/** The other end of a connection, played by hand: what it sends is what a test says. */
export class ScriptedPeer {
  private read: number;
  private readonly ip: number;

  constructor(
    private readonly segment: Segment,
    private readonly host: Host,
    address: string,
    private readonly port: number,
    /** Address and port of the host's side. */
    private readonly local: { readonly ip: number; port: number },
  ) {
    this.ip = ip(address);
    this.read = segment.seen.length;
    host.neighbour(address, '02:00:00:00:00:99');
  }

  /** Sends a segment, which arrives now. */
  send(
    flags: number,
    seq: number,
    ack: number,
    extra: Partial<Pick<Tcp, 'data' | 'window' | 'options'>> = {},
  ): void {
    const { data = NO_BYTES, window = 64240, options = NO_OPTIONS } = extra;
    const tcp = new Tcp(this.port, this.local.port, seq, ack, flags, window, options, data);
    const packet = new Ipv4Packet(this.ip, this.local.ip, 64, 0, 1, true, false, TCP, tcp);
    this.host.nic.receive(ipv4Frame(this.host.nic.mac, Mac.of(0x020000000099), packet));
  }

  /** Segments the host has sent to this peer since last asked. */
  heard(): Tcp[] {
    const fresh = this.segment.seen.slice(this.read);
    this.read = this.segment.seen.length;
    return fresh.flatMap(({ frame, dir, at }) =>
      dir === 'tx' &&
      at === this.host.nic.name &&
      frame.kind === IPV4 &&
      frame.payload.kind === TCP &&
      frame.payload.dst === this.ip
        ? [frame.payload.payload]
        : [],
    );
  }

  /** The same, as `SA`, `PA5` … : flags and length. */
  heardText(): string {
    return this.heard()
      .map(({ flags, data }) => `${flagsText(flags)}${data.length > 0 ? data.length : ''}`)
      .join(' ');
  }
}

// ── one form for both ────────────────────────────────────────────────────────────────────────────────────

export interface Line {
  readonly tMs: number;
  readonly at: string;
  readonly text: string;
  /** Milliseconds since this sender's first timestamp in the connection; null without. */
  readonly tsMs: number | null;
  readonly tcp: Tcp | null;
}

/** The frames in the order given, at one tap or several, with what is random made relative. */
export function lines(frames: readonly { tMs: number; at: string; dir: string; frame: Frame }[]): Line[] {
  const flows = new Map<string, Origin>();
  return frames.map(({ tMs, at, dir, frame }) => {
    const tap = `${at} ${dir}`;
    if (frame.kind === ARP) {
      const { op, senderIp, targetIp } = frame.payload;
      const text = `${tap} ${frame.src}>${frame.dst} ARP ${op} ${ipText(senderIp)} ${ipText(targetIp)}`;
      return { tMs, at, text, tsMs: null, tcp: null };
    }
    if (frame.kind !== IPV4 || frame.payload.kind !== TCP) {
      const what = frame.kind === IPV4 ? `protocol ${frame.payload.kind}` : 'raw';
      return { tMs, at, text: `${tap} ${frame.src}>${frame.dst} ${what}`, tsMs: null, tcp: null };
    }
    const packet = frame.payload;
    const origin = originOf(flows, packet, true);
    const tsMs = packet.payload.options.hasTimestamps ? packet.payload.options.tsVal - origin.tsVal : null;
    const text = `${tap} ${frame.src}>${frame.dst} ${segmentText(flows, packet)}`;
    return { tMs, at, text, tsMs, tcp: packet.payload };
  });
}

interface Origin {
  readonly seq: number;
  readonly tsVal: number;
  ipId: number | null;
  /** Timestamps seen, by the order in which they first came: what an echo can name. */
  readonly stamps: Map<number, number>;
}

function originOf(flows: Map<string, Origin>, packet: TcpPacket, own: boolean): Origin {
  const { srcPort, dstPort, seq, options } = packet.payload;
  const from = `${ipText(packet.src)}:${srcPort}>${ipText(packet.dst)}:${dstPort}`;
  const back = `${ipText(packet.dst)}:${dstPort}>${ipText(packet.src)}:${srcPort}`;
  const key = own ? from : back;
  let origin = flows.get(key);
  if (origin === undefined || (own && packet.payload.flags & SYN && origin.seq !== seq)) {
    origin = { seq: own ? seq : 0, tsVal: own ? options.tsVal : 0, ipId: null, stamps: new Map() };
    flows.set(key, origin);
  }
  return origin;
}

function segmentText(flows: Map<string, Origin>, packet: TcpPacket): string {
  const { flags, seq, ack, window, options, data, srcPort, dstPort } = packet.payload;
  const own = originOf(flows, packet, true);
  const peer = originOf(flows, packet, false);
  if (packet.id !== 0) own.ipId ??= packet.id;
  const id = packet.id === 0 ? '0' : `+${(packet.id - (own.ipId ?? 0)) & 0xffff}`;
  const ports = `${Math.min(srcPort, 1024)}>${Math.min(dstPort, 1024)}`;
  const parts = [
    `${ipText(packet.src)}>${ipText(packet.dst)} ttl${packet.ttl} tos${packet.tos} id${id}`,
    packet.dontFragment ? 'DF' : '',
    `TCP ${ports} ${flagsText(flags)}`,
    flags & RST ? '' : `seq${(seq - own.seq) | 0}`,
    flags & ACK ? `ack${(ack - peer.seq) | 0}` : `ack${ack}`,
    `win${window} mss${options.mss} sack${options.sackPermitted} scale${options.windowScale}`,
  ];
  if (options.hasTimestamps) {
    own.stamps.set(options.tsVal, own.stamps.get(options.tsVal) ?? own.stamps.size);
    parts.push(`echo${options.tsEcr === 0 ? 'none' : peer.stamps.has(options.tsEcr)}`);
  }
  parts.push(`len${data.length}`);
  return parts.filter((part) => part !== '').join(' ');
}

export function flagsText(flags: number): string {
  const names: readonly (readonly [number, string])[] = [
    [FIN, 'F'],
    [SYN, 'S'],
    [RST, 'R'],
    [PSH, 'P'],
    [ACK, 'A'],
  ];
  return names.map(([bit, name]) => (flags & bit ? name : '')).join('');
}

export function recordedLines(frames: readonly RecordedFrame[]): Line[] {
  return lines(
    frames.map(({ tMs, at, dir, hex: bytes }) => ({ tMs, at, dir, frame: decodeFrame(hex(bytes)) })),
  );
}

export function simulatedLines(seen: readonly Seen[]): Line[] {
  return lines(seen.map(({ timeNs, at, dir, frame }) => ({ tMs: timeNs / MS, at, dir, frame })));
}

export function texts(frames: readonly Line[]): string[] {
  return frames.map(({ text }) => text);
}
