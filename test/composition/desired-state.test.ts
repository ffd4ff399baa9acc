/** The desired state of a service, planned without a call to AWS, and rendered as a plain template. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { changesBetween, cloudFormationTemplate, type Resource } from '../../src/core/graph';
import type { Observations } from '../../src/express-service/composition/component';
import { desiredState } from '../../src/express-service/composition/desired-state';
import { nodesOf } from '../../src/express-service/composition/node';
import type { Exposure } from '../../src/express-service/exposures';
import {
  ecsServiceOf,
  identityOf,
  identityOfLoadBalancer,
} from '../../src/express-service/identity/identity';
import type { Exposures } from '../../src/express-service/memory/recorded-exposures';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import type { Network } from '../../src/express-service/network/subnets';
import { componentsIn } from '../../src/express-service/resources';
import { specificationOf } from '../../src/express-service/specification';
import { IDENTITY_PROVIDER } from '../support/identity-provider';

const ROOT = join(__dirname, '../..');
const identity = identityOf(
  { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' },
  'default',
  'hello',
);
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const configuration = { BaseDomain: 'example.com', HostedZoneId: 'Z0123456789ABCDEFGHIJ' };
const zones = ['a', 'b'].map((zone) => ({
  id: `subnet-0000000${zone}`,
  availabilityZone: `eu-west-1${zone}`,
  public: true,
}));
const network: Network = {
  vpcId: 'vpc-0123456789abcdef0',
  subnets: zones,
  access: 'PUBLIC',
  cidrBlocks: ['10.0.0.0/16'],
  loadBalancer: { scheme: 'internet-facing', subnets: zones, followsDefaultVpc: true },
};
const shared: Exposure = {
  kind: 'shared',
  loadBalancerName: 'ecs-express-0123456789-1',
  protocolVersion: 'HTTP1',
};
const other: Exposure = { ...shared, loadBalancerName: 'ecs-express-9876543210-1' };

/** The desired state of a model with an image and two roles, and perhaps more. */
function plan(
  model: object = {},
  exposures: Exposures = { serving: shared, leaving: [] },
  found: Observations = {},
  ecsService = ecsServiceOf(identity),
): Resource[] {
  const spec = specificationOf({
    identity,
    configuration: configuration as TypeConfigurationModel,
    tags: { team: 'one' },
    model: {
      InfrastructureRoleArn: role('infrastructure'),
      ExecutionRoleArn: role('execution'),
      PrimaryContainer: { Image: 'public.ecr.aws/nginx/nginx:1.27' },
      ...model,
    } as ResourceModel,
  });
  const additional = Object.entries(spec.additionalLoadBalancers).map(([name, ofLoadBalancer]) => ({
    identity: identityOfLoadBalancer(identity, name),
    spec: ofLoadBalancer,
    network,
    exposures: { serving: other, leaving: [] },
  }));
  const loadBalancers = additional.map((each) => ({ name: each.identity.loadBalancer, ...each }));
  return desiredState(nodesOf(componentsIn, exposures, loadBalancers), {
    identity,
    ecsService,
    spec,
    network,
    exposures,
    additional,
    found,
  });
}

