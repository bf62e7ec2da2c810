/** A keyword with its words as it is being read: what the code for an argument works on. */
import type { Place } from '../../engine/problem.ts';
import type { Pass } from './pass.ts';
import type { Section } from './section.ts';
import type { Word } from './words.ts';

export interface Reading {
  readonly pass: Pass;
  /** The block it stands in. */
  readonly section: Section;
  readonly name: string;
  /** The keyword itself and what follows it. */
  readonly words: readonly Word[];
  /** Of the keyword. */
  readonly where: Place;
}
