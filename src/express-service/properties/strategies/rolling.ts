/** ROLLING: tasks are replaced one after the other in the target group that serves. */
import type { DeploymentEarlySuccessCriteria } from '@aws-sdk/client-ecs';
import type { Properties } from '../../../cloudformation/extension';
import { invalid } from '../../../core/failure';
import { DeploymentConfiguration, type EarlySuccessCriteria } from '../../model';
import { table } from '../table';
import { onlyWith, type Strategy, type StrategyInputs } from './strategy';

export const rolling: Strategy = {
  name: 'ROLLING',
  own: 'earlySuccessCriteria',
  shiftsTraffic: false,
  // No requests are moved. Which of the others it has is documented nowhere but for these.
  hookStages: ['PRE_SCALE_UP', 'POST_SCALE_UP'],
};

const only = onlyWith<Properties<EarlySuccessCriteria>>(rolling.name);

export const ROLLING_ROWS = {
  EarlySuccessCriteria: {
    ...only,
    to: 'earlySuccessCriteria',
    members: table<EarlySuccessCriteria, DeploymentEarlySuccessCriteria>('EarlySuccessCriteria', {
      Enable: { to: 'enable' },
      HealthyPercent: { to: 'healthyPercent' },
      SourceServiceRevisionCleanup: { to: 'sourceServiceRevisionCleanup' },
    }),
    check(
      given: Properties<EarlySuccessCriteria>,
      path: string,
      configuration: Properties<DeploymentConfiguration>,
      model: StrategyInputs,
    ) {
      only.check(given, path, configuration, model);
      const { MinimumHealthyPercent: least = DeploymentConfiguration.DEFAULTS.MinimumHealthyPercent } =
        configuration;
      if (!given.Enable || given.HealthyPercent! >= least) return;
      throw invalid(
        `${path}/HealthyPercent`,
        `is ${given.HealthyPercent}, less than MinimumHealthyPercent, ${least}`,
        'Make it at least MinimumHealthyPercent',
      );
    },
    refused: { words: /early ?success/i, remedy: 'Check EarlySuccessCriteria' },
  },
} as const;
