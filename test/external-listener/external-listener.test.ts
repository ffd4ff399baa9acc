/** Services on a listener that an author looks after: they add what is theirs, and leave it as they have found it. */
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DescribeRouteTablesCommand,
  DeleteVpcCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  ElasticLoadBalancingV2Client,
  SetIpAddressTypeCommand,
  SetSubnetsCommand,
  type IpAddressType,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListResourceRecordSetsCommand, Route53Client } from '@aws-sdk/client-route-53';
import { issueCertificate } from '../../local/account';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { whileRequested } from '../moves/steady-requests';
import { changes } from '../properties/life-of-a-property';
import { giveIpv6Blocks, leadOut, TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';
import { DEFAULT_ANSWER, OwnLoadBalancer } from './external-load-balancer';

let driver: Driver;
let hostedZoneId: string;
let wildcard: string;
let own: OwnLoadBalancer;
let found: unknown;
let beginning: string[];

beforeAll(async () => {
  driver = await Driver.start();
  const configuration = driver.aws.registry.typeConfiguration(TYPE_NAME)!;
  hostedZoneId = configuration.HostedZoneId;
  wildcard = configuration.CertificateArn;
  const certificateArn = await issueCertificate(driver.aws, hostedZoneId, 'shop.apps.example.com');
  own = await OwnLoadBalancer.make(driver, certificateArn);
  found = await own.everything();
  beginning = await driver.inventory();
}, 60_000);
afterAll(() => driver.close());

// Also after a test that has failed.
afterEach(async () => {
  for (const name of ['hello', 'api']) {
    await driver.delete(`arn:aws:ecs:us-east-1:123456789012:service/default/${name}`);
  }
  expect(await own.everything()).toEqual(found);
  expect(await driver.inventory()).toEqual(beginning);
});

const onOwn = (properties: Structure = {}) => ({
  LoadBalancerConfiguration: { ListenerArn: own.listenerArn },
  ...properties,
});

async function create(properties: Structure): Promise<Structure> {
  return Driver.modelOf(await driver.create(driver.model(properties)));
}

const request = (host: string, path = '/') => requestHost(driver.aws.dataPlaneUrl, host, { path });
const image = async (host: string, path = '/') => JSON.parse((await request(host, path)).body).image;

async function recordNames(): Promise<string[]> {
  const { ResourceRecordSets = [] } = await new Route53Client(driver.aws.clientOptions()).send(
    new ListResourceRecordSetsCommand({ HostedZoneId: hostedZoneId }),
  );
  return ResourceRecordSets.map(({ Name, Type }) => `${Type} ${Name}`);
}

describe('with a domain that the author looks after', () => {
  const DomainName = 'shop.apps.example.com';

  test('a service gets a rule there, and no certificate and no DNS record', async () => {
    const records = await recordNames();
    const template = driver.model(onOwn({ DomainName }));
    const model = Driver.modelOf(await driver.create(template));
    expect(await image(DomainName)).toBe('example/hello:1');
    expect(await request('author.example.com')).toMatchObject({ status: 200, body: 'author' });
    expect(await request(own.dnsName)).toMatchObject(DEFAULT_ANSWER);
    expect(await recordNames()).toEqual(records);
    expect(await own.certificates()).toHaveLength(1);
    const [, priority] = await own.priorities();
    expect(Number(priority)).toBeGreaterThanOrEqual(26_000);

    expect(model).toMatchObject({
      LoadBalancerConfiguration: { ListenerArn: own.listenerArn },
      DomainName,
      Endpoint: `https://${DomainName}`,
      ECSManagedResourceArns: { IngressPath: { LoadBalancerArn: own.arn, ListenerArn: own.listenerArn } },
      LoadBalancerFullName: own.arn.split('loadbalancer/')[1],
      LoadBalancerDnsName: own.dnsName,
      LoadBalancerCanonicalHostedZoneId: expect.stringMatching(/^Z[A-Z0-9]+$/),
      TargetGroupFullNames: [
        expect.stringMatching(/^targetgroup\/.+-1\/\w+$/),
        expect.stringMatching(/^targetgroup\/.+-2\/\w+$/),
      ],
      ServiceSecurityGroupIds: [expect.stringMatching(/^sg-/)],
      LoadBalancerSecurityGroupIds: [expect.stringMatching(/^sg-/)],
    });
    expect(model).not.toHaveProperty('HostedZoneId');
    expect(model).not.toHaveProperty('CertificateArn');
    expect(model).not.toHaveProperty('WebAclArn');
    expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);

    driver.aws.calls.clear();
    Driver.modelOf(await driver.update({ ...template, ServiceArn: model.ServiceArn }, template));
    expect(changes(driver)).toEqual([]);
  });

  test('requests without a header that it wants are for the author', async () => {
    const RequiredHttpHeader = { Name: 'X-Edge', Values: ['a-secret-of-the-edge'] };
    await create(onOwn({ DomainName, RequiredHttpHeader }));
    expect(await request(DomainName)).toMatchObject(DEFAULT_ANSWER);
    const headers = { 'x-edge': 'a-secret-of-the-edge' };
    expect(await requestHost(driver.aws.dataPlaneUrl, DomainName, { headers })).toMatchObject({
      status: 200,
    });
  });

  test('a given certificate is added and taken off again', async () => {
    const CertificateArn = wildcard;
    const before = await create(onOwn({ DomainName, CertificateArn }));
    expect(await own.certificates()).toEqual([expect.any(String), wildcard]);
    expect(before).toMatchObject({ CertificateArn });
    const after = Driver.modelOf(await driver.update(before, driver.model(onOwn({ DomainName }))));
    expect(await own.certificates()).toHaveLength(1);
    expect(after).not.toHaveProperty('CertificateArn');
  });

  test('a given certificate that another service needs stays until that one goes', async () => {
    const CertificateArn = wildcard;
    const hello = await create(onOwn({ DomainName, CertificateArn }));
    const api = await create(
      onOwn({ ServiceName: 'api', DomainName: 'api.apps.example.com', CertificateArn }),
    );
    expect(await driver.delete(hello.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await own.certificates()).toEqual([expect.any(String), wildcard]);
    expect(await driver.delete(api.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  });

  test('a given certificate of two services that go at the same time goes with them', async () => {
    const CertificateArn = wildcard;
    const hello = await create(onOwn({ DomainName, CertificateArn }));
    const api = await create(
      onOwn({ ServiceName: 'api', DomainName: 'api.apps.example.com', CertificateArn }),
    );
    const deleted = await Promise.all([hello, api].map(({ ServiceArn }) => driver.delete(ServiceArn)));
    expect(deleted.map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS']);
    expect(await own.certificates()).toHaveLength(1);
  });
});

test.each([
  ['all paths', []],
  ['some paths', ['/', '/api/*']],
])('with %s, test requests have a rule right before that of the others', async (_title, PathPatterns) => {
  const TestTraffic = { HttpHeader: { Name: 'X-Test', Values: ['on'] } };
  const template = driver.model(onOwn({ ...(PathPatterns.length > 0 && { PathPatterns }), TestTraffic }));
  const model = Driver.modelOf(await driver.create(template));
  const before = (await own.priorities()).map(Number).filter((priority) => priority !== 10);
  const [test, production] = before.filter((priority) => !Number.isNaN(priority)).sort((a, b) => a - b);
  expect(test).toBe(production! - 1);
  expect(model).toMatchObject({ TestTraffic });
  expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);
  expect(await image('hello.apps.example.com', '/api/x')).toBe('example/hello:1');
  const tested = await requestHost(driver.aws.dataPlaneUrl, 'hello.apps.example.com', {
    headers: { 'x-test': 'on' },
  });
  expect(tested).toMatchObject({ status: 200 });
  const without = driver.model(onOwn({ ...(PathPatterns.length > 0 && { PathPatterns }) }));
  Driver.modelOf(await driver.update({ ...template, ServiceArn: model.ServiceArn }, without));
  expect(await own.priorities()).toEqual(['10', String(production), 'default'].sort());
});

test('with a hosted zone, the service gets a DNS record and the certificate that covers it', async () => {
  await create(onOwn());
  expect(await image('hello.apps.example.com')).toBe('example/hello:1');
  expect(await own.certificates()).toEqual([expect.any(String), wildcard]);
  expect(await recordNames()).toContain('A hello.apps.example.com.');
});

test('with a hosted zone, the IpAddressType of the load balancer decides whether there is an AAAA record', async () => {
  const elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  const set = (IpAddressType: IpAddressType) =>
    elb.send(new SetIpAddressTypeCommand({ LoadBalancerArn: own.arn, IpAddressType }));
  const { Subnets = [] } = await new EC2Client(driver.aws.clientOptions()).send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  );
  await giveIpv6Blocks(
    driver.aws,
    Subnets.map(({ SubnetId }) => SubnetId!),
  );
  let model = await create(onOwn());
  for (const [type, isThere] of [
    ['dualstack', true],
    ['ipv4', false],
    ['dualstack-without-public-ipv4', true],
    ['ipv4', false],
  ] as const) {
    await set(type);
    model = Driver.modelOf(await driver.update(model, driver.model(onOwn())));
    expect({ type, isThere: (await recordNames()).includes('AAAA hello.apps.example.com.') }).toEqual({
      type,
      isThere,
    });
    expect(model.LoadBalancerConfiguration).toEqual({ Type: 'application', ListenerArn: own.listenerArn });
  }
});

test('with a hosted zone and a host that no certificate covers, one is requested', async () => {
  const host = 'www.hello.apps.example.com';
  await create(onOwn({ DomainName: host, HostedZoneId: hostedZoneId }));
  expect(await image(host)).toBe('example/hello:1');
  expect(await own.certificates()).toHaveLength(2);
});

test('a service moves there from a shared load balancer and back, and loses no answer', async () => {
  const host = 'hello.apps.example.com';
  const requested = (update: () => Promise<any>) => whileRequested(driver.aws, host, hostedZoneId, update);
  const shared = await create({});
  const there = await requested(() => driver.update(shared, driver.model(onOwn())));
  const onOwnListener = Driver.modelOf(there.result);
  expect(there.answers.lost).toEqual([]);
  expect(onOwnListener.ECSManagedResourceArns.IngressPath.LoadBalancerArn).toBe(own.arn);
  const back = await requested(() => driver.update(onOwnListener, driver.model()));
  expect(back.answers.lost).toEqual([]);
  expect(Driver.modelOf(back.result).ECSManagedResourceArns.IngressPath.LoadBalancerArn).not.toBe(own.arn);
  expect(await own.everything()).toEqual(found);
});

describe('with the listener of another service', () => {
  const host = 'hello.apps.example.com';
  const PathPatterns = ['/api/*'];
  let hello: Structure;
  let api: Structure;
  beforeEach(async () => {
    hello = await create({});
    const { ListenerArn } = hello.ECSManagedResourceArns.IngressPath;
    api = await create({
      ServiceName: 'api',
      DomainName: host,
      PathPatterns,
      LoadBalancerConfiguration: { ListenerArn },
      PrimaryContainer: { Image: 'example/hello:2' },
    });
  });

  test('two services answer at the paths of one host', async () => {
    expect(await image(host)).toBe('example/hello:1');
    expect(await image(host, '/api/orders')).toBe('example/hello:2');
    expect(Driver.modelOf(await driver.read(api.ServiceArn))).toEqual(api);
    expect(await driver.delete(api.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(await image(host, '/api/orders')).toBe('example/hello:1');
  });

  test('the load balancer stays until both are gone', async () => {
    expect(await driver.delete(hello.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    const { LoadBalancerArn } = api.ECSManagedResourceArns.IngressPath;
    expect(await driver.inventory()).toEqual(
      expect.arrayContaining([expect.stringContaining(LoadBalancerArn)]),
    );
    expect(JSON.parse((await request(host, '/api/orders')).body).image).toBe('example/hello:2');
  });
});

describe('is refused, and nothing is made,', () => {
  const property = 'LoadBalancerConfiguration/ListenerArn: ';
  test.each([
    [
      'when no such listener exists',
      () => own.listenerArn.replace(/.{16}$/, '0123456789abcdef'),
      'no such listener exists',
    ],
    ['when the listener speaks HTTP', () => own.httpListenerArn, 'the listener on port 8080 speaks HTTP'],
    [
      'when no such load balancer exists',
      () => own.listenerArn.replace('/own/', '/other/'),
      'no such listener exists',
    ],
  ])('%s', async (_title, listener, problem) => {
    const LoadBalancerConfiguration = { ListenerArn: listener() };
    expect(await driver.create(driver.model({ LoadBalancerConfiguration }))).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringContaining(property + problem),
    });
  });

  test('when the tasks are to run in another VPC', async () => {
    const ec2 = new EC2Client(driver.aws.clientOptions());
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }));
    const VpcId = Vpc!.VpcId!;
    const Subnets: string[] = [];
    for (const zone of ['a', 'b']) {
      const { Subnet } = await ec2.send(
        new CreateSubnetCommand({
          VpcId,
          CidrBlock: `10.9.${Subnets.length}.0/24`,
          AvailabilityZone: `us-east-1${zone}`,
        }),
      );
      Subnets.push(Subnet!.SubnetId!);
    }
    const { RouteTables = [] } = await ec2.send(
      new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }),
    );
    await leadOut(ec2, RouteTables[0]!.RouteTableId!, Subnets[0]!);
    try {
      expect(await driver.create(driver.model(onOwn({ NetworkConfiguration: { Subnets } })))).toMatchObject({
        status: 'FAILED',
        errorCode: 'InvalidRequest',
        message: expect.stringMatching(
          `${property}load balancer own is in vpc-.*, but the tasks' subnets are in ${VpcId}`,
        ),
      });
    } finally {
      for (const SubnetId of Subnets) await ec2.send(new DeleteSubnetCommand({ SubnetId }));
      await ec2.send(new DeleteVpcCommand({ VpcId }));
    }
  });

  test('when the tasks are to run in a zone that the load balancer is not in', async () => {
    const { Subnets = [] } = await new EC2Client(driver.aws.clientOptions()).send(
      new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
    );
    const elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
    const all = Subnets.map(({ SubnetId }) => SubnetId!);
    const setSubnets = (subnets: string[]) =>
      elb.send(new SetSubnetsCommand({ LoadBalancerArn: own.arn, Subnets: subnets }));
    await setSubnets(all.slice(1));
    try {
      expect(await driver.create(driver.model(onOwn()))).toMatchObject({
        status: 'FAILED',
        errorCode: 'InvalidRequest',
        message: expect.stringContaining(
          `${property}tasks are to run in ${Subnets[0]!.AvailabilityZone}, where load balancer own has no subnet`,
        ),
      });
    } finally {
      await setSubnets(all);
    }
  });
});
