/** Services on a listener of a Network Load Balancer that an author looks after: they take it, and give it back as they have found it. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
  ModifyListenerCommand,
  RegisterTargetsCommand,
  RemoveTagsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { issueCertificate } from '../../local/account';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { whileRequested, type Answers, type Send } from '../moves/steady-requests';
import { changes } from '../properties/life-of-a-property';
import { TYPE_NAME } from '../support/account';
import { withBundle } from '../support/bundle';
import { dyingAt } from '../support/death';
import { Driver } from '../support/driver';
import { inVirtualTime } from '../support/eventually';
import { fromBundle } from '../support/handlers';

let driver: Driver;
let elb: ElasticLoadBalancingV2Client;
let ec2: EC2Client;
let vpc: string;
let subnets: string[];
let loadBalancerArn: string;
let dnsName: string;
let listenerArn: string;
let tlsListenerArn: string;
let placeholderArn: string;
let found: unknown;
let beginning: string[];

async function targetGroup(Name: string): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({ Name, Protocol: 'TCP', Port: 1, VpcId: vpc, TargetType: 'ip' }),
  );
  return TargetGroups![0]!.TargetGroupArn!;
}

async function loadBalancer(Name: string, SecurityGroups?: string[]): Promise<string> {
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name, Type: 'network', Subnets: subnets, SecurityGroups }),
  );
  const arn = LoadBalancers![0]!.LoadBalancerArn!;
  await inVirtualTime(
    driver.aws.clock,
    'the load balancer is active',
    async () =>
      (await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }))).LoadBalancers![0]!.State
        ?.Code === 'active',
    10,
  );
  return arn;
}

async function listener(LoadBalancerArn: string, Port: number, to: string, more = {}): Promise<string> {
  const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn: to }];
  const { Listeners } = await elb.send(
    new CreateListenerCommand({ LoadBalancerArn, Protocol: 'TCP', Port, DefaultActions, ...more }),
  );
  return Listeners![0]!.ListenerArn!;
}

/** Everything of the author's that a service could change. */
async function everything(): Promise<unknown> {
  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: loadBalancerArn }));
  const { TagDescriptions } = await elb.send(
    new DescribeTagsCommand({ ResourceArns: Listeners!.map(({ ListenerArn }) => ListenerArn!) }),
  );
  const forwards = Listeners!.map(({ ListenerArn, DefaultActions }) => [
    ListenerArn,
    DefaultActions!
      .map(
        ({ TargetGroupArn, ForwardConfig }) =>
          TargetGroupArn ?? ForwardConfig?.TargetGroups?.map((each) => each.TargetGroupArn),
      )
      .flat(),
  ]);
  return { forwards, TagDescriptions };
}

beforeAll(async () => {
  driver = await withBundle((path) => Driver.start({ handlers: fromBundle(path) }));
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
  ec2 = new EC2Client(driver.aws.clientOptions());
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'default-for-az', Values: ['true'] }] }),
  );
  vpc = Subnets[0]!.VpcId!;
  subnets = Subnets.map(({ SubnetId }) => SubnetId!);
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'own', Description: 'Own load balancer', VpcId: vpc }),
  );
  const IpPermissions = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  loadBalancerArn = await loadBalancer('own', [GroupId!]);
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['own'] }));
  dnsName = LoadBalancers![0]!.DNSName!;
  placeholderArn = await targetGroup('placeholder');
  listenerArn = await listener(loadBalancerArn, 7000, placeholderArn);
  const { HostedZoneId } = driver.aws.registry.typeConfiguration(TYPE_NAME)!;
  const CertificateArn = await issueCertificate(driver.aws, HostedZoneId, 'game.apps.example.com');
  tlsListenerArn = await listener(loadBalancerArn, 7443, placeholderArn, {
    Protocol: 'TLS',
    Certificates: [{ CertificateArn }],
  });
  found = await everything();
  beginning = await driver.inventory();
}, 60_000);
afterAll(async () => {
  for (const client of [elb, ec2]) client.destroy();
  await driver.close();
});

const serviceArn = (name: string) => `arn:aws:ecs:us-east-1:123456789012:service/default/${name}`;

// Also after a test that has failed.
afterEach(async () => {
  for (const name of ['game', 'other']) await driver.delete(serviceArn(name));
  expect(await everything()).toEqual(found);
  expect(await driver.inventory()).toEqual(beginning);
});

