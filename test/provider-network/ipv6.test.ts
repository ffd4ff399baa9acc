/** Services behind load balancers with IPv6 addresses: their records, groups and places, and how they come and go. */
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { SetIpAddressTypeCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ChangeResourceRecordSetsCommand, type Change } from '@aws-sdk/client-route-53';
import { giveIpv6Blocks } from '../support/account';
import { eventually } from '../support/eventually';
import { Account, BASE_DOMAIN, Killed, type Wish } from './account';
import { loadBalancersOf, permissionsOf, recordsOf } from './looks';

let account: Account;
beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account.close());
beforeEach(async () => {
  await account.reset();
  const { Subnets = [] } = await account.clients().ec2.send(new DescribeSubnetsCommand({}));
  await giveIpv6Blocks(
    account.aws,
    Subnets.map(({ SubnetId }) => SubnetId!),
  );
});

const HOST = `one.${BASE_DOMAIN}`;
const dualstack: Wish = { loadBalancer: { IpAddressType: 'dualstack' } };
const withoutPublicIpv4: Wish = { loadBalancer: { IpAddressType: 'dualstack-without-public-ipv4' } };
const ipv4: Wish = {};

/** Calls that write, in the last operation. */
const writes = () => account.cost.operations.filter((name) => !/^(Describe|List|Get)/.test(name));

/** Records of the hosted zone that a service has at a host, as {@link recordsOf} writes them. */
const records = (types: readonly string[], dnsName: string, service = 'one', host = HOST) => [
  ...types.map((type) => `${type} ${host}. ${dnsName}`),
  `TXT _org-ecs-express.${host}. "${account.identity(service).serviceArn}"`,
];

async function change(Action: Change['Action'], record: object): Promise<void> {
  const ResourceRecordSet = { Name: HOST, Type: 'AAAA' as const, ...record };
  await account.clients().route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: account.hostedZoneId,
      ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
    }),
  );
}
/** The AAAA record that leads to a load balancer, and one that somebody has written. */
const alias = ({ LoadBalancer: { dnsName, canonicalHostedZoneId } }: any) => ({
  AliasTarget: { DNSName: dnsName, HostedZoneId: canonicalHostedZoneId, EvaluateTargetHealth: false },
});
const byHand = { TTL: 60, ResourceRecords: [{ Value: '2001:db8::1' }] };

test.each<[string, Wish, string, string[]]>([
  ['ipv4', ipv4, 'ipv4', ['A']],
  ['dualstack', dualstack, 'dualstack', ['A', 'AAAA']],
  ['dualstack-without-public-ipv4', withoutPublicIpv4, 'dualstack-without-public-ipv4', ['A', 'AAAA']],
])(
  'with %s its records are made in one change, it is open to everybody, and nothing is left',
  async (_title, wish, type, types) => {
    const made: any = await account.apply('one', wish);
    expect(writes().filter((name) => name === 'ChangeResourceRecordSets')).toHaveLength(1);
    expect(await recordsOf(account)).toEqual(records(types, made.LoadBalancer.dnsName));
    expect(await loadBalancersOf(account)).toMatchObject([{ IpAddressType: type }]);
    expect(await permissionsOf(account, made.LoadBalancerSecurityGroup.id)).toMatchObject({
      ingress: ['443 from 0.0.0.0/0', '443 from ::/0', '80 from 0.0.0.0/0', '80 from ::/0'],
    });
    await account.apply('one', wish);
    expect(writes()).toEqual([]);
    await account.remove('one');
    expect(await account.left()).toEqual([]);
    expect(await recordsOf(account)).toEqual([]);
  },
);

test('IPv6 costs no call', async () => {
  const costs: number[][] = [];
  for (const wish of [ipv4, dualstack]) {
    await account.apply('one', wish);
    const made = account.cost.calls;
    await account.apply('one', wish);
    const unchanged = account.cost.calls;
    await account.remove('one');
    costs.push([made, unchanged, account.cost.calls]);
  }
  expect(costs[1]).toEqual(costs[0]);
});

test('services share a load balancer with those of the same IpAddressType', async () => {
  const arnOf = async (name: string, wish: Wish): Promise<string> =>
    ((await account.apply(name, wish)) as any).LoadBalancer.arn;
  const usual = await arnOf('a', ipv4);
  const both = await arnOf('b', dualstack);
  const publicIpv6 = await arnOf('c', withoutPublicIpv4);
  expect(new Set([usual, both, publicIpv6]).size).toBe(3);
  expect(await arnOf('d', { loadBalancer: { IpAddressType: 'ipv4' } })).toBe(usual);
  expect(await arnOf('e', dualstack)).toBe(both);
  expect(await arnOf('f', withoutPublicIpv4)).toBe(publicIpv6);
});

