/**
 * TCP between two real kernels over a wire that loses, delays and reorders: what was written arrives, then
 * all is over.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { type RandomStream, randomInt } from '../../src/engine/random.ts';
import { MS, SECOND } from '../../src/engine/time.ts';
import { Cable, type CableEnd, type Socket } from '../../src/link/cable.ts';
import { Nic } from '../../src/link/nic.ts';
import type { Errno } from '../../src/linux/errno.ts';
import { Kernel } from '../../src/linux/kernel.ts';
import type { TcpEvents, TcpSocket } from '../../src/linux/tcp.ts';
import type { Frame } from '../../src/wire/ethernet.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { Mac } from '../../src/wire/mac.ts';

interface Weather {
  readonly seed: string;
  readonly loss: number;
  /** Each frame takes up to this long, whatever the one before it took. */
  readonly delayMs: number;
  /** Sizes of the writes in either direction; the client's moments of writing are spread out. */
  readonly up: readonly number[];
  readonly down: readonly number[];
}

const weather: fc.Arbitrary<Weather> = fc.record({
  seed: fc.string({ minLength: 1, maxLength: 8 }),
  loss: fc.constantFrom(0, 0.01, 0.05, 0.1),
  delayMs: fc.constantFrom(0, 1, 50, 500),
  up: fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 8 }),
  down: fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 8 }),
});

const LIMIT_NS = 6 * 3600 * SECOND;

/** In the middle of a wire: what comes at one side leaves at the other, if it does, after a while of its own. */
class Rough implements Socket {
  readonly lit = true;
  private end: CableEnd | null = null;
  private far: Rough | null = null;

  constructor(
    private readonly engine: Engine,
    readonly name: string,
    private readonly chance: RandomStream,
    private readonly weather: Weather,
  ) {}

  join(far: Rough): void {
    this.far = far;
    far.far = this;
  }

  plug(nic: Nic): void {
    const cable = new Cable(this.engine, `${nic.name}-${this.name}`, nic, this, { latencyNs: 0 });
    nic.plug(cable.endA);
    this.end = cable.endB;
    cable.connect();
  }

  receive(frame: Frame): void {
    const { engine, chance, far } = this;
    const { loss, delayMs } = this.weather;
    if (far === null || chance() < loss) return;
    engine.deliverAt(engine.nowNs + randomInt(chance, 0, delayMs * MS), far.out, frame, engine.cause);
  }

  carrierChanged(): void {}

  private readonly out = {
    receive: (frame: Frame) => this.end?.send(frame, this.engine.cause),
  };
}

function connectedNics(engine: Engine, weather: Weather): readonly [Nic, Nic] {
  const chance = engine.random('wire');
  const [left, right] = ['left', 'right'].map((name) => new Rough(engine, name, chance, weather));
  const nicA = new Nic(engine, 'a:eth0', Mac.of(0x02000000000a));
  const nicB = new Nic(engine, 'b:eth0', Mac.of(0x02000000000b));
  if (left === undefined || right === undefined) throw new Error('two ends');
  left.join(right);
  left.plug(nicA);
  right.plug(nicB);
  return [nicA, nicB];
}

function host(engine: Engine, name: string, nic: Nic, address: string, peer: string, peerMac: Mac): Kernel {
  const kernel = new Kernel(engine, name);
  const device = kernel.addNic('eth0', nic);
  kernel.setLink(device, true);
  kernel.addresses.add(device, ip(address), 24);
  const neighbour = kernel.neighbours.findOrCreate(device, ip(peer));
  kernel.neighbours.update(neighbour, peerMac, 'PERMANENT', true, 'command');
  return kernel;
}

/** Bytes whose place in the stream shows, so that a swap or a repetition does too. */
function stream(sizes: readonly number[], salt: number): Uint8Array[] {
  let at = 0;
  return sizes.map((size) =>
    Uint8Array.from({ length: size }, () => ((at++ * 2654435761 + salt) >>> 13) & 0xff),
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

const DONE = Uint8Array.of(0xff);

/**
 * One side: says that it is done when all of the other's stream is here, and closes when it hears the same.
 * So nobody closes with data on its way, which the kernel would care for only for a while.
 */
class Side {
  readonly received: Uint8Array[] = [];
  readonly ends: (Errno | null)[] = [];
  private socket: TcpSocket | null = null;
  private missing: number;
  private toWrite: number;
  private saidDone = false;

  constructor(expected: number, writes: number) {
    this.missing = expected;
    this.toWrite = writes;
  }

  readonly events: TcpEvents = {
    data: (bytes) => {
      this.received.push(bytes);
      this.missing -= bytes.length;
      this.proceed();
    },
    closed: (error) => this.ends.push(error),
  };

  begin(socket: TcpSocket): void {
    this.socket = socket;
  }

  write(bytes: Uint8Array): void {
    this.toWrite--;
    expect(this.socket?.send(bytes)).toBe(null);
    this.proceed();
  }

  private proceed(): void {
    if (this.toWrite > 0 || this.missing > 0) return;
    if (!this.saidDone) {
      this.saidDone = true;
      this.socket?.send(DONE);
    }
    if (this.missing < 0) this.socket?.close();
  }
}

/** What two hosts have exchanged in that weather, and how it ended. */
function exchange(drawn: Weather): {
  server: Side;
  client: Side;
  up: Uint8Array;
  down: Uint8Array;
  left: number;
} {
  const engine = new Engine({ seed: drawn.seed, keepRecords: false });
  const [nicA, nicB] = connectedNics(engine, drawn);
  const a = host(engine, 'a', nicA, '10.0.0.1', '10.0.0.2', nicB.mac);
  const b = host(engine, 'b', nicB, '10.0.0.2', '10.0.0.1', nicA.mac);
  const up = stream(drawn.up, 1);
  const down = stream(drawn.down, 2);
  const client = new Side(joined(down).length, up.length);
  const server = new Side(joined(up).length, down.length);
  b.tcp.listen({
    port: 80,
    accept: (socket) => {
      server.begin(socket);
      socket.events = server.events;
      for (const bytes of down) server.write(bytes);
    },
  });
  const writer = { fire: (index: number) => client.write(up[index] as Uint8Array) };
  const connected = () => {
    for (let i = 0; i < up.length; i++) engine.callAt(engine.nowNs + i * 70 * MS, writer, i);
  };
  const events: TcpEvents = { ...client.events, connected };
  const socket = a.tcp.connect({ dst: ip('10.0.0.2'), dstPort: 80, events });
  if (typeof socket === 'string') throw new Error(socket);
  client.begin(socket);
  engine.runUntil(LIMIT_NS);
  const left = a.tcp.flows.size + b.tcp.flows.size;
  return { server, client, up: joined([...up, DONE]), down: joined([...down, DONE]), left };
}

test('any stream arrives whole and in order, and nothing is left over', () => {
  fc.assert(
    fc.property(weather, (drawn) => {
      const { server, client, up, down, left } = exchange(drawn);
      expect(isSame(joined(server.received), up)).toBe(true);
      expect(isSame(joined(client.received), down)).toBe(true);
      expect([client.ends.length, server.ends.length]).toEqual([1, 1]);
      expect(left).toBe(0);
    }),
    { numRuns: 60 },
  );
}, 30_000);
