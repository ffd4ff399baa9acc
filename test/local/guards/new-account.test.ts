/** An account that has never used Elastic Load Balancing or Application Auto Scaling. */
import {
  ApplicationAutoScalingClient,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { CreateServiceLinkedRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { startLocalAws, type LocalAws } from '../../../local';

let aws: LocalAws;
let iam: IAMClient;
beforeAll(async () => {
  aws = await startLocalAws({ clock: 'manual', isNewAccount: true });
  iam = new IAMClient(aws.clientOptions());
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());

async function rolesOf(principal: string): Promise<string[]> {
  const PathPrefix = `/aws-service-role/${principal}/`;
  return (await iam.send(new ListRolesCommand({ PathPrefix }))).Roles!.map(({ RoleName }) => RoleName!);
}

test('gets the service-linked role of Elastic Load Balancing with the first load balancer', async () => {
  const options = { ...aws.clientOptions(), maxAttempts: 1 };
  const { Subnets = [] } = await new EC2Client(options).send(new DescribeSubnetsCommand({}));
  const elb = new ElasticLoadBalancingV2Client(options);
  const SubnetIds = Subnets.map(({ SubnetId }) => SubnetId!);
  for (const Name of ['first', 'second']) {
    await elb.send(new CreateLoadBalancerCommand({ Name, Subnets: SubnetIds.slice(0, 2) }));
    expect(await rolesOf('elasticloadbalancing.amazonaws.com')).toHaveLength(1);
  }
});

describe('the service-linked role of Application Auto Scaling', () => {
  const principal = 'ecs.application-autoscaling.amazonaws.com';
  const refusal = {
    name: 'ValidationException',
    message: expect.stringMatching(/^Unable to assume IAM role: arn:.*ApplicationAutoScaling_ECSService$/),
  };
  let register: () => Promise<unknown>;
  beforeEach(async () => {
    const options = { ...aws.clientOptions(), maxAttempts: 1 };
    await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'ecs.amazonaws.com' }));
    const ecs = new ECSClient(options);
    await ecs.send(new CreateClusterCommand({ clusterName: 'web' }));
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web',
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'web', image: 'web:1' }],
      }),
    );
    const { Subnets = [] } = await new EC2Client(options).send(new DescribeSubnetsCommand({}));
    const subnets = Subnets.slice(0, 1).map(({ SubnetId }) => SubnetId!);
    await ecs.send(
      new CreateServiceCommand({
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets } },
        cluster: 'web',
        serviceName: 'web',
        taskDefinition: 'web',
        desiredCount: 0,
      }),
    );
    const scaling = new ApplicationAutoScalingClient(options);
    register = () =>
      scaling.send(
        new RegisterScalableTargetCommand({
          ServiceNamespace: 'ecs',
          ResourceId: 'service/web/web',
          ScalableDimension: 'ecs:service:DesiredCount',
          MinCapacity: 0,
          MaxCapacity: 2,
        }),
      );
  });

  test('comes with the first scalable target, which is refused until IAM has it', async () => {
    await expect(register()).rejects.toMatchObject(refusal);
    expect(await rolesOf(principal)).toHaveLength(1);
    await aws.clock.advance(14_000);
    await expect(register()).rejects.toMatchObject(refusal);
    await aws.clock.advance(1_000);
    await register();
  });

  test('told that the first target is not refused, it is there at once', async () => {
    aws.answers.give({ 'application-autoscaling.service-linked-role-of-a-new-account': false });
    await register();
    expect(await rolesOf(principal)).toHaveLength(1);
  });
});
