/** What the timeline can do to a laboratory: one function an action. */
import type { Block, Lane } from '../link/cable.ts';
import { ARP, type Frame, IPV4 } from '../wire/ethernet.ts';
import { protocolOf } from '../wire/ipv4.ts';
import type { Span } from './history.ts';
import type { ActionRecord } from './records.ts';
import type { Action, BlockedProtocol, Direction, TimedAction } from './scenario/scenario.ts';
import type { World } from './world.ts';

const PROTOCOL_NUMBERS: Readonly<Record<Exclude<BlockedProtocol, 'arp'>, number>> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  vrrp: 112,
};

export class Faults {
  /** Hosts without power, pulled or cut cables, protocols blocked: the segment is whole while there are none. */
  private readonly inForce = new Set<string>();
  private readonly blocks = new Map<string, Block>();
  /** Since when there are none; null while there are. */
  private wholeSinceNs: number | null = 0;
  private readonly whole: Span[] = [];

  constructor(private readonly world: World) {}

  /** When the segment was whole, each span begun `settlingNs` late: what was broken needs that long to notice. */
  wholeSpans(settlingNs: number): readonly Span[] {
    const spans = [...this.whole];
    if (this.wholeSinceNs !== null) {
      spans.push({ fromNs: this.wholeSinceNs, toNs: Number.POSITIVE_INFINITY });
    }
    return spans
      .map(({ fromNs, toNs }) => ({ fromNs: fromNs === 0 ? 0 : fromNs + settlingNs, toNs }))
      .filter(({ fromNs, toNs }) => fromNs < toNs);
  }

  /** Carries an action out; all that follows from it has it as its cause. */
  apply({ action, place }: TimedAction): void {
    const { engine } = this.world;
    engine.recordCause<ActionRecord>({
      host: action.host,
      kind: 'action',
      action,
      line: place === null ? null : place.line,
    });
    this.carryOut(action);
    this.noteWholeness();
  }

  private noteWholeness(): void {
    const { nowNs } = this.world.engine;
    if (this.inForce.size === 0) {
      this.wholeSinceNs ??= nowNs;
    } else if (this.wholeSinceNs !== null) {
      this.whole.push({ fromNs: this.wholeSinceNs, toNs: nowNs });
      this.wholeSinceNs = null;
    }
  }

  private carryOut(action: Action): void {
    const { world } = this;
    switch (action.kind) {
      case 'crash':
        this.inForce.add(`power ${action.host}`);
        return world.powerOff(action.host);
      case 'power-on':
        this.inForce.delete(`power ${action.host}`);
        return world.powerOn(action.host);
      case 'start-service':
        return this.type(action.host, `systemctl start ${action.service}`);
      case 'stop-service':
        return this.type(action.host, `systemctl stop ${action.service}`);
      case 'run-command':
        return this.type(action.host, action.command);
      case 'kill-process':
        return world.host(action.host).services.byName(action.process)?.kill();
      case 'pull-cable':
        this.inForce.add(`cable ${action.host}`);
        for (const cable of world.station(action.host).cables) cable.pull();
        return;
      case 'cut-cable':
        this.inForce.add(`cable ${action.host}`);
        for (const lane of this.lanes(action.host, action.direction)) lane.cut = true;
        return;
      case 'heal-cable':
        this.inForce.delete(`cable ${action.host}`);
        for (const cable of world.station(action.host).cables) cable.heal();
        return;
      case 'block-protocol':
        return this.block(action.host, action.protocol, action.direction);
      case 'unblock-protocol':
        return this.unblock(action.host, action.protocol);
    }
  }

  private type(host: string, line: string): void {
    this.world.type(this.world.host(host), 'timeline', line);
  }

  private block(host: string, protocol: BlockedProtocol, direction: Direction): void {
    this.unblock(host, protocol);
    const key = `${protocol} ${host}`;
    const block: Block = (frame) => isOf(frame, protocol);
    this.inForce.add(key);
    this.blocks.set(key, block);
    for (const lane of this.lanes(host, direction)) lane.blocks.push(block);
  }

  private unblock(host: string, protocol: BlockedProtocol): void {
    const key = `${protocol} ${host}`;
    const block = this.blocks.get(key);
    this.inForce.delete(key);
    if (block === undefined) return;
    this.blocks.delete(key);
    for (const { blocks } of this.lanes(host, 'both')) {
      const index = blocks.indexOf(block);
      if (index >= 0) blocks.splice(index, 1);
    }
  }

  /** Every cable has its host at end A. */
  private lanes(host: string, direction: Direction): Lane[] {
    return this.world.station(host).cables.flatMap(({ aToB, bToA }) => {
      if (direction === 'from-host') return [aToB];
      return direction === 'to-host' ? [bToA] : [aToB, bToA];
    });
  }
}

function isOf(frame: Frame, protocol: BlockedProtocol): boolean {
  if (protocol === 'arp') return frame.kind === ARP;
  return frame.kind === IPV4 && protocolOf(frame.payload) === PROTOCOL_NUMBERS[protocol];
}
