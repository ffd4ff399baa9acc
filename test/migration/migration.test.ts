/** Services that exist are moved to this type, as docs/migration.md says: beside the former one, or in its place. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateExpressGatewayServiceCommand,
  CreateServiceCommand,
  DeleteExpressGatewayServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  AddListenerCertificatesCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DeleteRuleCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { issueCertificate } from '../../local/account';
import { requestHost } from '../../local/http-request';
import { whileRequested } from '../moves/steady-requests';
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

async function targetGroup(Name: string): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: network.vpcId,
      TargetType: 'ip',
      HealthCheckPath: '/',
    }),
  );
  return TargetGroups![0]!.TargetGroupArn!;
}

/** How a service is deployed that is to be moved. */
type Deployed = 'rolling' | 'blue/green' | 'CODE_DEPLOY';

/**
 * A service behind a rule of the author's. Where Amazon ECS or AWS CodeDeploy moves requests it has a second target group, for the tasks
 * of the next deployment.
 */
async function formerService(name: string, deployed: Deployed = 'rolling', host = HOST) {
  const targetGroupArn = await targetGroup(name);
  const alternateTargetGroupArn = deployed === 'rolling' ? undefined : await targetGroup(`${name}-next`);
  const isBlueGreen = deployed === 'blue/green';
  const TargetGroups = [
    { TargetGroupArn: targetGroupArn, Weight: 1 },
    ...(isBlueGreen ? [{ TargetGroupArn: alternateTargetGroupArn!, Weight: 0 }] : []),
  ];
  const { Rules } = await elb.send(
    new CreateRuleCommand({
      ListenerArn: own.listenerArn,
      Priority: 20,
      Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [host] } }],
      Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }],
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
      deploymentController: { type: deployed === 'CODE_DEPLOY' ? 'CODE_DEPLOY' : 'ECS' },
      ...(isBlueGreen && { deploymentConfiguration: { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 } }),
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [...network.publicSubnetIds],
          securityGroups: [group],
          assignPublicIp: 'ENABLED',
        },
      },
      loadBalancers: [
        {
          targetGroupArn,
          containerName: 'web',
          containerPort: 80,
          ...(isBlueGreen && {
            advancedConfiguration: {
              alternateTargetGroupArn: alternateTargetGroupArn!,
              productionListenerRule: Rules![0]!.RuleArn!,
              roleArn: driver.roles.infrastructure,
            },
          }),
        },
      ],
    }),
  );
  await inVirtualTime(
    driver.aws.clock,
    'the former service answers',
    async () => (await answer(host)) !== '503',
    10,
  );
  const serving = await servingOf([
    targetGroupArn,
    ...(alternateTargetGroupArn ? [alternateTargetGroupArn] : []),
  ]);
  // Until no deployment is under way any more.
  await driver.aws.clock.sleep(300_000);
  return { serviceArn: service!.serviceArn!, targetGroupArn: serving, ruleArn: Rules![0]!.RuleArn! };
}

/** Image of the task that answers the host; the status where none does. */
async function answer(host = HOST): Promise<string> {
  const { status, body } = await requestHost(driver.aws.dataPlaneUrl, host);
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

test.each([
  ['shop', 'rolling'],
  ['shop-blue-green', 'blue/green'],
  ['shop-code-deploy', 'CODE_DEPLOY'],
] as const)('beside %s, %s: its rule sends a share to the new one, and then goes', async (name, deployed) => {
  const former = await formerService(name, deployed);
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
  await ecs.send(new DeleteServiceCommand({ service: name, force: true }));
  expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
});

async function giveTag(serviceArn: string): Promise<void> {
  const tags = [{ key: OWNER_TAG, value: serviceArn }];
  await ecs.send(new TagResourceCommand({ resourceArn: serviceArn, tags }));
}

/** What CloudFormation ends an IMPORT with. */
function importService(name: string, serviceArn: string) {
  return driver.update({ ...template(name), ServiceArn: serviceArn }, template(name));
}

test.each([
  ['taken', 'rolling'],
  ['taken-blue-green', 'blue/green'],
  ['taken-code-deploy', 'CODE_DEPLOY'],
] as const)(
  'in the place of %s, %s: it bears the tag; its former rule answers 503 until it goes',
  async (name, deployed) => {
    const former = await formerService(name, deployed);
    const untagged = await driver.read(former.serviceArn);
    expect(untagged).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });

    await giveTag(former.serviceArn);
    expect(Driver.modelOf(await driver.read(former.serviceArn))).toMatchObject({ ServiceName: name });

    if (deployed === 'CODE_DEPLOY') {
      const before = await driver.inventory();
      expect(await importService(name, former.serviceArn)).toMatchObject({
        status: 'FAILED',
        errorCode: 'InvalidRequest',
        message: expect.stringMatching(
          /^ServiceName: ECS service taken-code-deploy is deployed by the controller CODE_DEPLOY.* --deployment-controller type=ECS/,
        ),
      });
      expect(await driver.inventory()).toEqual(before);
      expect(await answer()).toBe('example/former:1');
      await ecs.send(new UpdateServiceCommand({ service: name, deploymentController: { type: 'ECS' } }));
      expect(await answer()).toBe('example/former:1');
    }
    const model = Driver.modelOf(await importService(name, former.serviceArn));
    const { services } = await ecs.send(new DescribeServicesCommand({ services: [name] }));
    expect(services).toMatchObject([
      {
        createdAt: expect.any(Date),
        loadBalancers: [{ containerName: 'Main' }],
        // To the merge it is a change by hand, which stays until the template says something else.
        deploymentConfiguration: { strategy: deployed === 'blue/green' ? 'BLUE_GREEN' : 'ROLLING' },
        propagateTags: 'NONE',
      },
    ]);
    expect(services![0]!.loadBalancers).toHaveLength(1);
    expect(await answer()).toBe('503');
    await elb.send(new DeleteRuleCommand({ RuleArn: former.ruleArn }));
    expect(await answers(4)).toEqual(['example/hello:1']);
    expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  },
);

