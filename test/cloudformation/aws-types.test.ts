/** Stacks of AWS types: those that moto's CloudFormation makes, and those that are made by API calls. */
import { EC2 } from '@aws-sdk/client-ec2';
import { ECS } from '@aws-sdk/client-ecs';
import { SSM } from '@aws-sdk/client-ssm';
import { lowerCamel } from '../../local/cloudformation/providers/api/names';
import { awsResourceType } from '../../local/registry/aws-types';
import { startSampleAccount, template, type SampleAccount } from './fixtures/sample-extension';

let account: SampleAccount;
let ecs: ECS;
beforeAll(async () => {
  account = await startSampleAccount();
  ecs = new ECS(account.aws.clientOptions());
});
afterEach(() => account.aws.reset());
afterAll(async () => {
  ecs.destroy();
  await account.close();
});

const create = async (resources: object, Outputs: object = {}) => {
  await account.cloudFormation.createStack({
    StackName: 'shop',
    TemplateBody: template(resources, { Outputs }),
    Capabilities: ['CAPABILITY_IAM'],
  });
  return account.settled('shop');
};
const update = async (resources: object) => {
  await account.cloudFormation.updateStack({
    StackName: 'shop',
    TemplateBody: template(resources),
    Capabilities: ['CAPABILITY_IAM'],
  });
  return account.settled('shop');
};
const remove = async () => {
  const { StackId } = await account.settled('shop');
  await account.cloudFormation.deleteStack({ StackName: 'shop' });
  const stack = await account.settled(StackId!);
  const events = await account.events(StackId!);
  return {
    ...stack,
    failures: events
      .filter(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED')
      .map(({ ResourceStatusReason }) => ResourceStatusReason),
  };
};
const failures = async () =>
  (await account.events('shop'))
    .filter(({ ResourceStatus }) => ResourceStatus!.endsWith('FAILED'))
    .map((event) => event.ResourceStatusReason);
const outputs = (stack: { Outputs?: { OutputKey?: string; OutputValue?: string }[] }) =>
  Object.fromEntries(stack.Outputs!.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));

const network = {
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  One: {
    Type: 'AWS::EC2::Subnet',
    Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24', AvailabilityZone: 'us-east-1a' },
  },
  Two: {
    Type: 'AWS::EC2::Subnet',
    Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.1.0/24', AvailabilityZone: 'us-east-1b' },
  },
};

test('ECS types live in the ECS engine', async () => {
  const cluster = {
    Type: 'AWS::ECS::Cluster',
    Properties: { ClusterName: 'shop', ClusterSettings: [{ Name: 'containerInsights', Value: 'enabled' }] },
  };
  const task = (Image: string) => ({
    Type: 'AWS::ECS::TaskDefinition',
    Properties: {
      Family: 'shop',
      Cpu: 256,
      Memory: 512,
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['FARGATE'],
      ContainerDefinitions: [
        { Name: 'Main', Image, DockerLabels: { 'Org.Team': 'a' }, PortMappings: [{ ContainerPort: 80 }] },
      ],
    },
  });
  const service = {
    Type: 'AWS::ECS::Service',
    Properties: {
      Cluster: { Ref: 'Cluster' },
      TaskDefinition: { Ref: 'Task' },
      LaunchType: 'FARGATE',
      NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [{ Ref: 'One' }] } },
    },
  };
  const stack = await create(
    { ...network, Cluster: cluster, Task: task('image:1'), Service: service },
    {
      Name: { Value: { 'Fn::GetAtt': ['Service', 'Name'] } },
      Cluster: { Value: { 'Fn::GetAtt': ['Cluster', 'Arn'] } },
    },
  );
  expect(await failures()).toEqual([]);
  expect(outputs(stack)).toEqual({
    Name: expect.stringMatching(/^shop-Service-/),
    Cluster: expect.stringMatching(/:cluster\/shop$/),
  });
  const { services } = await ecs.describeServices({ cluster: 'shop', services: [outputs(stack).Name!] });
  expect(services![0]).toMatchObject({ runningCount: 1, status: 'ACTIVE' });
  const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: 'shop' });
  expect(taskDefinition!.containerDefinitions![0]).toMatchObject({
    image: 'image:1',
    dockerLabels: { 'Org.Team': 'a' },
  });

  expect(
    (await update({ ...network, Cluster: cluster, Task: task('image:2'), Service: service })).StackStatus,
  ).toBe('UPDATE_COMPLETE');
  expect((await ecs.describeTaskDefinition({ taskDefinition: 'shop' })).taskDefinition!.revision).toBe(2);
  expect(await remove()).toMatchObject({ failures: [], StackStatus: 'DELETE_COMPLETE' });
  expect((await ecs.listClusters({})).clusterArns).toEqual([]);
});

