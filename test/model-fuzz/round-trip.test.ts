/**
 * What a template writes into a list is what READ answers: random lists of every shape that the schema has, through the
 * handlers and the local AWS.
 */
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateManagedPrefixListCommand,
  AllocateAddressCommand,
  CreateSecurityGroupCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import fc, { type Arbitrary } from 'fast-check';
import type { Structure } from '../../local/service';
import type { PropertySchema } from '../../schema/resource-schema';
import { checkModel, type ModelSchema } from '../../src/cloudformation/extension/model-check';
import { HandlerError } from '../../src/core/failure';
import { propertyAt } from '../../src/core/property';
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { PROPERTIES } from '../../src/express-service/properties/rows';
import { specificationOf } from '../../src/express-service/specification';
import {
  ACCOUNT_ID,
  BASE_DOMAIN,
  createEnvironmentFiles,
  createParameter,
  permitVolumes,
  REGION,
  TYPE_NAME,
} from '../support/account';
import { Driver } from '../support/driver';
import { expression, INPUTS, nodeOf, SCHEMA } from './schema';

/** Services, each with a list of every shape. */
const SERVICES = 4;
const SEED = 2026;

/** Paths of all lists in the properties that a template may set; `*` stands for any item. */
function listPaths(property: PropertySchema, path: string): string[] {
  const node = nodeOf(property);
  // Nobody reads it.
  if (SCHEMA.writeOnlyProperties?.includes(`/properties/${path}`)) return [];
  if (node.type === 'array') return [path, ...(node.items ? listPaths(node.items, `${path}/*`) : [])];
  return Object.entries(node.properties ?? {}).flatMap(([name, member]) =>
    listPaths(member, `${path}/${name}`),
  );
}
const LISTS = Object.entries(INPUTS).flatMap(([name, property]) => listPaths(property, name));

/** Whether the order of a list counts. */
function isOrdered(path: string): boolean {
  const [first, ...rest] = path.split('/');
  const list = rest.reduce<PropertySchema>(
    (node, name) => nodeOf(name === '*' ? node.items! : node.properties![name]!),
    nodeOf(INPUTS[first!]!),
  );
  return (list as { readonly insertionOrder?: boolean }).insertionOrder !== false;
}

/** What there is that lists may name. */
interface Surroundings {
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
  readonly prefixLists: readonly string[];
  /** Allocation ids of Elastic IP addresses. */
  readonly addresses: readonly string[];
  readonly hostedZoneId: string;
  readonly certificateArn: string;
}

/** Values of a property. */
type Values = (surroundings: Surroundings) => Arbitrary<unknown>;

const from =
  (...values: readonly unknown[]): Values =>
  () =>
    fc.constantFrom(...values);

/** Names of members that other lists have too, so that whoever mistakes one for the other is found out. */
const NAMES = ['Weight', 'Protocol', 'Timeout'] as const;
const CONTAINERS = ['Weight', 'Timeout'] as const;

/** Texts of properties that the schema says nothing more of. */
const TEXTS = ['a', ' ', 'tcp', '0', 'Grüße', '"quoted" \\', 'constructor', '/a', '/b', ...NAMES];

/**
 * Values that the provider or AWS judges by more than the schema, by the end of the path. Whatever is not here has the values
 * that the schema allows.
 */
