/** Stacks of AWS types: those that moto's CloudFormation makes, and those that are made by API calls. */
import { ECS } from '@aws-sdk/client-ecs';
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
