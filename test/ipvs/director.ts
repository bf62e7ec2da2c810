/**
 * A director of the recordings' network: a real kernel with IPVS on a switch, and around it stations that are
 * nothing but a card: they answer ARP for their addresses and write down what reaches them. MACs and
 * addresses are those of the recordings: 192.168.100.N has 02:00:00:00:00:N.
 */
import { Engine } from '../../src/engine/engine.ts';
import { MS } from '../../src/engine/time.ts';
import { Ipvs } from '../../src/ipvs/ipvs.ts';
import { Cable } from '../../src/link/cable.ts';
import { Nic } from '../../src/link/nic.ts';
import { Switch } from '../../src/link/switch.ts';
import type { Device } from '../../src/linux/device.ts';
import { Kernel } from '../../src/linux/kernel.ts';
import type { CommandResult } from '../../src/userland/command.ts';
import { ipvsadm } from '../../src/userland/ipvsadm.ts';
import { ARP_REPLY, ARP_REQUEST, Arp } from '../../src/wire/arp.ts';
import { encodeFrame } from '../../src/wire/codec.ts';
import { ARP, arpFrame, type Frame, IPV4, ipv4Frame } from '../../src/wire/ethernet.ts';
import { ip } from '../../src/wire/ip-address.ts';
import { type Ipv4, Ipv4Packet, TCP, UDP } from '../../src/wire/ipv4.ts';
import { Mac } from '../../src/wire/mac.ts';
import { NO_OPTIONS, SYN, Tcp, TcpOptions } from '../../src/wire/tcp.ts';
import { Udp } from '../../src/wire/udp.ts';

export const VIP = ip('192.168.100.10');
export const DIRECTOR_IP = ip('192.168.100.100');
export const CLIENT_IP = ip('192.168.100.20');
export const WEB_IPS = ['200', '222', '203', '204', '205'].map((host) => `192.168.100.${host}`);

export function macOf(address: number): Mac {
  return Mac.of(0x020000000000 + (address & 255));
}

export class Station {
  readonly nic: Nic;
  /** IPv4 packets for this card, with the moment they came. */
  readonly packets: { timeNs: number; packet: Ipv4 }[] = [];
  /** Answers ARP only while this holds. */
  alive = true;

  constructor(
    private readonly engine: Engine,
    name: string,
    mac: Mac,
    private readonly owns: (address: number) => boolean,
  ) {
    this.nic = new Nic(engine, name, mac);
    this.nic.driver = { receiveFrame: (frame) => this.receive(frame), carrierChanged: () => {} };
  }

  /** To the director's card. */
  send(packet: Ipv4): void {
    this.nic.send(ipv4Frame(macOf(DIRECTOR_IP), this.nic.mac, packet));
  }

  /** Takes what has come so far. */
  takePackets(): Ipv4[] {
    return this.packets.splice(0).map(({ packet }) => packet);
  }

  private receive(frame: Frame): void {
    if (frame.kind === IPV4) {
      this.packets.push({ timeNs: this.engine.nowNs, packet: frame.payload });
    } else if (frame.kind === ARP && this.alive) {
      const { op, senderMac, senderIp, targetIp } = frame.payload;
      if (op !== ARP_REQUEST || !this.owns(targetIp)) return;
      const { mac } = this.nic;
      this.nic.send(arpFrame(senderMac, mac, new Arp(ARP_REPLY, mac, targetIp, senderMac, senderIp)));
    }
  }
}

export class Director {
  readonly engine = new Engine();
  readonly kernel = new Kernel(this.engine, 'lvs1');
  readonly ipvs = new Ipvs(this.kernel);
  readonly device: Device;
  readonly client: Station;
  readonly webs: ReadonlyMap<string, Station>;
  /** Frames the director sent, as hexadecimal, in order. */
  readonly sent: { timeNs: number; hex: string }[] = [];
  private readonly network = new Switch(this.engine, 'sw');

