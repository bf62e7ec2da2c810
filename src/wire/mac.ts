/**
 * Ethernet addresses. One object an address in the whole process, so that comparing is `===` and a table
 * can be an array indexed by `id`. The id depends on what was made first: nothing may be ordered by it.
 */
export class Mac {
  private text: string | null = null;

  private constructor(
    /** The 48 bits as a number. */
    readonly value: number,
    readonly id: number,
    /** The group bit: multicast and broadcast. */
    readonly isGroup: boolean,
  ) {}

  private static readonly known = new Map<number, Mac>();

  static of(value: number): Mac {
    let mac = Mac.known.get(value);
    if (mac === undefined) {
      mac = new Mac(value, Mac.known.size, (Math.floor(value / 2 ** 40) & 1) === 1);
      Mac.known.set(value, mac);
    }
    return mac;
  }

  /** `02:00:00:00:00:64`, in either case; null for anything else. */
  static parse(text: string): Mac | null {
    if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text)) return null;
    return Mac.of(text.split(':').reduce((value, byte) => value * 256 + Number.parseInt(byte, 16), 0));
  }

  toString(): string {
    this.text ??= (this.value.toString(16).padStart(12, '0').match(/../g) ?? []).join(':');
    return this.text;
  }

  toJSON(): string {
    return this.toString();
  }
}

export const MAC_BROADCAST = Mac.of(0xffffffffffff);
export const MAC_ZERO = Mac.of(0);

/** The group address an IPv4 multicast address maps to (RFC 1112 §6.4): 01:00:5e and the low 23 bits. */
export function multicastMac(ip: number): Mac {
  return Mac.of(0x01005e000000 + (ip & 0x7fffff));
}