const VALUES: Readonly<Record<string, Values>> = {
  'PrimaryContainer/Image': from('example/hello:1'),
  'SidecarContainers/*/Image': from('example/sidecar:1'),
  'SidecarContainers/*/Name': from(...CONTAINERS),
  'HealthCheck/Command': () => fc.array(text, { maxLength: 3 }).map((more) => ['CMD', 'true', ...more]),
  'Secrets/*/Name': from('SECRET_A', 'SECRET_B', 'SECRET_C'),
  'Secrets/*/ValueFrom': from('/app/db', 'arn:aws:ssm:us-east-1:123456789012:parameter/app/db'),
  CredentialsParameter: from('arn:aws:secretsmanager:us-east-1:123456789012:secret:registry-AbCdEf'),
  // Each port and each name of one is there once in a task.
  'PortMappings/*/ContainerPort': () => fc.integer({ min: 81, max: 65_535 }),
  'PortMappings/*/Name': () => fc.stringMatching(/^[a-z]{12}$/),
  'EnvironmentFiles/*/Value': from('arn:aws:s3:::my-bucket/a.env', 'arn:aws:s3:::my-bucket/b/c.env'),
  'Ulimits/*/SoftLimit': from(0, 1_024),
  'Ulimits/*/HardLimit': from(-1, 1_024, 65_536),
  'SystemControls/*/Namespace': from('net.core.somaxconn', 'net.ipv4.tcp_keepalive_time', 'kernel.msgmax'),
  'Tmpfs/*/ContainerPath': from('/memory', '/memory/b'),
  'SidecarContainers/*/Memory': from(64, 128),
  'SidecarContainers/*/MemoryReservation': from(6, 32),
  'DependsOn/*/ContainerName': from(...CONTAINERS),
  'DependsOn/*/Condition': from('START', 'HEALTHY'),
  'MountPoints/*/SourceVolume': from(...NAMES),
  'MountPoints/*/ContainerPath': from('/a', '/b', '/c'),
  'Volumes/*': (surroundings) => fc.constantFrom(...NAMES).chain((name) => volume(name, surroundings)),
  'Monitoring/MetricConfigurations': from(
    [{ MetricNames: ['CPUUtilization', 'MemoryUtilization'], ResolutionSeconds: 20 }],
    [
      { MetricNames: ['CPUUtilization'], ResolutionSeconds: 60 },
      { MetricNames: ['MemoryUtilization'], ResolutionSeconds: 20 },
    ],
  ),
  // The load balancer is in all zones of the tasks.
  'NetworkConfiguration/Subnets': ({ subnets }) => some(subnets.slice(0, 2)),
  'LoadBalancerConfiguration/Subnets': ({ subnets }) =>
    some(subnets.slice(2), 0).map((more) => [...more, ...subnets.slice(0, 2)]),
  'NetworkConfiguration/SecurityGroups': ({ groups }) => some(groups),
  // See behindNetworkLoadBalancer.
  'LoadBalancerConfiguration/AllocationIds': () => fc.constant(undefined),
  // See withVersions.
  Traffic: () => fc.constant(undefined),
  // Its list is of endpoints alone.
  ServiceConnectConfiguration: ({ groups }) =>
    some(groups, 0).map((AllowedSecurityGroups) => ({ ClientAlias: { Port: 8080 }, AllowedSecurityGroups })),
  AllowedPrefixListIds: ({ prefixLists }) => some(prefixLists),
  TaskPolicyArns: () =>
    some(
      ['AmazonS3ReadOnlyAccess', 'AmazonSQSReadOnlyAccess'].map((name) => `arn:aws:iam::aws:policy/${name}`),
    ),
  AllowedCidrs: () => some(['10.0.0.0/8', '192.0.2.0/24', '2001:db8::/32', '198.51.100.7/32']),
  'AdditionalMetrics/*': from(
    { AutoScalingMetric: 'AVERAGE_MEMORY', AutoScalingTargetValue: 70 },
    { AutoScalingMetric: 'REQUEST_COUNT_PER_TARGET', AutoScalingTargetValue: 1000 },
    { AutoScalingMetric: 'SQS_BACKLOG_PER_TASK', AutoScalingTargetValue: 10, QueueName: 'orders.fifo' },
  ),
  'ScheduledActions/*/Schedule': from('cron(0 7 * * ? *)', 'at(2030-01-01T00:00:00)'),
  'ScheduledActions/*/Timezone': from('UTC', 'Europe/Berlin'),
  'ScheduledActions/*/StartTime': from('2030-01-01T00:00:00Z'),
  'ScheduledActions/*/EndTime': from('2031-01-01T00:00:00Z'),
  'ScheduledActions/*/MinTaskCount': from(0, 1, 3),
  'ScheduledActions/*/MaxTaskCount': from(4, 9),
  'CapacityProviderStrategy/*/Base': from(0, 1),
  // A first deployment does not come to this stage, so that no function has to be there, and nobody who goes on.
  'LifecycleHooks/*': () => fc.oneof(hook({ TargetType: 'PAUSE' }), hook(FUNCTION, HOOK_DETAILS)),
  AlarmNames: () => some(NAMES),
  'AdditionalDomains/*/DomainName': from(...NAMES.map((name) => `${name.toLowerCase()}.${BASE_DOMAIN}`)),
  'AdditionalDomains/*/HostedZoneId': ({ hostedZoneId }) => fc.constant(hostedZoneId),
  'AdditionalDomains/*/CertificateArn': ({ certificateArn }) => fc.constant(certificateArn),
  PathPatterns: () => some(['/Weight', '/Protocol/*', '*.png']),
  'AdditionalLoadBalancers/*': additionalLoadBalancer,
  'Tags/*/Key': from(...NAMES, 'constructor'),
};

