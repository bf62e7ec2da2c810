/**
 * The life of connection entries: opened bound to a server, restarted by each packet, ended by their timer or
 * at once. Keeps the server's counts of active and inactive connections in step.
 */
import type { Kernel } from '../linux/kernel.ts';
import { compareIp } from '../wire/ip-address.ts';
import { TCP } from '../wire/ipv4.ts';
import { Conn, packPorts } from './conn.ts';
import { ConnExpiry } from './conn-expiry.ts';
import { ConnTable } from './conn-table.ts';
import type { Destination } from './destination.ts';
import { isActive, Timeouts } from './tcp-states.ts';

export class Connections {
  readonly timeouts = new Timeouts();
  private readonly table = new ConnTable();
  private readonly expiry: ConnExpiry;

  constructor(kernel: Kernel) {
    this.expiry = new ConnExpiry(kernel, (row) => this.end(this.table.at(row)));
  }

  get size(): number {
    return this.table.size;
  }

  find(protocol: number, clientIp: number, clientPort: number, vip: number, vport: number): Conn | null {
    return this.table.find(protocol, clientIp, clientPort, vip, vport);
  }

  /** The entry has no time yet: a `restart` must follow. */
  open(
    protocol: number,
    clientIp: number,
    clientPort: number,
    vip: number,
    vport: number,
    destination: Destination,
  ): Conn {
    const conn = new Conn(protocol, clientIp, packPorts(clientPort, vport), vip, destination);
    this.table.insert(conn);
    destination.bind();
    return conn;
  }

  setState(conn: Conn, state: number): void {
    if (isActive(conn.state) !== isActive(state)) conn.destination.moved(isActive(state));
    conn.state = state;
  }

  /** A packet of the connection went by. */
  restart(conn: Conn): void {
    const { timeouts } = this;
    this.expiry.restart(conn.row, conn.protocol === TCP ? timeouts.ofTcp(conn.state) : timeouts.udp);
  }

  /** Ends an entry now. */
  expire(conn: Conn): void {
    this.expiry.stop(conn.row);
    this.end(conn);
  }

  /** Ends all entries whose server is gone. */
  expireWithoutDestination(): void {
    for (const conn of this.table.all()) {
      if (!conn.destination.available) this.expire(conn);
    }
  }

  remainingNs(conn: Conn): number {
    return this.expiry.remainingNs(conn.row);
  }

  /**
   * Every entry: by protocol, client, then virtual address. (The kernel lists them by a hash with a random
   * seed.)
   */
  list(): Conn[] {
    return this.table.all().sort(compareConns);
  }

  private end(conn: Conn): void {
    this.table.remove(conn);
    conn.destination.unbind(isActive(conn.state));
  }
}

function compareConns(a: Conn, b: Conn): number {
  return (
    a.protocol - b.protocol ||
    compareIp(a.clientIp, b.clientIp) ||
    a.clientPort - b.clientPort ||
    compareIp(a.vip, b.vip) ||
    a.vport - b.vport
  );
}
