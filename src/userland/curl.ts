/**
 * `curl` 7.88: GET over HTTP, with its messages and exit codes. Its progress meter is not printed, as with -s
 * or at a terminal. Not simulated: other methods and schemes, redirects, -v and -w; a second URL on the same
 * connection gets a connection of its own.
 */
import { MS, NEVER } from '../engine/time.ts';
import { ERRNO_TEXT } from '../linux/errno.ts';
import { bytesText } from '../wire/bytes.ts';
import type { Process } from './command.ts';
import { type CurlOptions, readCurlOptions } from './curl-options.ts';
import { resolveName } from './host-names.ts';
import { getRequest, type HttpGet, type HttpOutcome, httpGet } from './http-client.ts';

const TRY_HELP = "curl: try 'curl --help' or 'curl --manual' for more information";
/** Exit codes of curl. */
const UNSUPPORTED_PROTOCOL = 1;
const FAILED_INIT = 2;
const URL_MALFORMAT = 3;
const COULDNT_RESOLVE_HOST = 6;
const COULDNT_CONNECT = 7;
const PARTIAL_FILE = 18;
const HTTP_RETURNED_ERROR = 22;
const WRITE_ERROR = 23;
const OPERATION_TIMEDOUT = 28;
const GOT_NOTHING = 52;
const SEND_ERROR = 55;
const RECV_ERROR = 56;

const HTTP_PORT = 80;
/** What curl gives a handshake of its own accord. */
const CONNECT_TIMEOUT_NS = 300_000 * MS;

export function curl(process: Process): void {
  const options = readCurlOptions(process.argv.slice(1));
  if (process.argv.length === 1) return process.fail(FAILED_INIT, TRY_HELP);
  if (typeof options === 'string') return process.fail(FAILED_INIT, `curl: ${options}\n${TRY_HELP}`);
  if (options.urls.length === 0) return process.fail(FAILED_INIT, `curl: no URL specified!\n${TRY_HELP}`);
  transfer(process, options, 0, 0);
}

/** One URL after the other; the exit code is that of the last. */
function transfer(process: Process, options: CurlOptions, index: number, exit: number): void {
  const url = options.urls[index];
  if (url === undefined) return process.exit(exit);
  const next = (code: number): void => transfer(process, options, index + 1, code);
  const fail = (code: number, message: string): void => {
    if (!options.silent || options.showErrors) process.err(`curl: (${code}) ${message}\n`);
    next(code);
  };
  const target = readUrl(url);
  if (typeof target === 'string') {
    return fail(target === MALFORMED ? URL_MALFORMAT : UNSUPPORTED_PROTOCOL, target);
  }
  const ip = resolveName(process.host, target.host);
  if (ip === null) return fail(COULDNT_RESOLVE_HOST, `Could not resolve host: ${target.host}`);
  httpGet(process.host.kernel, getFor(options, url, target, ip), (outcome) => {
    const { code, message } = verdict(outcome, target, options);
    const status = code === 0 && options.fail && outcome.status >= 400;
    if (!status && !deliver(process, options, outcome)) {
      return fail(WRITE_ERROR, 'Failure writing output to destination');
    }
    if (status) fail(HTTP_RETURNED_ERROR, `The requested URL returned error: ${outcome.status}`);
    else if (code !== 0) fail(code, message);
    else next(0);
  });
}

