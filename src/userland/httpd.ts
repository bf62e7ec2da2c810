/**
 * The web server: Apache 2.4 of CentOS 7 in what it listens on, answers, keeps open and closes. It serves the
 * files below /var/www/html as they are at each request. Not modelled: its processes and their limits,
 * configuration files, the access log, TLS.
 */
import { SECOND } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import { ERRNO_TEXT } from '../linux/errno.ts';
import type { TcpEvents, TcpListener, TcpSocket } from '../linux/tcp.ts';
import { asciiBytes } from '../wire/bytes.ts';
import { type HttpReader, type HttpRequest, headerOf, httpRequestReader } from '../wire/http.ts';
import { httpDate } from './calendar.ts';
import type { Host } from './host.ts';
import { BAD_REQUEST, type Page, Pages, SERVER } from './httpd-pages.ts';
import { ReadMessages } from './read-messages.ts';
import type { Service } from './services.ts';

const PORT = 80;
/** KeepAliveTimeout: how long a connection may be idle after a response. */
const KEEP_ALIVE_NS = 5 * SECOND;
/** RequestReadTimeout: how long the first request may take. */
const REQUEST_NS = 20 * SECOND;
/** MaxKeepAliveRequests */
const MAX_REQUESTS = 100;
/** Clients remembered for `servedAt`. */
const REMEMBERED = 1024;
/** Lines kept for `systemctl status`. */
const KEPT_LINES = 10;

/** How the connection goes on, said in the response where the client cannot know it. */
type Persistence = 'stays' | 'stays as asked' | 'closes';

export class HttpdService implements Service {
  readonly name = 'httpd';
  readonly description = 'The Apache HTTP Server';
  readonly log: { timeNs: number; line: string }[] = [];
  sinceNs: number | null = null;
  pid = 0;
  private listener: TcpListener | null = null;
  private readonly connections = new Set<Connection>();
  /** When the next connection may have been idle for too long. */
  private sweep: Timer | null = null;
  readonly requests = new ReadMessages<HttpRequest>();
  private readonly pages: Pages;
  private readonly served = new Map<number, number>();
  private latest: { page: Page; second: number; persistence: Persistence; bytes: Uint8Array } | null = null;

  constructor(private readonly host: Host) {
    this.pages = new Pages(host.files);
  }

  get running(): boolean {
    return this.listener !== null;
  }

  // ── the service ──────────────────────────────────────────────────────────────────────────────────────────

  start(): boolean {
    if (this.running) return true;
    const { kernel, engine, services } = this.host;
    this.pid = services.newPid();
    this.say(`systemd[1]: Starting httpd.service - ${this.description}...`);
    const listener = kernel.tcp.listen({ port: PORT, accept: (socket) => this.accept(socket) });
    if (typeof listener === 'string') {
      const where = 'AH00072: make_sock: could not bind to address 0.0.0.0:80';
      this.say(`httpd[${this.pid}]: (98)${ERRNO_TEXT[listener]}: ${where}`);
      this.say(`systemd[1]: Failed to start httpd.service - ${this.description}.`);
      return false;
    }
    this.listener = listener;
    this.sinceNs = engine.nowNs;
    this.sweep = kernel.timer(() => this.closeIdle());
    this.say(`systemd[1]: Started httpd.service - ${this.description}.`);
    return true;
  }

  stop(): void {
    if (!this.running) return;
    this.say(`systemd[1]: Stopping httpd.service - ${this.description}...`);
    this.end();
    this.say('systemd[1]: httpd.service: Deactivated successfully.');
    this.say(`systemd[1]: Stopped httpd.service - ${this.description}.`);
  }

  kill(): void {
    if (!this.running) return;
    this.end();
    this.say('systemd[1]: httpd.service: Main process exited, code=killed, status=9/KILL');
    this.say("systemd[1]: httpd.service: Failed with result 'signal'.");
  }

  /**
   * When this server last answered a client at that address and port; null: not within the last 1024 answers.
   */
  servedAt(clientIp: number, clientPort: number): number | null {
    return this.served.get(clientKey(clientIp, clientPort)) ?? null;
  }

  /** The kernel closes what a process leaves open, however it ends. */
  private end(): void {
    this.listener?.close();
    this.listener = null;
    this.sweep?.disarm();
    for (const connection of [...this.connections]) connection.close();
  }

  private say(line: string): void {
    this.log.push({ timeNs: this.host.engine.nowNs, line });
    if (this.log.length > KEPT_LINES) this.log.shift();
  }

  // ── connections ──────────────────────────────────────────────────────────────────────────────────────────

