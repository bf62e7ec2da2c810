/** A bug of the simulator, never a person's mistake and never an event of the simulated world. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
  /** True once the engine has added the moment, the seed and the last lines of the trace. */
  located = false;

  locate(timeNs: number, seed: string, lastLines: readonly string[]): void {
    this.located = true;
    this.message += `\n  at ${timeNs} ns of the run with seed ${JSON.stringify(seed)}`;
    if (lastLines.length > 0) this.message += `\n  last of the trace:\n    ${lastLines.join('\n    ')}`;
  }
}

/** States what must hold. Throws InvariantError; on in production, for a wrong run is worse than none. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}