const FUNCTION = {
  TargetType: 'AWS_LAMBDA',
  HookTargetArn: 'arn:aws:lambda:us-east-1:123456789012:function:check',
  RoleArn: 'arn:aws:iam::123456789012:role/infrastructure',
};
const HOOK_DETAILS = fc.dictionary(fc.constantFrom('a.b', 'Weight'), fc.constantFrom('a', '"b"'), {
  minKeys: 1,
});

const FILE_SYSTEM = { FilesystemId: 'fs-12345678' };
const FILE_SYSTEMS: readonly Structure[] = [
  FILE_SYSTEM,
  { ...FILE_SYSTEM, RootDirectory: '/a', TransitEncryption: 'DISABLED' },
  { ...FILE_SYSTEM, TransitEncryptionPort: 2999 },
  { ...FILE_SYSTEM, AuthorizationConfig: { AccessPointId: 'fsap-12345678', IAM: 'ENABLED' } },
];

/** A volume; that of one name is the one that is made for each task. */
function volume(name: (typeof NAMES)[number], surroundings: Surroundings): Arbitrary<Structure> {
  const { properties = {} } = nodeOf(nodeOf(INPUTS.Volumes!).items!);
  const at = (property: PropertySchema, path: string) =>
    valuesAt(property, `Volumes/*/${path}`, surroundings);
  const { TagSpecifications } = nodeOf(properties.ManagedEBSVolume!).properties!;
  const sources: Record<string, Arbitrary<unknown>> = name === 'Weight'
    ? {
        ManagedEBSVolume: fc.record({
          SizeInGiB: fc.constantFrom(1, 16_384),
          TagSpecifications: at(TagSpecifications!, 'ManagedEBSVolume/TagSpecifications'),
        }),
      }
    : { EFSVolumeConfiguration: fc.constantFrom(...FILE_SYSTEMS) };
  const members: Record<string, Arbitrary<unknown>> = { Name: fc.constant(name), ...sources };
  const requiredKeys = name === 'Weight' ? Object.keys(members) : ['Name'];
  return fc.record(members, { requiredKeys, noNullPrototype: true });
}

/** A load balancer beside the first one, with anything else that it may have. */
function additionalLoadBalancer(surroundings: Surroundings): Arbitrary<Structure> {
  const { hostedZoneId, certificateArn } = surroundings;
  const values = (path: string) => VALUES[path]!(surroundings);
  const loadBalancer = fc.record(
    {
      Type: fc.constant('application'),
      IpAddressType: fc.constant('ipv4'),
      Subnets: values('LoadBalancerConfiguration/Subnets'),
      AllowedCidrs: values('AllowedCidrs'),
      AllowedPrefixListIds: values('AllowedPrefixListIds'),
      HttpRedirect: fc.boolean(),
      IdleTimeoutSeconds: fc.constantFrom(60, 120),
    },
    { requiredKeys: ['Subnets', 'AllowedCidrs', 'AllowedPrefixListIds'], noNullPrototype: true },
  );
  const members: Record<string, Arbitrary<unknown>> = {
    Name: fc.constantFrom('weight', 'protocol'),
    ContainerPort: fc.constant(80),
    LoadBalancerConfiguration: loadBalancer,
    TargetGroupConfiguration: fc.constantFrom(
      {},
      { HealthCheck: {} },
      { HealthCheck: { Matcher: '200' }, DeregistrationDelaySeconds: 300 },
      { HealthCheck: { IntervalSeconds: 10 }, StickinessDurationSeconds: 60 },
    ),
    HealthCheckPath: fc.constantFrom('/', '/health'),
    DomainName: fc.constant(`additional.${BASE_DOMAIN}`),
    HostedZoneId: fc.constant(hostedZoneId),
    CertificateArn: fc.constant(certificateArn),
    PathPatterns: values('PathPatterns'),
  };
  const requiredKeys = ['Name', 'LoadBalancerConfiguration', 'PathPatterns'];
  return fc.record(members, { requiredKeys, noNullPrototype: true });
}

