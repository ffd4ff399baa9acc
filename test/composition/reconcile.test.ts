import type { Continuation } from '../../src/express-service/memory/callback-context';
import type { AnyComponent, ApplyScope } from '../../src/express-service/composition/component';
import { BEGINNING, done, LIMIT, wait, type WaitLimit, type WaitTime } from '../../src/core/outcome';
import { converge, observe, teardown } from '../../src/express-service/composition/reconcile';
import { nodesOf } from '../../src/express-service/composition/node';

const scope = { time: BEGINNING } as ApplyScope;
const plentyOfTime = () => true;

/** A component that keeps its state in `world` and notes what is done to it in `journal`. */
function component(
  kind: string,
  needs: string[],
  world: Set<string>,
  journal: string[],
  more: Partial<AnyComponent> = {},
) {
  return {
    kind,
    needs,
    permissions: { observe: [], apply: [], remove: [] },
    async observe() {
      journal.push(`observe ${kind}`);
      return world.has(kind) ? kind : undefined;
    },
    async apply(_scope: unknown, found: object, current: unknown) {
      journal.push(
        `${current ? 'keep' : 'make'} ${kind} with [${Object.keys(found).filter((key) => needs.includes(key))}]`,
      );
      world.add(kind);
      return done(kind);
    },
    async remove() {
      journal.push(`remove ${kind}`);
      world.delete(kind);
      return done(undefined);
    },
    ...more,
  } as AnyComponent;
}

/** Cluster and network stand alone, the service needs both, the policy needs the service. */
function composition(more: Record<string, Partial<AnyComponent>> = {}) {
  const world = new Set<string>();
  const journal: string[] = [];
  const of = (kind: string, needs: string[]) => component(kind, needs, world, journal, more[kind]);
  const components = [
    of('Cluster', []),
    of('Network', []),
    of('Service', ['Cluster', 'Network']),
    of('Policy', ['Service']),
  ];
  return { world, journal, nodes: nodesOf(() => components, undefined) };
}

