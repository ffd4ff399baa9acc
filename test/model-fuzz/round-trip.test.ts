/**
 * What a template writes into a list is what READ answers: random lists of every shape that the schema has, through the
 * handlers and the local AWS.
 */
import { CloudWatchClient, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateSecurityGroupCommand, DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import fc, { type Arbitrary } from 'fast-check';
import type { Structure } from '../../local/service';
import type { PropertySchema } from '../../schema/resource-schema';
import { BASE_DOMAIN, createParameter } from '../support/account';
import { Driver } from '../support/driver';
import { INPUTS, nodeOf } from './schema';

/** Services, each with a list of every shape. */
const SERVICES = 4;
const SEED = 2026;

/** Paths of all lists in the properties that a template may set; `*` stands for any item. */
function listPaths(property: PropertySchema, path: string): string[] {
  const node = nodeOf(property);
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

/** Names that a member of a list may have too, so that whoever mistakes one for the other is found out. */
const NAMES = ['Weight', 'Protocol', 'Timeout', 'Base', 'Value', 'Name', 'PATH', 'a', 'constructor'];
const name = fc.constantFrom(...NAMES);
const text = fc.constantFrom('a', ' ', 'tcp', '0', 'Grüße', '"quoted" \\', 'Weight');
const optional = <Value>(value: Arbitrary<Value>) => fc.option(value, { nil: undefined });
const by =
  <Item extends object>(key: keyof Item) =>
  (item: Item) =>
    item[key];

/** An object without the members that are undefined. */
function members(record: Readonly<Record<string, Arbitrary<unknown>>>): Arbitrary<any> {
  return fc
    .record(record, { noNullPrototype: true })
    .map((made) => Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined)));
}

const listOf = (item: Arbitrary<any>, key: string, minLength = 0, maxLength = 4) =>
  fc.uniqueArray(item, { selector: by<any>(key), minLength, maxLength });

const VOLUMES = ['data', 'Weight', 'Protocol'];

const container = {
  Command: fc.array(text, { minLength: 1, maxLength: 4 }),
  EntryPoint: fc.array(text, { minLength: 1, maxLength: 3 }),
  Environment: listOf(members({ Name: name, Value: text }), 'Name', 1),
  Secrets: listOf(
    members({
      Name: fc.constantFrom('SECRET_A', 'SECRET_B', 'SECRET_C'),
      ValueFrom: fc.constantFrom('/app/db', 'arn:aws:ssm:us-east-1:123456789012:parameter/app/db'),
    }),
    'Name',
    1,
  ),
  MountPoints: listOf(
    members({
      SourceVolume: fc.constantFrom(...VOLUMES),
      ContainerPath: fc.constantFrom('/a', '/b', '/c'),
      ReadOnly: optional(fc.boolean()),
    }),
    'ContainerPath',
    1,
  ),
  HealthCheck: members({
    Command: fc.array(text, { maxLength: 3 }).map((more) => ['CMD', 'true', ...more]),
    Timeout: optional(fc.constantFrom(2, 5, 120)),
    Interval: optional(fc.constantFrom(5, 30, 300)),
    Retries: optional(fc.constantFrom(1, 3, 10)),
    StartPeriod: optional(fc.constantFrom(0, 300)),
  }),
};

const condition = fc.constantFrom('START', 'HEALTHY');
const dependsOn = (...names: string[]) =>
  listOf(
    members({ ContainerName: fc.constantFrom(...names), Condition: condition }),
    'ContainerName',
    1,
    names.length,
  );

const sidecar = (Name: string, DependsOn: Arbitrary<unknown>) =>
  members({
    Name: fc.constant(Name),
    Image: fc.constant('example/sidecar:1'),
    Essential: optional(fc.boolean()),
    DependsOn,
    PortMappings: listOf(
      members({
        ContainerPort: fc.integer({
          min: Name === 'Weight' ? 1000 : 2000,
          max: Name === 'Weight' ? 1004 : 2004,
        }),
        Protocol: optional(fc.constantFrom('tcp', 'udp')),
      }),
      'ContainerPort',
      1,
    ),
    ...container,
  });

interface Surroundings {
  readonly subnets: readonly string[];
  readonly groups: readonly string[];
}

const some = (items: readonly string[], minLength: number, maxLength = items.length) =>
  fc.shuffledSubarray([...items], { minLength, maxLength });

