/** Comparing what `ipvsadm -Lnc` printed: lines in any order, the time left within two seconds. */
const TOLERANCE_S = 2;

interface Line {
  readonly seconds: number;
  readonly rest: string;
}

export function sameConnections(got: string, expected: string): boolean {
  const mine = linesOf(got);
  const theirs = linesOf(expected);
  // An entry at 00:00 waits for the kernel's timer: it may be gone here.
  const missing = theirs.filter((line) => !takeMatch(mine, line) && line.seconds > 0);
  return missing.length === 0 && mine.every((line) => line.seconds === 0) && heads(got) === heads(expected);
}

function heads(text: string): string {
  return text.split('\n').slice(0, 2).join('\n');
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .slice(2)
    .filter((line) => line !== '')
    .map((line) => {
      const [, before, minutes, seconds, after] = /^(\S+ )(\d+):(\d+)(.*)$/.exec(line) ?? [];
      return { seconds: Number(minutes) * 60 + Number(seconds), rest: `${before}${after}` };
    });
}

function takeMatch(lines: Line[], { rest, seconds }: Line): boolean {
  const index = lines.findIndex(
    (line) => line.rest === rest && Math.abs(line.seconds - seconds) <= TOLERANCE_S,
  );
  if (index >= 0) lines.splice(index, 1);
  return index >= 0;
}