describe('converge', () => {
  test('looks at everything before it makes anything, and makes a component after those it needs', async () => {
    const { nodes, journal } = composition();
    const result = await converge(nodes, scope, {}, plentyOfTime);
    expect(result).toEqual({
      status: 'done',
      observations: { Cluster: 'Cluster', Network: 'Network', Service: 'Service', Policy: 'Policy' },
      found: {},
    });
    expect(journal.findIndex((line) => line.startsWith('make'))).toBe(4);
    expect(journal.slice(4)).toEqual([
      'make Cluster with []',
      'make Network with []',
      'make Service with [Cluster,Network]',
      'make Policy with [Service]',
    ]);
  });

  test('a second time keeps everything', async () => {
    const { nodes, journal } = composition();
    await converge(nodes, scope, {}, plentyOfTime);
    journal.length = 0;
    await converge(nodes, scope, {}, plentyOfTime);
    expect(journal.filter((line) => line.startsWith('make'))).toEqual([]);
  });

  test('an obstacle found by a look stops it before anything is made', async () => {
    const { nodes, world } = composition({
      Policy: {
        async observe() {
          throw new Error('in the way');
        },
      },
    });
    await expect(converge(nodes, scope, {}, plentyOfTime)).rejects.toThrow('in the way');
    expect([...world]).toEqual([]);
  });

  test('a component that waits holds back those that need it and no others', async () => {
    const { nodes, world } = composition({
      Network: { apply: async () => wait('a route', 7, { token: { route: 1 } }) },
    });
    const result = await converge(nodes, scope, {}, plentyOfTime);
    expect(result).toEqual({
      status: 'wait',
      reason: 'waiting for a route',
      seconds: 7,
      continuation: {
        pending: [{ kind: 'Network', token: { route: 1 } }],
        observations: { Cluster: 'Cluster' },
        waits: { 'a route': { since: 0, until: LIMIT.seconds } },
      },
      found: {},
    });
    expect([...world]).toEqual(['Cluster']);
  });

  test('a failure lets what has begun come to its end, and is the answer', async () => {
    const { nodes, world } = composition({
      Cluster: {
        async apply() {
          throw new Error('no cluster');
        },
      },
    });
    await expect(converge(nodes, scope, {}, plentyOfTime)).rejects.toThrow('no cluster');
    expect([...world]).toEqual(['Network']);
  });

  test('while the cheap look says wait, nothing else is looked at', async () => {
    const { nodes, journal } = composition({
      Service: { poll: async () => wait('a deployment', 15, { token: { deployment: 1 } }) },
    });
    const result = await converge(
      nodes,
      scope,
      { pending: [{ kind: 'Service', token: { deployment: 1 } }], observations: {} },
      plentyOfTime,
    );
    expect(result).toMatchObject({
      status: 'wait',
      seconds: 15,
      continuation: { pending: [{ kind: 'Service', token: { deployment: 1 } }], observations: {} },
    });
    expect(journal).toEqual([]);
  });

  test('what the cheap look says wait of is left alone also where other things are looked at again', async () => {
    const deployment = wait('a deployment', 15, { token: { deployment: 1 } });
    const { nodes, journal } = composition({ Service: { poll: async () => deployment } });
    const result = await converge(
      nodes,
      scope,
      { pending: [{ kind: 'Service', token: { deployment: 1 } }] },
      plentyOfTime,
    );
    expect(result).toMatchObject({ status: 'wait', reason: 'waiting for a deployment' });
    expect(journal.filter((line) => line.startsWith('make'))).toEqual([
      'make Cluster with []',
      'make Network with []',
    ]);
  });

  test('a volatile one that was done is not looked at while others are waited for, unless it is needed', async () => {
    const journal: string[] = [];
    const world = new Set(['Task', 'Record', 'Deployment']);
    const deployment = wait('a deployment', 15, { token: { deployment: 1 } });
    const nodes = (needsOfRecord: string[]) =>
      nodesOf(
        () => [
          component('Task', [], world, journal, { volatile: true }),
          component('Record', needsOfRecord, world, journal, { poll: async () => done(undefined) }),
          component('Deployment', ['Task'], world, journal, { poll: async () => deployment }),
        ],
        undefined,
      );
    const continuation: Continuation = {
      pending: [
        { kind: 'Record', token: {} },
        { kind: 'Deployment', token: { deployment: 1 } },
      ],
      observations: {},
      done: ['Task'],
    };
    const result = await converge(nodes([]), scope, continuation, plentyOfTime);
    expect(result).toMatchObject({ status: 'wait', continuation: { done: ['Task'] } });
    expect(journal).toEqual(['observe Record', 'keep Record with []']);

    journal.length = 0;
    await converge(nodes(['Task']), scope, continuation, plentyOfTime);
    expect(journal).toEqual([
      'observe Task',
      'observe Record',
      'keep Task with []',
      'keep Record with [Task]',
    ]);
  });

  test('when the cheap look says done, everything is looked at again', async () => {
    const { nodes } = composition({ Service: { poll: async () => done(undefined) } });
    const result = await converge(
      nodes,
      scope,
      { pending: [{ kind: 'Service', token: { deployment: 1 } }], observations: {} },
      plentyOfTime,
    );
    expect(result.status).toBe('done');
  });

  test('without time for another step it asks to be invoked again at once', async () => {
    const { nodes, world } = composition();
    const steps = [true, true, false, false];
    const result = await converge(nodes, scope, {}, () => steps.shift()!);
    expect(result).toMatchObject({ status: 'wait', seconds: 0, continuation: { pending: [] } });
    expect([...world]).toEqual(['Cluster', 'Network']);
  });

  test('prunes in reverse once everything is there', async () => {
    const pruned: string[] = [];
    const prune = (kind: string) => ({
      async prune() {
        pruned.push(kind);
        return done(undefined);
      },
    });
    const { nodes } = composition({ Cluster: prune('Cluster'), Policy: prune('Policy') });
    await converge(nodes, scope, {}, plentyOfTime);
    expect(pruned).toEqual(['Policy', 'Cluster']);
  });
});

