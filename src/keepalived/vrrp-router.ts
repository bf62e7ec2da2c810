/**
 * A VRRP instance on a host: feeds the protocol's machine with what the interface hears, and carries its effects out
 * in keepalived's order: advert, addresses, first block of gratuitous ARPs, notification, second block later
 * [01-cold-start-both, 32-garp-defaults]. Not modelled: unicast peers, virtual MACs, tracking, sync groups.
 */
import { NEVER, US } from '../engine/time.ts';
import type { Timer } from '../engine/timer.ts';
import type { Address } from '../linux/addresses.ts';
import type { Device } from '../linux/device.ts';
import { advertOf } from '../vrrp/advert.ts';
import { arrivalEvent } from '../vrrp/checks.ts';
import type { AdvertReason, VrrpEffect } from '../vrrp/effect.ts';
import type { FaultCause, VrrpEvent } from '../vrrp/event.ts';
import { createInstance, type VrrpInstance, type VrrpState } from '../vrrp/instance.ts';
import { step } from '../vrrp/machine.ts';
import { ipText } from '../wire/ip-address.ts';
import { Ipv4Packet, TOS_INTERNETWORK_CONTROL, VRRP, type VrrpPacket } from '../wire/ipv4.ts';
import { VRRP_GROUP } from '../wire/vrrp.ts';
import type { VirtualAddress, VrrpInstanceConfig } from './conf/model.ts';
import type { DaemonProcess } from './daemon-process.ts';
import type { AnnounceRecord, NotifyRecord, VrrpRecord } from './records.ts';
import { vrrpParameters } from './vrrp-parameters.ts';

const VRRP_TTL = 255;

export class VrrpRouter {
  readonly instance: VrrpInstance;
  private readonly timer: Timer;
  /** Counts adverts the instance tried to send: the IP identification [01-cold-start-both]. */
  private ipId = 0;
  private lastRefreshNs = 0;
  /** True while this router itself takes addresses away, so that it does not take that for an intruder's work. */
  private removing = false;

  constructor(
    private readonly process: DaemonProcess,
    readonly config: VrrpInstanceConfig,
    readonly device: Device,
    sourceIp: number,
  ) {
    this.instance = createInstance(vrrpParameters(config, sourceIp));
    this.timer = process.timer(() => this.handle({ kind: 'deadline' }));
  }

  get name(): string {
    return this.config.name;
  }

  private get kernel() {
    return this.process.kernel;
  }

  // ── what happens to it ───────────────────────────────────────────────────────────────────────────────────────────

  start(): void {
    this.handle({ kind: 'start', fault: this.faultCause() });
  }

  /** SIGTERM. */
  stop(): void {
    this.handle({ kind: 'stop' });
  }

  receive(packet: VrrpPacket): void {
    const event = arrivalEvent(packet, this.instance.parameters);
    if (event !== null) this.handle(event);
  }

  /** The interface, or its primary address, came or went. */
  interfaceChanged(): void {
    const cause = this.faultCause();
    const { state } = this.instance;
    if (cause !== null && state !== 'FAULT') this.handle({ kind: 'fault', cause });
    if (cause === null && state === 'FAULT') this.handle({ kind: 'recovered' });
  }

  addressRemoved({ device, ip }: Address): void {
    if (this.removing || this.instance.state !== 'MASTER') return;
    if (!this.virtualAddresses().some((vip) => vip.ip === ip && this.deviceOf(vip) === device)) return;
    this.handle({ kind: 'vipRemoved', address: ip });
  }

  private handle(event: VrrpEvent): void {
    const { engine } = this.kernel;
    const from = this.instance.state;
    const effects = step(this.instance, event, engine.nowNs);
    for (const effect of effects) this.carryOut(effect, from);
    const { deadlineNs } = this.instance;
    if (deadlineNs === NEVER) this.timer.disarm();
    else this.timer.armAt(Math.max(deadlineNs, engine.nowNs));
  }

  private faultCause(): FaultCause | null {
    if (this.config.dontTrackPrimary) return null;
    if (!this.device.up || !this.device.carrier) return 'interface-down';
    const { addresses } = this.kernel;
    return addresses.isConfiguredOn(this.instance.sourceIp, this.device) ? null : 'address-gone';
  }

  // ── what it does ─────────────────────────────────────────────────────────────────────────────────────────────────

  private carryOut(effect: VrrpEffect, from: VrrpState): void {
    switch (effect.kind) {
      case 'log':
        return this.log(effect.text);
      case 'clearAddresses':
        this.log('removing VIPs.');
        return this.removeAddresses();
      case 'sendAdvert':
        return this.sendAdvert(effect.priority, effect.why);
      case 'becomeMaster':
        this.transition(from, 'MASTER', effect.why);
        return this.takeOver();
      case 'leaveMaster':
        this.transition(from, effect.to, effect.why);
        this.log('removing VIPs.');
        this.removeAddresses();
        if (effect.to !== 'INIT') this.notify(effect.to);
        return;
      case 'enterBackup':
        this.transition(from, 'BACKUP', effect.why);
        return this.notify('BACKUP');
      case 'enterFault':
        this.transition(from, 'FAULT', effect.why);
        return this.notify('FAULT');
      case 'gratuitousArps':
        this.announce(this.config.garpLowerPrioRepeat, 'lower-priority');
        return this.announceLater(
          this.config.garpLowerPrioDelayNs,
          this.config.garpLowerPrioRepeat,
          'lower-priority',
        );
      case 'notifyEvent':
        return this.notify(effect.event);
      case 'stopped':
        return this.notify('STOP');
    }
  }

