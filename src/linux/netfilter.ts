/**
 * The hook points of a packet's way through the kernel. IPVS hangs on them; so would a packet filter. Hooks
 * of a point run in ascending priority until one does not accept.
 */
import type { Ipv4 } from '../wire/ipv4.ts';
import type { Device } from './device.ts';

export const NF_ACCEPT = 0;
export const NF_DROP = 1;
/** The hook has taken the packet over. */
export const NF_STOLEN = 2;
export type Verdict = typeof NF_ACCEPT | typeof NF_DROP | typeof NF_STOLEN;

export type HookPoint = 'PREROUTING' | 'LOCAL_IN' | 'FORWARD' | 'LOCAL_OUT' | 'POSTROUTING';

/** `device`: where the packet came in, or null for one made on this host. */
export type Hook = (packet: Ipv4, device: Device | null) => Verdict;

interface Registration {
  readonly priority: number;
  readonly hook: Hook;
}

/** The hooks of one point. */
export class HookChain {
  private registrations: readonly Registration[] = [];

  add(priority: number, hook: Hook): () => void {
    const registration = { priority, hook };
    this.registrations = [...this.registrations, registration].sort((a, b) => a.priority - b.priority);
    return () => {
      this.registrations = this.registrations.filter((other) => other !== registration);
    };
  }

  run(packet: Ipv4, device: Device | null): Verdict {
    const registrations = this.registrations;
    for (let i = 0; i < registrations.length; i++) {
      const verdict = (registrations[i] as Registration).hook(packet, device);
      if (verdict !== NF_ACCEPT) return verdict;
    }
    return NF_ACCEPT;
  }
}

export class Netfilter {
  readonly preRouting = new HookChain();
  readonly localIn = new HookChain();
  readonly forward = new HookChain();
  readonly localOut = new HookChain();
  readonly postRouting = new HookChain();

  /** Lower priorities run first; returns what takes the hook away. */
  register(point: HookPoint, priority: number, hook: Hook): () => void {
    return this.chain(point).add(priority, hook);
  }

  private chain(point: HookPoint): HookChain {
    switch (point) {
      case 'PREROUTING':
        return this.preRouting;
      case 'LOCAL_IN':
        return this.localIn;
      case 'FORWARD':
        return this.forward;
      case 'LOCAL_OUT':
        return this.localOut;
      case 'POSTROUTING':
        return this.postRouting;
    }
  }
}
