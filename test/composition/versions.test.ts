/** The graph of a service with versions, which of them are kept, and the weights on the way from some to others. Pure. */
import type { AnyComponent, ApplyScope, ComponentsIn } from '../../src/express-service/composition/component';
import { nodesOf, observationsOfVersion } from '../../src/express-service/composition/node';
import { partOfTheWay } from '../../src/express-service/deployments/version-weights';
import { ecsServiceOf, identityOf } from '../../src/express-service/identity/identity';
import type { RecordedVersion, VersionState } from '../../src/express-service/memory/service-versions';
import { obsoleteVersions } from '../../src/express-service/versions';

const component = (kind: string, more: Partial<AnyComponent> = {}): AnyComponent => ({
  kind,
  needs: [],
  permissions: { observe: [], apply: [], remove: [] },
  observe: async () => undefined,
  apply: async () => ({ status: 'done', value: undefined }),
  ...more,
});

/** What the graph is shown of: one for all versions, two for each, and one that looks at all of them. */
const COMPONENTS: ComponentsIn = () => [
  component('Listener'),
  component('Group', { needs: ['Listener'], perVersion: 'as found' }),
  component('Rule', { needs: ['Listener', 'Group'], perVersion: 'as specified', removedAfter: ['Alarm'] }),
  component('Alarm', { needs: ['Group'], perVersion: 'as specified', ofVersionsAfter: 'Listener' }),
  component('Traffic', { needs: ['Listener', 'Group'], acrossVersions: true }),
];
const EXPOSURES = {
  serving: { kind: 'shared', loadBalancerName: 'ecs-express-a-1', protocolVersion: 'HTTP1' },
  leaving: [],
} as const;

describe('the graph', () => {
  const nodes = nodesOf(COMPONENTS, EXPOSURES, [], ['a', 'b']);
  const node = (id: string) => nodes.find((each) => each.id === id)!;
  const needs = (id: string) => node(id).needs.map((need) => need.node);

  test('has what there is for each version as often as there are versions', () => {
    expect(nodes.map(({ id }) => id)).toEqual([
      ...['Listener', 'Group', 'Rule', 'Alarm', 'Traffic'],
      ...['Group in a', 'Rule in a', 'Alarm in a'],
      ...['Group in b', 'Rule in b', 'Alarm in b'],
    ]);
  });

  test('lets what a version has need what it has itself, and of the service the rest', () => {
    expect(needs('Rule in a')).toEqual(['Listener', 'Group in a']);
    expect(needs('Alarm in a')).toEqual(['Group in a', 'Listener']);
    expect(node('Rule in a').removedAfter).toEqual(['Alarm in a']);
  });

  test('leaves what the template does not describe as it is, or follows it, by the kind', () => {
    expect(node('Group in a')).toMatchObject({ goal: 'as found', prunes: false, version: 'a' });
    expect(node('Rule in a')).toMatchObject({ goal: 'as specified', prunes: true, version: 'a' });
  });

  test('shows what looks at all versions those of each', () => {
    expect(node('Traffic').needs).toEqual([
      { node: 'Listener', kind: 'Listener' },
      { node: 'Group', kind: 'Group' },
      { node: 'Group in a', kind: 'Group', version: 'a' },
      { node: 'Group in b', kind: 'Group', version: 'b' },
    ]);
  });

  test('tells what was observed of one of them', () => {
    const versions = [version('new'), version('a'), version('aa')];
    const observations = { Group: 1, Listener: 2, 'Group in a': 3, 'Group in aa': 4 };
    const of = (id: string) => observationsOfVersion({ versions }, observations, id);
    expect([of('new'), of('a'), of('aa')]).toEqual([observations, { Group: 3 }, { Group: 4 }]);
  });
});

function version(id: string, state: VersionState = 'proven'): RecordedVersion {
  return { id, number: 1, state, label: `label-${id}` };
}

const NOW = Date.parse('2026-11-29T12:00:00Z');
const DAY = 24 * 60 * 60 * 1000;