describe('teardown', () => {
  test('removes a component after those that need it', async () => {
    const { nodes, journal, world } = composition();
    await converge(nodes, scope, {}, plentyOfTime);
    journal.length = 0;
    const result = await teardown(nodes, scope, {}, plentyOfTime);
    expect(result.status).toBe('done');
    expect(journal.filter((line) => line.startsWith('remove'))).toEqual([
      'remove Policy',
      'remove Service',
      'remove Cluster',
      'remove Network',
    ]);
    expect([...world]).toEqual([]);
  });

  test('removes a component after those that it is removed after', async () => {
    const { nodes, journal, world } = composition({ Cluster: { removedAfter: ['Network'] } });
    for (const { id } of nodes) world.add(id);
    await teardown(nodes, scope, {}, plentyOfTime);
    expect(journal.slice(-2)).toEqual(['remove Network', 'remove Cluster']);
  });

  test('goes on past what is gone already', async () => {
    const { nodes, world } = composition();
    world.add('Cluster');
    await teardown(nodes, scope, {}, plentyOfTime);
    expect([...world]).toEqual([]);
  });

  test('what waits holds back what it needs', async () => {
    const { nodes, world } = composition({
      Service: { remove: async () => wait('tasks to drain', 10) },
    });
    await converge(nodes, scope, {}, plentyOfTime);
    const result = await teardown(nodes, scope, {}, plentyOfTime);
    expect(result).toMatchObject({
      status: 'wait',
      reason: 'waiting for tasks to drain',
      seconds: 10,
      continuation: { pending: [] },
    });
    expect([...world]).toEqual(['Cluster', 'Network', 'Service']);
  });
});

describe('a removal that waits for what has a cheap look', () => {
  /** Everything is there, and the service waits once. @returns what the first invocation leaves to the next. */
  async function begun(more: Record<string, Partial<AnyComponent>> = {}) {
    const made = composition({
      Service: {
        remove: async () => wait('tasks to drain', 10, { token: { draining: true } }),
        poll: async () => done(undefined),
      },
      ...more,
    });
    for (const { id } of made.nodes) made.world.add(id);
    const first = await teardown(made.nodes, scope, {}, plentyOfTime);
    made.journal.length = 0;
    return { ...made, continuation: (first as { continuation: Continuation }).continuation };
  }

  test('leaves what is still to be removed, and what needs no further look', async () => {
    const { continuation } = await begun();
    expect(continuation).toEqual({
      pending: [{ kind: 'Service', token: { draining: true } }],
      observations: { Cluster: 'Cluster', Network: 'Network', Service: 'Service' },
      removed: ['Policy'],
      waits: { 'tasks to drain': { since: 0, until: LIMIT.seconds } },
    });
  });

  test('goes on without another look', async () => {
    const { nodes, journal, continuation } = await begun();
    expect(await teardown(nodes, scope, continuation, plentyOfTime)).toMatchObject({ status: 'done' });
    expect(journal).toEqual(['remove Cluster', 'remove Network']);
  });

  test('keeps what it knows while the cheap look says wait', async () => {
    const { nodes, continuation } = await begun({
      Service: {
        remove: async () => wait('tasks to drain', 10, { token: { draining: true } }),
        poll: async () => wait('tasks to drain', 10, { token: { draining: true } }),
      },
    });
    const second = await teardown(nodes, scope, continuation, plentyOfTime);
    expect(second).toMatchObject({ status: 'wait', continuation });
  });

  test('neither looks at nor removes what AWS removes with another one', async () => {
    const { nodes, journal, world } = composition({ Policy: { goesWith: 'Service' } });
    for (const { id } of nodes) world.add(id);
    await teardown(nodes, scope, {}, plentyOfTime);
    expect(journal.filter((line) => line.endsWith('Policy'))).toEqual([]);
    expect(journal.filter((line) => line.startsWith('remove'))[0]).toBe('remove Service');
  });

  test('looks again at what is volatile', async () => {
    const { nodes, journal, continuation } = await begun({ Network: { volatile: true } });
    await teardown(nodes, scope, continuation, plentyOfTime);
    expect(journal).toEqual(['observe Network', 'remove Cluster', 'remove Network']);
  });

  test('does not look again at what is volatile and kept for a removal', async () => {
    const { nodes, journal, continuation } = await begun({
      Network: { volatile: true, keptForRemoval: true },
    });
    await teardown(nodes, scope, continuation, plentyOfTime);
    expect(journal).toEqual(['remove Cluster', 'remove Network']);
  });

  test('looks again at what was absent: it may have been made a moment before the first look', async () => {
    let looks = 0;
    const { nodes, journal, continuation } = await begun({
      Network: { observe: async () => (looks++ === 0 ? undefined : 'Network') },
    });
    await teardown(nodes, scope, continuation, plentyOfTime);
    expect(journal).toContain('remove Network');
  });

  test('looks at everything again when what it knew is lost', async () => {
    const { nodes, journal } = await begun({ Service: {} });
    await teardown(nodes, scope, {}, plentyOfTime);
    expect(journal.filter((line) => line.startsWith('observe'))).toHaveLength(4);
  });
});

