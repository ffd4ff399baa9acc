/** Networks that the configuration of the type names, and VPC endpoints that tasks need where nothing leads out. */
import {
  AssociateRouteTableCommand,
  CreateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcEndpointCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeServicesCommand, ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { createRole } from '../../local/account';
import type { Structure } from '../../local/service';
import { makePrivateSubnets, TYPE_NAME, type DefaultNetwork } from '../support/account';
import { Driver } from '../support/driver';

let driver: Driver;
let ec2: EC2Client;
let ecs: ECSClient;
let network: DefaultNetwork;
let isolated: string[];
let groups: string[];
let TaskRoleArn: string;
beforeAll(async () => {
  driver = await Driver.start();
  ec2 = new EC2Client(driver.aws.clientOptions());
  ecs = new ECSClient(driver.aws.clientOptions());
  network = await makePrivateSubnets(driver.aws);
  isolated = await makeIsolatedSubnets();
  TaskRoleArn = await createRole(driver.aws, 'task', 'ecs-tasks.amazonaws.com');
  groups = [await makeSecurityGroup('ours'), await makeSecurityGroup('theirs')];
});
afterAll(async () => {
  ec2.destroy();
  ecs.destroy();
  await driver.close();
});
beforeEach(() => {
  setProfiles([
    {
      Name: 'private',
      Subnets: network.privateSubnetIds,
      SecurityGroups: [groups[0]],
      LoadBalancerSubnets: network.publicSubnetIds,
    },
    { Name: 'public', Subnets: network.publicSubnetIds },
    { Name: 'isolated', Subnets: isolated },
  ]);
});

function setProfiles(NetworkProfiles: readonly Structure[]): void {
  const { registry } = driver.aws;
  registry.setTypeConfiguration(TYPE_NAME, { ...registry.typeConfiguration(TYPE_NAME), NetworkProfiles });
}

/** Subnets of the default VPC whose route table has the VPC's own route alone. */
async function makeIsolatedSubnets(): Promise<string[]> {
  const { vpcId: VpcId } = network;
  const { RouteTable } = await ec2.send(new CreateRouteTableCommand({ VpcId }));
  const ids: string[] = [];
  for (const [index, zone] of ['a', 'b'].entries()) {
    const CidrBlock = `172.31.${220 + index}.0/24`;
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({ VpcId, AvailabilityZone: `us-east-1${zone}`, CidrBlock }),
    );
    const { SubnetId } = Subnet!;
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: RouteTable!.RouteTableId, SubnetId }));
    ids.push(SubnetId!);
  }
  return ids;
}

async function makeSecurityGroup(GroupName: string): Promise<string> {
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName, Description: GroupName, VpcId: network.vpcId }),
  );
  return GroupId!;
}

/** Where ECS runs the tasks of a service, without the security group that was made for it. */
async function placeOf({ ServiceName, ServiceSecurityGroupIds }: Structure) {
  const { services = [] } = await ecs.send(new DescribeServicesCommand({ services: [ServiceName] }));
  const {
    subnets = [],
    securityGroups = [],
    assignPublicIp,
  } = services[0]!.networkConfiguration!.awsvpcConfiguration!;
  return {
    subnets: subnets.toSorted(),
    securityGroups: securityGroups.filter((id) => !ServiceSecurityGroupIds.includes(id)).sort(),
    assignPublicIp,
  };
}

async function loadBalancerOf({ LoadBalancerDnsName }: Structure) {
  const elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
  elb.destroy();
  const { Scheme, AvailabilityZones = [] } = LoadBalancers.find(
    ({ DNSName }) => DNSName === LoadBalancerDnsName,
  )!;
  return { scheme: Scheme, subnets: AvailabilityZones.map(({ SubnetId }) => SubnetId!).sort() };
}

const ids = (all: readonly string[]) => all.toSorted();

test('a template names its network by a word, and READ says that word', async () => {
  const model = driver.model({
    ServiceName: 'by-word',
    NetworkProfile: 'private',
    NetworkConfiguration: { SecurityGroups: [groups[1]] },
  });
  const read = Driver.modelOf(await driver.create(model));
  expect(await placeOf(read)).toEqual({
    subnets: ids(network.privateSubnetIds),
    securityGroups: ids(groups),
    assignPublicIp: 'DISABLED',
  });
  expect(await loadBalancerOf(read)).toEqual({
    scheme: 'internet-facing',
    subnets: ids(network.publicSubnetIds),
  });
  expect([read.NetworkProfile, read.NetworkConfiguration]).toEqual([
    'private',
    { SecurityGroups: [groups[1]] },
  ]);
  const { ServiceArn } = read;
  const again = Driver.modelOf(await driver.update({ ...model, ServiceArn }, driver.inputsOf(read)));
  expect(again).toEqual(read);
  expect(Driver.modelOf(await driver.read(ServiceArn))).toEqual(read);
  Driver.modelOf(await driver.delete(ServiceArn));
});

