/**
 * `ping` of iputils 20221126 over IPv4, with -c: requests at their moments in virtual time, each reply and
 * error when it comes, statistics at the end. As the real one it tells the kernel that replies confirm the
 * neighbour. Not simulated: endless, adaptive and flood pings, deadlines, broadcasts, data that would need
 * fragments.
 */
import { SECOND, US } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import { ERRNO_TEXT } from '../linux/errno.ts';
import type { EchoEvents, EchoReply } from '../linux/icmp.ts';
import type { Kernel } from '../linux/kernel.ts';
import { REDIRECT, TIME_EXCEEDED, UNREACHABLE } from '../wire/icmp.ts';
import { IP_ANY, IP_LOOPBACK, ipText, parseIp } from '../wire/ip-address.ts';
import type { Process } from './command.ts';
import { nameOf, resolveName } from './host-names.ts';
import { type PingOptions, readPingOptions } from './ping-options.ts';
import { PingStatistics } from './ping-statistics.ts';

const FAILED = 2;
const ICMP_HEADER = 8;
const IP_HEADER = 20;
/** What a time stamp takes of the data: with less there are no times. */
const TIMESTAMP_BYTES = 16;
/** 2026-01-01T00:00:00Z, where virtual time begins, as Unix counts. */
const EPOCH_S = 1_767_225_600;

export function ping(process: Process): void {
  const options = readPingOptions(process);
  if (options === null) return;
  const typed = resolveName(process.host, options.target);
  if (typed === null) {
    return process.fail(FAILED, `ping: ${options.target}: Temporary failure in name resolution`);
  }
  const target = typed === IP_ANY ? IP_LOOPBACK : typed;
  const source = sourceOf(process, options, target);
  if (source !== null) new Ping(process, options, target, source).start();
}

/** The address requests come from; null: there is no way, and the process has ended. */
function sourceOf(process: Process, { from, size }: PingOptions, target: number): number | null {
  const { kernel } = process.host;
  const fail = (why: string): null => {
    process.fail(FAILED, `ping: ${why}`);
    return null;
  };
  const device = from === null ? null : kernel.devices.byName(from);
  const bound = from === null || device !== null ? null : parseIp(from);
  if (from !== null && device === null) {
    if (bound === null) return fail(`SO_BINDTODEVICE ${from}: ${ERRNO_TEXT.ENODEV}`);
    if (!kernel.addresses.isLocal(bound)) return fail(`bind: ${ERRNO_TEXT.EADDRNOTAVAIL}`);
  }
  const hop = kernel.routes.lookup(target);
  if (hop === null) return fail(`connect: ${ERRNO_TEXT.ENETUNREACH}`);
  if (hop.type === 'unreachable') return fail(`connect: ${ERRNO_TEXT.EHOSTUNREACH}`);
  if (hop.type === 'blackhole') return fail(`connect: ${ERRNO_TEXT.EINVAL}`);
  if (hop.type === 'broadcast' || hop.type === 'prohibit') {
    return fail('Do you want to ping broadcast? Then -b. If not, check your local firewall rules');
  }
  if (device !== null && hop.device !== device) return fail(`not simulated: -I ${from} against the route`);
  if (IP_HEADER + ICMP_HEADER + size > hop.device.mtu) return fail('not simulated: a packet in fragments');
  return bound ?? hop.src ?? IP_ANY;
}

class Ping implements EchoEvents {
  private readonly kernel: Kernel;
  private readonly identifier: number;
  private readonly statistics = new PingStatistics();
  /** Of the requests still unanswered, and whether one was answered already. */
  private readonly sentNs = new Map<number, number>();
  private readonly answered = new Set<number>();
  private confirms = false;
  private firstNs = 0;
  private lastNs = 0;
  private readonly timer: Timer;
  private close: (() => void) | null = null;

  constructor(
    private readonly process: Process,
    private readonly options: PingOptions,
    private readonly target: number,
    private readonly source: number,
  ) {
    this.kernel = process.host.kernel;
    this.identifier = process.host.services.newPid() & 0xffff;
    this.timer = this.kernel.timer(() => this.next());
  }

  start(): void {
    const { from, size, target } = this.options;
    const device = from !== null && parseIp(from) === null ? from : '';
    const source = from === null ? '' : `from ${ipText(this.source)} ${device}: `;
    const total = size + ICMP_HEADER + IP_HEADER;
    this.process.out(`PING ${target} (${ipText(this.target)}) ${source}${size}(${total}) bytes of data.\n`);
    this.close = this.kernel.icmp.openEcho(this.identifier, this);
    this.firstNs = this.kernel.engine.nowNs;
    this.next();
  }

  // ── sending ──────────────────────────────────────────────────────────────────────────────────────────────

  private next(): void {
    const { statistics, options } = this;
    if (statistics.transmitted >= options.count) return this.finish();
    const sequence = ++statistics.transmitted;
    this.lastNs = this.kernel.engine.nowNs;
    this.sentNs.set(sequence & 0xffff, this.lastNs);
    // The request after a reply is sent with MSG_CONFIRM.
    if (this.confirms) this.kernel.ip.confirm(this.target);
    this.confirms = false;
    // A request that cannot leave counts as sent, and nothing is said [seen with the real program].
    this.kernel.icmp.sendEcho(this.source, this.target, this.identifier, sequence, this.data());
    if (!this.process.running) return;
    this.timer.armIn(sequence < options.count ? options.intervalNs : this.patienceNs());
  }

