/** The parts of a move that decide without a call to AWS: the record, and which component does what in which exposure. */
import type { AnyComponent, ApplyScope } from '../../src/express-service/composition/component';
import { done } from '../../src/core/outcome';
import { nodesOf, type Node } from '../../src/express-service/composition/node';
import { exposureHash, type Exposure, type SharedExposure } from '../../src/express-service/exposures';
import {
  exposureText,
  obsoleteExposureTagKeys,
  parseExposure,
  recordedExposures,
  switchTags,
  tagsOfExposures,
  type Exposures,
} from '../../src/express-service/memory/recorded-exposures';
import { converge, teardown } from '../../src/express-service/composition/reconcile';

const LISTENER =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/own/0123456789abcdef/0123456789abcdef';
const onShared = (name: string): SharedExposure => ({
  kind: 'shared',
  loadBalancerName: `ecs-express-${name}`,
  protocolVersion: 'HTTP1',
});
const A = onShared('aaaaaaaaaa-1');
const B = onShared('bbbbbbbbbb-1');
const C = onShared('cccccccccc-1');
const GRPC: Exposure = { ...A, protocolVersion: 'GRPC' };
const NONE: Exposure = { kind: 'none' };
const OWN: Exposure = { kind: 'external', listenerArn: LISTENER, protocolVersion: 'HTTP2' };

describe('the record', () => {
  test.each([
    ['a shared load balancer', A, 'ecs-express-aaaaaaaaaa-1'],
    ['another protocol version', GRPC, 'ecs-express-aaaaaaaaaa-1 GRPC'],
    ['a listener of the author’s', OWN, `${LISTENER} HTTP2`],
    ['no load balancer', NONE, 'none'],
  ])('of %s is one tag that fits', (_title, exposure, text) => {
    expect(exposureText(exposure)).toBe(text);
    expect(parseExposure(text)).toEqual(exposure);
    expect(text.length).toBeLessThanOrEqual(256);
  });

  test('of a kind that is not known is refused', () => {
    expect(() => parseExposure('satellite')).toThrow(/reached at "satellite".*newer version/);
  });

  test('keeps its target groups when the service goes on to the next load balancer', () => {
    expect(exposureHash(onShared('aaaaaaaaaa-2'))).toBe(exposureHash(A));
    expect(new Set([A, B, GRPC, OWN, NONE].map(exposureHash)).size).toBe(5);
  });

  test('is there before anything of an exposure is made, and changes with one call', () => {
    const placed = tagsOfExposures({ serving: A, leaving: [] });
    expect(recordedExposures(placed)).toEqual({ serving: A, others: [] });

    const joining = { ...placed, ...tagsOfExposures({ serving: A, joining: B, leaving: [] }) };
    expect(recordedExposures(joining)).toEqual({ serving: A, others: [B] });

    const switched = { ...joining, ...switchTags(B, A) };
    expect(recordedExposures(switched)).toEqual({ serving: B, others: [A] });

    const obsolete = obsoleteExposureTagKeys(switched, { serving: B, leaving: [A] });
    const left = Object.fromEntries(Object.entries(switched).filter(([key]) => !obsolete.includes(key)));
    expect(left).toEqual(tagsOfExposures({ serving: B, leaving: [] }));
  });

  test('says nothing of a group without it', () => {
    expect(recordedExposures({ team: 'a' })).toBeUndefined();
  });
});