  private takeOver(): void {
    this.log('setting VIPs.');
    for (const vip of this.virtualAddresses()) {
      const { ip, length, broadcast, scope, label } = vip;
      const device = this.deviceOf(vip);
      this.kernel.addresses.add(device, ip, length, { broadcast, scope, label: label ?? device.name });
    }
    const { garpMasterRepeat, garpMasterDelayNs } = this.config;
    this.announce(garpMasterRepeat, 'transition');
    this.notify('MASTER');
    this.lastRefreshNs = this.kernel.engine.nowNs;
    this.announceLater(garpMasterDelayNs, garpMasterRepeat, 'repetition');
  }

  private removeAddresses(): void {
    this.removing = true;
    for (const vip of this.virtualAddresses()) {
      this.kernel.addresses.remove(this.deviceOf(vip), vip.ip, vip.length);
    }
    this.removing = false;
  }

  private sendAdvert(priority: number, why: AdvertReason): void {
    const { sourceIp } = this.instance;
    this.ipId = (this.ipId + 1) & 0xffff;
    const advert = advertOf(this.instance, priority);
    const packet = new Ipv4Packet(
      sourceIp,
      VRRP_GROUP,
      VRRP_TTL,
      TOS_INTERNETWORK_CONTROL,
      this.ipId,
      false,
      false,
      VRRP,
      advert,
    );
    this.kernel.ip.sendMulticast(packet, this.device);
    if (why === 'periodic') this.refreshIfDue();
  }

  /** garp_master_refresh is looked at after a periodic advert; a tie counts as due [33-garp-master-refresh-3]. */
  private refreshIfDue(): void {
    const { garpMasterRefreshNs, garpMasterRefreshRepeat } = this.config;
    const now = this.kernel.engine.nowNs;
    if (garpMasterRefreshNs === 0 || now < this.lastRefreshNs + garpMasterRefreshNs) return;
    this.lastRefreshNs = now;
    this.announce(garpMasterRefreshRepeat, 'refresh');
  }

  // ── gratuitous ARP ───────────────────────────────────────────────────────────────────────────────────────────────

  /** A block: every address in order, so many rounds, without a pause. */
  private announce(rounds: number, why: AnnounceRecord['why']): void {
    if (rounds === 0) return;
    const addresses = this.virtualAddresses();
    const { engine, hostName, arp } = this.kernel;
    const name = this.device.name;
    for (const { ip } of addresses) {
      this.log(`Sending/queueing gratuitous ARPs on ${name} for ${ipText(ip)}`);
    }
    engine.record<AnnounceRecord>({
      host: hostName,
      kind: 'announce',
      instance: this.name,
      addresses: addresses.map(({ ip }) => ip),
      rounds,
      why,
    });
    for (let round = 0; round < rounds; round++) {
      for (const vip of addresses) {
        const device = this.deviceOf(vip);
        this.process.log(`Sending gratuitous ARP on ${device.name} for ${ipText(vip.ip)}`);
        arp.announce(device, vip.ip);
      }
    }
  }

  /** Every block has a timer of its own: they pile up [44d, 65], and one that falls due elsewhere is not sent [05c]. */
  private announceLater(delayNs: number, rounds: number, why: AnnounceRecord['why']): void {
    if (delayNs < US) return;
    const timer = this.process.timer(() => {
      if (this.instance.state === 'MASTER') this.announce(rounds, why);
    });
    timer.armIn(delayNs);
  }

  // ── telling ──────────────────────────────────────────────────────────────────────────────────────────────────────

  private transition(from: VrrpState, to: VrrpState, why: VrrpRecord['why']): void {
    const { engine, hostName } = this.kernel;
    const { priority } = this.instance;
    const record = { host: hostName, kind: 'vrrp', instance: this.name, from, to, priority, why } as const;
    engine.recordCause<VrrpRecord>(record);
  }

  private notify(state: string): void {
    const { engine, hostName } = this.kernel;
    const { priority } = this.instance;
    const record = { host: hostName, kind: 'notify', instance: this.name, state, priority } as const;
    engine.record<NotifyRecord>(record);
  }

  private log(text: string): void {
    this.process.log(`(${this.name}) ${text}`);
  }

  private virtualAddresses(): readonly VirtualAddress[] {
    return [...this.config.virtualAddresses, ...this.config.excludedAddresses];
  }

  private deviceOf(vip: VirtualAddress): Device {
    if (vip.device === null) return this.device;
    return this.kernel.devices.byName(vip.device) ?? this.device;
  }
}
