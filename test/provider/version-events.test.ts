/** Events of versions on an event bus, as a rule with a queue gets them, and what becomes of an operation without its bus. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Ajv from 'ajv';
import eventSchema from '../../docs/reference/events.schema.json';
import { startLocalAws, type LocalAws } from '../../local';
import type { FaultRule } from '../../local/faults';
import { createClients } from '../../src/aws/clients';
import { eventBusFlaw, publish } from '../../src/express-service/events/publish';
import type { VersionEvent } from '../../src/express-service/events/version-event';
import { identityOf } from '../../src/express-service/identity/identity';
import type { EventBus } from '../../src/express-service/properties/event-bus';
import { ACCOUNT_ID, REGION } from '../support/account';
import { eventsOnBus, type TakeEvents } from '../support/events';

const BUS = 'deployments';
const identity = identityOf({ partition: 'aws', region: REGION, accountId: ACCOUNT_ID }, 'default', 'web');

let aws: LocalAws;
let taken: TakeEvents;
const log: string[] = [];

beforeAll(async () => {
  aws = await startLocalAws();
  taken = await eventsOnBus(aws, BUS);
});
afterAll(() => aws.close());
beforeEach(() => {
  log.length = 0;
  aws.calls.clear();
});

/** The scope of an operation, as far as events need it. */
function scope(eventBus: EventBus | undefined, { token = 'token', endpoint = aws.endpoint } = {}) {
  const options = { ...aws.clientOptions(), endpoint };
  return {
    identity,
    clients: createClients(options as unknown as Parameters<typeof createClients>[0]),
    log: (line: string) => void log.push(line),
    operationToken: token,
    spec: { eventBus },
  };
}

const fromTemplate = (name: string): EventBus => ({ name, propertyPath: 'EventBusName' });

const v1 = (weight: number) => ({ version: 'v1', weight });
const v2 = (weight: number) => ({ version: 'v2', weight });
const CREATED: VersionEvent = {
  kind: 'created',
  serviceVersion: 'v2',
  from: [v1(100)],
  to: [v1(100), v2(0)],
};

test.each<[string, VersionEvent]>([
  ['Express Service Version Created', CREATED],
  [
    'Express Service Traffic Changed',
    { kind: 'trafficChanged', from: [v1(100), v2(0)], to: [v1(90), v2(10)] },
  ],
  [
    'Express Service Version Promoted',
    { kind: 'promoted', serviceVersion: 'v2', from: [v1(50), v2(50)], to: [v1(0), v2(100)] },
  ],
  [
    'Express Service Version Rolled Back',
    { kind: 'rolledBack', serviceVersion: 'v2', from: [v1(50), v2(50)], to: [v1(100), v2(0)] },
  ],
  [
    'Express Service Version Retired',
    { kind: 'retired', serviceVersion: 'v1', from: [v1(0), v2(100)], to: [v2(100)] },
  ],
])('%s comes as its schema says', async (detailType, event) => {
  await publish(scope(fromTemplate(BUS)), event);
  const [received, ...others] = await taken();
  expect(others).toEqual([]);
  const { kind: _, ...told } = event;
  expect(received).toMatchObject({ 'detail-type': detailType, detail: { ...told, operationToken: 'token' } });
  expectValid(received);
  expect(log).toEqual([]);
});

/** EventBridge does not send what moto adds. */
function expectValid({ 'ingestion-time': _, ...event }: any): void {
  const validate = new Ajv({ strict: true, strictRequired: false }).compile(eventSchema);
  validate(event);
  expect(validate.errors ?? []).toEqual([]);
}

test('the example of the schema is one, and a traffic change with a version is none', () => {
  expectValid(eventSchema.examples[0]);
  const { detail, ...event } = eventSchema.examples[0]!;
  expect(() => expectValid({ ...event, detail: { ...detail, serviceVersion: 'v1' } })).toThrow(
    'boolean schema is false',
  );
});

test('an event bus may be given by its ARN', async () => {
  await publish(scope(fromTemplate(`arn:aws:events:${REGION}:${ACCOUNT_ID}:event-bus/${BUS}`)), CREATED);
  expect(await taken()).toHaveLength(1);
});

test('nothing is called without an event bus', async () => {
  await publish(scope(undefined), CREATED);
  expect(await eventBusFlaw(scope(undefined))).toBeUndefined();
  expect(aws.calls.list({ service: 'events' })).toEqual([]);
});

