/**
 * A block of the configuration as it was read: its head and the settings that were accepted, before defaults
 * and checks. What stands twice is here once: the last wins, as in keepalived.
 */
import type { Place } from '../../engine/problem.ts';
import type { VirtualAddress } from './model.ts';

export type Value = number | boolean | string;

interface Setting {
  readonly value: Value;
  readonly where: Place;
}

export class Section {
  children: Section[] = [];
  /** Entries of virtual_ipaddress and virtual_ipaddress_excluded. */
  readonly addresses: VirtualAddress[] = [];
  readonly excludedAddresses: VirtualAddress[] = [];
  /** Words of a list block. */
  readonly words: string[] = [];
  /** Set by the first address of an instance, by the head of a server, by where a checker connects. */
  family: 4 | 6 | null = null;
  /** Of a server: what its head says. Port 0: none. */
  ip = 0;
  port = 0;
  /** Of a server: the head is one the simulator does not know (group, fwmark, IPv6). */
  beyond = false;
  private readonly settings = new Map<string, Setting>();

  constructor(
    readonly block: string,
    /** The name messages call it by; a block without one has its parent's. */
    readonly name: string,
    readonly where: Place,
    /** What it was opened with, where that is not the name of the block. */
    readonly keyword = block,
    /** The block has no effect here, whatever stands in it. */
    readonly unsimulated = false,
  ) {}

  set(keyword: string, value: Value, where: Place): void {
    this.settings.set(keyword, { value, where });
  }

  /** A server forwards as its service does when it is written, not as the service does in the end. */
  inherit(keyword: string, parent: Section): void {
    const setting = parent.settings.get(keyword);
    if (setting !== undefined) this.settings.set(keyword, setting);
  }

  unset(keyword: string): void {
    this.settings.delete(keyword);
  }

  has(keyword: string): boolean {
    return this.settings.has(keyword);
  }

  /** Where that setting stands, or the block, if it was not written. */
  whereOf(keyword: string): Place {
    return this.settings.get(keyword)?.where ?? this.where;
  }

  number(keyword: string): number | null {
    const value = this.settings.get(keyword)?.value;
    return typeof value === 'number' ? value : null;
  }

  boolean(keyword: string): boolean | null {
    const value = this.settings.get(keyword)?.value;
    return typeof value === 'boolean' ? value : null;
  }

  text(keyword: string): string | null {
    const value = this.settings.get(keyword)?.value;
    return typeof value === 'string' ? value : null;
  }

  /** Takes out the blocks of that name. */
  remove(block: string): void {
    this.children = this.children.filter((each) => each.block !== block);
  }

  child(block: string): Section | null {
    return this.children.findLast((each) => each.block === block) ?? null;
  }
}