describe('a service moves', () => {
  test.each<[string, Wish, Wish, string[]]>([
    ['from ipv4 to dualstack', ipv4, dualstack, ['A', 'AAAA']],
    ['from dualstack to ipv4', dualstack, ipv4, ['A']],
    ['from dualstack to dualstack-without-public-ipv4', dualstack, withoutPublicIpv4, ['A', 'AAAA']],
  ])('%s: all its records change at once', async (_title, from, to, types) => {
    const before: any = await account.apply('one', from);
    const after: any = await account.apply('one', to);
    expect(after.LoadBalancer.arn).not.toBe(before.LoadBalancer.arn);
    expect(writes().filter((name) => name === 'ChangeResourceRecordSets')).toHaveLength(1);
    expect(writes().indexOf('ChangeResourceRecordSets')).toBeLessThan(writes().indexOf('DeleteLoadBalancer'));
    expect(await recordsOf(account)).toEqual(records(types, after.LoadBalancer.dnsName));
    expect(await loadBalancersOf(account)).toHaveLength(1);
  });

  test.each<[string, Wish, Wish, string[]]>([
    ['to dualstack', ipv4, dualstack, ['A', 'AAAA']],
    ['back to ipv4', dualstack, ipv4, ['A']],
  ])('%s, though its process dies around that change', async (_title, from, to, types) => {
    for (const effect of ['before', 'after'] as const) {
      await account.apply('one', from);
      const crash = { operation: 'ChangeResourceRecordSets', occurrence: 1, effect };
      await expect(account.apply('one', to, crash)).rejects.toBeInstanceOf(Killed);
      const { LoadBalancer }: any = await account.apply('one', to);
      expect(await recordsOf(account)).toEqual(records(types, LoadBalancer.dnsName));
    }
  });
});

describe('an AAAA record', () => {
  test.each<[string, (made: any) => Promise<void>]>([
    ['deleted', (made) => change('DELETE', alias(made))],
    ['changed to an address', () => change('UPSERT', byHand)],
    [
      'changed to lead elsewhere',
      (made) =>
        change(
          'UPSERT',
          alias({ LoadBalancer: { ...made.LoadBalancer, dnsName: 'x.us-east-1.elb.amazonaws.com' } }),
        ),
    ],
  ])('that was %s by hand is made again', async (_title, change) => {
    const made: any = await account.apply('one', dualstack);
    await change(made);
    await account.apply('one', { ...dualstack, previous: dualstack });
    expect(await recordsOf(account)).toEqual(records(['A', 'AAAA'], made.LoadBalancer.dnsName));
  });

  test('that was deleted by hand keeps nothing from being deleted', async () => {
    const made: any = await account.apply('one', dualstack);
    await change('DELETE', alias(made));
    await account.remove('one');
    expect(await account.left()).toEqual([]);
    expect(await recordsOf(account)).toEqual([]);
  });

  test('that was deleted by hand does not keep the service from going back to ipv4', async () => {
    const made: any = await account.apply('one', dualstack);
    await change('DELETE', alias(made));
    const { LoadBalancer }: any = await account.apply('one', ipv4);
    expect(await recordsOf(account)).toEqual(records(['A'], LoadBalancer.dnsName));
  });

  test('that somebody deletes while the service goes back to ipv4 is looked at again', async () => {
    const made: any = await account.apply('one', dualstack);
    const { faults } = account.aws;
    // The records have been looked at, and are about to be changed.
    const delayed = faults.add({ kind: 'latency', operation: 'ModifyRule', milliseconds: 3_000 });
    const back = account.apply('one', ipv4);
    await eventually('the rule to get its requests', () =>
      faults.list().some(({ id, applied }) => id === delayed && applied > 0),
    );
    await change('DELETE', alias(made));
    const { LoadBalancer }: any = await back;
    faults.clear();
    expect(writes().filter((name) => name === 'ChangeResourceRecordSets')).toHaveLength(2);
    expect(await recordsOf(account)).toEqual(records(['A'], LoadBalancer.dnsName));
  });

  test('of somebody else, at a host of the service, is refused before anything is made, and left', async () => {
    const made: any = await account.apply('one', ipv4);
    await change('CREATE', byHand);
    await expect(account.apply('one', { ...dualstack, previous: ipv4 })).rejects.toMatchObject({
      code: 'ResourceConflict',
      propertyPath: 'DomainName',
      message: expect.stringContaining(`${HOST} has DNS records that do not belong to this service`),
    });
    expect(writes()).toEqual([]);
    await account.apply('one', ipv4);
    const theirs = `AAAA ${HOST}. 2001:db8::1`;
    const [a, txt] = records(['A'], made.LoadBalancer.dnsName);
    expect(await recordsOf(account)).toEqual([a, theirs, txt]);
    await account.remove('one');
    expect(await recordsOf(account)).toEqual([theirs]);
  });

  test('that somebody has made beside an A record stays while the load balancer has IPv6 addresses', async () => {
    const made: any = await account.apply('one', ipv4);
    const set = (IpAddressType: 'ipv4' | 'dualstack') =>
      account
        .clients()
        .elasticLoadBalancing.send(
          new SetIpAddressTypeCommand({ LoadBalancerArn: made.LoadBalancer.arn, IpAddressType }),
        );
    await set('dualstack');
    await change('CREATE', alias(made));
    await account.apply('one', ipv4);
    expect(await recordsOf(account)).toEqual(records(['A', 'AAAA'], made.LoadBalancer.dnsName));
    await set('ipv4');
    await account.apply('one', ipv4);
    expect(await recordsOf(account)).toEqual(records(['A'], made.LoadBalancer.dnsName));
  });
});
