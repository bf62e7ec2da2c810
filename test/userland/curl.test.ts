/** `curl`, with the messages and exit codes of curl 7.88.1 in the same situations. */
import { describe, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { misbehave } from './servers.ts';
import { replay } from './transcript.ts';

const HOSTS = { web1: '192.168.100.200', client: '192.168.100.20' };

function benchWithWeb(): Bench {
  const bench = new Bench(HOSTS);
  bench.run('web1', 'echo this is kgc web > /var/www/html/index.html');
  bench.run('web1', 'systemctl start httpd');
  return bench;
}

test('shows pages', () => {
  const bench = benchWithWeb();
  bench.pass(3);
  replay(
    bench,
    'client',
    `$ curl http://192.168.100.200/
this is kgc web
$ curl -s 192.168.100.200
this is kgc web
$ curl -sSo /tmp/page http://192.168.100.200:80/index.html
$ cat /tmp/page
this is kgc web
$ curl -s http://192.168.100.200/ http://192.168.100.200/
this is kgc web
this is kgc web
$ curl -fs http://192.168.100.200/foo
=> 22
$ curl -sSf http://192.168.100.200/foo
curl: (22) The requested URL returned error: 404
=> 22
`,
  );
  expect(bench.run('client', 'curl -i http://192.168.100.200/')).toEqual({
    stdout:
      'HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:03 GMT\r\nServer: Apache/2.4.6 (CentOS)\r\n' +
      'Content-Length: 16\r\nContent-Type: text/html; charset=UTF-8\r\n\r\nthis is kgc web\n',
    stderr: '',
    exit: 0,
  });
});

test('says what is wrong with a command line', () => {
  replay(
    new Bench(HOSTS),
    'client',
    `$ curl
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
$ curl --frob x
curl: option --frob: is unknown
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
$ curl --max-time=2 http://192.168.100.200/
curl: option --max-time=2: is unknown
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
$ curl -sS -m
curl: option -m: requires parameter
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
$ curl -sS -m foo http://192.168.100.200/
curl: option -m: expected a proper numerical parameter
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
$ curl -sS -m -1 http://192.168.100.200/
curl: option -m: expected a positive numerical parameter
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
$ curl -s
curl: no URL specified!
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
$ curl -sS foo://x/
curl: (1) Protocol "foo" not supported or disabled in libcurl
=> 1
$ curl -sS http://192.168.100.200:99999/
curl: (3) URL using bad/illegal format or missing URL
=> 3
$ curl -sS http://
curl: (3) URL using bad/illegal format or missing URL
=> 3
$ curl -sS http://nohost/
curl: (6) Could not resolve host: nohost
=> 6
$ curl -sS http://192.168.100.300/
curl: (6) Could not resolve host: 192.168.100.300
=> 6
$ curl -w %{http_code} http://192.168.100.200/
curl: option -w: is not simulated
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
$ curl --location http://192.168.100.200/
curl: option --location: is not simulated
curl: try 'curl --help' or 'curl --manual' for more information
=> 2
$ curl https://192.168.100.200/
curl: (1) not simulated: protocol "https"
=> 1
`,
  );
});

describe('when nobody answers', () => {
  test.each([
    [
      'a closed port',
      'curl -sS http://192.168.100.200:81/',
      7,
      "port 81 after 0 ms: Couldn't connect to server",
      0,
    ],
    [
      'no ARP answer',
      'curl http://192.168.100.99/',
      7,
      "port 80 after 3000 ms: Couldn't connect to server",
      3,
    ],
    ['no route', 'curl http://8.8.8.8/', 7, "port 80 after 0 ms: Couldn't connect to server", 0],
    [
      '--connect-timeout',
      'curl --connect-timeout 1.5 http://192.168.100.98/',
      28,
      'port 80 after 1500 ms: Timeout was reached',
      1.5,
    ],
    ['-m', 'curl -m 1 http://192.168.100.97/', 28, 'Connection timed out after 1000 milliseconds', 1],
  ])('%s', (_, line, exit, message, seconds) => {
    const bench = new Bench(HOSTS);
    const typed = bench.type('client', line);
    bench.pass(10);
    expect(typed.result).toMatchObject({ stdout: '', exit });
    expect(typed.result.stderr.startsWith(`curl: (${exit}) `)).toBe(true);
    expect(typed.result.stderr.endsWith(`${message}\n`)).toBe(true);
    expect(typed.seconds).toBeCloseTo(seconds, 3);
  });

  test('the handshake is given up: 2 retries, linear at first [m6-syn-retries2]', () => {
    const bench = new Bench(HOSTS);
    bench.run('client', 'sysctl -w net.ipv4.tcp_syn_retries=2');
    bench.run('client', 'ip neigh add 192.168.100.98 lladdr 02:00:00:00:00:98 dev ens33');
    expect(bench.text('client', 'curl http://192.168.100.98/')).toBe(
      "curl: (28) Failed to connect to 192.168.100.98 port 80 after 7000 ms: Couldn't connect to server\n=> 28\n",
    );
  });

  test('-s says nothing, and exits the same', () => {
    expect(new Bench(HOSTS).run('client', 'curl -s http://192.168.100.200/')).toEqual({
      stdout: '',
      stderr: '',
      exit: 7,
    });
  });
});

describe('when the server misbehaves', () => {
  test.each([
    ['empty', '', 'curl: (52) Empty reply from server\n', 52],
    ['part', 'this', 'curl: (18) transfer closed with 12 bytes remaining to read\n', 18],
    ['reset', '', 'curl: (56) Recv failure: Connection reset by peer\n', 56],
    ['part, then reset', 'this', 'curl: (56) Recv failure: Connection reset by peer\n', 56],
    ['hangs', '', 'curl: (28) Operation timed out after 2000 milliseconds with 0 bytes received\n', 28],
    [
      'hangs after part',
      'this',
      'curl: (28) Operation timed out after 2000 milliseconds with 4 out of 16 bytes received\n',
      28,
    ],
    ['garbage', '', 'curl: (1) Received HTTP/0.9 when not allowed\n', 1],
    ['no length', 'this is kgc web\n', '', 0],
    ['chunked', '', 'curl: (56) not simulated: this form of response\n', 56],
  ])('%s', (name, stdout, stderr, exit) => {
    const bench = new Bench(HOSTS);
    const port = misbehave(bench.host('web1')).get(name);
    expect(bench.run('client', `curl -sS -m 2 http://192.168.100.200:${port}/`)).toEqual({
      stdout,
      stderr,
      exit,
    });
  });
});

test('names of /etc/hosts, own headers and another agent reach the server', () => {
  const bench = new Bench(HOSTS);
  const web = bench.host('web1');
  let seen = '';
  web.kernel.tcp.listen({
    port: 80,
    accept: (socket) => {
      socket.events = {
        data: (bytes) => {
          seen += String.fromCharCode(...bytes);
          socket.close();
        },
      };
    },
  });
  bench.host('client').files.write('/etc/hosts', '192.168.100.200 www.kgc.example\n');
  bench.run(
    'client',
    "curl -A agent/1 -H 'X-Foo: 1' -H 'Accept: text/html' 'http://www.kgc.example/p?q#fragment'",
  );
  expect(seen).toBe(
    'GET /p?q HTTP/1.1\r\nHost: www.kgc.example\r\nUser-Agent: agent/1\r\nAccept: text/html\r\nX-Foo: 1\r\n\r\n',
  );
});

test('a page that cannot be written where it should go', () => {
  const bench = benchWithWeb();
  expect(bench.text('client', 'curl -sS -o /proc/sys/net/ipv4/foo http://192.168.100.200/')).toBe(
    'curl: (23) Failure writing output to destination\n=> 23\n',
  );
});
