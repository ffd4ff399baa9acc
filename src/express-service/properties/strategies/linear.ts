/** LINEAR: step by step more requests go to the new tasks, each step as many as the one before. */
import type { LinearConfiguration as EcsLinearConfiguration } from '@aws-sdk/client-ecs';
import type { LinearConfiguration } from '../../model';
import { table } from '../table';
import { checkTenths, onlyWith, type Strategy } from './strategy';

export const linear: Strategy = {
  name: 'LINEAR',
  own: 'linearConfiguration',
  shiftsTraffic: true,
  steps: {
    label: 'linear',
    property: 'LinearConfiguration/StepBakeTimeInMinutes',
    minutes: ({ linearConfiguration }) => linearConfiguration?.stepBakeTimeInMinutes ?? 0,
    count: ({ linearConfiguration }) => Math.ceil(100 / (linearConfiguration?.stepPercent ?? 100) - 1e-9) - 1,
  },
};

export const LINEAR_ROWS = {
  LinearConfiguration: {
    ...onlyWith(linear.name, {}, ['VERSIONED']),
    to: 'linearConfiguration',
    members: table<LinearConfiguration, EcsLinearConfiguration>('LinearConfiguration', {
      StepPercent: { to: 'stepPercent', check: checkTenths },
      StepBakeTimeInMinutes: { to: 'stepBakeTimeInMinutes' },
    }),
    refused: { words: /linear|step(Percent|Bake)/i, remedy: 'Check LinearConfiguration' },
  },
} as const;
