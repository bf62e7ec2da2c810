/** A request on the wire, and what its caller is told. */
import { describe, expect, test } from 'vitest';
import { NEVER, SECOND } from '../../src/engine/time.ts';
import { getRequest, type HttpGet, type HttpOutcome, httpGet } from '../../src/userland/http-client.ts';
import { bytesText } from '../../src/wire/bytes.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Bench } from './bench.ts';
import { misbehave } from './servers.ts';

const HOSTS = { web1: '192.168.100.200', client: '192.168.100.20' };
const WEB = ip('192.168.100.200');

function get(bench: Bench, options: Partial<HttpGet> = {}): HttpOutcome {
  const outcomes: HttpOutcome[] = [];
  const request = getRequest('http://192.168.100.200/', '/');
  const whole: HttpGet = { ip: WEB, port: 80, request, timeoutNs: 2 * SECOND, ...options };
  httpGet(bench.host('client').kernel, whole, (outcome) => outcomes.push(outcome));
  bench.pass(200);
  expect(outcomes).toHaveLength(1);
  return outcomes[0] as HttpOutcome;
}

function withWeb(): Bench {
  const bench = new Bench(HOSTS);
  bench.run('web1', 'echo this is kgc web > /var/www/html/index.html');
  bench.run('web1', 'systemctl start httpd');
  return bench;
}

describe('the request', () => {
  test('is curl 7.88.1’s', () => {
    expect(bytesText(getRequest('http://192.168.100.10/', '/'))).toBe(
      'GET / HTTP/1.1\r\nHost: 192.168.100.10\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n',
    );
  });

  test('names the port where it is not 80', () => {
    expect(bytesText(getRequest('http://10.0.0.1:8001/x', '/x'))).toContain('\r\nHost: 10.0.0.1:8001\r\n');
    expect(bytesText(getRequest('10.0.0.1:80', '/'))).toContain('\r\nHost: 10.0.0.1\r\n');
  });

  test('is the recorded one for the agent of the recording [m6-http-get-tiny]', () => {
    const headers = { userAgent: 'curl' };
    expect(bytesText(getRequest('http://192.168.100.10/', '/', headers))).toBe(
      'GET / HTTP/1.1\r\nHost: 192.168.100.10\r\nUser-Agent: curl\r\nAccept: */*\r\n\r\n',
    );
  });

  test('a header without a value takes the own one away', () => {
    const bytes = getRequest('http://10.0.0.1/', '/', { headers: [['accept', '']] });
    expect(bytesText(bytes)).not.toContain('ccept');
  });
});

test('an answer: when, what, and from where it was asked', () => {
  const bench = withWeb();
  bench.pass(1);
  const outcome = get(bench);
  expect(outcome).toMatchObject({
    kind: 'answered',
    phase: 'response',
    status: 200,
    errno: null,
    startNs: SECOND,
    // ARP there and back, then SYN and SYN-ACK: four cables of 10 µs each.
    connectedNs: SECOND + 80_000,
    endNs: SECOND + 120_000,
    localIp: ip('192.168.100.20'),
  });
  expect(outcome.localPort).toBeGreaterThanOrEqual(32_768);
  expect(bytesText(outcome.response?.body ?? new Uint8Array())).toBe('this is kgc web\n');
  expect(outcome.bytes).toBe(147 + 16);
});

test('the frames are those of one exchange, and the client closes first', () => {
  const bench = withWeb();
  get(bench);
  const flags = { '02': 'S', '12': 'SA', '10': 'A', '18': 'PA', '11': 'FA' } as Readonly<
    Record<string, string>
  >;
  const seen = bench.sent
    .filter(({ hex }) => hex.slice(24, 28) === '0800' && hex.slice(46, 48) === '06')
    .map(({ nic, hex }) => `${nic.split(':')[0]} ${flags[hex.slice(94, 96)]}`);
  expect(seen.slice(0, 5)).toEqual(['client S', 'web1 SA', 'client A', 'client PA', 'web1 A']);
  expect(seen.filter((line) => line.endsWith('FA'))).toEqual(['client FA', 'web1 FA']);
  expect(seen.filter((line) => line === 'web1 PA')).toHaveLength(1);
});

describe('failures', () => {
  test('refused', () => {
    expect(get(new Bench(HOSTS))).toMatchObject({
      kind: 'failed',
      phase: 'connect',
      errno: 'ECONNREFUSED',
      status: 0,
      response: null,
      connectedNs: null,
    });
  });

  test('nobody has the address', () => {
    const outcome = get(new Bench(HOSTS), { ip: ip('192.168.100.99'), timeoutNs: NEVER });
    expect(outcome).toMatchObject({ kind: 'failed', errno: 'EHOSTUNREACH', endNs: 3 * SECOND });
  });

  test('no route, told before httpGet returns', () => {
    const outcome = get(new Bench(HOSTS), { ip: ip('8.8.8.8') });
    expect(outcome).toMatchObject({ kind: 'failed', errno: 'ENETUNREACH', localPort: 0, endNs: 0 });
  });

  test('no time is set: the kernel gives up', () => {
    const bench = new Bench(HOSTS);
    bench.run('client', 'ip neigh add 192.168.100.98 lladdr 02:00:00:00:00:98 dev ens33');
    const outcome = get(bench, { ip: ip('192.168.100.98'), timeoutNs: NEVER });
    expect(outcome).toMatchObject({ kind: 'failed', errno: 'ETIMEDOUT', endNs: 131 * SECOND });
  });

  test.each([
    ['empty', { kind: 'failed', errno: null, bytes: 0 }],
    ['part', { kind: 'failed', errno: null, status: 200 }],
    ['garbage', { kind: 'failed', errno: null, status: 0 }],
    ['reset', { kind: 'failed', errno: 'ECONNRESET', phase: 'response' }],
    ['hangs', { kind: 'timeout', phase: 'response', endNs: 2 * SECOND }],
    ['no length', { kind: 'answered', status: 200 }],
  ])('%s', (name, expected) => {
    const bench = new Bench(HOSTS);
    const port = misbehave(bench.host('web1')).get(name) ?? 0;
    expect(get(bench, { port })).toMatchObject(expected);
  });
});

describe('timeouts', () => {
  test('of the handshake alone, which leaves the rest its time', () => {
    const silent = { ip: ip('192.168.100.99'), connectTimeoutNs: SECOND };
    expect(get(new Bench(HOSTS), silent)).toMatchObject({ kind: 'timeout', phase: 'connect', endNs: SECOND });
    const bench = new Bench(HOSTS);
    const port = misbehave(bench.host('web1')).get('hangs') ?? 0;
    const outcome = get(bench, { port, timeoutNs: 5 * SECOND, connectTimeoutNs: SECOND });
    expect(outcome).toMatchObject({ kind: 'timeout', phase: 'response', endNs: 5 * SECOND });
  });

  test('nothing is left behind: no socket, no retransmission', () => {
    const bench = new Bench(HOSTS);
    get(bench, { ip: ip('192.168.100.99') });
    const before = bench.sent.length;
    bench.pass(300);
    expect(bench.sent.length).toBe(before);
  });
});

test('a power cut: nobody is told', () => {
  const bench = new Bench(HOSTS);
  const port = misbehave(bench.host('web1')).get('hangs') ?? 0;
  let told = 0;
  const request = getRequest('http://192.168.100.200/', '/');
  httpGet(bench.host('client').kernel, { ip: WEB, port, request, timeoutNs: SECOND }, () => told++);
  bench.pass(0.5);
  bench.host('client').powerOff();
  bench.pass(10);
  expect(told).toBe(0);
});