describe('from Amazon ECS Express Mode', () => {
  const DOMAIN = 'shop.example.org';
  let route53: Route53Client;
  let HostedZoneId: string;
  beforeAll(async () => {
    route53 = new Route53Client(driver.aws.clientOptions());
    const zone = { Name: DOMAIN, CallerReference: DOMAIN };
    HostedZoneId = (await route53.send(new CreateHostedZoneCommand(zone))).HostedZone!.Id!;
  });
  afterAll(() => route53.destroy());

  /** Let the record of the author's domain lead to a load balancer. */
  async function leadTo(DNSName: string): Promise<void> {
    const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
    const { CanonicalHostedZoneId } = LoadBalancers!.find((each) => each.DNSName === DNSName)!;
    const AliasTarget = { DNSName, HostedZoneId: CanonicalHostedZoneId, EvaluateTargetHealth: false };
    const ResourceRecordSet = { Name: DOMAIN, Type: 'A' as const, AliasTarget };
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: { Changes: [{ Action: 'UPSERT', ResourceRecordSet }] },
      }),
    );
  }

  // What Express Mode makes beside a service is not simulated; the former one stands behind a rule that was made by hand.
  test('beside it, on another load balancer: clients follow the record, and none loses an answer', async () => {
    const CertificateArn = await issueCertificate(driver.aws, HostedZoneId, DOMAIN);
    await elb.send(
      new AddListenerCertificatesCommand({
        ListenerArn: own.listenerArn,
        Certificates: [{ CertificateArn }],
      }),
    );
    const former = await formerService('gateway', 'rolling', DOMAIN);
    await leadTo(own.dnsName);
    const beside = driver.model({
      ServiceName: 'gateway-new',
      DomainName: DOMAIN,
      // Without HostedZoneId the record stays the author's.
      CertificateArn,
    });
    const { result: model, answers: seen } = await whileRequested(
      driver.aws,
      DOMAIN,
      HostedZoneId,
      async () => {
        const made = Driver.modelOf(await driver.create(beside));
        await leadTo(made.LoadBalancerDnsName);
        await driver.aws.clock.sleep(300_000);
        await elb.send(new DeleteRuleCommand({ RuleArn: former.ruleArn }));
        await ecs.send(new DeleteServiceCommand({ service: 'gateway', force: true }));
        await driver.aws.clock.sleep(60_000);
        return made;
      },
    );
    expect(seen.lost).toEqual([]);
    const images = new Set(seen.bodies.map((body) => JSON.parse(body).image));
    expect([...images]).toEqual(['example/former:1', 'example/hello:1']);
    expect(await driver.delete(model.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  });

  test('in its place: refused before anything is made, also where it bears the tag', async () => {
    const { service } = await ecs.send(
      new CreateExpressGatewayServiceCommand({
        serviceName: 'express',
        infrastructureRoleArn: driver.roles.infrastructure,
        executionRoleArn: driver.roles.execution,
        primaryContainer: { image: 'example/former:1' },
        networkConfiguration: { subnets: [...network.publicSubnetIds], securityGroups: [group] },
      }),
    );
    const serviceArn = service!.serviceArn!;
    await giveTag(serviceArn);
    const before = await driver.inventory();
    expect(await importService('express', serviceArn)).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringMatching(
        /^ServiceName: ECS service express is one of Amazon ECS Express Mode.* Give another ServiceName/,
      ),
    });
    expect(await driver.inventory()).toEqual(before);
    await ecs.send(new DeleteExpressGatewayServiceCommand({ serviceArn }));
  });
});