  /** The time as a Linux of 64 bits has it in memory, then bytes that count up. */
  private data(): Uint8Array {
    const data = Uint8Array.from({ length: this.options.size }, (_, i) => i & 0xff);
    if (!this.timed) return data;
    const seconds = EPOCH_S + Math.floor(this.lastNs / SECOND);
    const microseconds = Math.floor((this.lastNs % SECOND) / US);
    for (let i = 0; i < 8; i++) {
      data[i] = Math.floor(seconds / 2 ** (8 * i));
      data[8 + i] = Math.floor(microseconds / 2 ** (8 * i));
    }
    return data;
  }

  /**
   * Who was answered once waits as long as an answer may take, or an interval; who was not, until -W is over.
   */
  private patienceNs(): number {
    const { received, maxUs } = this.statistics;
    if (received === 0) return this.options.lingerNs;
    return Math.max(2 * maxUs * 1000, this.options.intervalNs);
  }

  // ── hearing ──────────────────────────────────────────────────────────────────────────────────────────────

  reply({ from, sequence, ttl, data }: EchoReply): void {
    const { statistics, options, kernel } = this;
    this.confirms = true;
    const sentNs = this.sentNs.get(sequence);
    if (sentNs === undefined) return;
    statistics.acknowledge(sequence);
    const isRepeat = this.answered.has(sequence);
    this.answered.add(sequence);
    if (isRepeat) statistics.repeats++;
    else statistics.received++;
    const us = Math.floor((kernel.engine.nowNs - sentNs) / 1000);
    if (this.timed) statistics.time(us);
    if (!options.quiet) {
      const bytes = data.length + ICMP_HEADER;
      const time = this.timed ? ` time=${timeText(us)} ms` : '';
      const dup = isRepeat ? ' (DUP!)' : '';
      this.process.out(
        `${bytes} bytes from ${this.name(from)}: icmp_seq=${sequence} ttl=${ttl}${time}${dup}\n`,
      );
    }
    this.endIfAllHeard();
  }

  error(from: number, type: number, code: number, sequence: number): void {
    const { statistics, options } = this;
    if (type === REDIRECT || !this.sentNs.has(sequence)) return;
    statistics.acknowledge(sequence);
    statistics.errors++;
    if (!options.quiet) {
      this.process.out(`From ${this.name(from)} icmp_seq=${sequence} ${errorText(type, code)}\n`);
    }
    this.endIfAllHeard();
  }

  private get timed(): boolean {
    return this.options.size >= TIMESTAMP_BYTES;
  }

  /** `lvs1 (192.168.100.100)`, if a name was typed and /etc/hosts has one. */
  private name(ip: number): string {
    const numeric = this.options.numeric || parseIp(this.options.target) !== null;
    const name = numeric ? ipText(ip) : nameOf(this.process.host, ip);
    return name === ipText(ip) ? name : `${name} (${ipText(ip)})`;
  }

  // ── ending ───────────────────────────────────────────────────────────────────────────────────────────────

  private endIfAllHeard(): void {
    const { received, errors } = this.statistics;
    if (received + errors >= this.options.count) this.finish();
  }

  private finish(): void {
    const { statistics, options, process } = this;
    this.timer.disarm();
    this.close?.();
    process.out(statistics.text(options.target, this.lastNs - this.firstNs, this.timed));
    process.exit(statistics.received === 0 ? 1 : 0);
  }
}

/** Three digits below 1 ms, and fewer the longer it took. */
function timeText(us: number): string {
  if (us >= 100_000 - 50) return String(Math.floor((us + 500) / 1000));
  if (us >= 10_000 - 5) return (Math.floor((us + 50) / 100) / 10).toFixed(1);
  if (us >= 1000) return (Math.floor((us + 5) / 10) / 100).toFixed(2);
  return (us / 1000).toFixed(3);
}

const UNREACHABLE_TEXT: Readonly<Record<number, string>> = {
  0: 'Destination Net Unreachable',
  1: 'Destination Host Unreachable',
  2: 'Destination Protocol Unreachable',
  3: 'Destination Port Unreachable',
  4: 'Frag needed and DF set',
  5: 'Source Route Failed',
  6: 'Destination Net Unknown',
  7: 'Destination Host Unknown',
  9: 'Destination Net Prohibited',
  10: 'Destination Host Prohibited',
  13: 'Packet filtered',
};

function errorText(type: number, code: number): string {
  if (type === UNREACHABLE) return UNREACHABLE_TEXT[code] ?? `Dest Unreachable, Bad Code: ${code}`;
  if (type === TIME_EXCEEDED && code === 0) return 'Time to live exceeded';
  return type === TIME_EXCEEDED ? 'Frag reassembly time exceeded' : `Bad ICMP type: ${type}`;
}
