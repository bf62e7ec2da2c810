/**
 * HTTP requests at a steady rate from a client's own TCP stack, each on a connection of its own. Counts as it goes, so
 * that a run without a trace still knows what became of them.
 */
import type { Target } from '../engine/event.ts';
import type { Host } from '../userland/host.ts';
import { getRequest, type HttpOutcome, httpGet } from '../userland/http-client.ts';
import type { RequestRecord } from './records.ts';
import type { Traffic } from './scenario/scenario.ts';
import type { World } from './world.ts';

export class HttpTraffic implements Target {
  sent = 0;
  answered = 0;
  private readonly host: Host;
  private readonly endNs: number;
  /** The request's bytes: the same every time. */
  private readonly request: Uint8Array;

  constructor(
    private readonly world: World,
    private readonly plan: Traffic,
    runEndsNs: number,
  ) {
    this.host = world.host(plan.client);
    this.endNs = Math.min(plan.untilNs ?? runEndsNs, runEndsNs);
    this.request = getRequest(plan.url, plan.path);
  }

  start(): void {
    if (this.plan.fromNs < this.endNs) this.world.engine.callAt(this.plan.fromNs, this, 0);
  }

  /** Time for the next request. */
  fire(): void {
    const { engine } = this.world;
    const startNs = engine.nowNs;
    const nextNs = startNs + this.plan.everyNs;
    const cause = engine.cause;
    if (this.host.powered) this.send(startNs);
    // What a request leads to is not the cause of the next one.
    engine.cause = cause;
    if (nextNs < this.endNs) engine.callAt(nextNs, this, 0);
  }

  private send(startNs: number): void {
    const number = ++this.sent;
    const { ip, port, timeoutNs } = this.plan;
    httpGet(this.host.kernel, { ip, port, request: this.request, timeoutNs }, (outcome) => {
      this.ended(number, startNs, outcome);
    });
  }

  private ended(number: number, startNs: number, outcome: HttpOutcome): void {
    const { engine } = this.world;
    const answered = outcome.kind === 'answered';
    if (answered) this.answered++;
    engine.record<RequestRecord>({
      host: this.plan.client,
      kind: 'request',
      url: this.plan.url,
      number,
      startNs,
      endNs: engine.nowNs,
      outcome: outcome.kind,
      status: answered ? outcome.status : 0,
      server: answered ? this.serverOf(outcome.localIp, outcome.localPort) : null,
      error: outcome.kind === 'failed' ? outcome.errno : null,
    });
  }

  /** Who answered cannot be seen from the client; the web servers know whom they served. */
  private serverOf(clientIp: number, clientPort: number): string | null {
    let latest: { name: string; timeNs: number } | null = null;
    for (const { host } of this.world.stations.values()) {
      const timeNs = host.powered ? host.services.httpd.servedAt(clientIp, clientPort) : null;
      if (timeNs !== null && (latest === null || timeNs > latest.timeNs))
        latest = { name: host.name, timeNs };
    }
    return latest?.name ?? null;
  }
}
