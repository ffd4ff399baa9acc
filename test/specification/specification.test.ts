import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { propertyAt } from '../../src/core/property';
import { PROPERTIES } from '../../src/express-service/properties/rows';
import { specificationOf, type ServiceSpec } from '../../src/express-service/specification';

const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const certificate = (id: string) => `arn:aws:acm:eu-west-1:123456789012:certificate/${id}`;

/** The three inputs that are enough, and what the platform team set for them to be enough. */
const base = {
  InfrastructureRoleArn: role('infrastructure'),
  ExecutionRoleArn: role('execution'),
  PrimaryContainer: { Image: 'public.ecr.aws/nginx/nginx:1.27' },
};
const baseConfiguration = { BaseDomain: 'example.com', HostedZoneId: 'Z0BASE' };

function specify(
  model: object,
  configuration: object = baseConfiguration,
  { cluster = 'default', service = 'web' } = {},
): ServiceSpec {
  return specificationOf({
    model: model as ResourceModel,
    configuration: configuration as TypeConfigurationModel,
    identity: identityOf(location, cluster, service),
    tags: {},
  });
}

describe('three inputs', () => {
  test('make a specification with every default of Express Mode', () => {
    expect(specify(base)).toEqual({
      createsCluster: true,
      additionalLoadBalancers: {},
      webAcl: {
        isNamed: false,
        isDefault: true,
        allowedCidrs: [],
        blockedCidrs: [],
        groups: [
          'AWSManagedRulesAmazonIpReputationList',
          'AWSManagedRulesKnownBadInputsRuleSet',
          'AWSManagedRulesCommonRuleSet',
        ],
        counted: {},
        largeBodies: false,
        logging: false,
      },
      infrastructureRoleArn: role('infrastructure'),
      task: {
        kind: 'managed',
        definition: {
          executionRoleArn: role('execution'),
          cpu: '1024',
          memory: '2048',
          runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
        },
        main: {
          name: 'Main',
          essential: true,
          image: 'public.ecr.aws/nginx/nginx:1.27',
          readonlyRootFilesystem: false,
          interactive: false,
          pseudoTerminal: false,
          cpu: 0,
          linuxParameters: { initProcessEnabled: true },
          stopTimeout: 30,
        },
        containerPort: 80,
        sidecars: [],
        logs: { streamPrefix: 'ecs', retentionInDays: 30, retained: false },
      },
      subnetIds: [],
      additionalSecurityGroupIds: [],
      targetGroup: {
        protocolVersion: 'HTTP1',
        healthCheck: {
          HealthCheckPath: '/',
          codes: '200',
          HealthCheckIntervalSeconds: 30,
          HealthCheckTimeoutSeconds: 5,
          HealthyThresholdCount: 5,
          UnhealthyThresholdCount: 2,
        },
        attributes: {
          'deregistration_delay.timeout_seconds': 300,
          'load_balancing.algorithm.type': 'round_robin',
          'slow_start.duration_seconds': 0,
        },
      },
      settings: {
        healthCheckGracePeriodSeconds: 300,
        availabilityZoneRebalancing: 'ENABLED',
        propagateTags: 'SERVICE',
        enableECSManagedTags: true,
        platformVersion: 'LATEST',
        enableExecuteCommand: false,
        deploymentConfiguration: {
          strategy: 'CANARY',
          canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: 3 },
          bakeTimeInMinutes: 3,
          maximumPercent: 200,
          minimumHealthyPercent: 100,
          deploymentCircuitBreaker: {
            enable: true,
            rollback: true,
            resetOnHealthyTask: true,
            thresholdConfiguration: { type: 'BOUNDED_PERCENT', value: 50 },
          },
          alarms: { enable: true, rollback: true },
        },
      },
      rollbackAlarm: { Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: 2 },
      scaling: { minTaskCount: 1, maxTaskCount: 20, metric: 'AVERAGE_CPU', targetValue: 60 },
      loadBalancer: {
        kind: 'shared',
        ipAddressType: 'ipv4',
        subnetIds: [],
        allowedCidrs: ['0.0.0.0/0', '::/0'],
        allowedPrefixListIds: [],
        httpRedirect: true,
      },
      domain: { hostName: 'web.example.com', hostedZoneId: 'Z0BASE', written: [] },
      additionalDomains: [],
      dns: { healthCheck: { EvaluationPeriods: 2, Disabled: false, Inverted: false } },
      pathPatterns: [],
      tags: {},
      templateRecord: {},
    });
  });
});

