/** The load balancer of a service: what a template may say of a shared one, end to end. */
import {
  CreateManagedPrefixListCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { requestHost } from '../../local/http-request';
import { SOURCE_IP_HEADER } from '../../local/load-balancer/client-request';
import type { Structure } from '../../local/service';
import { giveIpv6Blocks, makePrivateSubnets, TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';
import { changes, testProperties } from './life-of-a-property';

let driver: Driver;
let hostedZoneId: string;
let ec2: EC2Client;
let elb: ElasticLoadBalancingV2Client;
let ecs: ECSClient;
let route53: Route53Client;
/** Of the default VPC and of the same two zones: for load balancers, and for tasks without a way to the internet. */
const publicSubnets: string[] = [];
const privateSubnets: string[] = [];
/** All that are public. */
let defaultSubnets: string[];
let beginning: string[];
/** A prefix list of the account. */
let offices: string;

beforeAll(async () => {
  driver = await Driver.start();
  ec2 = new EC2Client(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  ecs = new ECSClient(driver.aws.clientOptions());
  route53 = new Route53Client(driver.aws.clientOptions());
  hostedZoneId = driver.aws.registry.typeConfiguration(TYPE_NAME)!.HostedZoneId;
  const s3 = new S3Client({ ...driver.aws.clientOptions(), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'requests' }));
  s3.destroy();
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  defaultSubnets = Subnets.map(({ SubnetId }) => SubnetId!).sort();
  privateSubnets.push(...(await makePrivateSubnets(driver.aws)).privateSubnetIds);
  privateSubnets.sort();
  const { Subnets: made = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: privateSubnets }));
  const zones = made.map(({ AvailabilityZone }) => AvailabilityZone);
  publicSubnets.push(
    ...Subnets.filter(({ AvailabilityZone }) => zones.includes(AvailabilityZone)).map(
      ({ SubnetId }) => SubnetId!,
    ),
  );
  publicSubnets.sort();
  await giveIpv6Blocks(driver.aws, defaultSubnets);
  const { PrefixList } = await ec2.send(
    new CreateManagedPrefixListCommand({
      PrefixListName: 'offices',
      AddressFamily: 'IPv4',
      MaxEntries: 30,
      Entries: [{ Cidr: '198.51.100.0/24' }],
    }),
  );
  offices = PrefixList!.PrefixListId!;
  beginning = await driver.inventory();
});
afterEach(async () => {
  // Of a test that has failed.
  await driver.delete('arn:aws:ecs:us-east-1:123456789012:service/default/hello');
  expect(await driver.inventory()).toEqual(beginning);
});
afterAll(async () => {
  ec2.destroy();
  elb.destroy();
  ecs.destroy();
  route53.destroy();
  await driver.close();
});

/** Records of a host that lead to load balancers, as `A name`. */
async function aliasesOf(host: string): Promise<string[]> {
  const { ResourceRecordSets = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: hostedZoneId }),
  );
  return ResourceRecordSets.filter(({ Name, AliasTarget }) => Name === `${host}.` && AliasTarget).map(
    ({ Type, AliasTarget }) => `${Type} ${AliasTarget!.DNSName}`,
  );
}

