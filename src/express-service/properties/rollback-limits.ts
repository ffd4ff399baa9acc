/** When the alarm that rolls a deployment back goes off. */
import type { PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { invalid } from '../../core/failure';
import { RollbackAlarm } from '../model';
import { table } from './table';

/** Limits of the alarm, as CloudWatch names them. */
export type AlarmLimits = Readonly<
  Pick<PutMetricAlarmCommandInput, 'Threshold' | 'EvaluationPeriods' | 'DatapointsToAlarm'>
>;

const { DEFAULTS } = RollbackAlarm;

export const ROLLBACK_LIMITS = table<RollbackAlarm, AlarmLimits>('RollbackAlarm', {
  Threshold: { to: 'Threshold' },
  EvaluationPeriods: { to: 'EvaluationPeriods' },
  DatapointsToAlarm: {
    to: 'DatapointsToAlarm',
    // The default of the schema does not fit into a single period.
    default: ({ EvaluationPeriods: periods = DEFAULTS.EvaluationPeriods }) =>
      Math.min(DEFAULTS.DatapointsToAlarm, periods),
    check(datapoints, path, { EvaluationPeriods: periods = DEFAULTS.EvaluationPeriods }) {
      if (datapoints <= periods) return;
      throw invalid(
        path,
        `is ${datapoints}, more than EvaluationPeriods, ${periods}`,
        'Make it at most EvaluationPeriods',
      );
    },
  },
});
