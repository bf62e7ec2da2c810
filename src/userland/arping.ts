/**
 * `arping` of iputils 20221126: asks who has an address, announces an own one (-U, -A), looks whether
 * somebody has one (-D) [m3c-arp_notify]. Frames of its own making, one a second, past the neighbour table.
 * Not simulated: endless runs (-c or -w must be given), intervals other than a second.
 */
import { SECOND } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import type { Device } from '../linux/device.ts';
import { ERRNO_TEXT } from '../linux/errno.ts';
import type { Kernel } from '../linux/kernel.ts';
import { ARP_REPLY, ARP_REQUEST, Arp } from '../wire/arp.ts';
import { ARP, type ArpFrame, type Frame } from '../wire/ethernet.ts';
import { IP_ANY, ipText, parseIp } from '../wire/ip-address.ts';
import { MAC_BROADCAST, type Mac } from '../wire/mac.ts';
import type { Process } from './command.ts';
import { getopt } from './getopt.ts';
import { resolveName } from './host-names.ts';
import { listenToFrames } from './packet-socket.ts';

const USAGE = `
Usage:
  arping [options] <destination>

Options:
  -f            quit on first reply
  -q            be quiet
  -b            keep on broadcasting, do not unicast
  -D            duplicate address detection mode
  -U            unsolicited ARP mode, update your neighbours
  -A            ARP answer mode, update your neighbours
  -V            print version and exit
  -c <count>    how many packets to send
  -w <timeout>  how long to wait for a reply
  -I <device>   which ethernet device to use
  -s <source>   source ip address
  <destination> dns name or ip address

For more details see arping(8).
`;
const FAILED = 2;
const INTERVAL_NS = SECOND;

interface Options {
  readonly count: number | null;
  readonly timeoutNs: number | null;
  readonly device: string | null;
  readonly source: string | null;
  readonly quiet: boolean;
  readonly quitsOnReply: boolean;
  readonly broadcastsOnly: boolean;
  readonly detectsDuplicates: boolean;
  readonly announces: 'request' | 'reply' | null;
  readonly target: string;
}

export function arping(process: Process): void {
  const options = readOptions(process);
  if (options === null) return;
  const { host } = process;
  const { kernel } = host;
  const target = resolveName(host, options.target);
  if (target === null) {
    return process.fail(FAILED, `arping: ${options.target}: Temporary failure in name resolution`);
  }
  const device = deviceFor(process, options.device, target);
  if (device === null) return;
  const source = sourceFor(kernel, options, target, device);
  if (typeof source === 'string') return process.fail(FAILED, `arping: ${source}`);
  new Arping(process, options, device, source, target).start();
}

// ── command line ───────────────────────────────────────────────────────────────────────────────────────────

/** null: the process has ended. */
function readOptions(process: Process): Options | null {
  const { options, operands, error } = getopt(process.argv.slice(1), { short: 'h?bfDUAqc:w:i:s:I:V' });
  const ended = (exit: number, text: string): null => {
    process.err(text);
    process.exit(exit);
    return null;
  };
  const values = new Map<string, string>();
  for (const { letter, value } of options) {
    if ('h?'.includes(letter)) return ended(FAILED, USAGE);
    if ('cw'.includes(letter) && !/^-?\d+$/.test(value)) {
      return ended(1, `arping: invalid argument: '${value}'\n`);
    }
    if ('cw'.includes(letter) && Number(value) < 1) {
      const range = '1 <= value <= 2147483647';
      return ended(1, `arping: invalid argument: '${value}': out of range: ${range}\n`);
    }
    values.set(letter, value);
  }
  if (error !== null) return ended(FAILED, `arping: ${error}\n${USAGE}`);
  if (values.has('V')) {
    process.out('arping from iputils 20221126\n');
    process.exit(0);
    return null;
  }
  const [target] = operands;
  if (target === undefined || operands.length > 1) return ended(FAILED, USAGE);
  const { c: count, w: timeout } = { c: values.get('c'), w: values.get('w') };
  if (values.has('i')) return ended(FAILED, 'arping: not simulated: -i\n');
  if (count === undefined && timeout === undefined) {
    return ended(FAILED, 'arping: not simulated without -c or -w\n');
  }
  return {
    count: count === undefined ? null : Number(count),
    timeoutNs: timeout === undefined ? null : Number(timeout) * SECOND,
    device: values.get('I') ?? null,
    source: values.get('s') ?? null,
    quiet: values.has('q'),
    quitsOnReply: values.has('f') || values.has('D'),
    broadcastsOnly: values.has('b'),
    detectsDuplicates: values.has('D'),
    announces: values.has('A') ? 'reply' : values.has('U') ? 'request' : null,
    target,
  };
}

/** null: none that will do, and the process has ended. */
function deviceFor(process: Process, name: string | null, target: number): Device | null {
  const { kernel } = process.host;
  const hop = kernel.routes.lookup(target);
  const device = name === null ? (hop?.device ?? null) : kernel.devices.byName(name);
  const end = (text: string, toStdout: boolean): null => {
    if (toStdout) process.out(text);
    else process.err(text);
    process.exit(FAILED);
    return null;
  };
  if (device === null) {
    return end(
      name === null ? `arping: ${ERRNO_TEXT.ENETUNREACH}\n` : `arping: Device ${name} not available.\n`,
      false,
    );
  }
  if (!device.up) return end(`Interface "${device.name}" is down\n`, true);
  if (device.isLoopback) return end(`Interface "${device.name}" is not ARPable\n`, true);
  return device;
}

