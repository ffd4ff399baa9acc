/** Hosts whose DNS records the author looks after: the rules of a shared load balancer alone tell whose they are. */
import { Account, Killed, type Wish, crashAt } from './account';
import { loadBalancersOf, rulesOf } from './looks';

let account: Account;
beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account.close());
beforeEach(() => account.reset());

const HOST = 'shop.apps.example.com';
const wish: Wish = { hostName: HOST, hostedZoneId: 'none' };
const conflict = { code: 'ResourceConflict', propertyPath: 'DomainName' };

/** Hosts that the rules of all services match. */
async function matched(httpsArn: string): Promise<string[]> {
  const rules = await rulesOf(account, httpsArn);
  return rules.flatMap(({ Conditions = [] }) =>
    Conditions.flatMap(({ HostHeaderConfig }) => HostHeaderConfig?.Values ?? []),
  );
}

function changes(): string[] {
  return account.cost.operations.filter((name) => !/^(Describe|List|Get)/.test(name));
}

/** The only one of these that was made; the others were refused because of it. */
async function onlyWinner(
  services: readonly string[],
  attempts: readonly Promise<unknown>[],
): Promise<string> {
  const results = await Promise.allSettled(attempts);
  const winners = services.filter((_name, index) => results[index]!.status === 'fulfilled');
  expect(winners).toHaveLength(1);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    expect(result.reason).toMatchObject(conflict);
    expect(result.reason.message).toContain(`${HOST} belongs to ${account.identity(winners[0]!).serviceArn}`);
  }
  return winners[0]!;
}

test('one that another service has is refused, nothing is made, and that service is left as it is', async () => {
  const first: any = await account.apply('first', wish);
  const before = { left: await account.left(), rules: await rulesOf(account, first.Listeners.httpsArn) };
  await expect(account.apply('second', wish)).rejects.toMatchObject({
    ...conflict,
    message: expect.stringContaining(`${HOST} belongs to ${account.identity('first').serviceArn}`),
  });
  expect(changes()).toEqual([]);
  const additionalDomains = [{ hostName: HOST, certificateArn: account.wildcardArn }];
  await expect(account.apply('second', { additionalDomains })).rejects.toMatchObject({
    ...conflict,
    propertyPath: 'AdditionalDomains/0/DomainName',
  });
  expect(changes()).toEqual([]);
  expect({ left: await account.left(), rules: await rulesOf(account, first.Listeners.httpsArn) }).toEqual(
    before,
  );
});

test('one that a service has with a hosted zone is refused without one', async () => {
  await account.apply('first');
  await expect(
    account.apply('second', { ...wish, hostName: 'first.apps.example.com' }),
  ).rejects.toMatchObject(conflict);
  expect(changes()).toEqual([]);
});

test('what the rule is marked with is gone in the end, and an update of nothing changes nothing', async () => {
  const made: any = await account.apply('first', wish);
  expect(Object.keys(made.ListenerRule.tags)).toEqual(['org-ecs-express:service']);
  expect(await matched(made.Listeners.httpsArn)).toEqual([HOST]);
  expect(((await account.read('first')) as any).ListenerRule.tags).toEqual(made.ListenerRule.tags);
  await account.apply('first', wish);
  expect(changes()).toEqual([]);
});

test('one that was given up, or whose service has gone, can be had', async () => {
  await account.apply('first', wish);
  await account.apply('first', { ...wish, hostName: 'other.apps.example.com' });
  const second: any = await account.apply('second', wish);
  expect((await matched(second.Listeners.httpsArn)).sort()).toEqual(['other.apps.example.com', HOST]);
  await account.remove('second');
  await account.apply('third', wish);
});

test('a rule that was added by hand for the host is the author’s own business', async () => {
  const first: any = await account.apply('first');
  const { CreateRuleCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2');
  await account.clients().elasticLoadBalancing.send(
    new CreateRuleCommand({
      ListenerArn: first.Listeners.httpsArn,
      Priority: 7,
      Conditions: [{ Field: 'host-header', HostHeaderConfig: { Values: [HOST] } }],
      Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '503' } }],
    }),
  );
  await account.apply('second', wish);
});

test('of services that come at the same moment one gets it', async () => {
  const services = ['one', 'two', 'three', 'four'];
  const winner = await onlyWinner(
    services,
    services.map((name) => account.apply(name, wish)),
  );
  const [loadBalancer] = await loadBalancersOf(account);
  const { Listeners }: any = await account.read(winner);
  expect((await matched(Listeners.httpsArn)).filter((host) => host === HOST)).toHaveLength(1);
  for (const name of services) await account.remove(name);
  expect(loadBalancer).toBeDefined();
  expect(await account.left()).toEqual([]);
});

/** Every call with which a service claims a host. */
const CLAIM = ['CreateRule', 'DescribeRules', 'DescribeTags', 'ModifyRule', 'RemoveTags'];

test('whenever one is interrupted while it claims the host, one of the two gets it', async () => {
  // There is a load balancer, so that both come to the claim at the same time, and another service to be told apart.
  await account.apply('neighbour');
  await account.apply('one', wish);
  const { operations } = account.cost;
  const first = operations.indexOf('CreateRule');
  const calls = operations.flatMap((name, index) => (index >= first && CLAIM.includes(name) ? [index] : []));
  await account.remove('one');
  expect(calls.length).toBeGreaterThanOrEqual(CLAIM.length);
  for (const call of calls) {
    for (const effect of ['before', 'after'] as const) {
      await expect(account.apply('one', wish, crashAt(operations, call, effect))).rejects.toThrow();
      await onlyWinner(['one', 'two'], [account.apply('one', wish), account.apply('two', wish)]);
      await account.remove('one');
      await account.remove('two');
    }
  }
}, 300_000);

test('who has seen the rule of another before that one got the host, and its tags after it, does not take it for nobody’s', async () => {
  await account.apply('neighbour');
  await account.apply('one', wish);
  const { operations } = account.cost;
  await account.remove('one');
  const look = operations.indexOf('DescribeTags', operations.indexOf('CreateRule'));
  const [widened, forgotten] = ['ModifyRule', 'RemoveTags'].map((name) => operations.indexOf(name, look));

  const hasLooked = signal();
  const mayGoOn = signal();
  const two = account.apply('two', wish, crashAt(operations, forgotten!), {
    before: crashAt(operations, widened!),
    async happens() {
      hasLooked.give();
      await mayGoOn.given;
    },
  });
  await hasLooked.given;
  const one = account.apply('one', wish, undefined, {
    before: crashAt(operations, look),
    async happens() {
      mayGoOn.give();
      await expect(two).rejects.toThrow(Killed);
    },
  });
  await expect(one).rejects.toMatchObject(conflict);
  await account.apply('two', wish);
});

function signal(): { give(): void; readonly given: Promise<void> } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { give, given };
}