/** Source: what ECS Express Mode applies (Amazon ECS Developer Guide), and the API references of ECS and ELB. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  Cluster: 'default',
  Cpu: '1024',
  Memory: '2048',
  CpuArchitecture: 'X86_64',
  LogRetentionInDays: 30,
  LogGroupDeletionPolicy: 'Delete',
  'PrimaryContainer/ContainerPort': 80,
  'PrimaryContainer/StopTimeout': 30,
  'PrimaryContainer/LinuxParameters/InitProcessEnabled': true,
  'SidecarContainers/*/LinuxParameters/InitProcessEnabled': false,
  'PrimaryContainer/AwsLogsConfiguration/LogStreamPrefix': 'ecs',
  'SidecarContainers/*/Essential': true,
  'PrimaryContainer/PortMappings/*/Protocol': 'tcp',
  'SidecarContainers/*/PortMappings/*/Protocol': 'tcp',
  ...Object.fromEntries(
    ['PrimaryContainer', 'SidecarContainers/*'].flatMap((container) => [
      [`${container}/ReadonlyRootFilesystem`, false],
      [`${container}/Interactive`, false],
      [`${container}/PseudoTerminal`, false],
      [`${container}/Cpu`, 0],
      [`${container}/RestartPolicy/RestartAttemptPeriod`, 300],
      [`${container}/HealthCheck/Interval`, 30],
      [`${container}/HealthCheck/Timeout`, 5],
      [`${container}/HealthCheck/Retries`, 3],
      [`${container}/HealthCheck/StartPeriod`, 0],
      [`${container}/MountPoints/*/ReadOnly`, false],
    ]),
  ),
  'Volumes/*/EFSVolumeConfiguration/RootDirectory': '/',
  'Volumes/*/EFSVolumeConfiguration/TransitEncryption': 'ENABLED',
  'Volumes/*/EFSVolumeConfiguration/AuthorizationConfig/IAM': 'DISABLED',
  ...Object.fromEntries(
    ['Cognito', 'Oidc'].flatMap((kind) => [
      [`Authentication/${kind}/OnUnauthenticatedRequest`, 'authenticate'],
      [`Authentication/${kind}/Scope`, 'openid'],
      [`Authentication/${kind}/SessionCookieName`, 'AWSELBAuthSessionCookie'],
      [`Authentication/${kind}/SessionTimeout`, 604_800],
    ]),
  ),
  'Volumes/*/S3FilesVolumeConfiguration/RootDirectory': '/',
  'Volumes/*/ManagedEBSVolume/VolumeType': 'gp3',
  'Volumes/*/ManagedEBSVolume/FilesystemType': 'xfs',
  'Volumes/*/ManagedEBSVolume/Encrypted': true,
  HealthCheckPath: '/',
  'TargetGroupConfiguration/HealthCheck/IntervalSeconds': 30,
  'TargetGroupConfiguration/HealthCheck/TimeoutSeconds': 5,
  'TargetGroupConfiguration/HealthCheck/HealthyThresholdCount': 5,
  'TargetGroupConfiguration/HealthCheck/UnhealthyThresholdCount': 2,
  'TargetGroupConfiguration/DeregistrationDelaySeconds': 300,
  'TargetGroupConfiguration/ProtocolVersion': 'HTTP1',
  'TargetGroupConfiguration/LoadBalancingAlgorithmType': 'round_robin',
  'TargetGroupConfiguration/SlowStartDurationSeconds': 0,
  HealthCheckGracePeriodSeconds: 300,
  AvailabilityZoneRebalancing: 'ENABLED',
  PropagateTags: 'SERVICE',
  EnableECSManagedTags: true,
  'LoadBalancerConfiguration/IpAddressType': 'ipv4',
  'LoadBalancerConfiguration/HttpRedirect': true,
  'LoadBalancerConfiguration/IdleTimeoutSeconds': 60,
  'ScalingTarget/MinTaskCount': 1,
  'ScalingTarget/MaxTaskCount': 20,
  'ScalingTarget/AutoScalingMetric': 'AVERAGE_CPU',
  'ScalingTarget/AutoScalingTargetValue': 60,
  'ScalingTarget/ScheduledActions/*/Timezone': 'UTC',
  'CapacityProviderStrategy/*/Base': 0,
  'CapacityProviderStrategy/*/Weight': 0,
  PlatformVersion: 'LATEST',
  EnableExecuteCommand: false,
  'DeploymentConfiguration/CanaryConfiguration/CanaryPercent': 5,
  'DeploymentConfiguration/CanaryConfiguration/CanaryBakeTimeInMinutes': 3,
  'DeploymentConfiguration/BakeTimeInMinutes': 3,
  'DeploymentConfiguration/MaximumPercent': 200,
  'DeploymentConfiguration/MinimumHealthyPercent': 100,
  'DeploymentConfiguration/DeploymentCircuitBreaker/Enable': true,
  'DeploymentConfiguration/DeploymentCircuitBreaker/Rollback': true,
  'DeploymentConfiguration/Alarms/Enable': true,
  'DeploymentConfiguration/Alarms/Rollback': true,
  'DeploymentConfiguration/RollbackAlarm/Threshold': 1,
  'DeploymentConfiguration/RollbackAlarm/EvaluationPeriods': 3,
  'DeploymentConfiguration/RollbackAlarm/DatapointsToAlarm': 2,
};

