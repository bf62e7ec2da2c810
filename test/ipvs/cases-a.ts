/**
 * Replays a recorded case of kind ipvs-A on a director: commands as they were typed, and of each connection
 * the segments the client sent, since in direct routing the director sees no others. Servers are told apart
 * by who gets them. Two things belong to the client's TCP, not to the director, and are not compared: what it
 * holds back while earlier data is unanswered, and its port reuse.
 */
import { readFileSync } from 'node:fs';
import { MS, SECOND } from '../../src/engine/time.ts';
import { UNREACHABLE } from '../../src/wire/icmp.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { ICMP, type Ipv4, TCP } from '../../src/wire/ipv4.ts';
import { ACK, FIN, PSH, RST, SYN } from '../../src/wire/tcp.ts';
import { Director, datagram, type Endpoints, segment } from './director.ts';
import { sameConnections } from './texts.ts';

type Row = readonly (number | string)[];

export interface Step {
  readonly op: string;
  readonly args?: string;
  readonly rc?: number;
  readonly err?: string;
  readonly out?: string;
  readonly mode?: string;
  readonly dst?: string;
  readonly dport?: number;
  readonly list?: readonly Row[];
  readonly ids?: readonly number[];
  readonly how?: string;
  readonly s?: number;
  readonly node?: string;
  readonly key?: string;
  readonly value?: number;
}

export interface Case {
  readonly id: string;
  readonly title: string;
  readonly extra_vips: readonly string[];
  readonly steps: readonly Step[];
}

export function readCase<T>(id: string): T {
  const file = new URL(`../recordings/ipvs/${id}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

interface Client {
  readonly at: Endpoints;
  state: 'open' | 'reset' | 'broken';
  /** Data is on its way that nobody answered. */
  unanswered: boolean;
}

const GAP_NS = MS;
/** A client's limits: of a connection, and of a sent line. */
const CONNECT_LIMIT_NS = 2 * SECOND;
const SYN_AGAIN_NS = SECOND;
const SEND_LIMIT_NS = SECOND;

export class Replay {
  readonly differences: string[] = [];
  /** Rows compared: which server, or which failure. */
  rows = 0;
  private readonly director = new Director();
  private readonly clients = new Map<number, Client>();

  constructor(private readonly recorded: Case) {}

  run(): void {
    for (const vip of this.recorded.extra_vips) {
      this.director.kernel.addresses.add(this.director.device, ip(vip), 32, { label: 'ens33:0' });
    }
    this.recorded.steps.forEach((step, index) => {
      this.step(step, `step ${index} ${step.op} ${step.args ?? ''}`);
      this.director.run(GAP_NS);
    });
  }

  private step(step: Step, where: string): void {
    switch (step.op) {
      case 'ipvsadm': {
        const { exit, stderr } = this.director.type(step.args ?? '');
        this.compare(`${where} exit`, exit, step.rc ?? 0);
        if (step.err !== undefined) this.compare(`${where} stderr`, stderr, step.err);
        return;
      }
      case 'table':
        this.table(step, where);
        return;
      case 'connect':
        for (const row of step.list ?? []) this.connect(step, row, where);
        return;
      case 'udp':
        for (const row of step.list ?? []) this.udp(step, row, where);
        return;
      case 'send':
        for (const [id, result] of step.list ?? []) this.send(Number(id), result as string, where);
        return;
      case 'close':
        for (const id of step.ids ?? []) this.end(this.clientOf(id).at, step.how ?? '');
        return;
      case 'sleep':
        this.director.run((step.s ?? 0) * SECOND);
        return;
      case 'sysctl':
        if (step.node === 'lvs1') this.director.kernel.sysctl.set(step.key ?? '', String(step.value));
        return;
      default:
        throw new Error(`${this.recorded.id}: no such step: ${step.op}`);
    }
  }

  private table({ args = '', out = '' }: Step, where: string): void {
    const { stdout } = this.director.type(args);
    if (!args.includes('c')) this.compare(where, stdout, out);
    else if (!sameConnections(stdout, out)) this.differences.push(`${where}: got\n${stdout}\nnot\n${out}`);
  }

  private connect({ dst = '', dport = 0, mode = '' }: Step, row: Row, where: string): void {
    const [id, src, sport, expected] = row as [number, string, number, string];
    const at = { src: ip(src), sport, dst: ip(dst), dport };
    const result = this.open(segment(at, SYN));
    this.rows++;
    this.compare(`${where} ${src}:${sport}`, result, expected);
    if (!result.includes('.')) return;
    this.clients.set(id, { at, state: 'open', unanswered: false });
    this.transmit(segment(at, ACK));
    if (mode !== 'keep') this.end(at, mode);
  }

  /** The server that gets the SYN, or what the client is told. */
  private open(syn: Ipv4): string {
    const deadlineNs = this.director.engine.nowNs + CONNECT_LIMIT_NS;
    for (;;) {
      const result = this.transmit(syn);
      if (result !== 'nothing') return result === 'reset' ? 'err:Connection refused' : result;
      if (this.director.engine.nowNs + SYN_AGAIN_NS > deadlineNs) return 'timeout';
      this.director.run(SYN_AGAIN_NS);
    }
  }

  private udp({ dst = '', dport = 0 }: Step, row: Row, where: string): void {
    const [src, sport, expected] = row as [string, number, string];
    this.rows++;
    const result = this.transmit(datagram({ src: ip(src), sport, dst: ip(dst), dport }));
    this.compare(`${where} ${src}:${sport}`, result, expected);
  }

  private send(id: number, expected: string, where: string): void {
    const client = this.clientOf(id);
    let result = 'senderr:Broken pipe';
    if (client.state === 'open') {
      const answer = this.transmit(segment(client.at, PSH | ACK, 5));
      if (answer === 'reset') client.state = 'reset';
      if (answer === 'nothing') this.director.run(SEND_LIMIT_NS);
      result = { reset: 'client:Connection reset by peer', nothing: 'nothing' }[answer] ?? 'delivered';
    }
    if (!client.unanswered) this.compare(`${where} of ${id}`, result, expected);
    if (expected === 'nothing') client.unanswered = true;
    this.rows++;
  }

  /** Segments of a client that closes first, after the server, or with a reset. */
  private end(at: Endpoints, how: string): void {
    const flags = { close: [FIN | ACK, ACK], sclose: [ACK, FIN | ACK], rst: [RST] }[how];
    if (flags === undefined) throw new Error(`no such way to end a connection: ${how}`);
    for (const each of flags) this.transmit(segment(at, each));
  }

  /**
   * Sends a packet and says who got it: a server's address, `reset`, an ICMP error as the client tells it,
   * `nothing`.
   */
  private transmit(packet: Ipv4): string {
    const { director } = this;
    director.client.send(packet);
    director.run(GAP_NS);
    const [server] = director.received();
    if (server !== undefined) return server;
    const [answer] = director.client.takePackets();
    if (answer === undefined) return 'nothing';
    if (answer.kind === TCP && (answer.payload.flags & RST) !== 0) return 'reset';
    if (answer.kind === ICMP && answer.payload.type === UNREACHABLE) return 'err:Connection refused';
    return `unexpected packet of protocol ${answer.kind}`;
  }

  private clientOf(id: number): Client {
    const client = this.clients.get(id);
    if (client === undefined) throw new Error(`${this.recorded.id}: connection ${id} was never opened`);
    return client;
  }

  private compare(where: string, got: unknown, expected: unknown): void {
    if (got !== expected)
      this.differences.push(`${where}: got ${String(got)} instead of ${String(expected)}`);
  }
}
