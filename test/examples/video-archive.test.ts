/**
 * examples/video-archive, a whole shop: made by the AWS CLI under the eyes of the governance hook, updated well and badly while
 * everybody uses it, deleted. No answer is lost, each message is worked on once, and nothing is left.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES } from './platform';
import { Archive, SERVICES, type ServiceName } from './video-archive/archive';
import { Notifications } from './video-archive/queue';

let archive: Archive;
let notifications: Notifications;
beforeAll(async () => {
  archive = await Archive.open();
});
// Also after a test that has failed.
afterEach(() => archive.aws.faults.clear());
afterAll(async () => {
  notifications?.close();
  await archive?.close();
});

/** An update of a service. */
interface Update {
  /** Of its new image. */
  readonly tag: string;
  readonly meanwhile?: (service: ServiceName, tag: string) => unknown;
  /** Why it is rolled back; absent when it succeeds. */
  readonly reason?: RegExp;
  /** Tags of those that answer, or take messages, in the order in which they begin. */
  readonly serve: readonly string[];
  /** How often the canary check looks at the metric. */
  readonly looks?: number;
}

const imageOf = (service: string, tag: string) => `archive/${service}:${tag}`;

/** Somebody looks at the new version, and lets it go on. */
const approved = (service: ServiceName, tag: string) =>
  archive.answerPause(service, 'ContinueCommand', async () => {
    expect(await archive.image('/frontend', { 'x-test': 'on' })).toBe(imageOf(service, tag));
  });
const declined = (service: ServiceName) => archive.answerPause(service, 'RollbackCommand');
const alarm = (service: ServiceName) => archive.alarm(service);
const failSearches = () => archive.failSearches();
async function approvedThenAlarm(service: ServiceName, tag: string): Promise<void> {
  await approved(service, tag);
  await alarm(service);
}
/** The function that hands over may not write, once. */
const keepParameter = () =>
  archive.aws.faults.add({ kind: 'accessDenied', service: 'ssm', operation: 'PutParameter' });

const EXITED = /container Main exited with code 1/;
const ALARM = /alarm detected/;
const DECLINED = /Somebody rolled the deployment back while it waited/;
const LOAD_TEST = /POST_TEST_TRAFFIC_SHIFT .*function:functions-LoadTest-\w+ returned FAILED/;
const CANARY_CHECK = /PRODUCTION_TRAFFIC_SHIFT .*function:functions-CanaryCheck-\w+ returned FAILED/;
const HAND_OVER = /PRODUCTION_TRAFFIC_SHIFT .*function:functions-HandOver-/;

const UPDATES: readonly (readonly [string, Readonly<Partial<Record<ServiceName, Update>>>])[] = [
  [
    'a new version',
    {
      frontend: { tag: '2', meanwhile: approved, serve: ['1', '2'] },
      catalog: { tag: '2', serve: ['1', '2'], looks: 2 },
      notifications: { tag: '2', serve: ['1', '2'] },
      streaming: { tag: '2', serve: ['1', '2'] },
    },
  ],
  [
    'tasks that exit',
    {
      frontend: { tag: 'exits', reason: EXITED, serve: ['2'] },
      catalog: { tag: 'exits', reason: EXITED, serve: ['2'] },
      notifications: { tag: 'exits', reason: EXITED, serve: ['2'] },
      streaming: { tag: 'exits', reason: EXITED, serve: ['2'] },
    },
  ],
  [
    'somebody, or a function, that refuses',
    {
      frontend: { tag: '3', meanwhile: declined, reason: DECLINED, serve: ['2'] },
      catalog: { tag: 'errors', reason: LOAD_TEST, serve: ['2'] },
      notifications: { tag: '3', meanwhile: keepParameter, reason: HAND_OVER, serve: ['2'] },
      streaming: { tag: 'errors', reason: LOAD_TEST, serve: ['2'] },
    },
  ],
  [
    'a version that does badly in use',
    {
      frontend: { tag: '4', meanwhile: approvedThenAlarm, reason: ALARM, serve: ['2', '4'] },
      catalog: { tag: '4', meanwhile: failSearches, reason: CANARY_CHECK, serve: ['2', '4'], looks: 2 },
      notifications: { tag: '4', meanwhile: alarm, reason: ALARM, serve: ['2', '4', '2'] },
      streaming: { tag: '4', meanwhile: alarm, reason: ALARM, serve: ['2', '4'] },
    },
  ],
  [
    'another one, after all that',
    {
      frontend: { tag: '5', meanwhile: approved, serve: ['2', '5'] },
      catalog: { tag: '5', meanwhile: alarm, reason: ALARM, serve: ['2', '5'], looks: 2 },
      notifications: { tag: '5', serve: ['2', '5'] },
    },
  ],
];