describe('defaults', () => {
  test.each(Object.entries(DEFAULTS))('of %s', (path, value) => {
    expect(propertyAt(PROPERTIES, path)?.defaultIn({}, {})).toEqual(value);
  });

  test.each<[string, string, object, unknown]>([
    ['a short interval', 'TargetGroupConfiguration/HealthCheck/TimeoutSeconds', { IntervalSeconds: 5 }, 4],
    [
      'gRPC',
      'HealthCheckPath',
      { TargetGroupConfiguration: { ProtocolVersion: 'GRPC' } },
      '/AWS.ALB/healthcheck',
    ],
    [
      'no room to move tasks',
      'AvailabilityZoneRebalancing',
      { DeploymentConfiguration: { MaximumPercent: 100 } },
      'DISABLED',
    ],
    ['many tasks', 'ScalingTarget/MaxTaskCount', { MinTaskCount: 50 }, 50],
    ['one period', 'DeploymentConfiguration/RollbackAlarm/DatapointsToAlarm', { EvaluationPeriods: 1 }, 1],
  ])('follow other members: %s', (_name, path, group, value) => {
    expect(propertyAt(PROPERTIES, path)?.defaultIn(group, {})).toBe(value);
  });
});

describe('what means the same makes the same specification', () => {
  const environment = [
    { Name: 'A', Value: '1' },
    { Name: 'B', Value: '2' },
  ];
  test.each([
    ['an empty command and none', { Command: [] }, {}],
    [
      'two orders of the environment',
      { Environment: environment },
      { Environment: [...environment].reverse() },
    ],
    ['an empty environment and none', { Environment: [] }, {}],
    ['the default port and none', { ContainerPort: 80 }, {}],
    ['no labels and none', { DockerLabels: {} }, {}],
  ])('%s', (_name, one, other) => {
    const withContainer = (container: object) =>
      specify({ ...base, PrimaryContainer: { ...base.PrimaryContainer, ...container } });
    const [left, right] = [withContainer(one), withContainer(other)];
    expect(JSON.stringify(left)).toBe(JSON.stringify(right));
  });
});

