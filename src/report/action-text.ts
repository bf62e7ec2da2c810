/** What the timeline did, in words: the subject is the host it was done to. */
import type { Action, Direction } from '../lab/scenario/scenario.ts';

export interface ActionText {
  readonly text: string;
  /** True where it undoes a fault instead of making one. */
  readonly mends: boolean;
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
      return breaks(action.command);
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
  return { text, mends: false };
}

function mends(text: string): ActionText {
  return { text, mends: true };
}
