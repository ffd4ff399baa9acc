/** Drift detection of a service shows what was changed by hand, and nothing else. */
import { CloudWatchLogsClient, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import fc from 'fast-check';
import { createParameter } from '../support/account';
import { driftOf } from '../../local/cloudformation/engine/drift';
import type { StackResource } from '../../local/cloudformation/stack';
import type { Structure } from '../../local/service';
import { TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';

let driver: Driver;
beforeAll(async () => {
  driver = await Driver.start();
  await createParameter(driver.aws, '/s', 'value');
});
afterAll(() => driver.close());

/** Differences that drift detection finds between a template and a service. */
async function drift(template: Structure, serviceArn: string): Promise<string[]> {
  const type = driver.aws.registry.privateType(TYPE_NAME);
  // No stack tags are given: READ alone must know which tags are the resource's own.
  const resource = { properties: template, stackTags: {} } as StackResource;
  const live = Driver.modelOf(await driver.read(serviceArn));
  const { PropertyDifferences } = driftOf(type, resource, live);
  return PropertyDifferences.map(
    ({ PropertyPath, ExpectedValue, ActualValue }: Structure) =>
      `${PropertyPath}: ${ExpectedValue} → ${ActualValue}`,
  );
}

/** An object of which any members may be left out, but for those that are required. */
const some = <T extends object>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }, ...required: (keyof T)[]) =>
  fc.record(members, { requiredKeys: required });
const word = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
const list = <T extends object>(item: fc.Arbitrary<T>, key: keyof T) =>
  fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: (each) => each[key] });

const healthCheck = some(
  {
    Command: fc.constantFrom(['CMD', 'true'], ['CMD-SHELL', 'curl -f localhost']),
    Interval: fc.constantFrom(30, 10),
    Timeout: fc.constantFrom(5, 2),
    Retries: fc.constantFrom(3, 1),
    StartPeriod: fc.constantFrom(0, 60),
  },
  'Command',
);
const container = {
  Image: fc.constantFrom('example/a:1', 'example/b:2'),
  Command: fc.array(word, { minLength: 1, maxLength: 3 }),
  EntryPoint: fc.constant(['/entry']),
  Environment: list(fc.record({ Name: word, Value: fc.string() }), 'Name'),
  Secrets: list(
    fc.record({
      Name: fc.constantFrom('S1', 'S2'),
      ValueFrom: fc.constant('arn:aws:ssm:us-east-1:123456789012:parameter/s'),
    }),
    'Name',
  ),
  User: fc.constant('nobody'),
  ReadonlyRootFilesystem: fc.boolean(),
  StopTimeout: fc.integer({ min: 2, max: 120 }),
  HealthCheck: healthCheck,
  Cpu: fc.constantFrom(0, 64),
  Interactive: fc.boolean(),
  DockerLabels: fc.dictionary(word, word, { minKeys: 1, maxKeys: 2 }),
  Ulimits: fc.constant([
    { Name: 'nofile', SoftLimit: 1, HardLimit: 2 },
    { Name: 'core', SoftLimit: 0, HardLimit: 0 },
  ]),
  LinuxParameters: some({
    InitProcessEnabled: fc.boolean(),
    Capabilities: fc.constant({ Drop: ['NET_RAW', 'MKNOD'] }),
  }),
  RestartPolicy: some(
    {
      Enabled: fc.boolean(),
      IgnoredExitCodes: fc.constant([9, 10]),
      RestartAttemptPeriod: fc.constantFrom(60, 300),
    },
    'Enabled',
  ),
  MountPoints: list(
    some(
      {
        SourceVolume: fc.constant('data'),
        ContainerPath: fc.constantFrom('/data', '/other'),
        ReadOnly: fc.boolean(),
      },
      'SourceVolume',
      'ContainerPath',
    ),
    'ContainerPath',
  ),
};
const sidecar = some(
  {
    ...container,
    Name: fc.constantFrom('proxy', 'agent'),
    Essential: fc.boolean(),
    PortMappings: fc
      .integer({ min: 9000, max: 9999 })
      .chain((ContainerPort) =>
        some(
          { ContainerPort: fc.constant(ContainerPort), Protocol: fc.constantFrom('tcp', 'udp') },
          'ContainerPort',
        ),
      )
      .map((mapping) => [mapping]),
  },
  'Name',
  'Image',
);
const scheduledAction = some(
  {
    Name: word,
    Schedule: fc.constantFrom('cron(0 7 * * ? *)', 'rate(1 day)'),
    Timezone: fc.constantFrom('UTC', 'Europe/Berlin'),
    StartTime: fc.constant('2027-01-01T00:00:00Z'),
    MinTaskCount: fc.constantFrom(0, 2),
  },
  'Name',
  'Schedule',
  'MinTaskCount',
);
const scalingTarget = some({
  MinTaskCount: fc.constantFrom(1, 2),
  MaxTaskCount: fc.constantFrom(2, 20),
  AutoScalingMetric: fc.constantFrom('AVERAGE_CPU', 'REQUEST_COUNT_PER_TARGET'),
  AutoScalingTargetValue: fc.integer({ min: 1, max: 100 }),
  AdditionalMetrics: fc.constant([{ AutoScalingMetric: 'AVERAGE_MEMORY', AutoScalingTargetValue: 70 }]),
  ScaleInCooldown: fc.constantFrom(0, 300),
  ScheduledActions: list(scheduledAction, 'Name'),
});
const template = some(
  {
    PrimaryContainer: some({ ...container, ContainerPort: fc.integer({ min: 1, max: 8999 }) }, 'Image'),
    SidecarContainers: list(sidecar, 'Name'),
    Volumes: fc.constantFrom(
      [{ Name: 'data' }],
      [{ Name: 'data', EFSVolumeConfiguration: { FilesystemId: 'fs-12345678' } }],
      [
        {
          Name: 'data',
          EFSVolumeConfiguration: {
            FilesystemId: 'fs-12345678',
            RootDirectory: '/',
            TransitEncryption: 'ENABLED',
            AuthorizationConfig: { IAM: 'DISABLED' },
          },
        },
      ],
    ),
    Cpu: fc.constant('1024'),
    Memory: fc.constantFrom('2048', '4096'),
    CpuArchitecture: fc.constantFrom('X86_64', 'ARM64'),
    EphemeralStorage: fc.constant({ SizeInGiB: 42 }),
    LogRetentionInDays: fc.constantFrom(7, 30),
    LogGroupDeletionPolicy: fc.constantFrom('Delete', 'Retain'),
    HealthCheckPath: fc.constantFrom('/', '/health'),
    HealthCheckGracePeriodSeconds: fc.constantFrom(0, 300),
    PropagateTags: fc.constantFrom('SERVICE', 'NONE'),
    EnableECSManagedTags: fc.boolean(),
    ScalingTarget: scalingTarget,
    CapacityProviderStrategy: list(
      some(
        {
          CapacityProvider: fc.constantFrom('FARGATE', 'FARGATE_SPOT'),
          Base: fc.constant(0),
          Weight: fc.constantFrom(1, 2),
        },
        'CapacityProvider',
        'Weight',
      ),
      'CapacityProvider',
    ),
    PlatformVersion: fc.constantFrom('LATEST', '1.4.0'),
    EnableExecuteCommand: fc.constant(false),
    DeploymentConfiguration: some({
      CanaryConfiguration: some({
        CanaryPercent: fc.constantFrom(5, 12.5),
        CanaryBakeTimeInMinutes: fc.constant(0),
      }),
      BakeTimeInMinutes: fc.constantFrom(0, 3),
      RollbackAlarm: some({ Threshold: fc.constantFrom(1, 2.5), EvaluationPeriods: fc.constantFrom(3, 5) }),
    }),
    Tags: list(fc.record({ Key: word, Value: word }), 'Key'),
    LoadBalancerConfiguration: some({
      AllowedCidrs: fc.constantFrom(['0.0.0.0/0', '::/0'], ['192.0.2.0/24', '10.0.0.0/8']),
      HttpRedirect: fc.boolean(),
      IdleTimeoutSeconds: fc.constantFrom(60, 30),
    }),
    AdditionalLoadBalancers: fc.constantFrom(
      [{ Name: 'internal', HealthCheckPath: '/', LoadBalancerConfiguration: { IdleTimeoutSeconds: 30 } }],
      [
        {
          Name: 'internal',
          TargetGroupConfiguration: {},
          LoadBalancerConfiguration: { HttpRedirect: false },
        },
      ],
    ),
    TargetGroupConfiguration: some({
      HealthCheck: some({
        Matcher: fc.constantFrom('200', '200-299'),
        IntervalSeconds: fc.constantFrom(30, 10),
      }),
      DeregistrationDelaySeconds: fc.constantFrom(300, 30),
      StickinessDurationSeconds: fc.constant(3600),
      ProtocolVersion: fc.constantFrom('HTTP1', 'HTTP2'),
    }),
    PathPatterns: fc.constantFrom(['/b/*', '/a/*'], ['/*']),
    AdditionalDomains: fc
      .uuid()
      .map((id) => [{ DomainName: `x-${id}.apps.example.com` }, { DomainName: `a-${id}.apps.example.com` }]),
  },
  'PrimaryContainer',
  'Volumes',
);