test('a load balancer with a web ACL, a certificate and an alarm', async () => {
  const visibility = { SampledRequestsEnabled: false, CloudWatchMetricsEnabled: false, MetricName: 'acl' };
  const stack = await create(
    {
      ...network,
      Balancer: {
        Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
        Properties: { Subnets: [{ Ref: 'One' }, { Ref: 'Two' }], Scheme: 'internal' },
      },
      Acl: {
        Type: 'AWS::WAFv2::WebACL',
        Properties: { Scope: 'REGIONAL', DefaultAction: { Allow: {} }, VisibilityConfig: visibility },
      },
      Association: {
        Type: 'AWS::WAFv2::WebACLAssociation',
        Properties: { ResourceArn: { Ref: 'Balancer' }, WebACLArn: { 'Fn::GetAtt': ['Acl', 'Arn'] } },
      },
      Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'example.com' } },
      Certificate: {
        Type: 'AWS::CertificateManager::Certificate',
        Properties: {
          DomainName: 'shop.example.com',
          ValidationMethod: 'DNS',
          DomainValidationOptions: [{ DomainName: 'shop.example.com', HostedZoneId: { Ref: 'Zone' } }],
        },
      },
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          ComparisonOperator: 'GreaterThanThreshold',
          EvaluationPeriods: 1,
          Namespace: 'N',
          MetricName: 'M',
          Period: 60,
          Statistic: 'Sum',
          Threshold: 1,
        },
      },
    },
    { Balancer: { Value: { Ref: 'Balancer' } }, Certificate: { Value: { Ref: 'Certificate' } } },
  );
  expect(await failures()).toEqual([]);
  expect(outputs(stack)).toEqual({
    Balancer: expect.stringMatching(/^arn:aws:elasticloadbalancing:.*:loadbalancer\/app\/shop-Balancer/),
    Certificate: expect.stringMatching(/^arn:aws:acm:/),
  });
  expect(await remove()).toMatchObject({ failures: [], StackStatus: 'DELETE_COMPLETE' });
});

test('a type that moto cannot update is replaced, one that it can is not', async () => {
  const resources = (RetentionInDays: number, DisplayName: string) => ({
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'pages', DisplayName } },
  });
  await create(resources(1, 'a'));
  expect((await update(resources(7, 'b'))).StackStatus).toBe('UPDATE_COMPLETE');
  expect(await account.notebooks()).toHaveLength(1);
  const { StackResources } = await account.cloudFormation.describeStackResources({ StackName: 'shop' });
  expect(
    StackResources!.find(({ LogicalResourceId }) => LogicalResourceId === 'Topic')!.PhysicalResourceId,
  ).toBe('arn:aws:sns:us-east-1:123456789012:pages');
});

