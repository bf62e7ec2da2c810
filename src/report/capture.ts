/** A run as a pcapng capture: one interface a card, every frame it sent or received, the story as comments. */
import type { Run } from '../lab/run.ts';
import { SENT } from '../link/frame-tap.ts';
import { Writer } from '../wire/bytes.ts';
import { encodeFrameTo } from '../wire/codec.ts';
import { narrate } from './narration.ts';
import { PcapngWriter } from './pcapng.ts';

const LARGEST_FRAME_BYTES = 65_536 + 14;

/** The bytes of the file; null when the run kept no frames. */
export function captureOf(run: Run): Uint8Array | null {
  const { frames, world } = run;
  if (frames === null) return null;
  const names = [...world.stations.values()].flatMap(({ nics }) => nics.map(({ name }) => name));
  const indexes = new Map(names.map((name, index) => [name, index]));
  const writer = new PcapngWriter(names);
  const comments = narrate(run).map(({ timeNs, host, text }) => ({ timeNs, text: `${host}: ${text}` }));
  const encoded = new Writer(new Uint8Array(LARGEST_FRAME_BYTES));
  let told = 0;
  for (const { timeNs, nic, direction, frame } of frames) {
    encoded.at = 0;
    encodeFrameTo(encoded, frame);
    const bytes = encoded.bytes.subarray(0, encoded.at);
    const due: string[] = [];
    while (comments[told] !== undefined && (comments[told]?.timeNs ?? 0) <= timeNs) {
      due.push(comments[told++]?.text ?? '');
    }
    const comment = due.length === 0 ? undefined : due.join('\n');
    const way = direction === SENT ? 'out' : 'in';
    writer.packet(indexes.get(nic) ?? 0, timeNs, bytes, way, comment);
  }
  return writer.bytes();
}