test('observe leaves out what is absent', async () => {
  const { nodes, world } = composition();
  world.add('Cluster');
  expect(await observe(nodes, scope)).toEqual({ Cluster: 'Cluster' });
});

describe('a wait', () => {
  const limit = { seconds: 600, remedy: 'Build it', propertyPath: 'Subnets' };
  const waitingFor = (more: Partial<WaitLimit> = {}) =>
    composition({ Network: { apply: async () => wait('a route', 7, { limit: { ...limit, ...more } }) } })
      .nodes;
  const after = (elapsedSeconds: number, begun: Record<string, number>) => {
    const times = Object.entries(begun).map(([what, since]) => [
      what,
      { since, until: since + limit.seconds },
    ]);
    return { time: { elapsedSeconds, waits: Object.fromEntries(times) } } as unknown as ApplyScope;
  };

  const since50 = { 'a route': { since: 50, until: 650 } };
  test.each<[string, ApplyScope, Record<string, WaitTime>]>([
    ['begins when it is first returned', after(50, {}), since50],
    ['goes on from where it began', after(500, { 'a route': 50, 'something else': 3 }), since50],
  ])('%s', async (_what, at, waits) => {
    const result = await converge(waitingFor(), at, {}, plentyOfTime);
    expect(result).toMatchObject({ status: 'wait', continuation: { waits } });
  });

  test.each<[string, Partial<WaitLimit>, string, string]>([
    ['its reason', {}, 'a route', 'Subnets: waited 10 minutes for a route, in vain. Build it.'],
    [
      'its own words',
      { what: 'the route', problem: 'There is no route' },
      'the route',
      'Subnets: There is no route. Build it.',
    ],
  ])('ends at its limit with %s', async (_what, more, name, message) => {
    const scope = after(660, { [name]: 60 });
    await expect(converge(waitingFor(more), scope, {}, plentyOfTime)).rejects.toMatchObject({
      code: 'NotStabilized',
      message,
    });
  });

  test('ends at the usual limit without one of its own', async () => {
    const { nodes } = composition({ Network: { apply: async () => wait('a route', 7) } });
    const almost = after(LIMIT.seconds - 1, { 'a route': 0 });
    expect(await converge(nodes, almost, {}, plentyOfTime)).toMatchObject({ status: 'wait' });
    const scope = after(LIMIT.seconds, { 'a route': 0 });
    await expect(converge(nodes, scope, {}, plentyOfTime)).rejects.toThrow(/waited 60 minutes for a route/);
  });
});