/** Components that note what is done, with the load balancer or protocol that it is done for. */
function noting(notes: string[]): AnyComponent[] {
  const where = ({ exposure }: Pick<ApplyScope, 'exposure'>) =>
    exposure ? exposureText(exposure).replace(/^ecs-express-/, '') : 'nowhere';
  const component = (kind: string, more: Partial<AnyComponent>): AnyComponent => ({
    kind,
    needs: [],
    permissions: { observe: [], apply: [], remove: [] },
    observe: async (scope) => `${kind} in ${where(scope)}`,
    apply: async (scope, _needs, current) => {
      const { Rules = [] } = (scope.desired[''] ?? {}) as { readonly Rules?: readonly string[] };
      notes.push([`apply ${kind} in ${where(scope)}`, ...Rules].join(', '));
      return done(current);
    },
    prune: async (scope) => {
      notes.push(`prune ${kind} in ${where(scope)}`);
      return done(undefined);
    },
    remove: async (scope) => {
      notes.push(`remove ${kind} in ${where(scope)}`);
      return done(undefined);
    },
    ...more,
  });
  return [
    component('LoadBalancer', { per: 'load balancer', staysWhileJoining: true }),
    component('Rule', {
      needs: ['LoadBalancer'],
      per: 'exposure',
      staysWhileJoining: true,
      attributes: (observed) => ({ '': { Ref: observed } }),
      leavesAfter: ['Dns'],
      leave: async (scope, _found, current) => {
        notes.push(`leave Rule in ${where(scope)}, ${scope.spec ? 'by' : 'without'} the specification`);
        return done(current);
      },
    }),
    component('Dns', { needs: ['Rule'], staysWhileJoining: true }),
    component('Service', {
      needs: ['Rule'],
      acrossExposures: true,
      desired: ({ exposures, refer }) => {
        const Rules = [
          refer('Rule', 'Ref'),
          ...(exposures.joining ? [refer('Rule', 'Ref', { isJoining: true })] : []),
        ];
        return [{ type: 'AWS::ECS::Service', properties: { Rules } }];
      },
    }),
  ];
}

async function converged(exposures: Exposures): Promise<string[]> {
  const notes: string[] = [];
  const scope = { exposures, spec: {}, network: async () => ({}) } as unknown as ApplyScope;
  await converge(
    nodesOf(() => noting(notes), exposures),
    scope,
    {},
    () => true,
  );
  return notes;
}

