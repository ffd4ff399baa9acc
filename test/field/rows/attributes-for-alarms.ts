import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { StackAccount, Outcome } from '../../support/stack-account';
import type { Row } from '../row';

/** Names and values of the dimensions of both alarms. */
async function dimensions(account: StackAccount, { resources }: Outcome): Promise<unknown> {
  const { MetricAlarms = [] } = await new CloudWatchClient(account.aws.clientOptions()).send(
    new DescribeAlarmsCommand({ AlarmNames: [resources.Alarm!, resources.CpuAlarm!] }),
  );
  return Object.fromEntries(
    MetricAlarms.flatMap(({ Dimensions = [] }) => Dimensions.map(({ Name, Value }) => [Name, Value])),
  );
}

/** What the dimensions have to be, by the ARNs among the outputs of the stack. */
function expected({ outputs }: Outcome): unknown {
  return {
    LoadBalancer: outputs.Lb!.split('loadbalancer/')[1],
    TargetGroup: outputs.Tg!.split(',')[0]!.split(':').at(-1),
    ClusterName: 'default',
    ServiceName: 'field-getatt',
  };
}

export const rows: readonly Row[] = [
  {
    inputs: ['attributes-for-alarms.yml', 'attributes.yml'],
    right: 'parts of ARNs, and the attributes that are the same values, are there for alarms',
    async shows(account) {
      const split = await account.deploy('attributes', { template: 'attributes-for-alarms.yml' });
      expect(split).toMatchObject({ status: 'CREATE_COMPLETE', reasons: {} });
      expect(await dimensions(account, split)).toEqual(expected(split));
      expect(Object.values(split.outputs).filter((value) => !value)).toEqual([]);

      const attributes = await account.update('attributes', { template: 'attributes.yml' });
      expect(attributes).toMatchObject({ status: 'UPDATE_COMPLETE', reasons: {} });
      expect(await dimensions(account, attributes)).toEqual(expected(split));
      expect(attributes.outputs).toMatchObject({
        LoadBalancer: expect.stringMatching(/\.elb\.amazonaws\.com$/),
        LoadBalancerZone: expect.stringMatching(/^Z[A-Z0-9]+$/),
        ServiceGroups: split.outputs.Sg!.split('/')[1],
        LoadBalancerGroups: split.outputs.LbSg!.split('/')[1],
      });
    },
  },
];
