import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asciiBytes, bytesText, hex } from '../../src/wire/bytes.ts';
import { decodeFrame } from '../../src/wire/codec.ts';
import {
  encodeHttpRequest,
  encodeHttpResponse,
  HttpRequest,
  HttpResponse,
  headerOf,
  httpRequestReader,
  httpResponseReader,
} from '../../src/wire/http.ts';
import type { TcpPacket } from '../../src/wire/ipv4.ts';

interface Recording {
  readonly events: readonly { readonly output?: string }[];
  readonly frames: readonly { readonly dir: string; readonly at: string; readonly hex: string }[];
}

/** What each side wrote, segment by segment, and what curl printed. */
function exchange(name: string): { request: Uint8Array[]; response: Uint8Array[]; output: string } {
  const file = new URL(`../recordings/linux/${name}.json`, import.meta.url);
  const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  const sent = (host: string): Uint8Array[] =>
    recording.frames
      .filter(
        (frame) => frame.dir === 'tx' && frame.at === `${host}:ens33` && frame.hex.slice(24, 28) === '0800',
      )
      .map((frame) => (decodeFrame(hex(frame.hex)).payload as TcpPacket).payload.data)
      .filter((data) => data.length > 0);
  const output = recording.events.map((event) => event.output ?? '').join('');
  return { request: sent('c1'), response: sent('lvs1'), output };
}

describe('a recorded exchange', () => {
  test('asks as curl does [m6-http-get-tiny]', () => {
    const { request } = exchange('m6-http-get-tiny');
    const headers = [
      ['Host', '192.168.100.10'],
      ['User-Agent', 'curl'],
      ['Accept', '*/*'],
    ] as const;
    const get = new HttpRequest('GET', '/', 'HTTP/1.1', headers);
    expect(request).toEqual([encodeHttpRequest(get)]);

    const reader = httpRequestReader();
    for (const segment of request) reader.push(segment);
    expect(reader.state).toBe('complete');
    expect(reader.message).toEqual(get);
  });

  test.each(['m6-http-get-tiny', 'm6-http-get-python-http.server', 'm6-http-get-tiny-big'])(
    'is answered to its last byte [%s]',
    (name) => {
      const { response, output } = exchange(name);
      const reader = httpResponseReader('GET');
      const states = response.map((segment) => {
        reader.push(segment);
        return reader.state;
      });
      expect(states.at(-1)).toBe('complete');
      expect(states.slice(0, -1)).not.toContain('complete');
      expect(reader.message?.status).toBe(200);
      const [head, ...body] = output.split('\n\n');
      expect(bytesText(reader.body).length).toBe(
        Number(headerOf(reader.message as HttpResponse, 'content-length')),
      );
      if (name !== 'm6-http-get-tiny-big') expect(bytesText(reader.body)).toBe(body.join('\n\n'));
      expect(head).toContain('200 OK');
    },
  );

  test('answers as the server did [m6-http-get-tiny]', () => {
    const { response } = exchange('m6-http-get-tiny');
    const body = asciiBytes('<h1>web1</h1>\n');
    const headers = [
      ['Server', 'tiny'],
      ['Content-Type', 'text/html'],
      ['Content-Length', String(body.length)],
      ['Connection', 'close'],
    ] as const;
    const bytes = encodeHttpResponse(new HttpResponse('HTTP/1.1', 200, 'OK', headers), body);
    expect(response.map(bytesText).join('')).toBe(bytesText(bytes));
  });
});

describe('a response', () => {
  const read = (text: string, method = 'GET') => {
    const reader = httpResponseReader(method);
    reader.push(asciiBytes(text));
    return reader;
  };

  test('without length ends with the connection', () => {
    const reader = read('HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhel');
    reader.push(asciiBytes('lo'));
    expect([reader.state, reader.expectedLength]).toEqual(['body', null]);
    reader.end();
    expect([reader.state, bytesText(reader.body)]).toEqual(['complete', 'hello']);
  });

  test('with a length does not', () => {
    const reader = read('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel');
    expect([reader.state, reader.bodyLength, reader.expectedLength]).toEqual(['body', 3, 5]);
    reader.end();
    expect(reader.state).toBe('cut short');
  });

  test('is over at its length, whatever follows', () => {
    const reader = read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello');
    reader.push(asciiBytes('more'));
    reader.end();
    expect([reader.state, bytesText(reader.body)]).toEqual(['complete', 'he']);
  });

  test.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n'],
  ])('to %s may have no body: %j', (method, text) => {
    expect(read(text, method).state).toBe('complete');
  });

  test('may lack a reason and use bare line feeds', () => {
    const reader = read('HTTP/1.1 404\nContent-length:0\n\n');
    expect(reader.message).toEqual(new HttpResponse('HTTP/1.1', 404, '', [['Content-length', '0']]));
    expect(reader.state).toBe('complete');
  });

  test('that never came is cut short', () => {
    const reader = httpResponseReader('GET');
    reader.end();
    expect(reader.state).toBe('cut short');
    expect(reader.message).toBeNull();
  });

  test.each([
    'SSH-2.0-OpenSSH_9.2\r\n\r\n',
    'HTTP/2 200\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno colon\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'x'.repeat(70_000),
  ])('is unreadable: %j', (text) => {
    const reader = read(text);
    expect(reader.state).toBe('unreadable');
    reader.end();
    expect(reader.state).toBe('unreadable');
  });
});

describe('a request', () => {
  test('has a body when it says so', () => {
    const reader = httpRequestReader();
    reader.push(asciiBytes('POST /form HTTP/1.1\r\nContent-Length: 3\r\n\r\na=1'));
    expect([reader.state, reader.message?.method, bytesText(reader.body)]).toEqual([
      'complete',
      'POST',
      'a=1',
    ]);
  });

  test('of another kind is unreadable', () => {
    const reader = httpRequestReader();
    reader.push(asciiBytes('GET /\r\n\r\n'));
    expect(reader.state).toBe('unreadable');
  });
});