/** The smallest template of a service on a listener of the author's. */
function game(loadBalancer: Structure = {}, properties: Structure = {}): Structure {
  const model = driver.model({ ServiceName: 'game', ...properties });
  return {
    ...model,
    LoadBalancerConfiguration: { Type: 'network', ListenerArn: listenerArn, ...loadBalancer },
    DeploymentConfiguration: { ...model.DeploymentConfiguration, BakeTimeInMinutes: 1 },
  };
}

const image = (tag: string) => ({ PrimaryContainer: { Image: `example/hello:${tag}` } });

/** Each request is a connection of its own. */
const connect =
  (port: number): Send =>
  (url, host, { headers }) =>
    requestHost(url, host, {
      headers: { ...headers, connection: 'close', 'x-forwarded-port': String(port) },
    });

const answer = async (port: number): Promise<string> =>
  JSON.parse((await connect(port)(driver.aws.dataPlaneUrl, dnsName, { headers: {} })).body.toString()).image;

const create = async (template: Structure) => Driver.modelOf(await driver.create(template));

test('a service takes the listener, reads as the template says, and gives it back', async () => {
  const template = game();
  const model = await create(template);
  expect(await answer(7000)).toBe('example/hello:1');
  expect(model).toMatchObject({
    Endpoint: `tcp://${dnsName}:7000`,
    LoadBalancerConfiguration: {
      Type: 'network',
      ListenerArn: listenerArn,
      Listener: { Protocol: 'TCP' },
    },
    LoadBalancerDnsName: dnsName,
    LoadBalancerFullName: loadBalancerArn.split('loadbalancer/')[1],
    TargetGroupConfiguration: { HealthCheck: { Protocol: 'TCP' } },
  });
  for (const name of ['DomainName', 'CertificateArn', 'HealthCheckPath'])
    expect(model).not.toHaveProperty(name);
  const types = model.ManagedResources.map(({ ResourceType }: Structure) => ResourceType);
  for (const type of ['Listener', 'LoadBalancer'])
    expect(types).not.toContain(`AWS::ElasticLoadBalancingV2::${type}`);
  expect(model.ManagedResources).not.toContainEqual(
    expect.objectContaining({ StatusReason: expect.anything() }),
  );
  expect(Driver.modelOf(await driver.read(model.ServiceArn))).toEqual(model);

  const { ServiceArn, ...again } = model;
  expect(Driver.modelOf(await driver.update(model, again))).toEqual(model);
  driver.aws.calls.clear();
  Driver.modelOf(await driver.update({ ...template, ServiceArn }, template));
  expect(changes(driver)).toEqual([]);
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await everything()).toEqual(found);
});

test.each(['BLUE_GREEN', 'LINEAR', 'CANARY', 'ROLLING'])(
  '%s: a new image loses no connection',
  async (Strategy) => {
    const named = { DomainName: 'game.apps.example.com', HostedZoneId: driver.hostedZoneId };
    const [first, second] = ['1', '2'].map((tag) => {
      const { DeploymentConfiguration, ...template } = game({}, { ...named, ...image(tag) });
      return { ...template, DeploymentConfiguration: { ...DeploymentConfiguration, Strategy } };
    });
    const { ServiceArn } = await create(first!);
    const { result, answers } = await whileRequested(
      driver.aws,
      named.DomainName,
      driver.hostedZoneId,
      () => driver.update({ ...first, ServiceArn }, second!),
      connect(7000),
    );
    expect(result).toMatchObject({ status: 'SUCCESS' });
    expect(answers.lost).toEqual([]);
    const images = (of: Answers) => [...new Set(of.bodies.map((body) => JSON.parse(body).image as string))];
    expect(images(answers)).toEqual(['example/hello:1', 'example/hello:2']);
  },
  60_000,
);

test('a listener of TLS is named with its protocol, and the host is the author’s', async () => {
  const DomainName = 'game.apps.example.com';
  const on = { ListenerArn: tlsListenerArn };
  const template = game({ ...on, Listener: { Protocol: 'TLS' } }, { DomainName });
  const model = await create(template);
  expect(model).toMatchObject({ DomainName, Endpoint: `tls://${DomainName}:7443` });
  expect(model).not.toHaveProperty('HostedZoneId');
  expect(await answer(7443)).toBe('example/hello:1');
  expect(await driver.update(model, game(on, { DomainName }))).toMatchObject({
    errorCode: 'InvalidRequest',
    message: expect.stringMatching(
      /^LoadBalancerConfiguration\/Listener\/Protocol: is TCP, but the listener on port 7443 takes TLS/,
    ),
  });
});