  constructor() {
    const { engine, kernel } = this;
    const nic = new Nic(engine, 'lvs1:ens33', macOf(DIRECTOR_IP));
    this.device = kernel.addNic('ens33', nic);
    this.attach(nic);
    nic.tap = {
      frame: (_name, direction, frame) => {
        if (direction === 0) this.sent.push({ timeNs: engine.nowNs, hex: hexOf(frame) });
        return 0;
      },
      dropped: () => {},
    };
    const isClient = (address: number) => (address & 255) >= 20 && (address & 255) <= 40;
    this.client = this.station('client', macOf(CLIENT_IP), isClient);
    this.webs = new Map(
      WEB_IPS.map((text) => {
        const address = ip(text);
        return [text, this.station(text, macOf(address), (asked) => asked === address)];
      }),
    );
    kernel.setLink(this.device, true);
    kernel.addresses.add(this.device, DIRECTOR_IP, 24);
    kernel.addresses.add(this.device, VIP, 32, { label: 'ens33:0' });
    kernel.routes.add({
      type: 'unicast',
      network: 0,
      length: 0,
      device: this.device,
      gateway: CLIENT_IP,
      src: null,
      metric: 0,
      proto: 'static',
      scope: 'global',
    });
    for (const key of ['icmp_ratelimit', 'conf.all.send_redirects', 'conf.ens33.send_redirects']) {
      kernel.sysctl.set(`net.ipv4.${key}`, '0');
    }
    kernel.sysctl.set('net.ipv4.ip_forward', '1');
  }

  /** Types a line beginning with `ipvsadm`, which may be left out. */
  type(line: string, stdin = ''): CommandResult {
    const words = line.split(/\s+/).filter((word) => word !== '');
    if (words[0] === 'ipvsadm') words.shift();
    return ipvsadm(this, words, stdin);
  }

  run(durationNs: number): void {
    this.engine.runUntil(this.engine.nowNs + durationNs);
  }

  /** Lets everything that is on the wire arrive. */
  settle(): void {
    this.run(MS);
  }

  /** Which servers have packets, by address; takes them. */
  received(): string[] {
    return [...this.webs].flatMap(([text, web]) => web.takePackets().map(() => text));
  }

  private station(name: string, mac: Mac, owns: (address: number) => boolean): Station {
    const station = new Station(this.engine, name, mac, owns);
    this.attach(station.nic);
    station.nic.setPower(true);
    return station;
  }

  private attach(nic: Nic): void {
    const port = this.network.addPort(nic.name);
    const cable = new Cable(this.engine, nic.name, nic, port);
    nic.plug(cable.endA);
    port.plug(cable.endB);
    cable.connect();
  }
}

export function hexOf(frame: Frame): string {
  return Buffer.from(encodeFrame(frame)).toString('hex');
}

/** As long as Linux' segments: 60 bytes with SYN, 52 without. */
const SYN_OPTIONS = new TcpOptions(1460, true, true, 1, 0, 6);
const OPTIONS = new TcpOptions(0, false, true, 2, 1, -1);

export interface Endpoints {
  readonly src: number;
  readonly sport: number;
  readonly dst: number;
  readonly dport: number;
}

export function segment(
  { src, sport, dst, dport }: Endpoints,
  flags: number,
  dataLength = 0,
  plain = false,
): Ipv4 {
  const options = plain ? NO_OPTIONS : flags & SYN ? SYN_OPTIONS : OPTIONS;
  const tcp = new Tcp(
    sport,
    dport,
    1,
    flags & SYN ? 0 : 1,
    flags,
    64_240,
    options,
    new Uint8Array(dataLength),
  );
  return new Ipv4Packet(src, dst, 64, 0, 1, true, false, TCP, tcp);
}

export function datagram({ src, sport, dst, dport }: Endpoints, dataLength = 5): Ipv4 {
  const udp = new Udp(sport, dport, new Uint8Array(dataLength));
  return new Ipv4Packet(src, dst, 64, 0, 1, true, false, UDP, udp);
}
