/** What the shell is told. 64, 65 and 70 are those of sysexits.h; 130 is what a shell says of Ctrl-C. */
export const EXIT = {
  pass: 0,
  fail: 1,
  notExercised: 2,
  usage: 64,
  badInput: 65,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** From best to worst: of several files, the worst decides. */
const BY_SEVERITY: readonly ExitCode[] = [
  EXIT.pass,
  EXIT.notExercised,
  EXIT.fail,
  EXIT.badInput,
  EXIT.usage,
  EXIT.bug,
  EXIT.interrupted,
];

export function worst(codes: readonly ExitCode[]): ExitCode {
  return codes.reduce<ExitCode>(
    (a, b) => (BY_SEVERITY.indexOf(a) >= BY_SEVERITY.indexOf(b) ? a : b),
    EXIT.pass,
  );
}
