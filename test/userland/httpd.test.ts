/** The web server: its responses to the byte, what it keeps open, what it closes and when. */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/engine/time.ts';
import type { TcpSocket } from '../../src/linux/tcp.ts';
import { asciiBytes, bytesText } from '../../src/wire/bytes.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Bench } from './bench.ts';

const CLIENT = ip('192.168.100.20');
const WEB = ip('192.168.100.200');

class Browser {
  text = '';
  /** When the server closed or reset; null: it has not. */
  endedNs: number | null = null;
  closedBy: string | null = null;
  readonly socket: TcpSocket;

  constructor(readonly bench: Bench) {
    const { kernel } = bench.host('client');
    const socket = kernel.tcp.connect({
      dst: WEB,
      dstPort: 80,
      events: {
        data: (bytes) => {
          this.text += bytesText(bytes);
        },
        ended: () => {
          this.endedNs = bench.engine.nowNs;
        },
        closed: (error) => {
          this.closedBy = error;
        },
      },
    });
    if (typeof socket === 'string') throw new Error(socket);
    this.socket = socket;
    bench.pass(0.001);
  }

  /** Sends a request and gives what comes back. */
  ask(request: string): string {
    this.text = '';
    this.socket.send(asciiBytes(request));
    this.bench.pass(0.001);
    return this.text;
  }
}

function withWeb(): Bench {
  const bench = new Bench({ web1: '192.168.100.200', client: '192.168.100.20' });
  bench.run('web1', 'echo this is kgc web > /var/www/html/index.html');
  bench.run('web1', 'systemctl start httpd');
  bench.pass(3);
  return bench;
}

const GET = 'GET / HTTP/1.1\r\nHost: 192.168.100.10\r\n\r\n';
const HEAD = 'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:03 GMT\r\nServer: Apache/2.4.6 (CentOS)\r\n';
const PAGE = 'Content-Length: 16\r\nContent-Type: text/html; charset=UTF-8\r\n\r\nthis is kgc web\n';

