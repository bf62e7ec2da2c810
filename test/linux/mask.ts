/** What two frames must agree in: all of it but what the kernel draws at random. */
const ICMP_ERRORS = ['03', '04', '05', '0b', '0c'];

/**
 * The frame with zeros for the identification and header checksum of IP where they are drawn (ICMP, UDP),
 * also in a quoted packet, and for the checksum over that quote. TCP and ARP stay as they are.
 */
export function masked(frame: string): string {
  if (frame.slice(24, 28) !== '0800') return frame;
  const protocol = frame.slice(46, 48);
  if (protocol !== '01' && protocol !== '11') return frame;
  let text = zero(zero(frame, 18, 2), 24, 2);
  if (protocol === '01' && ICMP_ERRORS.includes(frame.slice(68, 70))) {
    const quoted = text.slice(102, 104);
    if (quoted === '01' || quoted === '11') text = zero(zero(zero(text, 46, 2), 52, 2), 36, 2);
  }
  return text;
}

function zero(text: string, at: number, bytes: number): string {
  return text.slice(0, 2 * at) + '0'.repeat(2 * bytes) + text.slice(2 * (at + bytes));
}