/** A lifecycle hook of a type, with anything else that it may have. */
function hook(of: Structure, details?: Arbitrary<Structure>): Arbitrary<Structure> {
  const TimeoutConfiguration = fc.record(
    { TimeoutInMinutes: fc.constantFrom(1, 60, 720), Action: fc.constantFrom('ROLLBACK', 'CONTINUE') },
    { requiredKeys: ['TimeoutInMinutes'], noNullPrototype: true },
  );
  const members = { TimeoutConfiguration, ...(details && { HookDetails: details }) };
  return fc
    .record(members as Record<string, Arbitrary<Structure>>, { requiredKeys: [], noNullPrototype: true })
    .map((more) => ({ ...of, LifecycleStages: ['RECONCILE_SERVICE'], ...more }));
}

/** Items of lists that others name all of. */
const LENGTHS: Readonly<Record<string, number>> = {
  Volumes: NAMES.length,
  SidecarContainers: CONTAINERS.length,
  // With a host name and two paths there are five values at most.
  AdditionalDomains: 1,
  // With the security groups that the tasks are given they have as many as a network interface takes.
  AdditionalLoadBalancers: 1,
  PathPatterns: 2,
};

const text = fc.constantFrom(...TEXTS);
const some = (values: readonly string[], minLength = 1) => fc.shuffledSubarray([...values], { minLength });

/** Values of a property at a path: those of {@link VALUES}, else those that the schema allows. */
function valuesAt(property: PropertySchema, path: string, surroundings: Surroundings): Arbitrary<unknown> {
  const end = Object.keys(VALUES).find((key) => path === key || path.endsWith(`/${key}`));
  if (end !== undefined) return VALUES[end]!(surroundings);
  const node = nodeOf(property);
  if (node.enum) return fc.constantFrom(...node.enum);
  return BY_TYPE[node.type ?? 'object']!(node, path, surroundings);
}

const integers = ({ minimum = 0, maximum = minimum + 100, default: usual }: PropertySchema) =>
  fc.constantFrom(
    minimum,
    maximum,
    Math.floor((minimum + maximum) / 2),
    ...(usual === undefined ? [] : [usual]),
  );

const BY_TYPE: Readonly<
  Record<string, (node: PropertySchema, path: string, surroundings: Surroundings) => Arbitrary<unknown>>
> = {
  boolean: () => fc.boolean(),
  integer: integers,
  number: integers,
  string({ minLength = 0, maxLength = Infinity, pattern }) {
    const fits = (value: string) => value.length >= minLength && value.length <= maxLength;
    const words = TEXTS.filter((word) => fits(word) && (!pattern || expression(pattern).test(word)));
    return words.length > 0
      ? fc.constantFrom(...words)
      : fc.stringMatching(expression(pattern!)).filter(fits);
  },
  array({ items, minItems = 1 }, path, surroundings) {
    const { key, repeats } = propertyAt(PROPERTIES, path)!;
    const length = LENGTHS[path] ?? Math.max(minItems, 1);
    return fc.uniqueArray(valuesAt(items!, `${path}/*`, surroundings), {
      minLength: length,
      // What lists spell out has to find room in the record of the template.
      maxLength: path in LENGTHS ? length : length + 1,
      selector: (item: any) => (key === undefined || repeats ? JSON.stringify(item) : item[key]),
    });
  },
  /** Of a group what leads to a list, of an item all that may be in it. */
  object({ properties = {}, patternProperties, required = [] }, path, surroundings) {
    if (patternProperties)
      return fc.dictionary(fc.constantFrom('a.b', ...NAMES), text, { minKeys: 1, maxKeys: 3 });
    const isItem = path.includes('*');
    const members = Object.entries(properties)
      .map(([name, property]) => [name, property, `${path}/${name}`] as const)
      .filter(
        ([name, property, at]) => isItem || required.includes(name) || listPaths(property, at).length > 0,
      );
    return fc.record(
      Object.fromEntries(members.map(([name, property, at]) => [name, valuesAt(property, at, surroundings)])),
      {
        requiredKeys: members.flatMap(([name, property, at]) =>
          required.includes(name) || listPaths(property, at).length > 0 ? [name] : [],
        ),
        noNullPrototype: true,
      },
    );
  },
};

