/**
 * The date on a host: virtual time counted from 2026-01-01T00:00:00Z, a Thursday, in UTC. All hosts agree on
 * it; clocks that differ are not modelled.
 */
import { SECOND } from '../engine/time.ts';

const EPOCH_YEAR = 2026;
/** 2026-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 4;
const SECONDS_A_DAY = 86_400;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Of 2026, and of every year a run can reach: it lasts 104 days at most. */
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

interface Moment {
  readonly weekday: string;
  /** 1…12 */
  readonly month: number;
  readonly day: number;
  /** `00:00:03` */
  readonly clock: string;
}

function momentOf(timeNs: number): Moment {
  const seconds = Math.floor(timeNs / SECOND);
  const days = Math.floor(seconds / SECONDS_A_DAY);
  let day = days;
  let month = 0;
  while (day >= (MONTH_DAYS[month] ?? Number.POSITIVE_INFINITY)) day -= MONTH_DAYS[month++] as number;
  const inDay = seconds % SECONDS_A_DAY;
  const clock = [Math.floor(inDay / 3600), Math.floor(inDay / 60) % 60, inDay % 60].map(two).join(':');
  return { weekday: WEEKDAYS[(EPOCH_WEEKDAY + days) % 7] as string, month: month + 1, day: day + 1, clock };
}

/** `Thu, 01 Jan 2026 00:00:03 GMT`: the IMF-fixdate of RFC 9110 §5.6.7. */
export function httpDate(timeNs: number): string {
  const { weekday, month, day, clock } = momentOf(timeNs);
  return `${weekday}, ${two(day)} ${MONTHS[month - 1]} ${EPOCH_YEAR} ${clock} GMT`;
}

/** `Jan 01 00:00:03`, as the journal prints it. */
export function journalTime(timeNs: number): string {
  const { month, day, clock } = momentOf(timeNs);
  return `${MONTHS[month - 1]} ${two(day)} ${clock}`;
}

/** `Thu 2026-01-01 00:00:03 UTC`, as systemctl prints it. */
export function systemdTime(timeNs: number): string {
  const { weekday, month, day, clock } = momentOf(timeNs);
  return `${weekday} ${EPOCH_YEAR}-${two(month)}-${two(day)} ${clock} UTC`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
