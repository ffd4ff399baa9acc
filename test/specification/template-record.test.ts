import { spelledOut, withSpelledOut } from '../../src/core/spelled-out';
import { PROPERTIES } from '../../src/express-service/properties/rows';
import type { ResourceModel } from '../../src/express-service/model';
import type { Scaling } from '../../src/express-service/properties/scaling';
import { RECORD_TAG, recordOf, templateRecord } from '../../src/express-service/memory/template-record';

const scaling: Scaling = {
  minTaskCount: 2,
  maxTaskCount: 8,
  metric: 'AVERAGE_CPU',
  targetValue: 60,
};
const record = (model: object, tags: Record<string, string> = {}, more: Partial<Scaling> = {}) =>
  templateRecord(model as ResourceModel, tags, { ...scaling, ...more });

const template = {
  PrimaryContainer: {
    HealthCheck: { Interval: 30 },
    MountPoints: [{ SourceVolume: 'data', ContainerPath: '/data', ReadOnly: false }],
  },
  SidecarContainers: [
    { Name: 'proxy', Essential: true, HealthCheck: { Interval: 30, Timeout: 2 } },
    { Name: 'agent', Essential: false },
  ],
};

test('defaults in items of lists are told by the keys of the items; others are always read', () => {
  expect(spelledOut(PROPERTIES, template)).toEqual([
    'PrimaryContainer/MountPoints//data/ReadOnly',
    'SidecarContainers/proxy/Essential',
    'SidecarContainers/proxy/HealthCheck/Interval',
  ]);
});

test('what READ gives back are the defaults that the template spells out', () => {
  const live = {
    PrimaryContainer: {
      HealthCheck: { Interval: 30, Timeout: 5 },
      MountPoints: [{ SourceVolume: 'data', ContainerPath: '/data', ReadOnly: false }],
    },
    SidecarContainers: [
      { Name: 'agent', Essential: false, ReadonlyRootFilesystem: false },
      {
        Name: 'proxy',
        Essential: true,
        ReadonlyRootFilesystem: false,
        HealthCheck: { Interval: 30, Timeout: 2, Retries: 3 },
      },
    ],
  };
  expect(withSpelledOut(PROPERTIES, live, recordOf(record(template)).isSpelledOut)).toEqual({
    PrimaryContainer: {
      HealthCheck: { Interval: 30, Timeout: 5 },
      MountPoints: [{ SourceVolume: 'data', ContainerPath: '/data', ReadOnly: false }],
    },
    SidecarContainers: [
      { Name: 'agent', Essential: false },
      { Name: 'proxy', Essential: true, HealthCheck: { Interval: 30, Timeout: 2 } },
    ],
  });
});

test('subnets are read where the template names them, and told first', () => {
  const subnets = { SidecarContainers: template.SidecarContainers, NetworkConfiguration: { Subnets: ['a'] } };
  expect(spelledOut(PROPERTIES, subnets)[0]).toBe('NetworkConfiguration/Subnets');
  const live = { NetworkConfiguration: { Subnets: ['a'] }, LoadBalancerConfiguration: { Subnets: ['a'] } };
  expect(withSpelledOut(PROPERTIES, live, recordOf(record(subnets)).isSpelledOut)).toEqual({
    NetworkConfiguration: { Subnets: ['a'] },
    LoadBalancerConfiguration: {},
  });
});

test('a template with nothing to record needs no tag', () => {
  expect(record({}, {})).toEqual({});
  expect(recordOf({})).toMatchObject({ taskCounts: undefined });
});

test('tags of the stack are told from those of the resource', () => {
  const { isStackTag } = recordOf(
    record({ Tags: [{ Key: 'both', Value: '1' }] }, { both: '1', stack: '2', other: '3' }),
  );
  expect(['both', 'stack', 'other', 'by-hand'].map(isStackTag)).toEqual([false, true, true, false]);
});

test('numbers of tasks are recorded where scheduled actions change them', () => {
  const scheduledActions = [
    { ScheduledActionName: 'night', Schedule: 'rate(1 day)', ScalableTargetAction: { MinCapacity: 0 } },
  ];
  expect(recordOf(record({}, {}, { scheduledActions })).taskCounts).toEqual({
    minTaskCount: 2,
    maxTaskCount: 8,
  });
});

test('the tag is as long as a tag may be at most, and the most important comes first', () => {
  const SidecarContainers = Array.from({ length: 90 }, (_, n) => ({ Name: `sidecar-${n}`, Essential: true }));
  const tags = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`key-${n}`, '']));
  const made = record({ SidecarContainers }, tags);
  expect(made[RECORD_TAG]!.length).toBeLessThanOrEqual(256);
  // Characters that EC2 takes in the values of tags.
  expect(made[RECORD_TAG]).toMatch(/^[\w/-]+$/);
  expect(Object.keys(tags).every(recordOf(made).isStackTag)).toBe(true);
});
