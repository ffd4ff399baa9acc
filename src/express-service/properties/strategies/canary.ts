/** CANARY: a few requests go to the new tasks, later all. */
import type { CanaryConfiguration as EcsCanaryConfiguration } from '@aws-sdk/client-ecs';
import type { CanaryConfiguration } from '../../model';
import { table } from '../table';
import { checkTenths, onlyWith, type Strategy } from './strategy';

export const canary: Strategy = {
  name: 'CANARY',
  own: 'canaryConfiguration',
  shiftsTraffic: true,
  steps: {
    label: 'canary',
    property: 'CanaryConfiguration/CanaryBakeTimeInMinutes',
    minutes: ({ canaryConfiguration }) => canaryConfiguration?.canaryBakeTimeInMinutes ?? 0,
    count: () => 1,
  },
};

export const CANARY_ROWS = {
  CanaryConfiguration: {
    ...onlyWith(canary.name, {}, ['VERSIONED']),
    to: 'canaryConfiguration',
    members: table<CanaryConfiguration, EcsCanaryConfiguration>('CanaryConfiguration', {
      CanaryPercent: { to: 'canaryPercent', check: checkTenths },
      CanaryBakeTimeInMinutes: { to: 'canaryBakeTimeInMinutes' },
    }),
    refused: { words: /canary/i, remedy: 'Check CanaryConfiguration' },
  },
} as const;