const everything = {
  ServiceConnectConfiguration: {
    ClientAlias: { Port: 8080, DnsName: 'hello' },
    Timeout: { IdleTimeoutSeconds: 60, PerRequestTimeoutSeconds: 5 },
    Tls: {
      CertificateAuthorityArn: 'arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0123-abcd',
      RoleArn: role('tls'),
    },
    AccessLogs: { Format: 'JSON', IncludeQueryParameters: true },
    TestHeader: { Name: 'X-Test', Value: 'yes' },
  },
  TaskRoleArn: role('task'),
  EnableExecuteCommand: true,
  Volumes: [
    { Name: 'data', EFSVolumeConfiguration: { FilesystemId: 'fs-12345678' } },
    {
      Name: 'files',
      S3FilesVolumeConfiguration: {
        FileSystemArn: 'arn:aws:s3files:eu-west-1:123456789012:file-system/fs-0123456789abcdef0',
      },
    },
    {
      Name: 'disk',
      ManagedEBSVolume: {
        SizeInGiB: 10,
        TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'team', Value: 'web' }] }],
      },
    },
  ],
  Authentication: {
    Oidc: {
      ...IDENTITY_PROVIDER,
      ClientSecret: 'secret',
    },
  },
  Monitoring: {
    MetricConfigurations: [{ MetricNames: ['CPUUtilization'], ResolutionSeconds: 20 }],
  },
  SidecarContainers: [
    {
      Name: 'proxy',
      Image: 'example/proxy:1',
      PortMappings: [{ ContainerPort: 9000, Name: 'proxy', AppProtocol: 'http2' }],
      EnvironmentFiles: [{ Type: 's3', Value: 'arn:aws:s3:::my-bucket/proxy.env' }],
      WorkingDirectory: '/proxy',
      Interactive: true,
      DockerLabels: { 'com.example.team': 'one' },
      Cpu: 64,
      Memory: 256,
      MemoryReservation: 128,
      Ulimits: [{ Name: 'nofile', SoftLimit: 1024, HardLimit: 65536 }],
      SystemControls: [{ Namespace: 'net.core.somaxconn', Value: '1024' }],
      LinuxParameters: {
        Capabilities: { Add: ['SYS_PTRACE'], Drop: ['ALL'] },
        Tmpfs: [{ ContainerPath: '/tmp', Size: 16, MountOptions: ['noexec'] }],
      },
      RestartPolicy: { Enabled: true, IgnoredExitCodes: [0], RestartAttemptPeriod: 60 },
      StartTimeout: 60,
    },
  ],
  AdditionalDomains: [{ DomainName: 'www.example.com', HostedZoneId: 'Z0123456789ABCDEFGHIJ' }],
  PathPatterns: ['/api/*'],
  TestTraffic: {
    HttpHeader: { Name: 'X-Test', Values: ['on'] },
    QueryStrings: [{ Key: 'preview', Value: 'on' }],
  },
  WebAclArn: 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/11111111-2222-3333-4444-555555555555',
  LoadBalancerConfiguration: { IdleTimeoutSeconds: 120, AllowedCidrs: ['192.0.2.0/24', '2001:db8::/32'] },
  LogGroupDeletionPolicy: 'Retain',
  TargetGroupConfiguration: {
    DeregistrationDelaySeconds: 60,
    StickinessDurationSeconds: 600,
    LoadBalancingAlgorithmType: 'least_outstanding_requests',
  },
  HealthCheckGracePeriodSeconds: 60,
  AvailabilityZoneRebalancing: 'DISABLED',
  PropagateTags: 'TASK_DEFINITION',
  EnableECSManagedTags: false,
  ScalingTarget: {
    AdditionalMetrics: [
      { AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET', AutoScalingTargetValue: 100 },
      { AutoScalingMetric: 'SQS_BACKLOG_PER_TASK', AutoScalingTargetValue: 10, QueueName: 'orders' },
    ],
    ScheduledActions: [{ Name: 'night', Schedule: 'cron(0 22 * * ? *)', MinTaskCount: 1 }],
  },
};