/** The sender's address; text: why there is none. */
function sourceFor(kernel: Kernel, options: Options, target: number, device: Device): number | string {
  if (options.detectsDuplicates)
    return options.source === null ? IP_ANY : (parseIp(options.source) ?? IP_ANY);
  const given = options.source === null ? null : parseIp(options.source);
  const wanted = given ?? (options.announces === null ? null : target);
  if (wanted !== null) {
    return kernel.addresses.isLocal(wanted) ? wanted : `bind: ${ERRNO_TEXT.EADDRNOTAVAIL}`;
  }
  return kernel.addresses.select(device, target) ?? `connect: ${ERRNO_TEXT.ENETUNREACH}`;
}

// ── running ────────────────────────────────────────────────────────────────────────────────────────────────

class Arping {
  private readonly kernel: Kernel;
  private sent = 0;
  private broadcasts = 0;
  private received = 0;
  private requestsReceived = 0;
  private broadcastsReceived = 0;
  private ticks = 1;
  private lastSentNs = 0;
  /** Whom to ask: everybody, until somebody has answered. */
  private to: Mac = MAC_BROADCAST;
  private readonly ticker: Timer;
  private readonly deadline: Timer;
  private close: (() => void) | null = null;

  constructor(
    private readonly process: Process,
    private readonly options: Options,
    private readonly device: Device,
    private readonly source: number,
    private readonly target: number,
  ) {
    this.kernel = process.host.kernel;
    this.ticker = this.kernel.timer(() => this.tick());
    this.deadline = this.kernel.timer(() => this.finish());
  }

  start(): void {
    const { process, options, device, kernel } = this;
    if (!options.quiet) {
      process.out(`ARPING ${ipText(this.target)} from ${ipText(this.source)} ${device.name}\n`);
    }
    if (device.nic !== null) this.close = listenToFrames(device.nic, (frame) => this.hear(frame));
    this.send();
    this.ticker.armIn(INTERVAL_NS);
    if (options.timeoutNs !== null) this.deadline.armAt(kernel.engine.nowNs + options.timeoutNs);
  }

  private tick(): void {
    const { count } = this.options;
    this.ticks++;
    if (count !== null && count < this.ticks) return this.finish();
    this.send();
    this.ticker.armIn(INTERVAL_NS);
    // What is due at the same moment comes after.
    if (this.deadline.armed) this.deadline.armAt(this.deadline.deadlineNs);
  }

  private send(): void {
    const { device, options, target, to, kernel } = this;
    const op = options.announces === 'reply' ? ARP_REPLY : ARP_REQUEST;
    const targetMac = options.announces === 'reply' ? device.mac : to;
    kernel.arp.send(device, to, new Arp(op, device.mac, this.source, targetMac, target));
    this.lastSentNs = kernel.engine.nowNs;
    this.sent++;
    if (to === MAC_BROADCAST) this.broadcasts++;
  }

  private hear(frame: Frame): void {
    if (frame.kind !== ARP || !this.concerns(frame.payload)) return;
    const { options } = this;
    const arp = frame.payload;
    if (!options.quiet) this.process.out(this.line(frame));
    this.received++;
    if (frame.dst.isGroup) this.broadcastsReceived++;
    if (arp.op === ARP_REQUEST) this.requestsReceived++;
    const isLast = options.timeoutNs !== null && this.received === options.count;
    if (options.quitsOnReply || isLast) return this.finish();
    if (!options.broadcastsOnly) this.to = arp.senderMac;
  }

  private concerns(arp: Arp): boolean {
    const { device, source } = this;
    if (arp.senderIp !== this.target) return false;
    if (!this.options.detectsDuplicates) return arp.targetIp === source && arp.targetMac === device.mac;
    return arp.senderMac !== device.mac && (source === IP_ANY || arp.targetIp === source);
  }

  private line({ dst, payload }: ArpFrame): string {
    const { kernel, source, device } = this;
    const how = `${dst.isGroup ? 'Broadcast' : 'Unicast'} ${payload.op === ARP_REPLY ? 'reply' : 'request'}`;
    let text = `${how} from ${ipText(payload.senderIp)} [${macText(payload.senderMac)}] `;
    const elsewhere = payload.targetIp !== source;
    if (elsewhere) text += `for ${ipText(payload.targetIp)} `;
    if (payload.targetMac !== device.mac) text += `${elsewhere ? '' : 'for '}[${macText(payload.targetMac)}]`;
    const us = Math.floor((kernel.engine.nowNs - this.lastSentNs) / 1000);
    return `${text} ${(us / 1000).toFixed(3)}ms\n`;
  }

  private finish(): void {
    const { process, options, received } = this;
    this.ticker.disarm();
    this.deadline.disarm();
    this.close?.();
    if (!options.quiet) process.out(this.summary());
    if (options.detectsDuplicates) return process.exit(received > 0 ? 1 : 0);
    if (options.announces !== null) return process.exit(0);
    const wanted = options.timeoutNs === null ? 1 : (options.count ?? 1);
    process.exit(received >= wanted ? 0 : 1);
  }

  private summary(): string {
    const kinds: string[] = [];
    if (this.requestsReceived > 0) kinds.push(`${this.requestsReceived} request(s)`);
    if (this.broadcastsReceived > 0) kinds.push(`${this.broadcastsReceived} broadcast(s)`);
    const detail = kinds.length > 0 ? ` (${kinds.join(', ')})` : '';
    const sent = `Sent ${this.sent} probes (${this.broadcasts} broadcast(s))`;
    return `${sent}\nReceived ${this.received} response(s)${detail}\n`;
  }
}

function macText(mac: Mac): string {
  return String(mac).toUpperCase();
}