describe('host name, hosted zone and certificate', () => {
  const wildcard = { ...baseConfiguration, CertificateArn: certificate('abcd') };
  test.each([
    [
      'the service in the base domain',
      {},
      baseConfiguration,
      { hostName: 'web.example.com', hostedZoneId: 'Z0BASE' },
    ],
    ['the wildcard certificate covers it', {}, wildcard, { certificateArn: certificate('abcd') }],
    [
      'an own domain',
      { DomainName: 'a.test', HostedZoneId: 'Z1' },
      {},
      { hostName: 'a.test', hostedZoneId: 'Z1' },
    ],
    [
      'an own name below the base domain uses its zone',
      { DomainName: 'shop.example.com' },
      wildcard,
      { hostName: 'shop.example.com', hostedZoneId: 'Z0BASE', certificateArn: certificate('abcd') },
    ],
    [
      'a wildcard does not cover two labels',
      { DomainName: 'a.b.example.com' },
      wildcard,
      { hostName: 'a.b.example.com', certificateArn: undefined },
    ],
    [
      'an own certificate wins',
      { CertificateArn: certificate('1234') },
      wildcard,
      { certificateArn: certificate('1234') },
    ],
  ])('%s', (_name, model, configuration, expected) => {
    expect(specify({ ...base, ...model }, configuration).domain).toMatchObject(expected);
  });

  test('a service name becomes a DNS label', () => {
    const { domain } = specify(base, baseConfiguration, { service: 'My_Web' });
    expect(domain!.hostName).toBe('my-web.example.com');
  });
});