describe('the id in the detail', () => {
  const idOf = async (event: VersionEvent, token = 'token') => {
    await publish(scope(fromTemplate(BUS), { token }), event);
    return (await taken()).map(({ detail }) => detail.id);
  };

  test('is the same when the event is repeated, in whatever order the versions come', async () => {
    const [id] = await idOf(CREATED);
    expect(await idOf({ ...CREATED, to: [...CREATED.to].reverse() })).toEqual([id]);
    aws.faults.add({ kind: 'lostResponse', operation: 'PutEvents' });
    expect(await idOf(CREATED)).toEqual([id, id]);
  });

  test.each<[string, VersionEvent, string]>([
    ['another operation', CREATED, 'other'],
    ['another kind', { ...CREATED, kind: 'promoted', serviceVersion: 'v2' }, 'token'],
    ['another version', { ...CREATED, kind: 'created', serviceVersion: 'v3' }, 'token'],
    ['other weights before', { ...CREATED, from: [v1(99)] }, 'token'],
    ['other weights afterwards', { ...CREATED, to: [v1(100), v2(1)] }, 'token'],
  ])('is another one with %s', async (_what, event, token) => {
    expect(await idOf(event, token)).not.toEqual(await idOf(CREATED));
  });
});

describe('an operation goes on, and one line of the log says why', () => {
  test.each<[string, FaultRule, RegExp]>([
    [
      'it may not put events',
      { kind: 'accessDenied', operation: 'PutEvents' },
      /Created" is not on event bus deployments: AccessDenied/,
    ],
    [
      'EventBridge is away',
      { kind: 'serverError', operation: 'PutEvents', times: 9 },
      /not on event bus deployments: Internal/,
    ],
  ])('%s', async (_what, fault, line) => {
    aws.faults.add(fault);
    await publish(scope(fromTemplate(BUS)), CREATED);
    aws.faults.clear();
    expect(log).toEqual([expect.stringMatching(line)]);
    expect(await taken()).toEqual([]);
  });

  test.each([
    ['MalformedDetail', 1],
    ['InternalFailure', 3],
  ])('an entry failed with %s, after %i tries', async (ErrorCode, tries) => {
    const { server, endpoint, requests } = await failing(ErrorCode);
    await publish(scope(fromTemplate(BUS), { endpoint }), CREATED);
    server.close();
    expect(requests()).toBe(tries);
    expect(log).toEqual([expect.stringContaining(`is not on event bus ${BUS}: ${ErrorCode}: no`)]);
  });
});

/** An EventBridge whose entries all fail. */
async function failing(
  ErrorCode: string,
): Promise<{ server: Server; endpoint: string; requests: () => number }> {
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify({ FailedEntryCount: 1, Entries: [{ ErrorCode, ErrorMessage: 'no' }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, endpoint: `http://127.0.0.1:${port}`, requests: () => requests };
}

describe('an event bus that is not there', () => {
  test('drops events without a word', async () => {
    await publish(scope(fromTemplate('absent')), CREATED);
    expect(log).toEqual([]);
    expect(await taken()).toEqual([]);
  });

  test('is told at the property that names it', async () => {
    expect(await eventBusFlaw(scope(fromTemplate('absent')))).toMatchObject({
      code: 'InvalidRequest',
      propertyPath: 'EventBusName',
      message: `EventBusName: there is no event bus absent in account ${ACCOUNT_ID} and Region ${REGION}. Name one that is there, or make it first.`,
    });
  });

  const inLog = (line: RegExp) => [expect.stringMatching(line)];
  const elsewhere = `arn:aws:events:${REGION}:210987654321:event-bus/absent`;
  test.each<[string, EventBus, EventBus | undefined, FaultRule | undefined, unknown[], number]>([
    ['one that is there', fromTemplate(BUS), undefined, undefined, [], 1],
    ['one of before', fromTemplate('absent'), { name: 'absent' }, undefined, [], 0],
    ['one of another account', fromTemplate(elsewhere), undefined, undefined, [], 0],
    ['one of the type configuration', { name: 'absent' }, undefined, undefined, inLog(/there is none/), 1],
    [
      'one that may not be looked at',
      fromTemplate('absent'),
      undefined,
      { kind: 'accessDenied', operation: 'DescribeEventBus' },
      inLog(/^event bus absent: AccessDenied/),
      1,
    ],
  ])('does not keep an operation from going on: %s', async (_what, eventBus, before, fault, lines, calls) => {
    if (fault) aws.faults.add(fault);
    const previousSpec = before && { eventBus: before };
    expect(await eventBusFlaw({ ...scope(eventBus), previousSpec })).toBeUndefined();
    expect(log).toEqual(lines);
    expect(aws.calls.list({ operation: 'DescribeEventBus' })).toHaveLength(calls);
  });
});
