/** What the timeline did, in words: the subject is the host it was done to. */
import type { Action, Direction } from '../lab/scenario/scenario.ts';

export interface ActionText {
  readonly text: string;
  /** Whether something was broken or mended; a command may be either. */
  readonly mood: 'fault' | 'good' | 'plain';
}

const DIRECTIONS: Readonly<Record<Direction, string>> = {
  both: 'in both directions',
  'to-host': 'towards it',
  'from-host': 'away from it',
};

export function actionText(action: Action): ActionText {
  switch (action.kind) {
    case 'crash':
      return breaks('loses power');
    case 'power-on':
      return mends('is powered on again');
    case 'start-service':
      return mends(`systemctl start ${action.service}`);
    case 'stop-service':
      return breaks(`systemctl stop ${action.service}`);
    case 'kill-process':
      return breaks(`kill -9 ${action.process}`);
    case 'run-command':
      return { text: `# ${action.command}`, mood: 'plain' };
    case 'pull-cable':
      return breaks('its cable is pulled out');
    case 'cut-cable':
      return breaks(`its cable loses every frame ${DIRECTIONS[action.direction]}, carrier stays`);
    case 'heal-cable':
      return mends('its cable works again');
    case 'block-protocol':
      return breaks(`${action.protocol} is blocked ${DIRECTIONS[action.direction]}`);
    case 'unblock-protocol':
      return mends(`${action.protocol} passes again`);
  }
}

function breaks(text: string): ActionText {
  return { text: `✗ ${text}`, mood: 'fault' };
}

function mends(text: string): ActionText {
  return { text, mood: 'good' };
}