test.each([
  [{ CpuUnits: 1 }, { cpuUnits: 1 }],
  [
    { Cpu: '256', EnableFaultInjection: true },
    { cpu: '256', enableFaultInjection: true },
  ],
  [
    {
      Volumes: [
        {
          Name: 'v',
          EFSVolumeConfiguration: { FilesystemId: 'fs', AuthorizationConfig: { IAM: 'ENABLED' } },
        },
      ],
    },
    {
      volumes: [
        {
          name: 'v',
          efsVolumeConfiguration: { fileSystemId: 'fs', authorizationConfig: { iam: 'ENABLED' } },
        },
      ],
    },
  ],
  [
    { ContainerDefinitions: [{ LogConfiguration: { LogDriver: 'awslogs', Options: { Mode: 'x' } } }] },
    { containerDefinitions: [{ logConfiguration: { logDriver: 'awslogs', options: { Mode: 'x' } } }] },
  ],
])('the API names of %j are %j', (properties, expected) => {
  expect(lowerCamel(properties, awsResourceType('AWS::ECS::TaskDefinition')!)).toEqual(expected);
});

test('rules of security groups are resources: made, described anew, replaced, deleted', async () => {
  const ec2 = new EC2(account.aws.clientOptions());
  const group = (GroupDescription: string) => ({
    Type: 'AWS::EC2::SecurityGroup',
    Properties: { GroupDescription, VpcId: { Ref: 'Vpc' }, SecurityGroupEgress: [] },
  });
  const port = (FromPort: number) => ({ IpProtocol: 'tcp', FromPort, ToPort: FromPort });
  const resources = (number: number, Description: string) => ({
    Vpc: network.Vpc,
    Web: group('web'),
    Database: group('database'),
    In: {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: {
        ...{ GroupId: { 'Fn::GetAtt': ['Database', 'GroupId'] }, ...port(number), Description },
        CidrIp: '10.1.0.0/16',
      },
    },
    FromGroup: {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: {
        ...{ GroupId: { 'Fn::GetAtt': ['Database', 'GroupId'] }, ...port(number) },
        SourceSecurityGroupId: { 'Fn::GetAtt': ['Web', 'GroupId'] },
      },
    },
    Out: {
      Type: 'AWS::EC2::SecurityGroupEgress',
      Properties: {
        ...{ GroupId: { 'Fn::GetAtt': ['Web', 'GroupId'] }, ...port(number), Description },
        CidrIp: '10.0.0.0/16',
      },
    },
  });
  const rules = async () => {
    const { SecurityGroupRules } = await ec2.describeSecurityGroupRules({});
    const { StackResources } = await account.cloudFormation.describeStackResources({ StackName: 'shop' });
    const id = (logicalId: string) =>
      StackResources!.find(({ LogicalResourceId }) => LogicalResourceId === logicalId)!.PhysicalResourceId;
    return ['In', 'FromGroup', 'Out'].map((logicalId) => {
      const found = SecurityGroupRules!.find(
        ({ SecurityGroupRuleId }) => SecurityGroupRuleId === id(logicalId),
      );
      return found && [found.IsEgress, found.FromPort, found.Description];
    });
  };
  expect(await create(resources(5432, 'a'))).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });
  expect(await rules()).toEqual([
    [false, 5432, 'a'],
    [false, 5432, undefined],
    [true, 5432, 'a'],
  ]);
  expect((await update(resources(5432, 'b'))).StackStatus).toBe('UPDATE_COMPLETE');
  expect(await rules()).toEqual([
    [false, 5432, 'b'],
    [false, 5432, undefined],
    [true, 5432, 'b'],
  ]);
  expect((await update(resources(3306, 'b'))).StackStatus).toBe('UPDATE_COMPLETE');
  expect(await rules()).toEqual([
    [false, 3306, 'b'],
    [false, 3306, undefined],
    [true, 3306, 'b'],
  ]);
  const { SecurityGroupRules: all } = await ec2.describeSecurityGroupRules({});
  expect(all!.filter(({ FromPort }) => FromPort === 5432)).toEqual([]);
  expect(await remove()).toMatchObject({ failures: [], StackStatus: 'DELETE_COMPLETE' });
  ec2.destroy();
});