function getFor(options: CurlOptions, url: string, target: Target, ip: number): HttpGet {
  const { userAgent, headers } = options;
  return {
    ip,
    port: target.port,
    request: getRequest(url, target.path, { headers, ...(userAgent === null ? {} : { userAgent }) }),
    timeoutNs: options.timeoutNs ?? NEVER,
    connectTimeoutNs: options.connectTimeoutNs ?? CONNECT_TIMEOUT_NS,
  };
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

const MALFORMED = 'URL using bad/illegal format or missing URL';

/** Text: what is wrong with it. */
function readUrl(url: string): Target | string {
  const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(url) ?? [];
  if (scheme.toLowerCase() !== 'http') {
    const real =
      /^(https|ftps?|file|scp|sftp|smtps?|imaps?|pop3s?|ldaps?|telnet|tftp|dict|gopher|rtsp|smb|mqtt)$/i;
    if (real.test(scheme)) return `not simulated: protocol "${scheme}"`;
    return `Protocol "${scheme}" not supported or disabled in libcurl`;
  }
  const match = /^([^/?#:@]+)(?::(\d+))?([/?][^#]*)?(?:#.*)?$/s.exec(rest);
  const port = Number(match?.[2] ?? HTTP_PORT);
  if (match === null || port > 65_535) return MALFORMED;
  const path = match[3] ?? '/';
  return { host: match[1] as string, port, path: path.startsWith('/') ? path : `/${path}` };
}

interface Verdict {
  /** 0: all is well. */
  readonly code: number;
  readonly message: string;
}

/** What curl makes of an outcome. */
function verdict(outcome: HttpOutcome, target: Target, options: CurlOptions): Verdict {
  const ms = Math.floor((outcome.endNs - outcome.startNs) / MS);
  if (outcome.kind === 'answered') return { code: 0, message: '' };
  if (outcome.phase === 'connect') return notConnected(outcome, target, options, ms);
  if (outcome.kind === 'timeout') {
    const { response } = outcome;
    const expected = response?.expectedLength ?? null;
    const body = response?.bodyLength ?? 0;
    const received =
      expected === null ? `${body} bytes received` : `${body} out of ${expected} bytes received`;
    return {
      code: OPERATION_TIMEDOUT,
      message: `Operation timed out after ${ms} milliseconds with ${received}`,
    };
  }
  return cutShort(outcome);
}

function notConnected(outcome: HttpOutcome, target: Target, options: CurlOptions, ms: number): Verdict {
  const failed = `Failed to connect to ${target.host} port ${target.port} after ${ms} ms: `;
  if (outcome.kind === 'failed') {
    // Whatever the reason, these words; the exit code knows of a timeout.
    const code = outcome.errno === 'ETIMEDOUT' ? OPERATION_TIMEDOUT : COULDNT_CONNECT;
    return { code, message: `${failed}Couldn't connect to server` };
  }
  const { timeoutNs, connectTimeoutNs } = options;
  const handshakeFirst = (connectTimeoutNs ?? CONNECT_TIMEOUT_NS) < (timeoutNs ?? NEVER);
  const message = handshakeFirst
    ? `${failed}Timeout was reached`
    : `Connection timed out after ${ms} milliseconds`;
  return { code: OPERATION_TIMEDOUT, message };
}

/** Connected, but no whole response. */
function cutShort({ errno, response, bytes }: HttpOutcome): Verdict {
  if (errno === 'EPIPE') return { code: SEND_ERROR, message: `Send failure: ${ERRNO_TEXT.EPIPE}` };
  if (errno !== null) return { code: RECV_ERROR, message: `Recv failure: ${ERRNO_TEXT[errno]}` };
  if (response === null || bytes === 0) return { code: GOT_NOTHING, message: 'Empty reply from server' };
  if (response.state === 'unreadable') {
    if (response.message !== null)
      return { code: RECV_ERROR, message: 'not simulated: this form of response' };
    return { code: UNSUPPORTED_PROTOCOL, message: 'Received HTTP/0.9 when not allowed' };
  }
  const missing = (response.expectedLength ?? 0) - response.bodyLength;
  // A response that ends within its headers is none to complain of.
  if (response.message === null) return { code: 0, message: '' };
  return { code: PARTIAL_FILE, message: `transfer closed with ${missing} bytes remaining to read` };
}

/** Writes what came to where it should go; false: it cannot be written there. */
function deliver(process: Process, options: CurlOptions, { response }: HttpOutcome): boolean {
  const message = response?.message ?? null;
  if (response === null || message === null) return true;
  let text = '';
  if (options.include) {
    const { version, status, reason, headers } = message;
    const lines = [`${version} ${status} ${reason}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
    text = `${lines.join('\r\n')}\r\n\r\n`;
  }
  text += bytesText(response.body);
  if (options.output === null || options.output === '-') {
    process.out(text);
    return true;
  }
  return process.host.files.write(options.output, text) === null;
}
