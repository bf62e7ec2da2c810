import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { MS } from '../../src/engine/time.ts';
import { Cable } from '../../src/link/cable.ts';
import { type FrameTap, RECEIVED, SENT } from '../../src/link/frame-tap.ts';
import { Nic } from '../../src/link/nic.ts';
import type { Frame } from '../../src/wire/ethernet.ts';
import { MAC_BROADCAST, Mac } from '../../src/wire/mac.ts';
import { A, B, numbered, numberOf } from './wires.ts';

function pair() {
  const engine = new Engine();
  const a = new Nic(engine, 'a:ens33', A);
  const b = new Nic(engine, 'b:ens33', B);
  const cable = new Cable(engine, 'a-b', a, b);
  a.plug(cable.endA);
  b.plug(cable.endB);
  const heard: number[] = [];
  const carriers: boolean[] = [];
  for (const nic of [a, b]) {
    nic.driver = { receiveFrame: () => undefined, carrierChanged: () => undefined };
    nic.setPower(true);
  }
  b.driver = {
    receiveFrame: (frame) => heard.push(numberOf(frame)),
    carrierChanged: (carrier) => carriers.push(carrier),
  };
  cable.connect();
  return { engine, a, b, cable, heard, carriers };
}

const GROUP = Mac.of(0x01005e000012);
const WAYS = { [SENT]: 'sent', [RECEIVED]: 'received' };
const STRANGER = Mac.of(0x020000000099);

describe('nic', () => {
  it('hears its own address, groups and broadcasts, and nothing else unless promiscuous', () => {
    const { engine, a, b, heard } = pair();
    [B, MAC_BROADCAST, GROUP, STRANGER].forEach((dst, i) => {
      a.send(numbered(i, 60, A, dst));
    });
    engine.runUntil(MS);
    expect(heard).toEqual([0, 1, 2]);
    expect(b.filtered).toBe(1);
    b.promiscuous = true;
    a.send(numbered(4, 60, A, STRANGER));
    engine.runUntil(2 * MS);
    expect(heard).toEqual([0, 1, 2, 4]);
  });

  it('without power is deaf and dumb, and its cable dark at both ends', () => {
    const { engine, a, b, heard, carriers } = pair();
    expect([a.carrier, b.carrier]).toEqual([true, true]);
    b.setPower(false);
    expect([a.carrier, b.carrier, carriers]).toEqual([false, false, [false]]);
    a.send(numbered(1));
    b.send(numbered(2));
    engine.runUntil(MS);
    expect(heard).toEqual([]);
    b.setPower(true);
    expect(carriers).toEqual([false, true]);
  });

  it('may be plugged into nothing', () => {
    const nic = new Nic(new Engine(), 'x:ens33', A);
    nic.setPower(true);
    expect(nic.carrier).toBe(false);
    expect(() => nic.send(numbered(1))).not.toThrow();
  });

  it('shows its tap what leaves and what it accepts, not what it filters or what never left', () => {
    const { engine, a, b, cable } = pair();
    const seen: string[] = [];
    const tap: FrameTap = {
      frame: (nic, direction, frame: Frame) => {
        seen.push(`${nic} ${WAYS[direction]} ${numberOf(frame)}`);
        return engine.nextRecordId();
      },
      dropped: (place, frame, reason) => seen.push(`${place} lost ${numberOf(frame)}: ${reason}`),
    };
    a.tap = tap;
    b.tap = tap;
    a.send(numbered(1));
    a.send(numbered(2, 60, A, STRANGER));
    engine.runUntil(MS);
    cable.pull();
    a.send(numbered(3));
    expect(seen).toEqual([
      'a:ens33 sent 1',
      'a:ens33 sent 2',
      'b:ens33 received 1',
      'a:ens33 lost 3: no carrier',
    ]);
  });

  it('makes the received frame the cause of what follows', () => {
    const { engine, a, b } = pair();
    const tap: FrameTap = { frame: () => engine.nextRecordId(), dropped: () => undefined };
    a.tap = tap;
    b.tap = tap;
    const causes: number[] = [];
    b.driver = { receiveFrame: () => causes.push(engine.cause), carrierChanged: () => undefined };
    a.send(numbered(1));
    engine.runUntil(MS);
    expect(causes).toEqual([2]);
  });
});
