/**
 * A port that accepts connections. Not modelled: a backlog that can be full; whoever listens accepts at
 * once.
 */
import type { TcpSocket } from './tcp-socket.ts';

export class TcpListener {
  isOpen = true;

  constructor(
    /** 0: any of the host's. */
    readonly ip: number,
    readonly port: number,
    readonly accept: (socket: TcpSocket) => void,
    private readonly forget: (listener: TcpListener) => void,
  ) {}

  /** No new connections from now on; those accepted live on, half-open ones do not. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.forget(this);
  }
}

/** Listeners by port; on one port each address has its own, or one takes all. */
export class Listeners {
  private readonly byPort = new Map<number, TcpListener[]>();

  /** null: another one has the port already, for this address or for any. */
  add(ip: number, port: number, accept: (socket: TcpSocket) => void): TcpListener | null {
    const onPort = this.byPort.get(port) ?? [];
    if (onPort.some((other) => other.ip === ip || other.ip === 0 || ip === 0)) return null;
    const listener = new TcpListener(ip, port, accept, (closed) => this.remove(closed));
    onPort.push(listener);
    this.byPort.set(port, onPort);
    return listener;
  }

  find(ip: number, port: number): TcpListener | null {
    const onPort = this.byPort.get(port);
    if (onPort === undefined) return null;
    for (let i = 0; i < onPort.length; i++) {
      const listener = onPort[i] as TcpListener;
      if (listener.ip === ip || listener.ip === 0) return listener;
    }
    return null;
  }

  usesPort(port: number): boolean {
    return this.byPort.has(port);
  }

  /** By port, then in the order in which they began. */
  sorted(): readonly TcpListener[] {
    return [...this.byPort.values()].flat().sort((a, b) => a.port - b.port);
  }

  private remove(listener: TcpListener): void {
    const left = (this.byPort.get(listener.port) ?? []).filter((other) => other !== listener);
    if (left.length > 0) this.byPort.set(listener.port, left);
    else this.byPort.delete(listener.port);
  }
}