/** The load balancer that a service is reached through, its attributes and the rules that let clients in. */
async function loadBalancerOf(serviceName: string): Promise<Structure> {
  const model = Driver.modelOf(
    await driver.read(`arn:aws:ecs:us-east-1:123456789012:service/default/${serviceName}`),
  );
  const { LoadBalancerArn } = model.ECSManagedResourceArns.IngressPath;
  const { LoadBalancers } = await elb.send(
    new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }),
  );
  const [loadBalancer] = LoadBalancers!;
  const { Attributes = [] } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
  const { SecurityGroups } = await ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds: loadBalancer!.SecurityGroups }),
  );
  const [group] = SecurityGroups!;
  return {
    scheme: loadBalancer!.Scheme,
    ipAddressType: loadBalancer!.IpAddressType,
    records: (await aliasesOf(model.DomainName)).map((alias) =>
      alias.replace(loadBalancer!.DNSName!, 'to the load balancer'),
    ),
    subnets: loadBalancer!.AvailabilityZones!.map(({ SubnetId }) => SubnetId!).sort(),
    ingress: group!
      .IpPermissions!.flatMap(({ FromPort, IpRanges = [], Ipv6Ranges = [], PrefixListIds = [] }) =>
        [
          ...IpRanges.map(({ CidrIp }) => CidrIp),
          ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6),
          ...PrefixListIds.map(({ PrefixListId }) => PrefixListId),
        ].map((source) => `${FromPort} from ${source}`),
      )
      .sort(),
    ...Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value])),
  };
}

const both = ['A to the load balancer', 'AAAA to the load balancer'];
const everybody = ['443 from 0.0.0.0/0', '443 from ::/0', '80 from 0.0.0.0/0', '80 from ::/0'];
const noLogs = { 'access_logs.s3.enabled': 'false', 'access_logs.s3.bucket': '' };

describe('a shared load balancer', () => {
  testProperties(
    () => driver,
    [
      [
        'is as LoadBalancerConfiguration says, with private tasks behind it',
        {
          get set() {
            return {
              NetworkConfiguration: { Subnets: privateSubnets },
              LoadBalancerConfiguration: {
                Scheme: 'internet-facing',
                Subnets: publicSubnets,
                AllowedCidrs: ['10.0.0.0/8', '192.0.2.0/24', '2001:db8::/32'],
                AllowedPrefixListIds: [offices],
                HttpRedirect: false,
                IdleTimeoutSeconds: 120,
                AccessLogs: { Bucket: 'requests', Prefix: 'web' },
              },
            };
          },
          get held() {
            return {
              scheme: 'internet-facing',
              subnets: publicSubnets,
              ingress: [
                '443 from 10.0.0.0/8',
                '443 from 192.0.2.0/24',
                '443 from 2001:db8::/32',
                `443 from ${offices}`,
              ],
              'idle_timeout.timeout_seconds': '120',
              'access_logs.s3.enabled': 'true',
              'access_logs.s3.bucket': 'requests',
              'access_logs.s3.prefix': 'web',
            };
          },
          get changed() {
            return {
              LoadBalancerConfiguration: {
                Scheme: 'internal',
                Subnets: privateSubnets,
                AllowedPrefixListIds: [offices],
                HttpRedirect: true,
                IdleTimeoutSeconds: 60,
              },
            };
          },
          get changedRead() {
            return {
              LoadBalancerConfiguration: {
                AllowedCidrs: undefined,
                AllowedPrefixListIds: [offices],
                HttpRedirect: true,
              },
            };
          },
          get changedHeld() {
            return {
              scheme: 'internal',
              subnets: privateSubnets,
              ingress: [`443 from ${offices}`, `80 from ${offices}`],
              'idle_timeout.timeout_seconds': '60',
              ...noLogs,
            };
          },
          get defaultHeld() {
            return {
              scheme: 'internet-facing',
              subnets: defaultSubnets,
              ingress: ['443 from 0.0.0.0/0', '443 from ::/0', '80 from 0.0.0.0/0', '80 from ::/0'],
              'idle_timeout.timeout_seconds': '60',
              ...noLogs,
            };
          },
          get defaultRead() {
            return {
              LoadBalancerConfiguration: {
                Scheme: 'internet-facing',
                // Whoever names none follows the default VPC.
                Subnets: undefined,
                AllowedCidrs: ['0.0.0.0/0', '::/0'],
                AllowedPrefixListIds: undefined,
                HttpRedirect: true,
                IdleTimeoutSeconds: undefined,
                AccessLogs: undefined,
              },
            };
          },
        },
      ],
      [
        'has the addresses of its IpAddressType, and hosts have their records',
        {
          set: { LoadBalancerConfiguration: { IpAddressType: 'dualstack' } },
          held: { ipAddressType: 'dualstack', records: both, ingress: everybody },
          changed: {
            LoadBalancerConfiguration: {
              IpAddressType: 'dualstack-without-public-ipv4',
              AllowedCidrs: ['2001:db8::/32'],
            },
          },
          changedHeld: {
            ipAddressType: 'dualstack-without-public-ipv4',
            records: both,
            ingress: ['443 from 2001:db8::/32', '80 from 2001:db8::/32'],
          },
          defaultHeld: { ipAddressType: 'ipv4', records: ['A to the load balancer'], ingress: everybody },
          defaultRead: { LoadBalancerConfiguration: { IpAddressType: 'ipv4' } },
        },
      ],
    ],
    loadBalancerOf,
  );
});

