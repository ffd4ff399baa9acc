import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import type { Row } from '../row';

export const rows: readonly Row[] = [
  {
    inputs: ['split-of-unknown.yml'],
    right: 'a part of an ARN that is not known yet is unknown in the change set, and right in the end',
    async shows(account) {
      const { status, resources } = await account.deploy('split', { template: 'split-of-unknown.yml' });
      expect(status).toBe('CREATE_COMPLETE');
      const { MetricAlarms } = await new CloudWatch(account.aws.clientOptions()).describeAlarms({
        AlarmNames: [resources.Alarm!],
      });
      expect(MetricAlarms).toMatchObject([{ AlarmDescription: resources.E }]);
    },
  },
];
