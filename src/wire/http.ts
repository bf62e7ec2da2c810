/**
 * HTTP/1.x (RFC 9112) as far as one exchange a connection needs it: requests and responses as bytes, and a
 * reader that takes them as TCP brings them. Not modelled: chunked coding (a message that uses it is
 * unreadable here), trailers, a second message on the same connection, interim (1xx) responses.
 */
import { asciiBytes, bytesText } from './bytes.ts';

export type HttpHeader = readonly [name: string, value: string];

export class HttpRequest {
  constructor(
    readonly method: string,
    readonly target: string,
    /** `HTTP/1.1` */
    readonly version: string,
    readonly headers: readonly HttpHeader[],
  ) {}
}

export class HttpResponse {
  constructor(
    readonly version: string,
    readonly status: number,
    /** `OK`; may be empty. */
    readonly reason: string,
    readonly headers: readonly HttpHeader[],
  ) {}
}

/** In the order given, nothing added: who wants a Content-Length writes one. */
export function encodeHttpRequest(request: HttpRequest): Uint8Array {
  const { method, target, version, headers } = request;
  return asciiBytes(headText(`${method} ${target} ${version}`, headers));
}

export function encodeHttpResponse(response: HttpResponse, body: Uint8Array): Uint8Array {
  const { version, status, reason, headers } = response;
  const head = asciiBytes(headText(`${version} ${status} ${reason}`, headers));
  return joined([head, body]);
}

function headText(startLine: string, headers: readonly HttpHeader[]): string {
  return `${[startLine, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;
}

/** The value of the first header of that name, in any case; null without one. */
export function headerOf(message: HttpRequest | HttpResponse, name: string): string | null {
  const wanted = name.toLowerCase();
  return message.headers.find(([given]) => given.toLowerCase() === wanted)?.[1] ?? null;
}

/**
 * 'head' and 'body': more is to come. 'cut short': the connection ended before the message did.
 * 'unreadable': not HTTP, or a form that is not modelled.
 */
export type HttpReadState = 'head' | 'body' | 'complete' | 'cut short' | 'unreadable';

const MAX_HEAD = 65_536;

/** Reads one message. Bytes after its end are not looked at. */
export class HttpReader<Message extends HttpRequest | HttpResponse> {
  state: HttpReadState = 'head';
  /** Start line and headers, once they are there. */
  message: Message | null = null;
  /** Bytes of the body that came. */
  bodyLength = 0;
  /** Bytes of the body there will be; null: as many as come before the end of the connection. */
  expectedLength: number | null = null;
  private readonly bodyParts: Uint8Array[] = [];
  private head = new Uint8Array(0);

  constructor(
    private readonly parse: (startLine: string, headers: readonly HttpHeader[]) => Message | null,
    private readonly expect: (message: Message) => number | null,
  ) {}

  /** The body as far as it came. */
  get body(): Uint8Array {
    return joined(this.bodyParts);
  }

  push(bytes: Uint8Array): void {
    if (this.state === 'body') this.takeBody(bytes);
    if (this.state !== 'head') return;
    this.head = joined([this.head, bytes]);
    const end = endOfHead(this.head);
    if (end < 0) {
      if (this.head.length > MAX_HEAD) this.state = 'unreadable';
      return;
    }
    const rest = this.head.subarray(end);
    this.message = this.parseHead(bytesText(this.head.subarray(0, end)));
    if (this.message === null || headerOf(this.message, 'Transfer-Encoding') !== null) {
      this.state = 'unreadable';
      return;
    }
    this.expectedLength = this.expect(this.message);
    this.state = Number.isNaN(this.expectedLength) ? 'unreadable' : 'body';
    if (this.state === 'body') this.takeBody(rest);
  }

  /** No more will come: the other side's FIN. */
  end(): void {
    if (this.state === 'body' && this.expectedLength === null) this.state = 'complete';
    else if (this.state === 'body' || this.state === 'head') this.state = 'cut short';
  }

  private takeBody(bytes: Uint8Array): void {
    const wanted = this.expectedLength === null ? bytes.length : this.expectedLength - this.bodyLength;
    const part = bytes.slice(0, wanted);
    this.bodyParts.push(part);
    this.bodyLength += part.length;
    if (this.bodyLength === this.expectedLength) this.state = 'complete';
  }

  private parseHead(text: string): Message | null {
    const [startLine = '', ...lines] = text.split(/\r?\n/);
    const headers: HttpHeader[] = [];
    for (const line of lines) {
      if (line === '') continue;
      const colon = line.indexOf(':');
      if (colon <= 0) return null;
      headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
    }
    return this.parse(startLine, headers);
  }
}

/** A request without Content-Length has no body. */
export function httpRequestReader(): HttpReader<HttpRequest> {
  return new HttpReader<HttpRequest>(
    (startLine, headers) => {
      const [, method, target, version] = /^(\S+) (\S+) (HTTP\/1\.[01])$/.exec(startLine) ?? [];
      if (method === undefined || target === undefined || version === undefined) return null;
      return new HttpRequest(method, target, version, headers);
    },
    (request) => contentLength(request) ?? 0,
  );
}

/** The response to `method`: after HEAD there is no body, whatever the headers say (RFC 9112 §6.3). */
export function httpResponseReader(method: string): HttpReader<HttpResponse> {
  return new HttpReader<HttpResponse>(
    (startLine, headers) => {
      const [, version, status, reason] = /^(HTTP\/1\.[01]) (\d{3})(?: (.*))?$/.exec(startLine) ?? [];
      if (version === undefined || status === undefined) return null;
      return new HttpResponse(version, Number(status), reason ?? '', headers);
    },
    (response) => {
      const hasNoBody = method === 'HEAD' || response.status === 204 || response.status === 304;
      return hasNoBody ? 0 : contentLength(response);
    },
  );
}

/** Null without the header, NaN for one that is no number. */
function contentLength(message: HttpRequest | HttpResponse): number | null {
  const value = headerOf(message, 'Content-Length');
  if (value === null) return null;
  return /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
}

/** Where the empty line after the headers ends, or -1. Bare line feeds count (RFC 9112 §2.2). */
function endOfHead(bytes: Uint8Array): number {
  const CR = 13;
  const LF = 10;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