test('a record of a hosted zone that the template names is the service’s', async () => {
  const given = { DomainName: 'game.apps.example.com', HostedZoneId: driver.hostedZoneId };
  const model = await create(game({}, given));
  expect(model).toMatchObject({ ...given, Endpoint: `tcp://${given.DomainName}:7000` });
});

test('a service moves from a load balancer of its own to the listener and back', async () => {
  const DeploymentConfiguration = { Strategy: 'ROLLING', BakeTimeInMinutes: 0 };
  const own = {
    ...game(),
    LoadBalancerConfiguration: { Type: 'network', Listener: { Port: 7000 } },
    DeploymentConfiguration,
  };
  const there = { ...game(), DeploymentConfiguration };
  const { ServiceArn } = await create(own);
  const moved = Driver.modelOf(await driver.update({ ...own, ServiceArn }, there));
  expect(moved.LoadBalancerConfiguration).toMatchObject({ ListenerArn: listenerArn });
  expect(await answer(7000)).toBe('example/hello:1');
  const back = Driver.modelOf(await driver.update({ ...there, ServiceArn }, own));
  expect(back.LoadBalancerConfiguration).not.toHaveProperty('ListenerArn');
  expect(await everything()).toEqual(found);
}, 60_000);

describe('a listener that is somebody else’s is refused before anything is made:', () => {
  const refusal = async (template: Structure) => {
    const outcome = await driver.create(template);
    return outcome.status === 'FAILED' ? `${outcome.errorCode} ${outcome.message}` : outcome.status;
  };

  test('it forwards to targets', async () => {
    const used = await targetGroup('used');
    await elb.send(new RegisterTargetsCommand({ TargetGroupArn: used, Targets: [{ Id: '172.31.0.9' }] }));
    const ListenerArn = await listener(loadBalancerArn, 7001, used);
    expect(await refusal(game({ ListenerArn }))).toMatch(
      /^ResourceConflict LoadBalancerConfiguration\/ListenerArn: the listener on port 7001 forwards to .*targetgroup\/used\/.* Let it forward to one target group without targets/,
    );
    await elb.send(new DeleteListenerCommand({ ListenerArn }));
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: used }));
  });

  test('another service has it', async () => {
    await create(game());
    expect(await refusal(game({}, { ServiceName: 'other' }))).toMatch(
      /^ResourceConflict LoadBalancerConfiguration\/ListenerArn: another service has the listener on port 7000/,
    );
    expect(await answer(7000)).toBe('example/hello:1');
  });

  test('its load balancer has no security group', async () => {
    const arn = await loadBalancer('open');
    const empty = await targetGroup('empty');
    const ListenerArn = await listener(arn, 7000, empty);
    expect(await refusal(game({ ListenerArn }))).toMatch(
      /^InvalidRequest LoadBalancerConfiguration\/ListenerArn: load balancer open has no security group/,
    );
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: empty }));
  });

  test('it is not there', async () => {
    const ListenerArn = listenerArn.replace(/.{4}$/, '0000');
    expect(await refusal(game({ ListenerArn }))).toMatch(/no such listener .* Name a listener of a Network/);
  });
});

test.each([
  ['at once', 0],
  ['late', 2],
])(
  'of two services that want it at the same moment one gets it at most, where tags are seen %s, and nothing of the other is left',
  async (_when, times) => {
    const { faults } = driver.aws;
    if (times > 0) {
      faults.add({ kind: 'staleRead', service: 'elasticloadbalancing', operation: 'DescribeTags', times });
    }
    const outcomes = await Promise.all(
      ['game', 'other'].map((ServiceName) => driver.create(game({}, { ServiceName }))),
    ).finally(() => faults.clear());
    const failed = outcomes.filter(({ status }) => status === 'FAILED');
    expect(failed.length).toBeGreaterThanOrEqual(1);
    const message = expect.stringMatching(
      /^LoadBalancerConfiguration\/ListenerArn: another service has the listener/,
    );
    expect(failed).toEqual(
      failed.map(() => expect.objectContaining({ errorCode: 'ResourceConflict', message })),
    );
  },
);