  private accept(socket: TcpSocket): void {
    const untilNs = this.host.engine.nowNs + REQUEST_NS;
    const connection = new Connection(this, socket, untilNs);
    socket.events = connection;
    this.connections.add(connection);
    this.sweepAt(untilNs);
  }

  forget(connection: Connection): void {
    this.connections.delete(connection);
  }

  /** Answers a request and says how long the connection may now be idle; null: not at all. */
  answer(connection: Connection, request: HttpRequest | null): number | null {
    const { nowNs } = this.host.engine;
    const { socket } = connection;
    const page = request === null ? BAD_REQUEST : this.pages.answer(request);
    const persistence = persistenceOf(request, page, connection.requests);
    const bytes = this.response(page, persistence, connection.requests);
    socket.send(request?.method === 'HEAD' ? bytes.subarray(0, bytes.length - page.bytes.length) : bytes);
    this.remember(socket, nowNs);
    if (persistence === 'closes') return null;
    this.sweepAt(nowNs + KEEP_ALIVE_NS);
    return nowNs + KEEP_ALIVE_NS;
  }

  /** Within a second the same page is the same bytes. */
  private response(page: Page, persistence: Persistence, requests: number): Uint8Array {
    const { nowNs } = this.host.engine;
    const second = Math.floor(nowNs / SECOND);
    const { latest } = this;
    const same = latest?.page === page && latest.second === second && latest.persistence === persistence;
    if (same && persistence !== 'stays as asked') return latest.bytes;
    let connection = '';
    if (persistence === 'closes') connection = 'Connection: close\r\n';
    if (persistence === 'stays as asked') {
      connection = `Keep-Alive: timeout=5, max=${MAX_REQUESTS - requests}\r\nConnection: Keep-Alive\r\n`;
    }
    const start = `HTTP/1.1 ${page.status}\r\nDate: ${httpDate(nowNs)}\r\nServer: ${SERVER}\r\n`;
    const head = asciiBytes(`${start}${page.length}${connection}${page.type}\r\n`);
    const bytes = new Uint8Array(head.length + page.bytes.length);
    bytes.set(head);
    bytes.set(page.bytes, head.length);
    this.latest = { page, second, persistence, bytes };
    return bytes;
  }

  private remember({ peerIp, peerPort }: TcpSocket, nowNs: number): void {
    const { served } = this;
    const key = clientKey(peerIp, peerPort);
    served.delete(key);
    served.set(key, nowNs);
    if (served.size <= REMEMBERED) return;
    for (const oldest of served.keys()) {
      served.delete(oldest);
      return;
    }
  }

  private sweepAt(timeNs: number): void {
    const { sweep } = this;
    if (sweep !== null && timeNs < sweep.deadlineNs) sweep.armAt(timeNs);
  }

  private closeIdle(): void {
    const { nowNs } = this.host.engine;
    for (const connection of [...this.connections]) {
      if (connection.untilNs <= nowNs) connection.close();
      else this.sweepAt(connection.untilNs);
    }
  }
}

class Connection implements TcpEvents {
  /** Answered before the one being read. */
  requests = 0;
  private reader: HttpReader<HttpRequest> | null = null;

  constructor(
    private readonly service: HttpdService,
    readonly socket: TcpSocket,
    /** When it is closed if nothing comes. */
    public untilNs: number,
  ) {}

  data(bytes: Uint8Array): void {
    if (this.reader === null) this.reader = this.service.requests.begin(bytes, httpRequestReader);
    else this.reader.push(bytes);
    const { state, message } = this.reader;
    if (state !== 'complete' && state !== 'unreadable') return;
    this.reader = null;
    const untilNs = this.service.answer(this, state === 'complete' ? message : null);
    this.requests++;
    if (untilNs === null) this.close();
    else this.untilNs = untilNs;
  }

  ended(): void {
    this.close();
  }

  closed(): void {
    this.service.forget(this);
  }

  close(): void {
    this.service.forget(this);
    this.socket.close();
  }
}

/** RFC 9112 §9.3, and what Apache adds to it. */
function persistenceOf(request: HttpRequest | null, page: Page, requests: number): Persistence {
  if (request === null || page === BAD_REQUEST || requests + 1 >= MAX_REQUESTS) return 'closes';
  const asked = headerOf(request, 'Connection')?.toLowerCase() ?? '';
  if (asked === 'close') return 'closes';
  if (asked === 'keep-alive') return 'stays as asked';
  return request.version === 'HTTP/1.1' ? 'stays' : 'closes';
}

function clientKey(ip: number, port: number): number {
  return (ip >>> 0) * 65_536 + port;
}
