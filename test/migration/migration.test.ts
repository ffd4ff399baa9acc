/** Services that exist are moved to this type, as docs/migration.md says: beside the former one, or in its place. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { issueCertificate } from '../../local/account';
import { requestHost } from '../../local/http-request';
import { OwnLoadBalancer } from '../external-listener/external-load-balancer';
import { makePrivateSubnets, TYPE_NAME, type DefaultNetwork } from '../support/account';
import { Driver } from '../support/driver';
import { inVirtualTime } from '../support/eventually';

const HOST = 'shop.apps.example.com';
const OWNER_TAG = 'org-ecs-express:service';

let driver: Driver;
let ecs: ECSClient;
let elb: ElasticLoadBalancingV2Client;
let ec2: EC2Client;
let own: OwnLoadBalancer;
let network: DefaultNetwork;
let group: string;
beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  ec2 = new EC2Client(driver.aws.clientOptions());
  const { HostedZoneId } = driver.aws.registry.typeConfiguration(TYPE_NAME)!;
  own = await OwnLoadBalancer.make(driver, await issueCertificate(driver.aws, HostedZoneId, HOST));
  network = await makePrivateSubnets(driver.aws);
  const of = { GroupName: 'former', Description: 'Former services', VpcId: network.vpcId };
  group = (await ec2.send(new CreateSecurityGroupCommand(of))).GroupId!;
  const UserIdGroupPairs = [{ GroupId: own.groupId }];
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: group,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs }],
    }),
  );
  // A cluster that there is.
  Driver.modelOf(await driver.create(driver.model({ ServiceName: 'first' })));
}, 60_000);
afterAll(async () => {
  for (const client of [ecs, elb, ec2]) client.destroy();
  await driver.close();
});

/** A service with rolling deployments, behind a rule of the author's. */
async function formerService(name: string) {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: network.vpcId,
      TargetType: 'ip',
      HealthCheckPath: '/',
    }),
  );
  const targetGroupArn = TargetGroups![0]!.TargetGroupArn!;
  const { Rules } = await elb.send(
    new CreateRuleCommand({
      ListenerArn: own.listenerArn,
      Priority: 20,
      Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [HOST] } }],
      Actions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    }),
  );
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: `former-${name}`,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'web', image: 'example/former:1', portMappings: [{ containerPort: 80 }] },
      ],
    }),
  );
  const { service } = await ecs.send(
    new CreateServiceCommand({
      serviceName: name,
      taskDefinition: taskDefinition!.taskDefinitionArn,
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...network.publicSubnetIds],
          securityGroups: [group],
          assignPublicIp: 'ENABLED',
        },
      },
      loadBalancers: [{ targetGroupArn, containerName: 'web', containerPort: 80 }],
    }),
  );
  await inVirtualTime(
    driver.aws.clock,
    'the former service answers',
    async () => (await answer()) !== '503',
    10,
  );
  return { serviceArn: service!.serviceArn!, targetGroupArn, ruleArn: Rules![0]!.RuleArn! };
}

/** Image of the task that answers the host; the status where none does. */
async function answer(): Promise<string> {
  const { status, body } = await requestHost(driver.aws.dataPlaneUrl, HOST);
  return status === 200 ? JSON.parse(body).image : String(status);
}
const answers = async (count: number) => {
  const all = new Set<string>();
  for (let index = 0; index < count; index += 1) all.add(await answer());
  return [...all].sort();
};

/** A template that puts a service on the author's listener, at the same host. */
const template = (ServiceName: string) =>
  driver.model({
    ServiceName,
    LoadBalancerConfiguration: { ListenerArn: own.listenerArn },
    DomainName: HOST,
  });

async function servingOf(arns: readonly string[]): Promise<string> {
  for (const TargetGroupArn of arns) {
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    if (TargetHealthDescriptions.some(({ TargetHealth }) => TargetHealth?.State === 'healthy'))
      return TargetGroupArn;
  }
  throw new Error('no target group has tasks');
}

test('beside the former service: its rule sends a share to the new one, and then goes; no request is lost', async () => {
  const former = await formerService('shop');
  const model = Driver.modelOf(await driver.create(template('shop-new')));
  expect(await answers(4)).toEqual(['example/former:1']);

  const TargetGroupArn = await servingOf(model.ECSManagedResourceArns.IngressPath.TargetGroupArns);
  const TargetGroups = [
    { TargetGroupArn: former.targetGroupArn, Weight: 1 },
    { TargetGroupArn, Weight: 1 },
  ];
  await elb.send(
    new ModifyRuleCommand({
      RuleArn: former.ruleArn,
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
    }),
  );
  expect(await answers(8)).toEqual(['example/former:1', 'example/hello:1']);

  await elb.send(new DeleteRuleCommand({ RuleArn: former.ruleArn }));
  expect(await answers(4)).toEqual(['example/hello:1']);
  await ecs.send(new DeleteServiceCommand({ service: 'shop', force: true }));
  expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
});

test('in its place: a service that bears the tag is taken over; its former rule answers 503 until it goes', async () => {
  const former = await formerService('taken');
  const untagged = await driver.read(former.serviceArn);
  expect(untagged).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });

  const tags = [{ key: OWNER_TAG, value: former.serviceArn }];
  await ecs.send(new TagResourceCommand({ resourceArn: former.serviceArn, tags }));
  expect(Driver.modelOf(await driver.read(former.serviceArn))).toMatchObject({ ServiceName: 'taken' });

  // What CloudFormation ends an IMPORT with.
  const imported = { ...template('taken'), ServiceArn: former.serviceArn };
  const model = Driver.modelOf(await driver.update(imported, template('taken')));
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['taken'] }));
  expect(services).toMatchObject([
    {
      createdAt: expect.any(Date),
      loadBalancers: [{ containerName: 'Main' }],
      // To the merge it is a change by hand, which stays until the template says something else.
      deploymentConfiguration: { strategy: 'ROLLING' },
      propagateTags: 'NONE',
    },
  ]);
  expect(services![0]!.loadBalancers).toHaveLength(1);
  expect(await answer()).toBe('503');
  await elb.send(new DeleteRuleCommand({ RuleArn: former.ruleArn }));
  expect(await answers(4)).toEqual(['example/hello:1']);
  expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
});