describe('with IPv6 addresses', () => {
  const dualstack = { LoadBalancerConfiguration: { IpAddressType: 'dualstack' } };
  const recordsIn = ({ ManagedResources }: Structure) =>
    ManagedResources.filter(({ ResourceType }: Structure) => ResourceType === 'AWS::Route53::RecordSet');

  test('each host has two records, and READ tells which of them somebody has deleted', async () => {
    const template = driver.model({
      ...dualstack,
      AdditionalDomains: [{ DomainName: 'www.apps.example.com' }],
    });
    const model = Driver.modelOf(await driver.create(template));
    expect(recordsIn(model)).toHaveLength(4);
    const host = model.DomainName;
    const { LoadBalancerDnsName: DNSName, LoadBalancerCanonicalHostedZoneId: HostedZoneId } = model;
    const AliasTarget = { DNSName, HostedZoneId, EvaluateTargetHealth: false };
    const ResourceRecordSet = { Name: host, Type: 'AAAA' as const, AliasTarget };
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: hostedZoneId,
        ChangeBatch: { Changes: [{ Action: 'DELETE', ResourceRecordSet }] },
      }),
    );
    const read = Driver.modelOf(await driver.read(model.ServiceArn));
    expect(recordsIn(read).map(({ Status }: Structure) => Status)).toContain('DELETED');
    Driver.modelOf(await driver.update({ ...template, ServiceArn: model.ServiceArn }, template));
    expect(await aliasesOf(host)).toEqual([`A ${DNSName}`, `AAAA ${DNSName}`]);
    expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);
  });

  test('hosts that two services exchange have the records of who has them', async () => {
    const [one, two] = ['one', 'two'].map((name) => `${name}.apps.example.com`);
    const template = (ServiceName: string, DomainName: string, properties: Structure = {}) =>
      driver.model({ ServiceName, DomainName, ...properties });
    const made = async (properties: Structure) => {
      const { ServiceArn } = Driver.modelOf(await driver.create(properties));
      return { ...properties, ServiceArn };
    };
    const usual = await made(template('usual', one!));
    const both = await made(template('both', two!, dualstack));
    const [nowUsual, nowBoth] = await Promise.all([
      driver.update(usual, template('usual', two!)),
      driver.update(both, template('both', one!, dualstack)),
    ]);
    const nameOf = (outcome: Structure) => Driver.modelOf(outcome as never).LoadBalancerDnsName;
    expect(await aliasesOf(two!)).toEqual([`A ${nameOf(nowUsual)}`]);
    expect(await aliasesOf(one!)).toEqual([`A ${nameOf(nowBoth)}`, `AAAA ${nameOf(nowBoth)}`]);
    for (const { ServiceArn } of [usual, both]) {
      expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    }
  });

  test('a service in subnets without them is refused, and nothing is made', async () => {
    driver.aws.calls.clear();
    const outcome = await driver.create(
      driver.model({ ...dualstack, NetworkConfiguration: { Subnets: privateSubnets } }),
    );
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringContaining(
        `LoadBalancerConfiguration/IpAddressType: is dualstack, but the tasks' subnets ${privateSubnets.join(', ')} have no IPv6 CIDR block`,
      ),
    });
    expect(changes(driver)).toEqual([]);
  });
});

