/**
 * What ping says at the end: iputils 20221126, ping_common.c, finish(). Times in whole microseconds, as it
 * counts.
 */
import { MS } from '../engine/time.ts';

export class PingStatistics {
  transmitted = 0;
  received = 0;
  repeats = 0;
  errors = 0;
  /** The most requests that were under way when an answer came. */
  pipe = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = 0;
  private sum = 0;
  private squares = 0;

  get maxUs(): number {
    return this.max;
  }

  time(us: number): void {
    this.min = Math.min(this.min, us);
    this.max = Math.max(this.max, us);
    this.sum += us;
    this.squares += us * us;
  }

  /** An answer of any kind to request `sequence` came. */
  acknowledge(sequence: number): void {
    const underWay = (this.transmitted - sequence) & 0xffff;
    if (underWay <= 0x7fff) this.pipe = Math.max(this.pipe, underWay + 1);
  }

  /** `elapsedNs`: from the first request to the last. `timed`: the data is long enough for a time stamp. */
  text(target: string, elapsedNs: number, timed: boolean): string {
    const { transmitted, received, repeats, errors } = this;
    let text = `\n--- ${target} ping statistics ---\n`;
    text += `${transmitted} packets transmitted, ${received} received`;
    if (repeats > 0) text += `, +${repeats} duplicates`;
    if (errors > 0) text += `, +${errors} errors`;
    const loss = Math.fround(((transmitted - received) * 100) / transmitted);
    text += `, ${Number(loss.toPrecision(6))}% packet loss, time ${Math.round(elapsedNs / MS)}ms\n`;
    const parts: string[] = [];
    if (received > 0 && timed) parts.push(`rtt min/avg/max/mdev = ${this.times().map(msText).join('/')} ms`);
    if (this.pipe > 1) parts.push(`pipe ${this.pipe}`);
    return `${text}${parts.join(', ')}\n`;
  }

  private times(): number[] {
    const count = this.received + this.repeats;
    const average = Math.floor(this.sum / count);
    const variance = Math.floor((this.squares - Math.floor((this.sum * this.sum) / count)) / count);
    return [this.min, average, this.max, Math.floor(Math.sqrt(variance))];
  }
}

function msText(us: number): string {
  return (us / 1000).toFixed(3);
}