test('a service takes it also where tags are seen late', async () => {
  driver.aws.faults.add({
    kind: 'staleRead',
    service: 'elasticloadbalancing',
    operation: 'DescribeTags',
    times: 2,
  });
  await create(game()).finally(() => driver.aws.faults.clear());
  expect(await answer(7000)).toBe('example/hello:1');
});

describe('what people do with the listener meanwhile:', () => {
  const forwardTo = (TargetGroupArn: string) =>
    elb.send(
      new ModifyListenerCommand({
        ListenerArn: listenerArn,
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      }),
    );

  test('led elsewhere, it fails the next update, and stays so when the service goes', async () => {
    const template = game();
    const { ServiceArn } = await create(template);
    const elsewhere = await targetGroup('elsewhere');
    await forwardTo(elsewhere);
    expect(await driver.update({ ...template, ServiceArn }, template)).toMatchObject({
      errorCode: 'ResourceConflict',
      message: expect.stringMatching(/forwards to .*elsewhere/),
    });
    expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
    expect(JSON.stringify(await everything())).toContain('elsewhere');
    await forwardTo(placeholderArn);
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: elsewhere }));
  });

  test('without the target group that it forwarded to before, it keeps the service until it leads elsewhere', async () => {
    const gone = await targetGroup('gone');
    await forwardTo(gone);
    const { ServiceArn } = await create(game());
    await elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: gone }));
    expect(await driver.delete(ServiceArn)).toMatchObject({
      status: 'FAILED',
      errorCode: 'ResourceConflict',
      message: expect.stringMatching(
        /cannot forward to .*gone.* Let the listener forward to another target group/,
      ),
    });
    await forwardTo(placeholderArn);
    expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  });

  test('without the tag that says where it forwarded to, the same', async () => {
    const template = game();
    const { ServiceArn } = await create(template);
    const ResourceArns = [listenerArn];
    const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns }));
    const TagKeys = TagDescriptions![0]!.Tags!.map(({ Key }) => Key!);
    await elb.send(new RemoveTagsCommand({ ResourceArns, TagKeys }));
    expect(await driver.update({ ...template, ServiceArn }, template)).toMatchObject({ status: 'SUCCESS' });
    expect(await driver.delete(ServiceArn)).toMatchObject({
      errorCode: 'ResourceConflict',
      message: expect.stringMatching(/the tag of the listener that says which one it was is gone/),
    });
    await forwardTo(placeholderArn);
    expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('an operation that is cut short at', () => {
  const marks = (kind: 'AddTags' | 'RemoveTags') => ({
    operation: kind,
    when: ({ input }: { input: Structure }) => JSON.stringify(input).includes(':listener/'),
  });
  const CALLS: readonly [what: string, call: Parameters<typeof dyingAt>[1]][] = [
    ['the tag that marks the listener', marks('AddTags')],
    ['the listener that is taken', { operation: 'ModifyListener' }],
  ];

  test.each(CALLS)('%s goes on from there', async (_what, call) => {
    Driver.modelOf(await dyingAt(driver, call, () => driver.create(game())));
    expect(await answer(7000)).toBe('example/hello:1');
  });

  test.each(CALLS)('%s and is rolled back gives the listener back', async (_what, call) => {
    const { faults } = driver.aws;
    const id = faults.add({ ...call, kind: 'lostResponse' });
    faults.add({ operation: 'CreateService', kind: 'accessDenied', times: 1000 });
    const outcome = await driver.create(game()).finally(() => faults.clear());
    expect(id).toBeDefined();
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'AccessDenied' });
    expect(await driver.delete(serviceArn('game'))).toMatchObject({ status: 'SUCCESS' });
    expect(await everything()).toEqual(found);
  });

  test.each<[what: string, call: Parameters<typeof dyingAt>[1]]>([
    ['the listener that is given back', { operation: 'ModifyListener' }],
    ['the tag that is taken off', marks('RemoveTags')],
  ])('%s leaves nothing either', async (_what, call) => {
    const { ServiceArn } = await create(game());
    expect(await dyingAt(driver, call, () => driver.delete(ServiceArn))).toMatchObject({ status: 'SUCCESS' });
    expect(await everything()).toEqual(found);
  });
});
