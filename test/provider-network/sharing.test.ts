import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeListenersCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { eventually } from '../support/eventually';
import { Account } from './account';
import { loadBalancersOf, permissionsOf, rulesOf } from './looks';

let account: Account;
beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account.close());
beforeEach(() => account.reset());

/** Priorities of the rules on the HTTPS listener, by name of the load balancer. */
async function placesTaken(): Promise<Record<string, number[]>> {
  const places: Record<string, number[]> = {};
  for (const { LoadBalancerArn, LoadBalancerName } of await loadBalancersOf(account)) {
    const { Listeners = [] } = await account
      .clients()
      .elasticLoadBalancing.send(new DescribeListenersCommand({ LoadBalancerArn }));
    const https = Listeners.find(({ Port }) => Port === 443);
    const rules = https ? await rulesOf(account, https.ListenerArn!) : [];
    places[LoadBalancerName!] = rules.map(({ Priority }) => Number(Priority));
  }
  return places;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `service-${index}`);
}

test('a second service shares the load balancer, at the cost of few calls', async () => {
  const one: any = await account.apply('one');
  const two: any = await account.apply('two');
  expect(two.LoadBalancer.arn).toBe(one.LoadBalancer.arn);
  expect(two.ListenerRule.priority).not.toBe(one.ListenerRule.priority);
  expect(account.cost.calls).toBeLessThanOrEqual(19);
  expect(account.cost.operations.filter((name) => /^(Create|Authorize|Change)/.test(name)).sort()).toEqual([
    'AuthorizeSecurityGroupEgress',
    'AuthorizeSecurityGroupIngress',
    'ChangeResourceRecordSets',
    'CreateRule',
    'CreateSecurityGroup',
    'CreateTargetGroup',
    'CreateTargetGroup',
  ]);

  await account.remove('one');
  const left: any = await account.read('two');
  expect(left.LoadBalancer.arn).toBe(one.LoadBalancer.arn);
  expect(await permissionsOf(account, left.LoadBalancerSecurityGroup.id)).toMatchObject({
    egress: [`8080 to ${left.ServiceSecurityGroup.id}`],
  });
  await account.remove('two');
  expect(await account.left()).toEqual([]);
});

test('rules that were added by hand stay, beside the services', async () => {
  const one: any = await account.apply('one');
  await account.clients().elasticLoadBalancing.send(
    new CreateRuleCommand({
      ListenerArn: one.Listeners.httpsArn,
      Priority: 2000,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/robots.txt'] } }],
      Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }],
    }),
  );
  await account.apply('two');
  await account.apply('one', { containerPort: 9090 });
  const [priorities] = Object.values(await placesTaken());
  expect(priorities).toHaveLength(3);
  expect(priorities).toContain(2000);
});

test('the 26th service opens a second load balancer, and a place that is left is taken again', async () => {
  for (const name of names(25)) await account.apply(name);
  await account.apply('service-25');
  expect(Object.values(await placesTaken()).map(({ length }) => length)).toEqual([25, 1]);

  await account.remove('service-7');
  const again: any = await account.apply('again');
  expect(again.LoadBalancer.name).toMatch(/-1$/);
  expect(again.ListenerRule.priority).toBe(8000);

  await account.remove('service-25');
  expect(Object.values(await placesTaken()).map(({ length }) => length)).toEqual([25]);
});

test('services that come all at once take one place each, and 25 places of a load balancer', async () => {
  await Promise.all(names(28).map((name) => account.apply(name)));
  const places = Object.values(await placesTaken());
  expect(places.map(({ length }) => length).sort()).toEqual([25, 3]);
  for (const priorities of places) expect(new Set(priorities).size).toBe(priorities.length);

  await Promise.all(names(28).map((name) => account.remove(name)));
  expect(await account.left()).toEqual([]);
});

describe('a load balancer that was closed by one that left', () => {
  /** What the last service on a load balancer does before it removes it. */
  async function close(httpListenerArn: string): Promise<void> {
    await account.clients().elasticLoadBalancing.send(
      new CreateRuleCommand({
        ListenerArn: httpListenerArn,
        Priority: 50_000,
        Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: ['closed.invalid'] } }],
        Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
      }),
    );
  }

  test('keeps the services it has, takes no more, and goes with the last', async () => {
    const one: any = await account.apply('one', { certificate: 'own' });
    await close(one.Listeners.httpArn);
    const two: any = await account.apply('two', { certificate: 'own' });
    expect(two.LoadBalancer.name).toMatch(/-2$/);
    expect(await placesTaken()).toEqual({ [one.LoadBalancer.name]: [1000], [two.LoadBalancer.name]: [1000] });
    expect(await permissionsOf(account, one.LoadBalancerSecurityGroup.id)).toMatchObject({
      egress: [`8080 to ${one.ServiceSecurityGroup.id}`],
    });

    await account.apply('one', { certificate: 'own', containerPort: 9090 });
    await account.remove('one');
    expect(await placesTaken()).toEqual({ [two.LoadBalancer.name]: [1000] });
    await account.remove('two');
    expect(await account.left()).toEqual([]);
  });

  test('is made anew when nobody is on it', async () => {
    const one: any = await account.apply('one');
    await close(one.Listeners.httpArn);
    // Its remover has died before it removed the load balancer.
    await account
      .clients()
      .elasticLoadBalancing.send(new DeleteRuleCommand({ RuleArn: one.ListenerRule.arn }));
    const two: any = await account.apply('two');
    expect(two.LoadBalancer.name).toBe(one.LoadBalancer.name);
    expect(two.LoadBalancer.arn).not.toBe(one.LoadBalancer.arn);
    await account.remove('one');
    await account.remove('two');
    expect(await account.left()).toEqual([]);
  });
});

test('of two that leave at the same moment, one that is slow to close its way to the tasks leaves no group behind', async () => {
  await account.apply('slow');
  await account.apply('quick');
  const operation = 'RevokeSecurityGroupEgress';
  const { faults } = account.aws;
  const delayed = faults.add({ kind: 'latency', operation, milliseconds: 3_000 });
  const slow = account.remove('slow');
  await eventually('the slow one to close its way', () =>
    faults.list().some(({ id, applied }) => id === delayed && applied > 0),
  );
  await account.remove('quick');
  await slow;
  expect(await account.left()).toEqual([]);
});

test('the last one out and the first one in at the same moment', async () => {
  for (let round = 0; round < 3; round += 1) {
    await account.apply('leaving');
    await Promise.all([account.remove('leaving'), account.apply('coming')]);
    const coming: any = await account.read('coming');
    expect(await placesTaken()).toEqual({ [coming.LoadBalancer.name]: [coming.ListenerRule.priority] });
    await account.remove('coming');
    expect(await account.left()).toEqual([]);
  }
});
