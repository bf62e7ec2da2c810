/**
 * All connection entries, found by (protocol, client, virtual address): open addressing with linear probing.
 * A slot is two integers, the key's hash and the entry's row; deleting moves the rest of a run up, so that
 * nothing dead is left behind. Rows are numbers from 1 that other arrays may be indexed by; a row that was
 * given back is used again.
 */
import { assert } from '../engine/invariant.ts';
import { type Conn, packPorts } from './conn.ts';

const FIRST_CAPACITY = 64;

export class ConnTable {
  size = 0;
  /** A power of two. */
  private capacity = FIRST_CAPACITY;
  /** Pairs of hash and row; row 0 marks an empty slot. */
  private slots = new Int32Array(2 * FIRST_CAPACITY);
  private readonly rows: (Conn | null)[] = [null];
  private readonly freeRows: number[] = [];

  find(protocol: number, clientIp: number, clientPort: number, vip: number, vport: number): Conn | null {
    const ports = packPorts(clientPort, vport);
    const hash = hashOf(protocol, clientIp, ports, vip);
    const mask = this.capacity - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const row = this.slots[2 * slot + 1] as number;
      if (row === 0) return null;
      if (this.slots[2 * slot] !== hash) continue;
      const conn = this.rows[row] as Conn;
      if (
        conn.clientIp === clientIp &&
        conn.ports === ports &&
        conn.vip === vip &&
        conn.protocol === protocol
      ) {
        return conn;
      }
    }
  }

  at(row: number): Conn {
    return this.rows[row] as Conn;
  }

  insert(conn: Conn): void {
    assert(conn.row === 0, 'a connection entry is inserted once');
    if ((this.size + 1) * 4 > this.capacity * 3) this.grow();
    const row = this.freeRows.pop() ?? this.rows.length;
    this.rows[row] = conn;
    conn.row = row;
    this.size++;
    this.place(conn);
  }

  remove(conn: Conn): void {
    const mask = this.capacity - 1;
    let hole = hashOfConn(conn) & mask;
    while (this.slots[2 * hole + 1] !== conn.row) {
      assert(this.slots[2 * hole + 1] !== 0, 'only an entry of the table can be removed');
      hole = (hole + 1) & mask;
    }
    for (let slot = (hole + 1) & mask; this.slots[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      const home = (this.slots[2 * slot] as number) & mask;
      // An entry whose run begins after the hole would be lost before its home.
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      this.slots[2 * hole] = this.slots[2 * slot] as number;
      this.slots[2 * hole + 1] = this.slots[2 * slot + 1] as number;
      hole = slot;
    }
    this.slots[2 * hole + 1] = 0;
    this.rows[conn.row] = null;
    this.freeRows.push(conn.row);
    conn.row = 0;
    this.size--;
  }

  /** Every entry, in the order of the rows. */
  all(): Conn[] {
    return this.rows.filter((conn) => conn !== null);
  }

  private place(conn: Conn): void {
    const hash = hashOfConn(conn);
    const mask = this.capacity - 1;
    let slot = hash & mask;
    while (this.slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    this.slots[2 * slot] = hash;
    this.slots[2 * slot + 1] = conn.row;
  }

  private grow(): void {
    this.capacity *= 2;
    this.slots = new Int32Array(2 * this.capacity);
    for (const conn of this.rows) if (conn !== null) this.place(conn);
  }
}

function hashOfConn({ protocol, clientIp, ports, vip }: Conn): number {
  return hashOf(protocol, clientIp, ports, vip);
}

/**
 * Addresses and ports count up, so every bit of the key has to reach the low ones: murmur3's finalizer,
 * twice.
 */
function hashOf(protocol: number, clientIp: number, ports: number, vip: number): number {
  let hash = Math.imul(clientIp ^ Math.imul(ports, 0x9e3779b1), 0x85ebca6b);
  hash ^= hash >>> 15;
  hash = Math.imul(hash ^ vip ^ protocol, 0xc2b2ae35);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0x27d4eb2f);
  return hash ^ (hash >>> 16);
}