/** Values of all properties that hold a list. */
const properties = ({ subnets, groups }: Surroundings) =>
  members({
    PrimaryContainer: members({
      ...container,
      Image: fc.constant('example/hello:1'),
      DependsOn: dependsOn('Weight', 'Timeout'),
    }),
    SidecarContainers: fc.tuple(
      sidecar('Weight', fc.constant(undefined)),
      sidecar('Timeout', dependsOn('Weight')),
    ),
    Volumes: fc
      .tuple(
        ...VOLUMES.map((Name) =>
          members({
            Name: fc.constant(Name),
            EFSVolumeConfiguration: optional(
              members({
                FilesystemId: fc.constant('fs-12345678'),
                RootDirectory: optional(fc.constantFrom('/', '/data')),
                TransitEncryption: optional(fc.constantFrom('ENABLED', 'DISABLED')),
              }),
            ),
          }),
        ),
      )
      .map((volumes) => [...volumes]),
    NetworkConfiguration: members({
      // The load balancer is in all zones of the tasks.
      Subnets: some(subnets.slice(0, 2), 1),
      SecurityGroups: some(groups, 1),
    }),
    LoadBalancerConfiguration: members({
      Subnets: some(subnets.slice(2), 0).map((more) => [...more, ...subnets.slice(0, 2)]),
      AllowedCidrs: some(['10.0.0.0/8', '192.0.2.0/24', '2001:db8::/32', '198.51.100.7/32'], 1),
    }),
    ScalingTarget: members({
      MinTaskCount: fc.constant(1),
      MaxTaskCount: fc.constant(20),
      AdditionalMetrics: listOf(
        members({
          AutoScalingMetric: fc.constantFrom('AVERAGE_MEMORY', 'REQUEST_COUNT_PER_TARGET'),
          AutoScalingTargetValue: fc.integer({ min: 1, max: 100 }),
        }),
        'AutoScalingMetric',
        1,
      ),
      ScheduledActions: listOf(
        members({
          Name: fc.constantFrom('Weight', 'Protocol', 'Timeout', 'night and day'),
          Schedule: fc.constantFrom('cron(0 7 * * ? *)', 'rate(1 hour)', 'at(2030-01-01T00:00:00)'),
          Timezone: optional(fc.constantFrom('UTC', 'Europe/Berlin')),
          StartTime: optional(fc.constant('2030-01-01T00:00:00Z')),
          EndTime: optional(fc.constant('2031-01-01T00:00:00Z')),
          MinTaskCount: fc.integer({ min: 0, max: 3 }),
          MaxTaskCount: optional(fc.integer({ min: 4, max: 9 })),
        }).filter(({ Schedule, Timezone }) => Timezone === undefined || !Schedule.startsWith('rate')),
        'Name',
        1,
      ),
    }),
    CapacityProviderStrategy: fc.constantFrom('FARGATE', 'FARGATE_SPOT').chain((first) =>
      fc
        .tuple(
          members({
            CapacityProvider: fc.constant(first),
            Base: optional(fc.constantFrom(0, 1)),
            Weight: fc.constantFrom(1, 2, 1000),
          }),
          optional(
            members({
              CapacityProvider: fc.constant(first === 'FARGATE' ? 'FARGATE_SPOT' : 'FARGATE'),
              Weight: optional(fc.constantFrom(0, 1)),
            }),
          ),
        )
        .map((items) => items.filter((item) => item !== undefined)),
    ),
    DeploymentConfiguration: members({
      Alarms: members({ AlarmNames: some(['Weight', 'Protocol', 'Timeout'], 1) }),
    }),
    AdditionalDomains: listOf(
      members({ DomainName: fc.constantFrom('weight', 'protocol', 'timeout') }).map(({ DomainName }) => ({
        DomainName: `${DomainName}.${BASE_DOMAIN}`,
      })),
      'DomainName',
      1,
      2,
    ),
    PathPatterns: some(['/Weight', '/Protocol/*', '*.png'], 1, 2),
    Tags: listOf(members({ Key: name, Value: fc.constantFrom('', 'a', 'tcp') }), 'Key', 1),
  });

/** The lists at a path; those of containers in the order of the containers' names. */
function listsAt(value: any, [first, ...rest]: readonly string[]): unknown[] {
  if (value === undefined) return [];
  if (first === undefined) return [value];
  return first === '*'
    ? [...value].sort(byName).flatMap((item: any) => listsAt(item, rest))
    : listsAt(value[first], rest);
}

const byName = (a: Structure, b: Structure) => (a.Name < b.Name ? -1 : 1);

/** Sidecars, whose own lists have paths of their own, by their names; other lists as they are, or sorted. */
function comparable(path: string, list: any): unknown {
  const items = path === 'SidecarContainers' ? list.map(({ Name }: Structure) => Name) : list;
  const texts = items.map((item: unknown) => JSON.stringify(sorted(item)));
  return isOrdered(path) ? texts : texts.sort();
}

function sorted(value: any): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

let driver: Driver;
const written: Structure[] = [];
const read: Structure[] = [];

beforeAll(async () => {
  driver = await Driver.start();
  const options = driver.aws.clientOptions();
  const ec2 = new EC2Client(options);
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  const groups = await Promise.all(
    ['one', 'two'].map(async (GroupName) => {
      const { GroupId } = await ec2.send(
        new CreateSecurityGroupCommand({ GroupName, Description: GroupName, VpcId: Subnets[0]!.VpcId }),
      );
      return GroupId!;
    }),
  );
  await createParameter(driver.aws, '/app/db', 'value');
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
  written.push(...fc.sample(properties({ subnets, groups }), { seed: SEED, numRuns: SERVICES }));
  for (const model of written) {
    const { ServiceArn } = Driver.modelOf(await driver.create(driver.model(model)));
    read.push(Driver.modelOf(await driver.read(ServiceArn)));
    expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  }
}, 240_000);
afterAll(() => driver?.close());

test.each(LISTS)('%s reads as it was written', (path) => {
  const lists = (model: Structure) => listsAt(model, path.split('/')).map((list) => comparable(path, list));
  expect(written.flatMap(lists).length).toBeGreaterThan(0);
  expect(read.map(lists)).toEqual(written.map(lists));
});