const taskPolicy = {
  EnableExecuteCommand: true,
  TaskPolicy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::orders/*' }],
  },
  TaskPolicyArns: ['arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess'],
};

const internalBeside = {
  AdditionalLoadBalancers: [
    { Name: 'internal', LoadBalancerConfiguration: { Scheme: 'internal' }, PathPatterns: ['/a/*'] },
  ],
};

const dualstack = { LoadBalancerConfiguration: { IpAddressType: 'dualstack' } };
const withoutPublicIpv4 = { LoadBalancerConfiguration: { IpAddressType: 'dualstack-without-public-ipv4' } };

const onNetwork = {
  LoadBalancerConfiguration: {
    Type: 'network',
    AllocationIds: ['eipalloc-0123456789abcdef0', 'eipalloc-0123456789abcdef1'],
    Listener: { Protocol: 'TLS', TestPort: 8443 },
  },
};
const inNetwork: Exposures = {
  serving: { kind: 'network', loadBalancerName: 'ecs-express-net-0123456789abcdef', protocol: 'TCP' },
  leaving: [],
};

describe('as a plain template', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'desired-state-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('cfn-lint finds nothing in it', async () => {
    const plans = {
      ...Object.fromEntries(
        Object.entries({
          smallest: {},
          everything,
          taskPolicy,
          internalBeside,
          dualstack,
          withoutPublicIpv4,
        }).map(([name, model]) => [name, plan(model)]),
      ),
      onNetwork: plan(onNetwork, inNetwork),
    };
    const files = await Promise.all(
      Object.entries(plans).map(async ([name, resources]) => {
        const file = join(folder, `${name}.json`);
        await writeFile(file, JSON.stringify(cloudFormationTemplate(resources)));
        return file;
      }),
    );
    const lint = promisify(execFile)(
      join(ROOT, '.venv/bin/cfn-lint'),
      ['--regions', 'eu-west-1', '--', ...files],
      { cwd: folder },
    );
    const { stdout } = await lint.catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });
});

test('names after an ECS service what belongs to one, and after the resource what all behind its name share', () => {
  const namedAfter = (ecsService: ReturnType<typeof ecsServiceOf>) =>
    plan(everything, undefined, undefined, ecsService).map(({ id, properties }) => ({
      id: [id.node, id.name].join(' ').trim(),
      properties: JSON.stringify(properties),
    }));
  const usual = namedAfter(ecsServiceOf(identity));
  const second = namedAfter({
    clusterName: 'default',
    name: 'hello-2',
    arn: `${identity.serviceArn}-2`,
  });
  const differs = second.filter(
    ({ id, properties }) => properties !== usual.find((other) => other.id === id)!.properties,
  );
  expect([...new Set(differs.map(({ id }) => id.split(' ')[0]))]).toEqual([
    'TaskDefinition',
    'TargetGroups',
    'ListenerRule',
    'TestListenerRule',
    'RollbackAlarm',
    'Service',
    'ScalableTarget',
    'ScalingPolicy',
  ]);
});

test('names every resource that READ tells of', () => {
  expect(plan(everything).map(({ id, type }) => `${[id.node, id.name].join(' ').trim()}: ${type}`)).toEqual([
    'Cluster: AWS::ECS::Cluster',
    'LogGroup: AWS::Logs::LogGroup',
    'TaskDefinition: AWS::ECS::TaskDefinition',
    'ServiceSecurityGroup: AWS::EC2::SecurityGroup',
    'ClientRules 10.0.0.0/16: AWS::EC2::SecurityGroupIngress',
    'Namespace: AWS::ServiceDiscovery::HttpNamespace',
    'LoadBalancerSecurityGroup: AWS::EC2::SecurityGroup',
    'SecurityGroupRules Egress: AWS::EC2::SecurityGroupEgress',
    'SecurityGroupRules Ingress: AWS::EC2::SecurityGroupIngress',
    'TargetGroups 1: AWS::ElasticLoadBalancingV2::TargetGroup',
    'TargetGroups 2: AWS::ElasticLoadBalancingV2::TargetGroup',
    'Certificate hello.example.com: AWS::CertificateManager::Certificate',
    'Certificate www.example.com: AWS::CertificateManager::Certificate',
    'LoadBalancer: AWS::ElasticLoadBalancingV2::LoadBalancer',
    'WebAclAssociation: AWS::WAFv2::WebACLAssociation',
    'Listeners Https: AWS::ElasticLoadBalancingV2::Listener',
    'Listeners Http: AWS::ElasticLoadBalancingV2::Listener',
    'Listeners Certificates: AWS::ElasticLoadBalancingV2::ListenerCertificate',
    'ListenerRule: AWS::ElasticLoadBalancingV2::ListenerRule',
    'TestListenerRule: AWS::ElasticLoadBalancingV2::ListenerRule',
    'DnsRecord hello.example.com: AWS::Route53::RecordSet',
    'DnsRecord _org-ecs-express.hello.example.com: AWS::Route53::RecordSet',
    'DnsRecord www.example.com: AWS::Route53::RecordSet',
    'DnsRecord _org-ecs-express.www.example.com: AWS::Route53::RecordSet',
    'RollbackAlarm: AWS::CloudWatch::Alarm',
    'Service: AWS::ECS::Service',
    'ScalableTarget: AWS::ApplicationAutoScaling::ScalableTarget',
    'ScalingPolicy: AWS::ApplicationAutoScaling::ScalingPolicy',
    'ScalingPolicy REQUEST_COUNT_PER_TARGET: AWS::ApplicationAutoScaling::ScalingPolicy',
    'ScalingPolicy SQS_BACKLOG_PER_TASK: AWS::ApplicationAutoScaling::ScalingPolicy',
  ]);
});

test('an additional load balancer is one more of all that is there for one, and ECS is told of both', () => {
  const changes = changesBetween(plan(), plan(internalBeside));
  expect(changes.map(({ id, action }) => [action, id.node, id.name ?? ''].join(' ').trim())).toEqual([
    'Modify ServiceSecurityGroup',
    'Modify Service',
    ...[
      'ServiceSecurityGroup',
      'LoadBalancerSecurityGroup',
      'SecurityGroupRules Egress',
      'SecurityGroupRules Ingress',
      'TargetGroups 1',
      'TargetGroups 2',
      'Certificate hello-internal.example.com',
      'LoadBalancer',
      // Its subnets are public here.
      'WebAcl',
      'WebAclAssociation',
      'Listeners Https',
      'Listeners Http',
      'ListenerRule',
      'DnsRecord hello-internal.example.com',
      'DnsRecord _org-ecs-express.hello-internal.example.com',
      'RollbackAlarm',
    ].map((resource) => `Add ${resource.replace(/^\S+/, '$& of internal')}`),
  ]);
  expect([...changes[1]!.properties].sort()).toEqual([
    'DeploymentConfiguration',
    'LoadBalancers',
    'NetworkConfiguration',
  ]);
});

describe('the addresses of a load balancer', () => {
  const recordsOf = (resources: readonly Resource[]) =>
    resources
      .filter(({ type }) => type === 'AWS::Route53::RecordSet')
      .map(({ properties: { Type, Name } }) => `${Type} ${Name}`);
  const loadBalancerOf = (resources: readonly Resource[]) =>
    resources.find(({ type }) => type === 'AWS::ElasticLoadBalancingV2::LoadBalancer')!.properties;
  const ownership = 'TXT _org-ecs-express.hello.example.com';
  const [a, aaaa] = ['A', 'AAAA'].map((type) => `${type} hello.example.com`);

  test.each([
    ['ipv4', {}, [a, ownership]],
    ['dualstack', dualstack, [a, aaaa, ownership]],
    ['dualstack-without-public-ipv4', withoutPublicIpv4, [a, aaaa, ownership]],
  ])('%s have their records', (IpAddressType, model, records) => {
    expect(loadBalancerOf(plan(model))).toMatchObject({ IpAddressType });
    expect(recordsOf(plan(model))).toEqual(records);
  });

  test.each([
    ['ipv4', [a, ownership]],
    ['dualstack', [a, aaaa, ownership]],
  ])('of the author are %s as they are found', (ipAddressType, records) => {
    const listenerArn =
      'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/own/0123456789abcdef/0123456789abcdef';
    const serving: Exposure = { kind: 'external', listenerArn, protocolVersion: 'HTTP1' };
    const model = {
      DomainName: 'hello.example.com',
      HostedZoneId: 'Z0123456789ABCDEFGHIJ',
      LoadBalancerConfiguration: { ListenerArn: listenerArn },
    };
    const found = { LoadBalancer: { ipAddressType } };
    expect(recordsOf(plan(model, { serving, leaving: [] }, found))).toEqual(records);
  });
});

test('says what an update would do', () => {
  const changes = changesBetween(
    plan(),
    plan({ Cpu: '2048', Memory: '4096', AdditionalDomains: everything.AdditionalDomains }),
  );
  expect(
    changes.map(({ id, action, properties }) =>
      [action, id.node, id.name, ...[...properties].sort()].filter((word) => word !== undefined).join(' '),
    ),
  ).toEqual([
    'Modify TaskDefinition Cpu Memory',
    'Modify ServiceSecurityGroup Tags',
    'Add Certificate www.example.com',
    // They concern its hosts.
    'Modify WebAcl Rules',
    'Add Listeners Certificates',
    'Modify ListenerRule Conditions',
    'Add DnsRecord www.example.com',
    'Add DnsRecord _org-ecs-express.www.example.com',
  ]);
});

test('test requests get a rule of their own, which ECS is told of', () => {
  const tested = plan({ TestTraffic: everything.TestTraffic });
  const changes = changesBetween(plan(), tested);
  expect(changes.map(({ id, action, properties }) => [action, id.node, ...properties].join(' '))).toEqual([
    expect.stringMatching(/^Add TestListenerRule/),
    'Modify Service LoadBalancers',
  ]);
  const [production, test] = tested.filter(({ type }) => type.endsWith('::ListenerRule'));
  expect(test!.properties.Priority).toBe((production!.properties.Priority as number) - 1);
  expect(test!.properties.Conditions).toEqual([
    ...(production!.properties.Conditions as object[]),
    { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Test', Values: ['on'] } },
    { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'preview', Value: 'on' }] } },
  ]);
});

describe('of a service that moves to another load balancer', () => {
  const names = (resources: readonly Resource[]) => resources.map(({ id }) => id.node);
  const loadBalancersOf = (resources: readonly Resource[]) =>
    (resources.find(({ type }) => type === 'AWS::ECS::Service')!.properties.LoadBalancers as unknown[])
      .length;

  test('first has everything of the other one beside it, and leaves what clients see as it is', () => {
    const rules = { ListenerRule: { arn: 'rule', conditions: [] } };
    const joining = plan({}, { serving: shared, joining: other, leaving: [] }, rules);
    expect(names(joining).filter((node) => node.startsWith('ListenerRule'))).toHaveLength(1);
    expect(names(joining).filter((node) => node.startsWith('TargetGroups'))).toHaveLength(4);
    expect(names(joining)).not.toContain('DnsRecord');
    expect(loadBalancersOf(joining)).toBe(2);
    const rule = joining.find(({ id }) => id.node.startsWith('ListenerRule'))!;
    expect(rule.properties.Conditions).toEqual([
      { Field: 'host-header', HostHeaderConfig: { Values: ['unused.invalid'] } },
    ]);
  });

  test('then is that of a service which has always been there', () => {
    expect(
      plan({}, { serving: other, leaving: [shared] }).map(({ after: _, ...resource }) => resource),
    ).toEqual(plan({}, { serving: other, leaving: [] }).map(({ after: _, ...resource }) => resource));
  });
});