/** A service whose template describes `v5`, with four versions before it, each a day older than the next. */
interface Given {
  readonly count?: number;
  readonly retentionInDays?: number;
  readonly weights?: Readonly<Record<string, number>>;
  readonly traffic?: readonly string[];
  readonly trafficBefore?: readonly string[];
  readonly states?: Readonly<Record<string, VersionState>>;
  readonly gone?: readonly string[];
  readonly takesAll?: true;
}

function obsolete(given: Given): string[] {
  const { weights = { v5: 1 }, states = {}, gone = [], traffic, trafficBefore, takesAll } = given;
  const identity = identityOf(
    { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' },
    'default',
    'web',
  );
  const ids = ['v5', 'v4', 'v3', 'v2', 'v1'];
  const shares = (labels: readonly string[] | undefined) =>
    labels && { traffic: labels.map((id) => ({ label: `label-${id}`, weight: 1 })) };
  const scope = {
    identity,
    ecsService: ecsServiceOf(identity),
    versions: ids.map((id) => version(id, states[id])),
    spec: {
      versions: {
        standby: { count: given.count ?? 1, retentionInDays: given.retentionInDays },
        ...shares(traffic),
        takesAll,
      },
    },
    previousSpec: { versions: shares(trafficBefore) ?? {} },
  } as unknown as ApplyScope;
  const services = ids.map((id, age) => {
    const status = gone.includes(id) ? 'INACTIVE' : 'ACTIVE';
    const service = { status, createdAt: new Date(NOW - age * DAY) };
    return [id === 'v5' ? 'Service' : `Service in ${id}`, { service }] as const;
  });
  return obsoleteVersions(scope, { Traffic: { weights }, ...Object.fromEntries(services) }, NOW);
}

test.each<[what: string, given: Given, expected: readonly string[]]>([
  ['all but as many as are to stand by, the newest of them', {}, ['v3', 'v2', 'v1']],
  ['all but the one of the template, where none is to', { count: 0 }, ['v4', 'v3', 'v2', 'v1']],
  ['none, where there are fewer than may stand by', { count: 11 }, []],
  ['none that has requests, whoever gave them', { count: 0, weights: { v5: 1, v2: 1 } }, ['v4', 'v3', 'v1']],
  ['none that Traffic names', { count: 0, traffic: ['v5', 'v1'] }, ['v4', 'v3', 'v2']],
  ['none that Traffic named before', { count: 0, trafficBefore: ['v3'] }, ['v4', 'v2', 'v1']],
  [
    'also those that Traffic names, where all requests leave them',
    { count: 0, traffic: ['v1'], takesAll: true },
    ['v4', 'v3', 'v2', 'v1'],
  ],
  ['those that are too old', { count: 11, retentionInDays: 2 }, ['v2', 'v1']],
  ['those that were never healthy, which take no place', { states: { v4: 'new' } }, ['v4', 'v2', 'v1']],
  ['those whose ECS service is gone, which take no place', { gone: ['v4'] }, ['v4', 'v2', 'v1']],
])('obsolete are %s', (_what, given, expected) => {
  expect(obsolete(given)).toEqual(expected);
});

const weights = (shares: Readonly<Record<string, number>>) =>
  Object.entries(shares).map(([targetGroupArn, weight]) => ({ targetGroupArn, weight }));

test.each<[string, Record<string, number>, Record<string, number>, number, Record<string, number>]>([
  ['a tenth of the way', { a: 1 }, { b: 1 }, 0.1, { a: 900, b: 100 }],
  ['the whole way', { a: 1, b: 0 }, { a: 0, b: 1 }, 1, { b: 999, a: 0 }],
  ['between versions that share', { a: 50, b: 50 }, { b: 1, c: 1 }, 0.5, { b: 500, a: 250, c: 250 }],
  ['a part that is almost nothing is something', { a: 1 }, { b: 1 }, 0.0001, { a: 999, b: 1 }],
  [
    'what has no room goes first where it has the least',
    { a: 5, b: 4, c: 3, d: 2, e: 1 },
    { a: 5, b: 4, c: 3, d: 2, f: 1 },
    0.9,
    { a: 333, b: 267, c: 200, d: 133, f: 60 },
  ],
])('weights on the way: %s', (_what, before, after, part, expected) => {
  expect(partOfTheWay(weights(before), weights(after), part)).toEqual(weights(expected));
});
