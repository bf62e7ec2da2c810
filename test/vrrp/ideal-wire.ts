/**
 * A wire without latency between VRRP machines, for tests that need no world: adverts arrive at the instant
 * they are sent, acts of people and arrivals come before timers, timers of one instant in the order in
 * which they were armed.
 */
import { InvariantError } from '../../src/engine/invariant.ts';
import { NEVER } from '../../src/engine/time.ts';
import { advertOf } from '../../src/vrrp/advert.ts';
import { arrivalEvent } from '../../src/vrrp/checks.ts';
import type { MasterReason, VrrpEffect } from '../../src/vrrp/effect.ts';
import type { VrrpEvent } from '../../src/vrrp/event.ts';
import { createInstance, type VrrpInstance, type VrrpParameters } from '../../src/vrrp/instance.ts';
import { step } from '../../src/vrrp/machine.ts';
import { Ipv4Packet, TOS_INTERNETWORK_CONTROL, VRRP, type VrrpPacket } from '../../src/wire/ipv4.ts';
import { AUTH_PASS, VRRP_GROUP, type Vrrp } from '../../src/wire/vrrp.ts';

export interface Transition {
  readonly timeNs: number;
  readonly host: string;
  readonly state: string;
  readonly priority: number;
}

export interface Takeover {
  readonly timeNs: number;
  readonly host: string;
  readonly why: MasterReason;
}

export interface SentAdvert {
  readonly timeNs: number;
  readonly host: string;
  readonly priority: number;
}

export class Router {
  /** Null when no process runs. */
  vr: VrrpInstance | null = null;
  armedSequence = 0;
  armedNs = NEVER;
  /** Without carrier: nothing leaves the host, nothing gets to it. */
  down = false;
  /** Parted from the others, though with carrier. */
  cut = false;
  /** Nothing gets to it. */
  deaf = false;

  constructor(
    readonly name: string,
    public parameters: VrrpParameters,
  ) {}
}

const MAX_STEPS = 1_000_000;

export class IdealWire {
  nowNs = 0;
  readonly routers: Router[] = [];
  readonly transitions: Transition[] = [];
  readonly takeovers: Takeover[] = [];
  readonly sent: SentAdvert[] = [];
  readonly logs: { host: string; text: string }[] = [];
  /**
   * How late a real process arms its send timer: after a periodic advert, and after a packet it had to deal
   * with.
   */
  lateness = { periodicNs: 0, packetNs: 0 };
  /** Called after every step of any machine. */
  check: (router: Router, vr: VrrpInstance) => void = () => {};

  private readonly acts: { timeNs: number; act: () => void }[] = [];
  private readonly arrivals: { router: Router; packet: VrrpPacket }[] = [];
  private sequence = 0;
  private steps = 0;

  add(name: string, parameters: VrrpParameters): Router {
    const router = new Router(name, parameters);
    this.routers.push(router);
    return router;
  }

  at(timeNs: number, act: () => void): void {
    this.acts.push({ timeNs, act });
  }

  runUntil(untilNs: number): void {
    this.acts.sort((a, b) => a.timeNs - b.timeNs);
    for (;;) {
      const act = this.acts[0];
      const due = this.nextTimer();
      const nextNs = Math.min(act?.timeNs ?? NEVER, due?.armedNs ?? NEVER);
      if (nextNs > untilNs) break;
      this.nowNs = nextNs;
      if (act !== undefined && act.timeNs === nextNs) {
        this.acts.shift();
        act.act();
      } else if (due !== null) {
        this.happen(due, { kind: 'deadline' });
      }
      this.deliver();
    }
    this.nowNs = untilNs;
  }

  /** A new process on this router. */
  start(router: Router): void {
    router.vr = createInstance(router.parameters);
    this.happen(router, { kind: 'start', fault: null });
  }

  kill(router: Router): void {
    router.vr = null;
    router.armedNs = NEVER;
  }