describe('a model that cannot be right is refused, naming the property and the remedy', () => {
  const container = (more: object) => ({ ...base, PrimaryContainer: { ...base.PrimaryContainer, ...more } });
  const externalTask = {
    InfrastructureRoleArn: base.InfrastructureRoleArn,
    TaskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/mine:3',
  };
  test.each<[string, object, string, RegExp]>([
    ['no image', { ...base, PrimaryContainer: undefined }, 'PrimaryContainer/Image', /missing/],
    [
      'own task definition and image',
      { ...externalTask, PrimaryContainer: { Image: 'a' } },
      'PrimaryContainer',
      /together/,
    ],
    ['own task definition and size', { ...externalTask, Cpu: '256' }, 'Cpu', /together/],
    [
      'a pair that Fargate does not have',
      { ...base, Cpu: '256', Memory: '4096' },
      'Memory',
      /one of 512, 1024, 2048/,
    ],
    [
      'a pair in the wrong step',
      { ...base, Cpu: '8192', Memory: '17408' },
      'Memory',
      /16384 to 61440 in steps of 4096/,
    ],
    ['an unknown size', { ...base, Cpu: '333' }, 'Cpu', /256, 512/],
    [
      'min above max',
      { ...base, ScalingTarget: { MinTaskCount: 5, MaxTaskCount: 2 } },
      'ScalingTarget/MinTaskCount',
      /MaxTaskCount, 2/,
    ],
    [
      'bake times that do not fit into an update',
      {
        ...base,
        DeploymentConfiguration: {
          BakeTimeInMinutes: 1440,
          CanaryConfiguration: { CanaryBakeTimeInMinutes: 541 },
        },
      },
      'DeploymentConfiguration/BakeTimeInMinutes',
      /BakeTimeInMinutes 1440 \+ CanaryBakeTimeInMinutes 541 = 1981 minutes\. .*Make the sum at most 1980/,
    ],
    ...(
      [
        ['CanaryConfiguration', 'CANARY', { Strategy: 'BLUE_GREEN', CanaryConfiguration: {} }],
        ['LinearConfiguration', 'LINEAR', { LinearConfiguration: { StepPercent: 20 } }],
        [
          'EarlySuccessCriteria',
          'ROLLING',
          {
            EarlySuccessCriteria: {
              Enable: true,
              HealthyPercent: 100,
              SourceServiceRevisionCleanup: 'BLOCKING',
            },
          },
        ],
      ] as const
    ).map(([property, strategy, DeploymentConfiguration]): [string, object, string, RegExp] => [
      `${property} with another strategy than ${strategy}`,
      { ...base, DeploymentConfiguration },
      `DeploymentConfiguration/${property}`,
      new RegExp(
        `is of the strategy ${strategy}; the strategy is \\w+\\. Remove it, or make Strategy ${strategy}`,
      ),
    ]),
    [
      'success before as many tasks are healthy as must be at any time',
      {
        ...base,
        DeploymentConfiguration: {
          Strategy: 'ROLLING',
          EarlySuccessCriteria: {
            Enable: true,
            HealthyPercent: 99,
            SourceServiceRevisionCleanup: 'BLOCKING',
          },
        },
      },
      'DeploymentConfiguration/EarlySuccessCriteria/HealthyPercent',
      /is 99, less than MinimumHealthyPercent, 100/,
    ],
    [
      'rolling deployments that have no room to replace a task',
      { ...base, DeploymentConfiguration: { Strategy: 'ROLLING', MaximumPercent: 100 } },
      'DeploymentConfiguration/MaximumPercent',
      /is 100, no more than MinimumHealthyPercent, 100, so that no task can be replaced/,
    ],
    [
      'steps that ECS would round',
      {
        ...base,
        DeploymentConfiguration: { Strategy: 'LINEAR', LinearConfiguration: { StepPercent: 33.33 } },
      },
      'DeploymentConfiguration/LinearConfiguration/StepPercent',
      /is 33.33, not a multiple of 0.1/,
    ],
    [
      'steps that do not fit into an update',
      {
        ...base,
        DeploymentConfiguration: {
          Strategy: 'LINEAR',
          LinearConfiguration: { StepPercent: 3, StepBakeTimeInMinutes: 60 },
          BakeTimeInMinutes: 1,
        },
      },
      'DeploymentConfiguration/LinearConfiguration/StepBakeTimeInMinutes',
      /BakeTimeInMinutes 1 \+ StepBakeTimeInMinutes after each of 33 steps 1980 = 1981 minutes/,
    ],
    [
      'no subnets in the list',
      { ...base, NetworkConfiguration: { Subnets: [] } },
      'NetworkConfiguration/Subnets',
      /default VPC/,
    ],
    [
      'a variable twice',
      container({
        Environment: [
          { Name: 'A', Value: '1' },
          { Name: 'A', Value: '2' },
        ],
      }),
      'PrimaryContainer/Environment/1/Name',
      /twice/,
    ],
    [
      'a variable that is also a secret',
      container({ Environment: [{ Name: 'A', Value: '1' }], Secrets: [{ Name: 'A', ValueFrom: 'x' }] }),
      'PrimaryContainer/Secrets',
      /A, as Environment/,
    ],
    [
      'a reserved tag key',
      { ...base, Tags: [{ Key: 'org-ecs-express:x', Value: '' }] },
      'Tags/0/Key',
      /reserved/,
    ],
    ['an aws: tag key', { ...base, Tags: [{ Key: 'AWS:x', Value: '' }] }, 'Tags/0/Key', /reserved/],
    [
      'a tag twice',
      {
        ...base,
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'a', Value: '' },
        ],
      },
      'Tags/1/Key',
      /twice/,
    ],
    [
      'a cluster in another Region',
      { ...base, Cluster: 'arn:aws:ecs:us-east-1:123456789012:cluster/x' },
      'Cluster',
      /eu-west-1/,
    ],
  ])('%s', (_name, model, propertyPath, message) => {
    expect(() => specify(model)).toThrow(
      expect.objectContaining({
        code: 'InvalidRequest',
        propertyPath,
        message: expect.stringMatching(message),
      }),
    );
  });

  test.each<[string, object, object, string, RegExp]>([
    ['no base domain and no own domain', {}, {}, 'DomainName', /set-type-configuration/],
    [
      'an own domain without its zone',
      { DomainName: 'a.test' },
      baseConfiguration,
      'HostedZoneId',
      /hosted zone of DomainName/,
    ],
    [
      'a base domain without its zone',
      {},
      { BaseDomain: 'example.com' },
      'HostedZoneId',
      /configuration of the type/,
    ],
    [
      'an image from elsewhere',
      {},
      { ...baseConfiguration, PermittedImageRegistries: ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/'] },
      'PrimaryContainer/Image',
      /permits/,
    ],
  ])('%s', (_name, model, configuration, propertyPath, message) => {
    expect(() => specify({ ...base, ...model }, configuration)).toThrow(
      expect.objectContaining({
        code: 'InvalidRequest',
        propertyPath,
        message: expect.stringMatching(message),
      }),
    );
  });

  test('a service name that makes no host name', () => {
    expect(() =>
      specify({ ...base, ServiceName: 'x'.repeat(64) }, baseConfiguration, { service: 'x'.repeat(64) }),
    ).toThrow(expect.objectContaining({ code: 'InvalidRequest', propertyPath: 'ServiceName' }));
  });
});
