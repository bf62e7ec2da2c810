/** Segments that belong to no connection, beside the recorded answers, byte for byte. */
import { expect, test } from 'vitest';
import { hex, hexText } from '../../src/wire/bytes.ts';
import { decodeFrame, encodeFrame } from '../../src/wire/codec.ts';
import { IPV4 } from '../../src/wire/ethernet.ts';
import { Ipv4Packet, TCP } from '../../src/wire/ipv4.ts';
import { SYN, Tcp } from '../../src/wire/tcp.ts';
import { inject, type RecordedFrame, readRecording, type Seen, Segment } from './tcp-bench.ts';

interface Row {
  readonly id: string;
  readonly stimulus: string;
  readonly responses: readonly RecordedFrame[];
}

const { rows } = readRecording<{ rows: readonly Row[] }>('m6-rst-forms');

/** The frame's bytes; the initial sequence number of a SYN-ACK is a draw, and so is put to 0. */
function bytes({ frame }: Pick<Seen, 'frame'>): string {
  if (frame.kind !== IPV4 || frame.payload.kind !== TCP || (frame.payload.payload.flags & SYN) === 0) {
    return hexText(encodeFrame(frame));
  }
  const { payload: packet } = frame;
  const { srcPort, dstPort, ack, flags, window, options, data } = packet.payload;
  const tcp = new Tcp(srcPort, dstPort, 0, ack, flags, window, options, data);
  const { src, dst, ttl, tos, id, dontFragment } = packet;
  const masked = new Ipv4Packet(src, dst, ttl, tos, id, dontFragment, false, TCP, tcp);
  return hexText(encodeFrame({ ...frame, payload: masked }));
}

test('the recording has both kinds of ports', () => {
  expect(rows).toHaveLength(15);
});

test.for(rows)('$id [m6-rst-forms]', ({ stimulus, responses }) => {
  const segment = new Segment();
  const lvs1 = segment.host('lvs1', 0x0b, '192.168.100.11/24', '192.168.100.10/32');
  segment.host('probe', 0x01);
  lvs1.neighbour('192.168.100.1', '02:00:00:00:00:01');
  lvs1.kernel.tcp.listen({ port: 80, accept: () => {} });
  segment.engine.runUntil(1000);
  segment.seen.splice(0);
  inject(lvs1, stimulus);
  segment.engine.runUntil(5e6);
  const sent = segment.at('lvs1:ens33', 'tx').map(bytes);
  const recorded = responses.map((response) => bytes({ frame: decodeFrame(hex(response.hex)) }));
  expect(sent).toEqual(recorded);
});
