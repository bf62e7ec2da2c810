/** One line of a story, before anybody decides how it is laid out or coloured. */
export interface StoryLine {
  readonly timeNs: number;
  /** '' for the laboratory itself. */
  readonly host: string;
  readonly text: string;
  /** Stands apart at the right: servers that answered, the line of the scenario. */
  readonly aside: string | null;
  /** `fault`: something was broken; `good`: service came back; `odd`: should not be. */
  readonly mood: 'plain' | 'fault' | 'good' | 'odd';
  /** Id of the trace record it tells of; 0 where it sums up several. */
  readonly record: number;
}