describe('the components of a service', () => {
  test('in its only exposure are applied, then pruned', async () => {
    expect(await converged({ serving: A, leaving: [] })).toEqual([
      'apply LoadBalancer in aaaaaaaaaa-1',
      'apply Rule in aaaaaaaaaa-1',
      'apply Dns in aaaaaaaaaa-1',
      'apply Service in aaaaaaaaaa-1, Rule in aaaaaaaaaa-1',
      'prune Dns in aaaaaaaaaa-1',
      'prune Service in aaaaaaaaaa-1',
      'prune Rule in aaaaaaaaaa-1',
      'prune LoadBalancer in aaaaaaaaaa-1',
    ]);
  });

  test('that joins another one: what clients see stays, and the deployment has both', async () => {
    expect(await converged({ serving: A, joining: B, leaving: [] })).toEqual([
      'apply LoadBalancer in bbbbbbbbbb-1',
      'apply Rule in bbbbbbbbbb-1',
      'apply Service in aaaaaaaaaa-1, Rule in aaaaaaaaaa-1, Rule in bbbbbbbbbb-1',
    ]);
  });

  test('that leaves one: clients follow first, then the tasks go, then the rest', async () => {
    const notes = await converged({ serving: B, leaving: [A] });
    expect(notes.filter((note) => !note.startsWith('prune'))).toEqual([
      'apply LoadBalancer in bbbbbbbbbb-1',
      'apply Rule in bbbbbbbbbb-1',
      'apply Dns in bbbbbbbbbb-1',
      'leave Rule in aaaaaaaaaa-1, without the specification',
      'apply Service in bbbbbbbbbb-1, Rule in bbbbbbbbbb-1',
      'remove Rule in aaaaaaaaaa-1',
      'remove LoadBalancer in aaaaaaaaaa-1',
    ]);
  });

  test('with two target-group pairs on one load balancer has only the rule twice', async () => {
    const joining = await converged({ serving: A, joining: GRPC, leaving: [] });
    expect(joining).toEqual([
      'apply Rule in aaaaaaaaaa-1 GRPC',
      'apply Service in aaaaaaaaaa-1, Rule in aaaaaaaaaa-1, Rule in aaaaaaaaaa-1 GRPC',
    ]);
    const leaving = await converged({ serving: GRPC, leaving: [A] });
    expect(leaving.filter((note) => note.startsWith('remove'))).toEqual(['remove Rule in aaaaaaaaaa-1']);
  });

  test('go after what they name, each in its own exposure', () => {
    const components = noting([]).map((each) =>
      each.kind === 'LoadBalancer' ? { ...each, removedAfter: ['Rule', 'Dns'] } : each,
    );
    const nodes = nodesOf(() => components, { serving: A, leaving: [B] });
    const after = nodes.filter(({ component }) => component.kind === 'LoadBalancer');
    expect(after.map(({ removedAfter }) => removedAfter)).toEqual([
      ['Rule', 'Dns'],
      [`Rule ${exposureHash(B)}`, 'Dns'],
    ]);
  });

  test('are removed in all exposures', async () => {
    const notes: string[] = [];
    const exposures = { serving: A, leaving: [B, C] };
    const scope = { exposures } as unknown as ApplyScope;
    await teardown(
      nodesOf(() => noting(notes), exposures),
      scope,
      {},
      () => true,
    );
    expect(notes.map((note) => note.replace('remove ', '')).sort()).toEqual([
      'Dns in aaaaaaaaaa-1',
      'LoadBalancer in aaaaaaaaaa-1',
      'LoadBalancer in bbbbbbbbbb-1',
      'LoadBalancer in cccccccccc-1',
      'Rule in aaaaaaaaaa-1',
      'Rule in bbbbbbbbbb-1',
      'Rule in cccccccccc-1',
      'Service in aaaaaaaaaa-1',
    ]);
    expect(notes[0]).toMatch(/Dns|Service/);
  });

  const needsOfService = (nodes: readonly Node[]) =>
    nodes
      .find(({ id }) => id === 'Service')!
      .needs.map(({ node, kind, isJoining }) => {
        const as = kind === undefined ? 'only before it' : isJoining ? 'of what is joined' : 'of what serves';
        return `${node}, ${as}`;
      });
  const beside = (exposures: Exposures, more: object = {}) =>
    nodesOf(() => noting([]), { serving: A, leaving: [] }, [{ name: 'internal', exposures, ...more }]);

  test.each<[string, Exposures, string[]]>([
    ['stays', { serving: B, leaving: [] }, ['Rule of internal, of what serves']],
    [
      'moves',
      { serving: B, joining: C, leaving: [] },
      ['Rule of internal, of what serves', `Rule ${exposureHash(C)} of internal, of what is joined`],
    ],
    [
      'has moved',
      { serving: C, leaving: [B] },
      ['Rule of internal, of what serves', `Rule ${exposureHash(B)} of internal, only before it`],
    ],
  ])('an additional load balancer %s: the service needs its rules, too', (_what, exposures, needs) => {
    expect(needsOfService(beside(exposures))).toEqual(['Rule, of what serves', ...needs]);
  });

  test('of an additional load balancer there is one more of what is there for one, and no other service', () => {
    expect(beside({ serving: B, leaving: [] }).map(({ id, goal }) => `${id}: ${goal}`)).toEqual([
      'LoadBalancer: as specified',
      'Rule: as specified',
      'Dns: as specified',
      'Service: as specified',
      'LoadBalancer of internal: as specified',
      'Rule of internal: as specified',
    ]);
  });

  test('what begins an additional load balancer comes after that of the service, which records it', () => {
    const needs = (nodes: readonly Node[]) =>
      nodes.find(({ id }) => id === 'LoadBalancer of internal')!.needs.map(({ node }) => node);
    expect(needs(beside({ serving: B, leaving: [] }))).toEqual(['LoadBalancer']);
  });

  test('an additional load balancer that is not wanted any more is removed as it is', () => {
    const nodes = beside({ serving: B, leaving: [C] }, { isObsolete: true });
    const goals = nodes
      .filter(({ loadBalancer }) => loadBalancer)
      .map(({ goal, prunes }) => ({ goal, prunes }));
    expect(goals).toEqual(goals.map(() => ({ goal: 'removed', prunes: false })));
    expect(goals).toHaveLength(4);
  });
});