test('every template is deployed', () => {
  const templates = ['functions', ...SERVICES].map((name) => `${name}.yml`);
  expect(readdirSync(join(EXAMPLES, 'video-archive')).sort()).toEqual(templates.sort());
});

test('is made by the AWS CLI; the first version of the frontend, too, waits for somebody', async () => {
  const made = { status: 'CREATE_COMPLETE', reasons: {} };
  const create = (service: ServiceName) => archive.create(service, imageOf(service, '1'));
  expect(await archive.create('functions')).toMatchObject(made);
  expect(await create('catalog')).toMatchObject(made);
  const others = Promise.all((['notifications', 'frontend', 'streaming'] as const).map(create));
  await archive.begun('notifications', 'frontend', 'streaming');
  await approved('frontend', '1');
  const outcomes = await others;
  expect(outcomes).toMatchObject([made, made, made]);
  const { QueueUrl, Consumer } = outcomes[0]!.outputs;
  notifications = new Notifications(archive.aws, 'notifications', QueueUrl!, Consumer!);
});

test.each(UPDATES)('%s', async (_what, updates) => {
  const entries = Object.entries(updates) as [ServiceName, Update][];
  const { calls } = archive.aws;
  calls.clear();
  const seen = await archive.whileRequested(() =>
    notifications.whileSent(() =>
      Promise.all(
        entries.map(async ([service, { tag, meanwhile }]) => {
          const updating = archive.update(service, imageOf(service, tag));
          await meanwhile?.(service, tag);
          return [service, await updating] as const;
        }),
      ),
    ),
  );
  expect(seen.lost).toEqual([]);

  const outcomes = seen.result.result.map(([service, { status, reasons }]) => [
    service,
    { status, reason: Object.values(reasons).join() },
  ]);
  expect(Object.fromEntries(outcomes)).toEqual(
    Object.fromEntries(
      entries.map(([service, { reason }]) => [
        service,
        reason
          ? { status: 'UPDATE_ROLLBACK_COMPLETE', reason: expect.stringMatching(reason) }
          : { status: 'UPDATE_COMPLETE', reason: '' },
      ]),
    ),
  );

  const images = { ...seen.images, notifications: seen.result.images };
  const served = entries.map(([service, { serve }]) => [service, serve.map((tag) => imageOf(service, tag))]);
  const expected = Object.fromEntries(served);
  expect(images).toMatchObject({ ...expected, 'catalog inside': expected.catalog });

  const looks = calls.list({ service: 'monitoring', operation: 'GetMetricStatistics' });
  expect(looks).toHaveLength(updates.catalog?.looks ?? 0);
});

test('each message is worked on once, and those for one user in their order', () => {
  const { sent, done } = notifications;
  const user = (body: string) => body.split(' ')[0]!;
  const byUser = (bodies: readonly string[]) =>
    bodies.toSorted((one, other) => user(one).localeCompare(user(other)));
  expect(byUser(done.map(({ body }) => body))).toEqual(byUser(sent));
  expect(new Set(done.map(({ task }) => task)).size).toBeGreaterThan(4);
});

test('is deleted by the AWS CLI, and leaves nothing', async () => {
  await Promise.all(
    (['frontend', 'notifications', 'streaming'] as const).map((name) => archive.delete(name)),
  );
  await archive.delete('catalog');
  await archive.delete('functions');
  expect(await archive.left()).toEqual([]);
});

test('the governance hook has looked at all of it, and refused nothing', async () => {
  expect(await archive.verdicts()).toEqual(['HOOK_COMPLETE_SUCCEEDED']);
});