/** Models with a list of every shape that the schema has, as far as the provider takes them. */
function models(surroundings: Surroundings, base: Structure): Arbitrary<Structure> {
  const withLists = Object.entries(INPUTS).filter(([name, property]) => listPaths(property, name).length > 0);
  return fc
    .record(
      Object.fromEntries(withLists.map(([name, property]) => [name, valuesAt(property, name, surroundings)])),
      { noNullPrototype: true },
    )
    .map(withoutCircles)
    .filter(acceptedWith(base));
}

/** A Network Load Balancer has a list that no other has, and few of those that the others have. */
function behindNetworkLoadBalancer({ subnets, addresses }: Surroundings): Arbitrary<Structure> {
  const network = (AllocationIds: readonly string[]) => ({
    LoadBalancerConfiguration: {
      Type: 'network',
      Scheme: 'internet-facing',
      Subnets: subnets.slice(0, 2),
      AllocationIds,
    },
  });
  return fc.shuffledSubarray([...addresses], { minLength: 4 }).map((all) => ({
    ...network(all.slice(0, 2)),
    AdditionalLoadBalancers: [{ Name: 'weight', ...network(all.slice(2)) }],
    NetworkConfiguration: { Subnets: subnets.slice(0, 2) },
  }));
}

/** A list of versions is there with one strategy alone, which refuses some other lists. */
function withVersions(): Arbitrary<Structure> {
  return fc.integer({ min: 1, max: 999 }).map((Weight) => ({
    Version: 'v1',
    Traffic: [{ Version: 'v1', Weight }],
    DeploymentConfiguration: { Strategy: 'VERSIONED' },
  }));
}

/** Models that the provider refuses before one is accepted; more would mean that it refuses all of them. */
const MOST_REFUSED = 20_000;

/** @throws Error with the last refusal, when the provider accepts none. */
function acceptedWith(base: Structure): (model: Structure) => boolean {
  let refused = 0;
  return (model) => {
    const refusal = refusalOf({ ...base, ...model });
    refused = refusal ? refused + 1 : 0;
    if (refused > MOST_REFUSED) throw new Error(`no model is accepted: ${refusal!.message}`);
    return !refusal;
  };
}

/** Without what makes containers wait for each other, which values at random nearly always do. */
function withoutCircles({ SidecarContainers, ...model }: Structure): Structure {
  const [first, ...others] = SidecarContainers;
  const dependsOnFirst = [{ ContainerName: first.Name, Condition: 'START' }];
  return {
    ...model,
    SidecarContainers: [
      { ...first, DependsOn: undefined },
      ...others.map((sidecar: Structure) => ({ ...sidecar, DependsOn: dependsOnFirst })),
    ].map((sidecar) => JSON.parse(JSON.stringify(sidecar))),
  };
}

function refusalOf(model: Structure): HandlerError | undefined {
  try {
    checkModel(SCHEMA as ModelSchema, model);
    specificationOf({
      model: model as ResourceModel,
      configuration: { BaseDomain: BASE_DOMAIN, HostedZoneId: 'Z0' } as TypeConfigurationModel,
      identity: identityOf({ partition: 'aws', region: REGION, accountId: ACCOUNT_ID }, 'default', 'web'),
      tags: {},
    });
    return undefined;
  } catch (error) {
    if (error instanceof HandlerError) return error;
    throw error;
  }
}

