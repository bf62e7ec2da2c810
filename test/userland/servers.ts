/** Web servers that misbehave, one a port, made of the kernel's sockets. */
import { SECOND } from '../../src/engine/time.ts';
import type { TcpSocket } from '../../src/linux/tcp.ts';
import type { Host } from '../../src/userland/host.ts';
import { asciiBytes } from '../../src/wire/bytes.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nServer: Apache/2.4.6 (CentOS)\r\nContent-Length: 16\r\n';

/** What each does once a request has come. */
const BEHAVIOURS: Readonly<Record<string, (socket: TcpSocket, host: Host) => void>> = {
  empty: (socket) => socket.close(),
  part: (socket) => {
    socket.send(asciiBytes(`${HEAD}\r\nthis`));
    socket.close();
  },
  reset: (socket) => socket.abort(),
  'part, then reset': (socket, host) => {
    socket.send(asciiBytes(`${HEAD}\r\nthis`));
    host.kernel.timer(() => socket.abort()).armIn(SECOND);
  },
  hangs: () => {},
  'hangs after part': (socket) => socket.send(asciiBytes(`${HEAD}\r\nthis`)),
  garbage: (socket) => {
    socket.send(asciiBytes('hello\r\n\r\n'));
    socket.close();
  },
  'no length': (socket) => {
    socket.send(asciiBytes('HTTP/1.1 200 OK\r\n\r\nthis is kgc web\n'));
    socket.close();
  },
  chunked: (socket) =>
    socket.send(asciiBytes('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n')),
};

/** Starts them all on a host; the port of each. */
export function misbehave(host: Host): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  Object.entries(BEHAVIOURS).forEach(([name, behave], index) => {
    const port = 8001 + index;
    ports.set(name, port);
    host.kernel.tcp.listen({
      port,
      accept: (socket) => {
        socket.events = { data: () => behave(socket, host), ended: () => socket.close() };
      },
    });
  });
  return ports;
}
