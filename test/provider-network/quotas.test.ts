import { Account } from './account';
import { loadBalancersOf } from './looks';

describe.each([
  ['certificates', { certificatesPerLoadBalancer: 1 }],
  ['rules', { rulesPerLoadBalancer: 2 }],
])('a load balancer that takes no more %s', (_title, limits) => {
  let account: Account;
  beforeAll(async () => {
    account = await Account.open(limits);
  });
  afterAll(() => account.close());

  test('is passed over, and nothing is left on it', async () => {
    const names = ['one', 'two', 'three'];
    for (const name of names) await account.apply(name, { certificate: 'own' });
    const places = await Promise.all(
      names.map(async (name) => ((await account.read(name)) as any).LoadBalancer.name.slice(-2)),
    );
    expect(places).toEqual(['-1', '-1', '-2']);

    await account.remove('one');
    await account.remove('two');
    expect(
      (await loadBalancersOf(account)).map(({ LoadBalancerName }) => LoadBalancerName!.slice(-2)),
    ).toEqual(['-2']);
    await account.remove('three');
    expect(await account.left()).toEqual([]);
  });
});
