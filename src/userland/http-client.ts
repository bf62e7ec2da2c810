/**
 * One HTTP request on a connection of its own, as curl and the laboratory's traffic make it: connect, send,
 * read the response, close. The client closes as soon as the response is complete. Not modelled: TLS,
 * redirects, a second request on the same connection.
 */
import { NEVER } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import type { Errno } from '../linux/errno.ts';
import type { Kernel } from '../linux/kernel.ts';
import type { TcpEvents, TcpSocket } from '../linux/tcp.ts';
import {
  encodeHttpRequest,
  type HttpHeader,
  type HttpReader,
  HttpRequest,
  type HttpResponse,
  httpResponseReader,
} from '../wire/http.ts';
import { ReadMessages } from './read-messages.ts';

export const CURL_USER_AGENT = 'curl/7.88.1';
const HTTP_PORT = '80';

export interface HttpGet {
  readonly ip: number;
  readonly port: number;
  /** The bytes of the request: `getRequest`. They may be shared by any number of requests. */
  readonly request: Uint8Array;
  /** For all of it, from the SYN to the last byte; NEVER: as long as it takes. */
  readonly timeoutNs: number;
  /** For the handshake alone. */
  readonly connectTimeoutNs?: number;
}

export interface HttpOutcome {
  /** `failed`: `errno` says why; without one the server closed too early, or what it sent is no HTTP. */
  readonly kind: 'answered' | 'failed' | 'timeout';
  /** How far it got. */
  readonly phase: 'connect' | 'response';
  readonly errno: Errno | null;
  /** 0: no answer. */
  readonly status: number;
  /** Headers and body as far as they came; null: nothing came. */
  readonly response: HttpReader<HttpResponse> | null;
  /** What came, headers included. */
  readonly bytes: number;
  readonly startNs: number;
  /** When the handshake was over; null: never. */
  readonly connectedNs: number | null;
  readonly endNs: number;
  /** Where the client stood; 0 if connect itself failed. */
  readonly localIp: number;
  readonly localPort: number;
}

export interface RequestOptions {
  readonly userAgent?: string;
  /** Behind curl's own, which they replace by name, or take away where they have no value. */
  readonly headers?: readonly HttpHeader[];
}

/** The bytes of a GET as curl 7.88 sends it. `url` gives the Host header, `path` is what is asked for. */
export function getRequest(url: string, path: string, options: RequestOptions = {}): Uint8Array {
  const authority = /^(?:http:\/\/)?([^/?#]*)/.exec(url)?.[1] ?? '';
  const own: HttpHeader[] = [
    ['Host', authority.endsWith(`:${HTTP_PORT}`) ? authority.slice(0, -3) : authority],
    ['User-Agent', options.userAgent ?? CURL_USER_AGENT],
    ['Accept', '*/*'],
  ];
  const extra = options.headers ?? [];
  const kept = own.map((header) => extra.find(([name]) => sameName(name, header[0])) ?? header);
  const added = extra.filter(([name]) => !own.some(([ownName]) => sameName(name, ownName)));
  const headers = [...kept, ...added].filter(([, value]) => value !== '');
  return encodeHttpRequest(new HttpRequest('GET', path, 'HTTP/1.1', headers));
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/**
 * Starts a request; `done` is called once, at once when connect itself fails, and never if the host loses
 * power.
 */
export function httpGet(kernel: Kernel, get: HttpGet, done: (outcome: HttpOutcome) => void): void {
  new Exchange(kernel, get, done).start();
}

const RESPONSES = new ReadMessages<HttpResponse>();
const newReader = (): HttpReader<HttpResponse> => httpResponseReader('GET');

/** A closed socket has nobody left to tell. */
const NO_EVENTS: TcpEvents = {};

class Exchange implements HttpOutcome, TcpEvents {
  kind: HttpOutcome['kind'] = 'failed';
  phase: HttpOutcome['phase'] = 'connect';
  errno: Errno | null = null;
  response: HttpReader<HttpResponse> | null = null;
  bytes = 0;
  readonly startNs: number;
  connectedNs: number | null = null;
  endNs = 0;
  localIp = 0;
  localPort = 0;
  private socket: TcpSocket | null = null;
  private timer: Timer | null = null;

  constructor(
    private readonly kernel: Kernel,
    private readonly get: HttpGet,
    private done: ((outcome: HttpOutcome) => void) | null,
  ) {
    this.startNs = kernel.engine.nowNs;
  }

  get status(): number {
    return this.response?.message?.status ?? 0;
  }

  start(): void {
    const { ip, port, timeoutNs, connectTimeoutNs = NEVER } = this.get;
    const socket = this.kernel.tcp.connect({ dst: ip, dstPort: port, events: this });
    if (typeof socket === 'string') return this.fail(socket);
    this.socket = socket;
    this.localIp = socket.localIp;
    this.localPort = socket.localPort;
    this.expireAt(this.startNs + Math.min(timeoutNs, connectTimeoutNs));
  }

  // ── what the connection brings ───────────────────────────────────────────────────────────────────────────

  connected(): void {
    this.phase = 'response';
    this.connectedNs = this.kernel.engine.nowNs;
    if (this.get.connectTimeoutNs !== undefined) this.expireAt(this.startNs + this.get.timeoutNs);
    const error = this.socket?.send(this.get.request) ?? null;
    if (error !== null) this.fail(error);
  }

  data(bytes: Uint8Array): void {
    if (this.response === null) this.response = RESPONSES.begin(bytes, newReader);
    else this.response.push(bytes);
    this.bytes += bytes.length;
    this.look();
  }

  ended(): void {
    this.response?.end();
    if (this.response === null) this.fail(null);
    else this.look();
  }

  closed(error: Errno | null): void {
    this.fail(error);
  }

  // ── ending ───────────────────────────────────────────────────────────────────────────────────────────────

  private look(): void {
    switch (this.response?.state) {
      case 'complete':
        return this.finish('answered');
      case 'cut short':
      case 'unreadable':
        return this.fail(null);
    }
  }

  private fail(errno: Errno | null): void {
    this.errno = this.done === null ? this.errno : errno;
    this.finish('failed');
  }

  private finish(kind: HttpOutcome['kind']): void {
    const { done, socket } = this;
    if (done === null) return;
    this.done = null;
    this.kind = kind;
    this.endNs = this.kernel.engine.nowNs;
    this.timer?.disarm();
    if (socket !== null) {
      socket.events = NO_EVENTS;
      socket.close();
      this.socket = null;
    }
    done(this);
  }

  private expireAt(timeNs: number): void {
    if (timeNs === NEVER) return this.timer?.disarm();
    this.timer ??= this.kernel.timer(() => this.finish('timeout'));
    this.timer.armAt(timeNs);
  }
}