test('a parameter of Systems Manager is made, changed, replaced and deleted', async () => {
  const ssm = new SSM(account.aws.clientOptions());
  const parameter = (properties: object) => ({
    Size: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', ...properties } },
  });
  const value = async (Name: string) => (await ssm.getParameter({ Name })).Parameter!.Value;
  const stack = await create(parameter({ Name: '/shop/size', Value: 'small', Tags: { team: 'shop' } }), {
    Value: { Value: { 'Fn::GetAtt': ['Size', 'Value'] } },
    Name: { Value: { Ref: 'Size' } },
  });
  expect(outputs(stack)).toEqual({ Value: 'small', Name: '/shop/size' });
  expect(
    (await ssm.listTagsForResource({ ResourceType: 'Parameter', ResourceId: '/shop/size' })).TagList,
  ).toEqual([{ Key: 'team', Value: 'shop' }]);
  await update(parameter({ Name: '/shop/size', Value: 'large' }));
  expect(await value('/shop/size')).toBe('large');
  await update(parameter({ Name: '/shop/width', Value: 'large' }));
  expect(await value('/shop/width')).toBe('large');
  await expect(value('/shop/size')).rejects.toMatchObject({ name: 'ParameterNotFound' });
  expect(await remove()).toMatchObject({ failures: [], StackStatus: 'DELETE_COMPLETE' });
  await expect(value('/shop/width')).rejects.toMatchObject({ name: 'ParameterNotFound' });
  ssm.destroy();
});

describe('a wait condition', () => {
  const waiting = (properties: object = {}) => ({
    Handle: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
    Wait: {
      Type: 'AWS::CloudFormation::WaitCondition',
      Properties: { Handle: { Ref: 'Handle' }, Timeout: '600', ...properties },
    },
  });
  const data = { Data: { Value: { 'Fn::GetAtt': ['Wait', 'Data'] } } };
  /** Create the stack with the clock standing still, send signals to the handle, and let time pass. */
  async function signalled(resources: object, signals: object[]) {
    account.aws.clock.setMode('manual');
    await account.cloudFormation.createStack({
      StackName: 'shop',
      TemplateBody: template(resources, { Outputs: data }),
    });
    await account.aws.clock.settled();
    const { StackResourceDetail } = await account.cloudFormation.describeStackResource({
      StackName: 'shop',
      LogicalResourceId: 'Handle',
    });
    for (const signal of signals) {
      const body = JSON.stringify(signal);
      const answer = await fetch(StackResourceDetail!.PhysicalResourceId!, { method: 'PUT', body });
      expect(answer.status).toBe(200);
    }
    account.aws.clock.setMode('jump');
    return account.settled('shop');
  }
  const success = (UniqueId: string) => ({ Status: 'SUCCESS', UniqueId, Data: `of ${UniqueId}`, Reason: '' });

  test('is there once as many have signalled as it counts', async () => {
    const stack = await signalled(waiting({ Count: 2 }), [success('a'), success('a'), success('b')]);
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(JSON.parse(outputs(stack).Data!)).toEqual({ a: 'of a', b: 'of b' });
    expect(await remove()).toMatchObject({ failures: [], StackStatus: 'DELETE_COMPLETE' });
  });

  test.each([
    [[success('a')], 'WaitCondition timed out. Received 1 conditions when expecting 2'],
    [
      [success('a'), { Status: 'FAILURE', UniqueId: 'b', Reason: 'no disk' }],
      "WaitCondition received failed message: 'no disk' for uniqueId: b",
    ],
  ])('fails after %j', async (signals, reason) => {
    expect((await signalled(waiting({ Count: 2 }), signals)).StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(await failures()).toEqual([reason]);
  });

  test('cannot be updated', async () => {
    await signalled(waiting(), [success('a')]);
    expect((await update(waiting({ Timeout: '700' }))).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await failures()).toEqual([
      'Update to resource type AWS::CloudFormation::WaitCondition is not supported.',
    ]);
  });
});
