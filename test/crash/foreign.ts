/** Resources of somebody else, of the kinds that the type makes too. Whatever happens to a service, they stay as they are. */
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateClusterCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ChangeResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import type { LocalAws } from '../../local';

/** Where they are. */
export interface Place {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly hostedZoneId: string;
}

/** Make one of each. */
export async function makeForeignResources(
  user: Pick<LocalAws, 'clientOptions'>,
  place: Place,
): Promise<void> {
  const options = user.clientOptions();
  await Promise.all([
    makeLoadBalancing(options, place),
    makeSecurityGroup(options, place),
    new CloudWatchLogsClient(options).send(
      new CreateLogGroupCommand({ logGroupName: '/aws/ecs/default/foreign' }),
    ),
    new Route53Client(options).send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: place.hostedZoneId,
        ChangeBatch: {
          Changes: [
            {
              Action: 'CREATE',
              ResourceRecordSet: {
                Name: 'foreign.apps.example.com',
                Type: 'A',
                TTL: 60,
                ResourceRecords: [{ Value: '192.0.2.1' }],
              },
            },
          ],
        },
      }),
    ),
    new CloudWatchClient(options).send(
      new PutMetricAlarmCommand({
        AlarmName: 'foreign',
        Namespace: 'AWS/ECS',
        MetricName: 'CPUUtilization',
        Statistic: 'Average',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 90,
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    ),
    new ECSClient(options).send(new CreateClusterCommand({ clusterName: 'foreign' })),
    new ECSClient(options).send(
      new RegisterTaskDefinitionCommand({
        family: 'foreign',
        containerDefinitions: [{ name: 'Main', image: 'example/foreign:1' }],
      }),
    ),
  ]);
}

type Options = ReturnType<LocalAws['clientOptions']>;

async function makeLoadBalancing(options: Options, { vpcId, subnetIds }: Place): Promise<void> {
  const client = new ElasticLoadBalancingV2Client(options);
  const [{ LoadBalancers }, { TargetGroups }] = await Promise.all([
    client.send(new CreateLoadBalancerCommand({ Name: 'foreign', Subnets: [...subnetIds] })),
    client.send(
      new CreateTargetGroupCommand({
        Name: 'foreign',
        Protocol: 'HTTP',
        Port: 80,
        VpcId: vpcId,
        TargetType: 'ip',
      }),
    ),
  ]);
  const Actions = [{ Type: 'forward' as const, TargetGroupArn: TargetGroups![0]!.TargetGroupArn }];
  const { Listeners } = await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: Actions,
    }),
  );
  await client.send(
    new CreateRuleCommand({
      ListenerArn: Listeners![0]!.ListenerArn,
      Priority: 1,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/foreign/*'] } }],
      Actions,
    }),
  );
}

async function makeSecurityGroup(options: Options, { vpcId }: Place): Promise<void> {
  const client = new EC2Client(options);
  const { GroupId } = await client.send(
    new CreateSecurityGroupCommand({ GroupName: 'foreign', Description: 'foreign', VpcId: vpcId }),
  );
  await client.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '192.0.2.0/24' }] },
      ],
    }),
  );
}