  happen(router: Router, event: VrrpEvent): void {
    const { vr } = router;
    if (vr === null) return;
    if (++this.steps > MAX_STEPS) throw new InvariantError('an endless exchange at one instant');
    const { deadlineNs } = vr;
    const effects = step(vr, event, this.nowNs);
    this.check(router, vr);
    if (vr.deadlineNs !== deadlineNs || event.kind === 'deadline') {
      router.armedNs = vr.deadlineNs + this.latenessOf(vr, event);
      router.armedSequence = ++this.sequence;
    }
    for (const effect of effects) this.carryOut(router, vr, effect);
  }

  /** A packet from somebody who is no router of ours. */
  inject(packet: VrrpPacket): void {
    this.arrive(packet, null);
  }

  private latenessOf(vr: VrrpInstance, event: VrrpEvent): number {
    if (vr.state !== 'MASTER') return 0;
    return event.kind === 'deadline' ? this.lateness.periodicNs : this.lateness.packetNs;
  }

  private carryOut(router: Router, vr: VrrpInstance, effect: VrrpEffect): void {
    switch (effect.kind) {
      case 'log':
        this.logs.push({ host: router.name, text: effect.text });
        return;
      case 'clearAddresses':
        this.logs.push({ host: router.name, text: 'removing VIPs.' });
        return;
      case 'sendAdvert':
        if (router.down) return;
        this.sent.push({ timeNs: this.nowNs, host: router.name, priority: effect.priority });
        if (!router.cut) this.arrive(packetOf(vr.sourceIp, advertOf(vr, effect.priority)), router);
        return;
      case 'becomeMaster':
        this.logs.push({ host: router.name, text: 'setting VIPs.' });
        this.takeovers.push({ timeNs: this.nowNs, host: router.name, why: effect.why });
        this.transition(router, vr, 'MASTER');
        return;
      case 'leaveMaster':
        this.logs.push({ host: router.name, text: 'removing VIPs.' });
        if (effect.to !== 'INIT') this.transition(router, vr, effect.to);
        return;
      case 'enterBackup':
        this.transition(router, vr, 'BACKUP');
        return;
      case 'enterFault':
        this.transition(router, vr, 'FAULT');
        return;
      case 'notifyEvent':
        this.transition(router, vr, effect.event);
        return;
      case 'stopped':
        this.transition(router, vr, 'STOP');
        return;
      case 'gratuitousArps':
        return;
    }
  }

  private transition(router: Router, vr: VrrpInstance, state: string): void {
    this.transitions.push({ timeNs: this.nowNs, host: router.name, state, priority: vr.priority });
  }

  private arrive(packet: VrrpPacket, from: Router | null): void {
    for (const router of this.routers) {
      const hears = !router.down && !router.cut && !router.deaf;
      if (router !== from && hears) this.arrivals.push({ router, packet });
    }
  }

  private deliver(): void {
    for (let next = this.arrivals.shift(); next !== undefined; next = this.arrivals.shift()) {
      const event = arrivalEvent(next.packet, next.router.parameters);
      if (event !== null) this.happen(next.router, event);
    }
  }

  private nextTimer(): Router | null {
    let first: Router | null = null;
    for (const router of this.routers) {
      if (router.armedNs === NEVER) continue;
      const sooner =
        first === null ||
        router.armedNs < first.armedNs ||
        (router.armedNs === first.armedNs && router.armedSequence < first.armedSequence);
      if (sooner) first = router;
    }
    return first;
  }
}

export function packetOf(src: number, advert: Vrrp): VrrpPacket {
  return new Ipv4Packet(src, VRRP_GROUP, 255, TOS_INTERNETWORK_CONTROL, 1, false, false, VRRP, advert);
}

/** The tutorial's lvs1 but for what is given. */
export function parametersWith(given: Partial<VrrpParameters>): VrrpParameters {
  return {
    vrid: 10,
    version: 2,
    priority: 100,
    initialState: 'BACKUP',
    advertIntervalNs: 1_000_000_000,
    preempt: true,
    preemptDelayNs: 0,
    downTimerAdverts: 3,
    authType: AUTH_PASS,
    authPass: Uint8Array.from([0x61, 0x62, 0x63, 0x31, 0x32, 0x33, 0, 0]),
    addresses: [0xc0a8640a | 0],
    sourceIp: 0xc0a86464 | 0,
    lowerPrioNoAdvert: false,
    higherPrioSendAdvert: false,
    ...given,
  };
}
