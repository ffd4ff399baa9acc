import { inputText, refusal } from '../inputs';
import type { Row } from '../row';

const INPUT = 'scale-to-zero.yml';
export const rows: readonly Row[] = [
  {
    inputs: [INPUT],
    right:
      'no task and a target of requests is refused, since nothing wakes the service; with CPU it is permitted',
    async shows(account) {
      const refused = await account.create('zero', { template: INPUT });
      expect(refused.status).toBe('ROLLBACK_COMPLETE');
      expect(refused.reasons.S).toEqual(
        refusal(
          'InvalidRequest',
          'ScalingTarget/MinTaskCount: is 0, and REQUEST_COUNT_PER_TARGET cannot raise the number of tasks again: without a task no request is counted, and all are answered with 503. Make MinTaskCount at least 1, or raise it at set times with a ScheduledAction.',
        ),
      );

      const template = inputText(INPUT).replace('REQUEST_COUNT_PER_TARGET', 'AVERAGE_CPU');
      const warned = await account.create('zero-cpu', { template });
      expect(warned).toMatchObject({ status: 'CREATE_COMPLETE', reasons: {} });
    },
  },
];
