/**
 * HTTP messages read lately, by their bytes: a laboratory asks for the same page a hundred thousand times.
 * What a message says depends on its bytes alone, so it makes no difference who reads it again.
 */
import type { HttpReader, HttpRequest, HttpResponse } from '../wire/http.ts';

/** Enough for the pages of a few servers within a second, after which their dates differ. */
const KEPT = 8;
const MAX_BYTES = 2048;

export class ReadMessages<Message extends HttpRequest | HttpResponse> {
  private readonly kept: { readonly bytes: Uint8Array; readonly reader: HttpReader<Message> }[] = [];
  private oldest = 0;

  /** Reads bytes that begin a message; `newReader` makes the reader where they were not seen before. */
  begin(bytes: Uint8Array, newReader: () => HttpReader<Message>): HttpReader<Message> {
    for (let i = 0; i < this.kept.length; i++) {
      const entry = this.kept[i];
      if (entry !== undefined && isSame(entry.bytes, bytes)) return entry.reader;
    }
    const reader = newReader();
    reader.push(bytes);
    if (reader.state === 'complete' && bytes.length <= MAX_BYTES) this.keep(bytes, reader);
    return reader;
  }

  /** Only whole messages are kept: nothing changes them any more. */
  private keep(bytes: Uint8Array, reader: HttpReader<Message>): void {
    this.kept[this.oldest] = { bytes, reader };
    this.oldest = (this.oldest + 1) % KEPT;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
