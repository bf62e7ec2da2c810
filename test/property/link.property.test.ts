import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import type { Lane } from '../../src/link/cable.ts';
import { MAC_ZERO, Mac } from '../../src/wire/mac.ts';
import { connect, numbered, type Plug } from '../link/wires.ts';
import { Bench, type Link } from '../linux/bench.ts';

// ── cables ───────────────────────────────────────────────────────────────────────────────────────────────

const cableOptions = fc.record({
  latencyNs: fc.constantFrom(0, 1, 10_000, 3_000_000),
  jitterNs: fc.constantFrom(0, 1, 50_000),
  loss: fc.constantFrom(0, 0, 0.5, 1),
  bitsPerSecond: fc.constantFrom(0, 10_000_000, 1_000_000_000),
});

const cableAct = fc.record({
  afterNs: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 20_000 }), fc.nat({ max: 5_000_000 })),
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('a sends', 'b sends') },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'pull',
        'heal',
        'cut',
        'mend',
        'block',
        'unblock',
        'dark',
        'light',
        'faster',
      ),
    },
  ),
});

function lost(lane: Lane): number {
  return [...lane.dropped.values()].reduce((sum, count) => sum + count, 0);
}

function isAscending(plug: Plug): boolean {
  return plug.arrivals.every(({ number }, i) => i === 0 || number > (plug.arrivals[i - 1]?.number ?? 0));
}

describe('a cable', { timeout: 60_000 }, () => {
  test('accounts for every frame in each direction, at every moment, and reorders none', () => {
    fc.assert(
      fc.property(cableOptions, fc.array(cableAct, { maxLength: 80 }), fc.string(), (options, acts, seed) => {
        const engine = new Engine({ seed });
        const { a, b, cable } = connect(engine, options);
        const lanes = [cable.aToB, cable.bToA];
        const cutTo = (cut: boolean): void => {
          cable.aToB.cut = cut;
        };
        let number = 0;
        const holds = (): void => {
          for (const lane of lanes) {
            expect(lane.sent).toBe(lane.delivered + lost(lane) + lane.inFlight);
            expect(lane.inFlight).toBeGreaterThanOrEqual(0);
          }
          expect([cable.aToB.delivered, cable.bToA.delivered]).toEqual([
            b.arrivals.length,
            a.arrivals.length,
          ]);
          expect([isAscending(a), isAscending(b)]).toEqual([true, true]);
        };
        for (const { afterNs, what } of acts) {
          engine.runUntil(engine.nowNs + afterNs);
          const actions: Record<typeof what, () => unknown> = {
            'a sends': () => a.send(numbered(++number)),
            'b sends': () => b.send(numbered(++number)),
            pull: () => cable.pull(),
            heal: () => cable.heal(),
            cut: () => cutTo(true),
            mend: () => cutTo(false),
            block: () => cable.bToA.blocks.push(() => true),
            unblock: () => cable.bToA.blocks.splice(0),
            dark: () => b.setLit(false),
            light: () => b.setLit(true),
            faster: () => Object.assign(cable.aToB, { latencyNs: 0 }),
          };
          actions[what]();
          holds();
        }
        engine.runUntil(engine.nowNs + 1_000_000_000);
        holds();
        expect(lanes.map((lane) => lane.inFlight)).toEqual([0, 0]);
      }),
    );
  });
});

// ── switches ─────────────────────────────────────────────────────────────────────────────────────────────

const PORTS = 5;

/** Few stations on few ports, so that they move and meet; some addresses nobody may send from. */
const STATIONS = [1, 2, 3, 4].map((last) => Mac.of(0x020000000000 + last));
const GROUPS = [0xffffffffffff, 0x01005e000012, 0x0180c2000000].map((value) => Mac.of(value));

const switchAct = fc.record({
  from: fc.nat({ max: PORTS - 1 }),
  src: fc.constantFrom(...STATIONS, ...STATIONS, MAC_ZERO, GROUPS[1] ?? MAC_ZERO),
  dst: fc.constantFrom(...STATIONS, ...STATIONS, ...GROUPS, MAC_ZERO),
  afterMs: fc.constantFrom(0, 0, 1, 1000, 2999, 5000),
  first: fc.option(fc.record({ port: fc.nat({ max: PORTS - 1 }), up: fc.boolean() }), { freq: 5 }),
});

const AGEING_MS = 3000;

function link(index: number): Link {
  const host = `p${index}`;
  return { host, if: 'ens33', mac: `02:00:00:00:01:0${index}`, bridge: 'sw', port: `port${index}` };
}

describe('a switch', { timeout: 60_000 }, () => {
  test('sends a known unicast to exactly one port, all else to every other port once, never back', () => {
    fc.assert(
      fc.property(fc.array(switchAct, { maxLength: 60 }), (acts) => {
        const links = Array.from({ length: PORTS }, (_, index) => link(index));
        const bench = new Bench(links, { raw: links.map(({ host }) => host) });
        const bridge = bench.switches.get('sw');
        if (bridge !== undefined) bridge.ageingNs = AGEING_MS * 1_000_000;
        /** What a switch ought to know: port and moment, by address. */
        const known = new Map<Mac, { port: number; seenMs: number }>();
        const up = new Array(PORTS).fill(true);
        let nowMs = 0;
        acts.forEach(({ from, src, dst, afterMs, first }, number) => {
          nowMs += afterMs;
          bench.runUntilMs(nowMs);
          if (first !== null) {
            bench.port(`port${first.port}`).setEnabled(first.up);
            up[first.port] = first.up;
            if (!first.up) for (const [mac, { port }] of known) if (port === first.port) known.delete(mac);
          }
          const before = bench.frames.length;
          bench.nic(`p${from}:ens33`).send(numbered(number, 60, src, dst));
          bench.runUntilMs(nowMs);
          const heard = bench.frames.slice(before).filter(({ dir }) => dir === 'rx');
          const others = [4, 3, 2, 1, 0].filter((port) => port !== from && up[port]);
          let expected: number[] = [];
          if (up[from] && !src.isGroup && src !== MAC_ZERO) {
            known.set(src, { port: from, seenMs: nowMs });
            const entry = known.get(dst);
            const isKnown = entry !== undefined && nowMs - entry.seenMs <= AGEING_MS;
            expected = isKnown ? [entry.port].filter((port) => port !== from) : others;
          }
          expect(heard.map(({ at }) => Number(at[1]))).toEqual(expected);
        });
      }),
    );
  });
});
