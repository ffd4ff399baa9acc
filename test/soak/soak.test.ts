/** A reduced soak (`npm run soak` is the whole one), and that its invariants see what they are to see. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { Structure } from '../../local/service';
import type { Holdings } from './holdings';
import {
  emptyOnes,
  leftovers,
  loadBalancersOfKind,
  misplaced,
  mixedKinds,
  samePriorities,
  tooMany,
  wrongHealthChecks,
  wrongRecords,
  wrongWeights,
} from './invariants';
import type { PlacedLoadBalancer, PlacedRule } from './placement';
import { soak } from './soak';
import { KINDS, servicesOf, type Service } from './services';
import { Versions } from './versions';

/**
 * Behind Network Load Balancers ECS waits ten minutes after each shift. The rules of versions with addresses are more than the
 * quota of this soak, which is that of two services.
 */
const QUICK = KINDS.filter(
  ({ name }) => !['Network Load Balancer', 'versions with an address each'].includes(name),
).map((kind) => ({ ...kind, share: 1 }));

test('ten services of seven kinds, two for each load balancer, and a pair of one host come, change and go at the same time', async () => {
  const report = await soak({
    services: 10,
    operations: 1,
    seed: 46,
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
  const rule = (priority: string, ...hostNames: string[]): PlacedRule => ({
    arn: priority,
    priority,
    hostNames,
    asksForMore: false,
    weights: {},
  });
  const placed = (...rules: PlacedRule[]): PlacedLoadBalancer[] => [
    { name: 'balancer', dnsName: 'balancer.example.com', rules },
  ];
  const weighted = (service: Service, weights: PlacedRule['weights']) => ({
    ...rule('1000', service.hostName),
    weights,
  });
  const both = placed(rule('1000', one!.hostName), rule('2000', two!.hostName));

  const versioned = services.find(({ kind }) => kind.isVersioned)!;
  const templates = ['1', '2'].map((tag) => ({
    Version: `v${tag}`,
    PrimaryContainer: { Image: `soak/image:${tag}` },
  }));
  versioned.versions.follow(templates[0]!, undefined, [
    { Version: 'v1', Weight: 1, ServiceArn: 'service/v1' },
  ]);
  versioned.versions.follow(templates[1]!, templates[0], [
    { Version: 'v2', Weight: 1, ServiceArn: 'service/v2' },
    { Version: 'v1', Weight: 0, ServiceArn: 'service/v1' },
  ]);
  const holdings: Holdings = {
    ecsServices: new Map([
      ['v1', ['blue']],
      ['v2', ['green']],
    ]),
    targetGroupArns: ['blue', 'green'],
    alarmed: [],
    scaled: [],
    records: [],
    healthChecks: [],
  };
  const routed = services.find(({ kind }) => kind.isRouted)!;
  routed.model = { DnsConfiguration: { RoutingPolicy: 'WEIGHTED', Weight: 1 } };
  const record = ({ hostName, name }: Service, Weight?: number): ResourceRecordSet => ({
    Name: `${hostName}.`,
    Type: 'A',
    ...(Weight !== undefined && { SetIdentifier: `${name}-us-east-1`, Weight }),
  });

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
    [
      'weights that no template says',
      wrongWeights(placed(weighted(versioned, { blue: 1, green: 1 })), holdings, [versioned]),
      [`${versioned.hostName} has v1 1, v2 1, and is to have v2 1`],
    ],
    [
      'weights that a template says',
      wrongWeights(placed(weighted(versioned, { blue: 0, green: 1 })), holdings, [versioned]),
      [],
    ],
    [
      'what is left of a version',
      leftovers(
        placed({ ...weighted(versioned, { black: 0 }), asksForMore: true }),
        {
          ...holdings,
          ecsServices: new Map([...holdings.ecsServices, ['other', ['white']]]),
          targetGroupArns: ['black'],
          alarmed: ['gone'],
          scaled: ['gone'],
        },
        [versioned],
      ),
      [
        `${versioned.hostName} has 1 rules for versions, not 0`,
        'there is an ECS service other',
        'no ECS service has target group black',
        'a rule forwards to target group black',
        'there is an alarm for gone',
        'there is a scalable target for gone',
      ],
    ],
    ['versions that stand', leftovers([], holdings, [versioned]), []],
    [
      'a record with another weight, and one of nobody',
      wrongRecords([], { ...holdings, records: [record(routed, 2), record(one!)] }, [routed]),
      [
        `${routed.hostName} has [{"SetIdentifier":"${routed.name}-us-east-1","Weight":2}], and is to have [{"SetIdentifier":"${routed.name}-us-east-1","Weight":1}]`,
        `us-east-1.${routed.hostName} has [], and is to have [{}]`,
        `there is ${one!.hostName}. A -`,
      ],
    ],
    [
      'health checks that no record names',
      wrongHealthChecks({
        ...holdings,
        healthChecks: [
          { Id: 'left', CallerReference: '', HealthCheckConfig: undefined, HealthCheckVersion: 1 },
        ],
      }),
      ['there is health check left'],
    ],
    [
      'a record without its health checks',
      wrongHealthChecks({ ...holdings, records: [{ ...record(routed, 1), HealthCheckId: 'gone' }] }),
      ['there is no health check gone', '1 health checks follow 0 others'],
    ],
  ])('%s', (_title, problems, expected) => expect(problems).toEqual(expected));

  test('load balancers are counted for each kind', () => {
    expect(loadBalancersOfKind([...both, ...both], services, 'public')).toBe(2);
    expect(loadBalancersOfKind(both, services, 'private')).toBe(0);
  });
});

describe('the versions that are to stand', () => {
  const content = (tag: number) => ({ Version: `v${tag}`, PrimaryContainer: { Image: `soak/image:${tag}` } });
  const traffic = (...shares: [tag: number, weight: number][]) => ({
    Traffic: shares.map(([tag, Weight]) => ({ Version: `v${tag}`, Weight })),
  });

  test.each<[string, Structure[], string]>([
    ['are what is described, and one before', [content(1), content(2), content(3)], 'v3 1, v2 0'],
    ['are as many as Standby says', [content(1), { ...content(2), Standby: { Count: 0 } }], 'v2 1'],
    [
      'are what Traffic says',
      [content(1), content(2), { ...content(3), ...traffic([1, 95], [2, 5]) }],
      'v3 0, v2 5, v1 95',
    ],
    [
      'are what Traffic has named, until the next update',
      [content(1), { ...content(2), ...traffic([1, 1]) }, content(3)],
      'v3 1, v2 0, v1 0',
    ],
    [
      'are no more what Traffic named once',
      [content(1), { ...content(2), ...traffic([1, 1]) }, content(3), content(4)],
      'v4 1, v3 0',
    ],
    ['are those that are described again', [content(1), content(2), content(1)], 'v1 1, v2 0'],
  ])('%s', (_title, templates, expected) => {
    const versions = new Versions();
    templates.forEach((template, index) => versions.follow(template, templates[index - 1], []));
    expect(versions.standing.map(({ label, weight }) => `${label} ${weight}`).join(', ')).toBe(expected);
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
