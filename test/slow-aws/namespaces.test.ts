/** Operations that end while AWS Cloud Map still makes the namespace that they have asked for. */
import { CreateHttpNamespaceCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import { Driver, type Options } from '../support/driver';

const MINUTE = 60_000;

let driver: Driver;
let beginning: string[];
beforeAll(async () => {
  driver = await Driver.start({ limits: { namespaceCreation: 4 * MINUTE }, isPunctual: true });
  beginning = await driver.inventory();
});
afterAll(() => driver.close());

const WITH = { ServiceConnectConfiguration: { Namespace: 'apps' } };

/** An operation that CloudFormation gives up once the handler waits for the namespace. */
async function givenUp(run: (options: Options) => Promise<HandlerOutcome>): Promise<void> {
  const cancellation = new AbortController();
  const outcome = await run({
    signal: cancellation.signal,
    onProgress: (_model, _identifier, message = '') => {
      if (/the namespace apps/.test(message)) cancellation.abort();
    },
  });
  expect([outcome.status, cancellation.signal.aborted]).toEqual(['FAILED', true]);
}

/** What is left in the end, once everything that was asked for is there. */
async function left(): Promise<string[]> {
  await driver.aws.clock.sleep(10 * MINUTE);
  return (await driver.inventory()).filter((line) => !beginning.includes(line));
}

function arnOf({ ServiceName }: Structure): string {
  return `arn:aws:ecs:us-east-1:123456789012:service/default/${ServiceName}`;
}

test('the deletion after a creation waits for it, and removes it', async () => {
  const model = driver.model(WITH);
  await givenUp((options) => driver.create(model, options));
  expect(await driver.delete(arnOf(model))).toMatchObject({ status: 'SUCCESS' });
  expect(await left()).toEqual([]);
});

test('so does the roll-back of an update', async () => {
  const model = driver.model();
  const { ServiceArn } = Driver.modelOf(await driver.create(model));
  await givenUp((options) => driver.update({ ...model, ServiceArn }, driver.model(WITH), options));
  const rolledBack = await driver.update({ ...driver.model(WITH), ServiceArn }, model);
  expect(rolledBack).toMatchObject({ status: 'SUCCESS' });
  expect((await left()).filter((line) => line.includes('Namespace'))).toEqual([]);
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
  expect(await left()).toEqual([]);
});

test('a namespace that somebody else has asked for stays', async () => {
  const client = new ServiceDiscoveryClient(driver.aws.clientOptions());
  await client.send(new CreateHttpNamespaceCommand({ Name: 'apps' }));
  client.destroy();
  const model = driver.model(WITH);
  await givenUp((options) => driver.create(model, options));
  expect(await driver.delete(arnOf(model))).toMatchObject({ status: 'SUCCESS' });
  expect(await left()).toEqual([expect.stringMatching(/HttpNamespace .*:namespace\/ns-/)]);
});