describe('responses', () => {
  test('a page, and again on the same connection', () => {
    const browser = new Browser(withWeb());
    expect(browser.ask(GET)).toBe(HEAD + PAGE);
    expect(browser.ask(GET)).toBe(HEAD + PAGE);
    browser.bench.pass(1);
    expect(browser.ask(GET)).toBe(HEAD.replace('00:00:03', '00:00:04') + PAGE);
  });

  test('the same page within a second is the same bytes, another text another page', () => {
    const bench = withWeb();
    const browser = new Browser(bench);
    browser.ask(GET);
    bench.run('web1', 'echo gone > /var/www/html/index.html');
    expect(browser.ask(GET)).toContain('Content-Length: 5\r\n');
    expect(browser.text).toMatch(/\r\n\r\ngone\n$/);
  });

  test('HEAD: the same without the page', () => {
    const browser = new Browser(withWeb());
    expect(browser.ask(GET.replace('GET', 'HEAD'))).toBe(HEAD + PAGE.replace(/this.*/s, ''));
  });

  test('404, 403, 405 in Apache’s words; other types', () => {
    const bench = withWeb();
    bench.run('web1', 'echo body > /var/www/html/style.css');
    const browser = new Browser(bench);
    const ask = (line: string): string => browser.ask(`${line} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(ask('GET /a<b?q=1')).toBe(
      `${HEAD.replace('200 OK', '404 Not Found')}Content-Length: 204\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n` +
        '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n' +
        '</head><body>\n<h1>Not Found</h1>\n' +
        '<p>The requested URL /a&lt;b was not found on this server.</p>\n</body></html>\n',
    );
    expect(ask('POST /')).toContain('<p>The requested method POST is not allowed for the URL /.</p>');
    expect(ask('GET /style.css')).toContain('Content-Type: text/plain; charset=UTF-8');
    bench.host('web1').files.remove('/var/www/html/index.html');
    expect(ask('GET /')).toMatch(
      /^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*permission to access \/\non this server\.<br \/>\n<\/p>/,
    );
  });

  test('what is no HTTP: 400, and the end', () => {
    const browser = new Browser(withWeb());
    expect(browser.ask('hello\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*Connection: close\r\n/,
    );
    expect(browser.endedNs).not.toBeNull();
  });

  test('a path that leaves the tree: 400', () => {
    expect(new Browser(withWeb()).ask('GET /../secret HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('connections', () => {
  test('closed after a response when the request says so, or is HTTP/1.0', () => {
    for (const [request, line] of [
      [GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'), 'Connection: close\r\nContent-Type'],
      ['GET / HTTP/1.0\r\n\r\n', 'Connection: close\r\nContent-Type'],
    ] as const) {
      const browser = new Browser(withWeb());
      expect(browser.ask(request)).toContain(line);
      expect(browser.endedNs).not.toBeNull();
    }
  });

  test('kept when the request asks for it, and it is told for how long and how often', () => {
    const browser = new Browser(withWeb());
    const request = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n';
    expect(browser.ask(request)).toContain('Keep-Alive: timeout=5, max=100\r\nConnection: Keep-Alive\r\n');
    expect(browser.ask(request)).toContain('max=99\r\n');
    expect(browser.endedNs).toBeNull();
  });

  test('the hundredth request is the last', () => {
    const browser = new Browser(withWeb());
    for (let i = 1; i < 100; i++) expect(browser.ask(GET)).not.toContain('Connection');
    expect(browser.ask(GET)).toContain('Connection: close\r\n');
  });

  test('closed after five idle seconds, from the last response', () => {
    const bench = withWeb();
    const browser = new Browser(bench);
    browser.ask(GET);
    bench.pass(4);
    browser.ask(GET);
    const askedNs = bench.engine.nowNs;
    bench.pass(10);
    expect(((browser.endedNs ?? 0) - askedNs) / SECOND).toBeCloseTo(5, 2);
  });

  test('closed after twenty seconds without a request', () => {
    const bench = withWeb();
    const browser = new Browser(bench);
    const late = new Browser(bench);
    bench.pass(30);
    expect((browser.endedNs ?? 0) / SECOND).toBeCloseTo(23, 2);
    expect((late.endedNs ?? 0) / SECOND).toBeCloseTo(23, 2);
  });

  test('a client that closes is closed in return', () => {
    const bench = withWeb();
    const browser = new Browser(bench);
    browser.ask(GET);
    browser.socket.close();
    bench.pass(0.1);
    expect(browser.closedBy).toBeNull();
    expect(bench.host('web1').kernel.tcp.flows.find(WEB, 80, CLIENT, browser.socket.localPort)).toBeNull();
  });
});

describe.each(['systemctl stop httpd', 'pkill -9 httpd'])('%s', (line) => {
  test('closes what is open, and answers a new SYN with RST', () => {
    const bench = withWeb();
    const browser = new Browser(bench);
    browser.ask(GET);
    bench.run('web1', line);
    bench.pass(0.1);
    expect(browser.endedNs).not.toBeNull();
    expect(bench.text('client', 'curl -s http://192.168.100.200/')).toBe('=> 7\n');
    expect(bench.host('web1').services.httpd.running).toBe(false);
    expect(bench.text('web1', 'systemctl start httpd')).toBe('');
    expect(bench.text('client', 'curl -s http://192.168.100.200/')).toBe('this is kgc web\n');
  });
});

test('the port is taken: it does not start, and the log says why', () => {
  const bench = new Bench({ web1: '192.168.100.200' });
  const { kernel, services } = bench.host('web1');
  kernel.tcp.listen({ port: 80, accept: () => {} });
  expect(services.httpd.start()).toBe(false);
  expect(services.httpd.log.map(({ line }) => line)).toEqual([
    'systemd[1]: Starting httpd.service - The Apache HTTP Server...',
    'httpd[1000]: (98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:80',
    'systemd[1]: Failed to start httpd.service - The Apache HTTP Server.',
  ]);
});

test('whom it served, and when', () => {
  const bench = withWeb();
  const browser = new Browser(bench);
  const { httpd } = bench.host('web1').services;
  expect(httpd.servedAt(CLIENT, browser.socket.localPort)).toBeNull();
  browser.ask(GET);
  expect(httpd.servedAt(CLIENT, browser.socket.localPort)).toBe(3 * SECOND + 1_000_000 + 20_000);
});

test('whom it served is forgotten some time', () => {
  const bench = withWeb();
  const { httpd } = bench.host('web1').services;
  const first = new Browser(bench);
  first.ask(GET);
  const ask = Array.from({ length: 1024 }, () => 'http://192.168.100.200/').join(' ');
  bench.run('client', `curl -s ${ask}`);
  expect(httpd.servedAt(CLIENT, first.socket.localPort)).toBeNull();
});
