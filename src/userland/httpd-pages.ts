/**
 * What Apache 2.4 of CentOS 7 answers for what is on the disk: the page, or its own about why not. Files have
 * no times here, so Last-Modified, ETag and Accept-Ranges are missing; a directory without its slash is not
 * redirected.
 */
import { asciiBytes } from '../wire/bytes.ts';
import type { HttpRequest } from '../wire/http.ts';
import type { Files } from './files.ts';

const DOCUMENT_ROOT = '/var/www/html';
export const SERVER = 'Apache/2.4.6 (CentOS)';

/** A response but for its date. */
export class Page {
  readonly bytes: Uint8Array;
  /** Two lines of its head. */
  readonly length: string;
  readonly type: string;

  constructor(
    /** `200 OK` */
    readonly status: string,
    type: string,
    readonly text: string,
  ) {
    this.bytes = asciiBytes(text);
    this.length = `Content-Length: ${this.bytes.length}\r\n`;
    this.type = `Content-Type: ${type}\r\n`;
  }
}

interface Refusal {
  readonly status: string;
  readonly explain: (path: string, method: string) => string;
}

const FORBIDDEN: Refusal = {
  status: '403 Forbidden',
  explain: (path) => `You don't have permission to access ${path}\non this server.<br />\n`,
};
const NOT_FOUND: Refusal = {
  status: '404 Not Found',
  explain: (path) => `The requested URL ${path} was not found on this server.`,
};
const NOT_ALLOWED: Refusal = {
  status: '405 Method Not Allowed',
  explain: (path, method) => `The requested method ${method} is not allowed for the URL ${path}.`,
};

/** For what is no HTTP. */
export const BAD_REQUEST = refusalPage(
  {
    status: '400 Bad Request',
    explain: () => 'Your browser sent a request that this server could not understand.<br />\n',
  },
  '/',
  '',
);

/** The pages of one disk; one that is there is made once, as long as its text is the same. */
export class Pages {
  private readonly made = new Map<string, Page>();

  constructor(private readonly files: Files) {}

  answer(request: HttpRequest): Page {
    const { method, target } = request;
    const path = target.replace(/[?#].*/s, '');
    if (method !== 'GET' && method !== 'HEAD') return refusalPage(NOT_ALLOWED, path, method);
    if (!path.startsWith('/') || path.split('/').includes('..')) return BAD_REQUEST;
    const file = `${DOCUMENT_ROOT}${path}${path.endsWith('/') ? 'index.html' : ''}`;
    const text = this.files.read(file);
    if (text !== null) return this.page(file, text);
    const forbidden = path.endsWith('/') && this.isDirectory(path);
    return refusalPage(forbidden ? FORBIDDEN : NOT_FOUND, path, method);
  }

  private page(file: string, text: string): Page {
    const known = this.made.get(file);
    if (known !== undefined && known.text === text) return known;
    const type = /\.html?$/.test(file) ? 'text/html' : 'text/plain';
    const page = new Page('200 OK', `${type}; charset=UTF-8`, text);
    this.made.set(file, page);
    return page;
  }

  private isDirectory(path: string): boolean {
    return path === '/' || this.files.paths().some((file) => file.startsWith(`${DOCUMENT_ROOT}${path}`));
  }
}

function refusalPage({ status, explain }: Refusal, path: string, method: string): Page {
  const text = `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
<html><head>
<title>${status}</title>
</head><body>
<h1>${status.slice(4)}</h1>
<p>${explain(escaped(path), escaped(method))}</p>
</body></html>
`;
  return new Page(status, 'text/html; charset=iso-8859-1', text);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
