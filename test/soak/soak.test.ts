/** A reduced soak (`npm run soak` is the whole one), and that its invariants see what they are to see. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { emptyOnes, loadBalancersOfKind, misplaced, mixedKinds, samePriorities, tooMany } from './invariants';
import { soak } from './soak';
import { KINDS, servicesOf } from './services';

/** Behind Network Load Balancers ECS waits ten minutes after each shift. */
const QUICK = KINDS.filter(({ name }) => name !== 'Network Load Balancer');

test('ten services of five kinds, two for each load balancer, and a pair of one host come, change and go at the same time', async () => {
  const report = await soak({
    services: 10,
    operations: 1,
    seed: 2,
    servicesPerLoadBalancer: 2,
    kinds: QUICK,
  });
  expect(report.findings.filter(({ violations }) => violations.length > 0)).toEqual([]);
  expect(report.findings.filter(({ checks }) => checks === 0)).toEqual([]);
  expect(report.mostLoadBalancers).toBeGreaterThanOrEqual(5);
}, 300_000);

describe('the invariants', () => {
  const services = servicesOf(12);
  const [one, two] = services.filter(({ kind }) => kind.name === 'public');
  const other = services.find(({ kind }) => kind.name === 'private')!;
  const rule = (priority: string, ...hostNames: string[]) => ({ priority, hostNames });
  const placed = (...rules: ReturnType<typeof rule>[]) => [{ name: 'balancer', rules }];
  const both = placed(rule('1000', one!.hostName), rule('2000', two!.hostName));

  test.each<[string, string[], string[]]>([
    ['one more than the limit', tooMany(both, 1), ['balancer holds 2 services, more than 1']],
    ['as many as the limit', tooMany(both, 2), []],
    ['a priority twice', samePriorities(placed(rule('1000'), rule('1000'))), ['balancer: 1000, 1000']],
    ['priorities that differ', samePriorities(both), []],
    [
      'two kinds on one load balancer',
      mixedKinds(placed(rule('1000', one!.hostName), rule('2000', other.hostName)), services),
      ['balancer: public, private'],
    ],
    ['one kind on a load balancer', mixedKinds(both, services), []],
    [
      'a service without a rule',
      misplaced(placed(rule('1000', one!.hostName)), [one!, two!]),
      [`${two!.hostName} has 0 rules`],
    ],
    [
      'a rule without a service',
      misplaced(both, [one!]),
      [`there is a rule for ${two!.hostName}, which does not exist`],
    ],
    [
      'a service with two rules',
      misplaced([...both, ...both], [one!, two!]).slice(0, 1),
      [`${one!.hostName} has 2 rules`],
    ],
    ['a rule for each service', misplaced(both, [one!, two!]), []],
    ['a load balancer without services', emptyOnes(placed()), ['balancer holds no service']],
    ['a load balancer with services', emptyOnes(both), []],
  ])('%s', (_title, problems, expected) => expect(problems).toEqual(expected));

  test('load balancers are counted for each kind', () => {
    expect(loadBalancersOfKind([...both, ...both], services, 'public')).toBe(2);
    expect(loadBalancersOfKind(both, services, 'private')).toBe(0);
  });
});

test.each([
  ['--services', 'none', '--services is "none"; give a whole number, 1 or more'],
  ['--format', 'xml', '--format is "xml"; give text or json'],
])('the command line refuses %s %s', (option, value, message) => {
  const root = join(__dirname, '..', '..');
  const { status, stderr } = spawnSync('npx', ['tsx', join(__dirname, 'main.ts'), option, value], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});