test('what is changed in the profile comes with the next update; what people change by hand stays until then', async () => {
  const template = (more: Structure) =>
    driver.model({ ServiceName: 'changed', NetworkProfile: 'private', ...more });
  const model = template({});
  const made = Driver.modelOf(await driver.create(model));
  const { ServiceArn } = made;
  const [first, second] = network.privateSubnetIds;
  await ecs.send(
    new UpdateServiceCommand({
      service: 'changed',
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [first!],
          securityGroups: [...made.ServiceSecurityGroupIds, ...groups],
          assignPublicIp: 'DISABLED',
        },
      },
    }),
  );
  await driver.aws.clock.sleep(20 * 60_000);
  const next = template({ HealthCheckPath: '/health' });
  const kept = Driver.modelOf(await driver.update({ ...model, ServiceArn }, next));
  expect(await placeOf(kept)).toMatchObject({ subnets: [first], securityGroups: ids(groups) });
  setProfiles([{ Name: 'private', Subnets: [...network.privateSubnetIds, ...isolated], SecurityGroups: [] }]);
  const last = template({ HealthCheckPath: '/' });
  expect(await driver.update({ ...next, ServiceArn }, last)).toMatchObject({
    status: 'FAILED',
    message: expect.stringContaining('has no VPC endpoint for logs (logs)'),
  });
  await withEndpoints(['logs']);
  const moved = Driver.modelOf(await driver.update({ ...next, ServiceArn }, last));
  expect(await placeOf(moved)).toMatchObject({
    subnets: ids([first!, second!, ...isolated]),
    // That of the profile goes, and what was added by hand stays.
    securityGroups: [groups[1]],
  });
  // A profile that is not named any more is forgotten.
  const named = driver.model({
    ServiceName: 'changed',
    NetworkConfiguration: { Subnets: network.privateSubnetIds },
  });
  const without = Driver.modelOf(await driver.update({ ...last, ServiceArn }, named));
  expect(without.NetworkProfile).toBeUndefined();
  expect(await placeOf(without)).toMatchObject({ subnets: ids(network.privateSubnetIds) });
  Driver.modelOf(await driver.delete(ServiceArn));
});

const beside = () => ({ NetworkConfiguration: { Subnets: network.publicSubnetIds } });

test.each<[string, readonly Structure[] | undefined, () => Structure, string]>([
  [
    'one that is not there',
    undefined,
    () => ({ NetworkProfile: 'elsewhere' }),
    'NetworkProfile: there is no network profile elsewhere in the configuration of the type; there are private, public, isolated. Name one that is there, or name subnets in NetworkConfiguration.',
  ],
  [
    'one where there are none',
    [],
    () => ({ NetworkProfile: 'private' }),
    'NetworkProfile: there is no network profile private in the configuration of the type; there are none.',
  ],
  [
    'one that is there twice',
    [
      { Name: 'private', Subnets: ['subnet-01234567'] },
      { Name: 'private', Subnets: ['subnet-89abcdef'] },
    ],
    () => ({ NetworkProfile: 'private' }),
    'TypeConfiguration/NetworkProfiles: has private 2 times. Give each profile a name of its own.',
  ],
  [
    'one beside subnets',
    undefined,
    () => ({ NetworkProfile: 'private', ...beside() }),
    'NetworkConfiguration/Subnets: is given beside NetworkProfile private. Remove one of the two.',
  ],
])('refused is %s', async (_what, profiles, properties, message) => {
  if (profiles) setProfiles(profiles);
  expect(await driver.create(driver.model(properties()))).toMatchObject({
    status: 'FAILED',
    errorCode: 'InvalidRequest',
    message: expect.stringContaining(message),
  });
});

const ECR = '123456789012.dkr.ecr.us-east-1.amazonaws.com/hello:1';
const secret = (ValueFrom: string) => ({
  PrimaryContainer: { Image: 'example/hello:1', Secrets: [{ Name: 'TOKEN', ValueFrom }] },
});

/** Make endpoints of the default VPC, by the ends of their names. */
async function withEndpoints(services: readonly string[]): Promise<void> {
  for (const service of services) {
    const ServiceName = `com.amazonaws.us-east-1.${service}`;
    await ec2.send(
      new CreateVpcEndpointCommand({ VpcId: network.vpcId, ServiceName, VpcEndpointType: 'Interface' }),
    );
  }
}

describe('where nothing leads out of the VPC', () => {
  test.each<[string, Structure, string]>([
    [
      'images in Amazon ECR',
      { PrimaryContainer: { Image: ECR } },
      'ecr.api (images in Amazon ECR), ecr.dkr (images in Amazon ECR), s3 (layers of images in Amazon ECR)',
    ],
    [
      'secrets',
      secret('arn:aws:secretsmanager:us-east-1:123456789012:secret:token-AbCdEf'),
      'secretsmanager (secrets)',
    ],
    ['parameters', secret('arn:aws:ssm:us-east-1:123456789012:parameter/token'), 'ssm (parameters)'],
    [
      'environment files',
      {
        PrimaryContainer: {
          Image: 'example/hello:1',
          EnvironmentFiles: [{ Type: 's3', Value: 'arn:aws:s3:::bucket/hello.env' }],
        },
      },
      's3 (environment files)',
    ],
    ['ECS Exec', { EnableExecuteCommand: true }, 'ssmmessages (ECS Exec)'],
  ])('endpoints for %s are named', async (_what, properties, missing) => {
    const model = driver.model({ NetworkProfile: 'isolated', TaskRoleArn, ...properties });
    expect(await driver.create(model)).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringMatching(
        new RegExp(
          `^NetworkProfile: tasks in .*${ids(isolated).join(', ')} reach nothing outside of ${network.vpcId}, which has no VPC endpoint for .*${missing.replace(/[().]/g, '\\$&')}.* Make the VPC endpoints com\\.amazonaws\\.us-east-1\\..*, or give the subnets a route to a NAT gateway`,
        ),
      ),
    });
  });

  test('a service is made where they are there', async () => {
    await withEndpoints(['logs', 'ecr.api', 'ecr.dkr', 's3']);
    const model = driver.model({
      ServiceName: 'isolated',
      PrimaryContainer: { Image: ECR },
      NetworkConfiguration: { Subnets: isolated },
    });
    const { ServiceArn } = Driver.modelOf(await driver.create(model));
    Driver.modelOf(await driver.delete(ServiceArn));
  });
});