async function create(properties: Structure): Promise<Structure> {
  return Driver.modelOf(await driver.create(driver.model(properties)));
}

describe('private tasks behind a public load balancer', () => {
  const host = 'hello.apps.example.com';
  const request = (sourceIp: string, headers = {}) =>
    requestHost(driver.aws.dataPlaneUrl, host, { headers: { [SOURCE_IP_HEADER]: sourceIp, ...headers } });

  test('answer those whom it lets in, at the port that is open', async () => {
    const model = await create({
      NetworkConfiguration: { Subnets: privateSubnets },
      LoadBalancerConfiguration: {
        Subnets: publicSubnets,
        AllowedCidrs: ['203.0.113.0/24'],
        AllowedPrefixListIds: [offices],
        HttpRedirect: false,
      },
    });
    expect(model).toMatchObject({
      NetworkConfiguration: { Subnets: privateSubnets },
      LoadBalancerConfiguration: { Scheme: 'internet-facing', Subnets: publicSubnets },
      ActiveConfigurations: [{ IngressPaths: [{ AccessType: 'PUBLIC', Endpoint: `https://${host}` }] }],
    });
    const { services } = await ecs.send(new DescribeServicesCommand({ services: ['hello'] }));
    expect(services![0]!.networkConfiguration!.awsvpcConfiguration).toMatchObject({
      subnets: privateSubnets,
      assignPublicIp: 'DISABLED',
    });
    expect(await request('203.0.113.7')).toMatchObject({ status: 200 });
    expect(await request('198.51.100.7')).toMatchObject({ status: 200 });
    await expect(request('192.0.2.7')).rejects.toThrow();
    await expect(request('203.0.113.7', { 'x-forwarded-proto': 'http' })).rejects.toThrow();
  });
});

describe('attributes of a load balancer', () => {
  const withTimeout = (IdleTimeoutSeconds: number) => ({ LoadBalancerConfiguration: { IdleTimeoutSeconds } });
  const timeoutOf = async () => (await loadBalancerOf('hello'))['idle_timeout.timeout_seconds'];

  test('that are changed by hand are drift, and stay', async () => {
    const template = driver.model(withTimeout(120));
    const { ServiceArn, ECSManagedResourceArns } = Driver.modelOf(await driver.create(template));
    const { LoadBalancerArn } = ECSManagedResourceArns.IngressPath;
    const Attributes = [{ Key: 'idle_timeout.timeout_seconds', Value: '90' }];
    await elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
    expect(Driver.modelOf(await driver.read(ServiceArn))).toMatchObject(withTimeout(90));
    Driver.modelOf(
      await driver.update(
        { ...template, ServiceArn },
        driver.model({ ...withTimeout(120), HealthCheckPath: '/h' }),
      ),
    );
    expect(await timeoutOf()).toBe('90');
  });

  test('cost no call where nobody speaks of them', async () => {
    await create({});
    const ServiceArn = 'arn:aws:ecs:us-east-1:123456789012:service/default/hello';
    driver.aws.calls.clear();
    expect(Driver.modelOf(await driver.read(ServiceArn)).LoadBalancerConfiguration).not.toHaveProperty(
      'IdleTimeoutSeconds',
    );
    expect(driver.actions().filter((action) => action.includes('LoadBalancerAttributes'))).toEqual([]);
  });

  test('are refused when there is no such bucket', async () => {
    const LoadBalancerConfiguration = { AccessLogs: { Bucket: 'absent' } };
    expect(await driver.create(driver.model({ LoadBalancerConfiguration }))).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringContaining(
        'LoadBalancerConfiguration/AccessLogs/Bucket: Elastic Load Balancing cannot log to bucket absent',
      ),
    });
  });
});
