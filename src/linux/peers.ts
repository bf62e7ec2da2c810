/**
 * What a host remembers of those it sends ICMP errors and redirects to, so that it does not flood them: one
 * bucket of tokens each, shared by all kinds as in the kernel (net/ipv4/inetpeer.c, icmp.c, route.c)
 * [m5-host-input udp-closed-x20, m5-forwarding-icmp-errors F1-noroute-slow, m5-icmp-redirects R-backoff]. Not
 * modelled: the limit of 1000 errors a second over all destinations together.
 */
import { MS, SECOND } from '../engine/time.ts';
import type { Kernel } from './kernel.ts';

/** Errors a destination may get at once before the rate limit bites. */
const BURST = 6;

/** A missing route takes a token of its own, from a bucket of five, before the error takes its. */
const ROUTE_ERROR_COST_NS = SECOND;
const ROUTE_ERROR_BURST = 5;

/**
 * The wait after the n-th redirect is 20 ms × 2^n; after nine there is silence until nobody has needed one
 * for a while.
 */
const REDIRECT_LOAD_NS = 20 * MS;
const MAX_REDIRECTS = 9;
const REDIRECT_SILENCE_NS = REDIRECT_LOAD_NS * 2 ** (MAX_REDIRECTS + 1);

/** A stranger's bucket is full. */
const UNSEEN_NS = 60 * SECOND;
const MAX_PEERS = 65_536;

class Peer {
  /** Tokens, as the time in which they gather. */
  tokensNs = 0;
  redirects = 0;

  constructor(public lastNs: number) {}

  /** Takes `costNs` out of a bucket that holds `capacityNs`, if that much is in it. */
  take(nowNs: number, costNs: number, capacityNs: number): boolean {
    this.tokensNs = Math.min(this.tokensNs + nowNs - this.lastNs, capacityNs);
    this.lastNs = nowNs;
    if (this.tokensNs < costNs) return false;
    this.tokensNs -= costNs;
    return true;
  }
}

export class Peers {
  private readonly peers = new Map<number, Peer>();

  constructor(private readonly kernel: Kernel) {}

  /** May an error go to `dst` now? To be asked once for each, for it counts. */
  mayError(dst: number): boolean {
    const intervalNs = this.kernel.sysctl.number('net.ipv4.icmp_ratelimit') * MS;
    return this.peer(dst).take(this.now, intervalNs, BURST * intervalNs);
  }

  /** Asked before `mayError` when the reason of the error is that there is no route. */
  mayRouteError(dst: number): boolean {
    return this.peer(dst).take(this.now, ROUTE_ERROR_COST_NS, ROUTE_ERROR_BURST * ROUTE_ERROR_COST_NS);
  }

  mayRedirect(dst: number): boolean {
    const { now } = this;
    const peer = this.peer(dst);
    if (now > peer.lastNs + REDIRECT_SILENCE_NS) {
      peer.tokensNs = 0;
      peer.redirects = 0;
    }
    if (peer.redirects >= MAX_REDIRECTS) {
      peer.lastNs = now;
      return false;
    }
    if (peer.redirects > 0 && now <= peer.lastNs + REDIRECT_LOAD_NS * 2 ** peer.redirects) return false;
    peer.lastNs = now;
    peer.redirects++;
    return true;
  }

  private get now(): number {
    return this.kernel.engine.nowNs;
  }

  private peer(dst: number): Peer {
    let peer = this.peers.get(dst);
    if (peer === undefined) {
      if (this.peers.size >= MAX_PEERS) this.peers.clear();
      peer = new Peer(this.now - UNSEEN_NS);
      this.peers.set(dst, peer);
    }
    return peer;
  }
}