test('a service as its template made it has not drifted, whatever the template spells out', async () => {
  const stackTags = fc.dictionary(fc.constantFrom('alpha', 'stack'), word);
  let services = 0;
  await fc.assert(
    fc.asyncProperty(template, stackTags, async (properties, tags) => {
      const model = driver.model({ ...properties, ServiceName: `generated-${++services}` });
      const { ServiceArn } = Driver.modelOf(await driver.create(model, { stackTags: tags }));
      expect(await drift(model, ServiceArn)).toEqual([]);
    }),
    { numRuns: 6, seed: 20261121, endOnFailure: true },
  );
});

test('what READ answers is a template that changes nothing', async () => {
  const [properties] = fc.sample(template, { numRuns: 1, seed: 1 });
  const model = driver.model({ ...properties, ServiceName: 'round-trip' });
  const read = Driver.modelOf(await driver.create(model));
  driver.aws.calls.clear();
  const inputs = driver.inputsOf(read);
  const outcome = await driver.update({ ...model, ServiceArn: read.ServiceArn }, inputs);
  // What the template spells out is recorded.
  const changes = driver.actions().filter((action) => !/:(Describe|Get|List)/.test(action));
  expect(changes.filter((action) => action !== 'ec2:CreateTags')).toEqual([]);
  expect(Driver.modelOf(outcome)).toMatchObject(inputs);
});

test('what was changed by hand has drifted', async () => {
  const model = driver.model({ ServiceName: 'drifting', LogRetentionInDays: 7 });
  const { ServiceArn, ECSManagedResourceArns } = Driver.modelOf(await driver.create(model));
  const [logGroup] = ECSManagedResourceArns.LogGroups;
  await new CloudWatchLogsClient(driver.aws.clientOptions()).send(
    new PutRetentionPolicyCommand({ logGroupName: logGroup.split(':log-group:')[1], retentionInDays: 30 }),
  );
  expect(await drift(model, ServiceArn)).toEqual(['/LogRetentionInDays: 7 → 30']);
});
