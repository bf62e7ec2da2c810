/** IGMPv3 membership reports (RFC 3376 §4.2), as far as joining and leaving a group from any source. */
export const IGMPV3_REPORT = 0x22;
/** Record types: CHANGE_TO_INCLUDE_MODE with no sources leaves a group, CHANGE_TO_EXCLUDE_MODE joins it. */
export const CHANGE_TO_INCLUDE = 3;
export const CHANGE_TO_EXCLUDE = 4;

export class IgmpGroupRecord {
  constructor(
    readonly type: number,
    readonly group: number,
  ) {}
}

export class Igmp {
  constructor(readonly records: readonly IgmpGroupRecord[]) {}
}
