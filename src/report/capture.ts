/** A run as a pcapng capture: one interface a card, every frame it sent or received, the story as comments. */
import type { Run } from '../lab/run.ts';
import { SENT } from '../link/frame-tap.ts';
import { encodeFrame } from '../wire/codec.ts';
import type { Frame } from '../wire/ethernet.ts';
import { narrate } from './narration.ts';
import { PcapngWriter } from './pcapng.ts';

/** The bytes of the file; null when the run kept no frames. */
export function captureOf(run: Run): Uint8Array | null {
  const { frames, world } = run;
  if (frames === null) return null;
  const names = [...world.stations.values()].flatMap(({ nics }) => nics.map(({ name }) => name));
  const indexes = new Map(names.map((name, index) => [name, index]));
  const writer = new PcapngWriter(names);
  const comments = narrate(run).map(({ timeNs, host, text }) => ({ timeNs, text: `${host}: ${text}` }));
  // One Frame object is logged where it leaves and wherever it arrives: its bytes are made once.
  const encoded = new Map<Frame, Uint8Array>();
  let told = 0;
  for (const { timeNs, nic, direction, frame } of frames) {
    let bytes = encoded.get(frame);
    if (bytes === undefined) {
      bytes = encodeFrame(frame);
      encoded.set(frame, bytes);
    }
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