/** The lists at a path; those of items in the order of the items' keys. */
function listsAt(value: any, [first, ...rest]: readonly string[]): unknown[] {
  if (value === undefined) return [];
  if (first === undefined) return [value];
  return first === '*'
    ? [...value].sort(byKey).flatMap((item: any) => listsAt(item, rest))
    : listsAt(value[first], rest);
}

const keyOf = ({ Name, ContainerPath }: Structure) => Name ?? ContainerPath;
const byKey = (a: Structure, b: Structure) => (keyOf(a) < keyOf(b) ? -1 : 1);

/** A value with its members in one order, and the items of lists that have no order in one too. */
function comparable(path: string, value: any): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => comparable(`${path}/*`, item));
    return isOrdered(path) ? items : items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [
    name,
    comparable(`${path}/${name}`, member),
  ]);
  return Object.fromEntries(members.sort(([a], [b]) => (a! < b! ? -1 : 1)));
}

let driver: Driver;
const written: Structure[] = [];
const read: Structure[] = [];

beforeAll(async () => {
  driver = await Driver.start();
  const options = driver.aws.clientOptions();
  const ec2 = new EC2Client(options);
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const prefixLists = await Promise.all(
    ['one', 'two'].map(async (PrefixListName) => {
      const { PrefixList } = await ec2.send(
        new CreateManagedPrefixListCommand({ PrefixListName, AddressFamily: 'IPv4', MaxEntries: 2 }),
      );
      return PrefixList!.PrefixListId!;
    }),
  );
  const groups = await Promise.all(
    ['one', 'two'].map(async (GroupName) => {
      const { GroupId } = await ec2.send(
        new CreateSecurityGroupCommand({ GroupName, Description: GroupName, VpcId: Subnets[0]!.VpcId }),
      );
      return GroupId!;
    }),
  );
  await createParameter(driver.aws, '/app/db', 'value');
  await permitVolumes(driver.aws, 'infrastructure');
  await createEnvironmentFiles(driver.aws, 'my-bucket', ['a.env', 'b/c.env']);
  await Promise.all(
    ['Weight', 'Protocol', 'Timeout'].map((AlarmName) =>
      new CloudWatchClient(options).send(
        new PutMetricAlarmCommand({
          AlarmName,
          Namespace: 'test',
          MetricName: 'errors',
          Statistic: 'Sum',
          Period: 60,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanThreshold',
        }),
      ),
    ),
  );
  const subnets = Subnets.map(({ SubnetId }) => SubnetId!).slice(0, 4);
  const { HostedZoneId: hostedZoneId, CertificateArn: certificateArn } =
    driver.aws.registry.typeConfiguration(TYPE_NAME)!;
  const addresses = await Promise.all(
    ['one', 'two', 'three', 'four'].map(
      async () => (await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }))).AllocationId!,
    ),
  );
  const surroundings = { subnets, groups, prefixLists, addresses, hostedZoneId, certificateArn };
  written.push(...fc.sample(models(surroundings, driver.model({})), { seed: SEED, numRuns: SERVICES }));
  written.push(...fc.sample(behindNetworkLoadBalancer(surroundings), { seed: SEED, numRuns: 1 }));
  written.push(...fc.sample(withVersions(), { seed: SEED, numRuns: 1 }));
  for (const model of written) {
    const { ServiceArn } = Driver.modelOf(await driver.create(driver.model(model)));
    read.push(Driver.modelOf(await driver.read(ServiceArn)));
    expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  }
}, 240_000);
afterAll(() => driver?.close());

test.each(LISTS)('%s reads as it was written', (path) => {
  const lists = (model: Structure) => listsAt(model, path.split('/')).map((list) => comparable(path, list));
  const writing = written.flatMap((model, index) => (lists(model).length > 0 ? [index] : []));
  expect(writing).not.toEqual([]);
  expect(writing.map((index) => lists(read[index]!))).toEqual(writing.map((index) => lists(written[index]!)));
});
