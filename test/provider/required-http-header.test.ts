/** A header without which requests do not reach a service, as the author of the template, people and clients see it. */
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type RuleCondition,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import { requestHost } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { whileRequested } from '../moves/steady-requests';
import { testProperties } from '../properties/life-of-a-property';
import { Driver } from '../support/driver';

let driver: Driver;
let ecs: ECSClient;
let elb: ElasticLoadBalancingV2Client;
beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
});
afterAll(async () => {
  ecs.destroy();
  elb.destroy();
  await driver.close();
});

const [OLD, NEW] = ['canary-old-secret-of-the-edge', 'canary-new-secret-of-the-edge'] as const;
const NAME = 'X-Origin-Verify';
const required = (...Values: string[]) => ({ RequiredHttpHeader: { Name: NAME, Values } });
const condition = (HttpHeaderName: string, ...Values: string[]): RuleCondition => ({
  Field: 'http-header',
  HttpHeaderConfig: { HttpHeaderName, Values },
});

async function ruleOf(
  serviceName: string,
  kind: 'productionListenerRule' | 'testListenerRule' = 'productionListenerRule',
): Promise<{ readonly arn: string; readonly conditions: RuleCondition[] }> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [serviceName] }));
  const arn = services![0]!.loadBalancers![0]!.advancedConfiguration![kind]!;
  const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [arn] }));
  return { arn, conditions: Rules![0]!.Conditions! };
}

/** The conditions of a service on headers. */
async function headersOf(serviceName: string): Promise<Structure> {
  const { conditions } = await ruleOf(serviceName);
  return { headers: conditions.flatMap(({ HttpHeaderConfig }) => HttpHeaderConfig ?? []) };
}

testProperties(
  () => driver,
  [
    [
      'RequiredHttpHeader',
      {
        set: required(OLD),
        held: { headers: [{ HttpHeaderName: NAME, Values: [OLD] }] },
        // Nobody is told the values.
        read: { RequiredHttpHeader: { Name: NAME, Values: undefined } },
        changed: { RequiredHttpHeader: { Name: 'X-Edge', Values: [OLD, NEW] } },
        changedHeld: { headers: [{ HttpHeaderName: 'X-Edge', Values: [NEW, OLD] }] },
        changedRead: { RequiredHttpHeader: { Name: 'X-Edge', Values: undefined } },
        defaultHeld: { headers: [] },
        defaultRead: { RequiredHttpHeader: undefined },
      },
    ],
  ],
  headersOf,
);

const ARN = 'arn:aws:ecs:us-east-1:123456789012:service/default/edge';
const HOST = 'edge.apps.example.com';
const edge = (properties: Structure) =>
  driver.model({
    ServiceName: 'edge',
    DeploymentConfiguration: { Strategy: 'BLUE_GREEN', BakeTimeInMinutes: 1 },
    TestTraffic: { HttpHeader: { Name: 'X-Test', Values: ['on'] } },
    ...properties,
  });
const update = (before: Structure, after: Structure): Promise<HandlerOutcome> =>
  driver.update({ ...before, ServiceArn: ARN }, after);
const status = async (headers: Record<string, string> = {}) =>
  (await requestHost(driver.aws.dataPlaneUrl, HOST, { headers })).status;
const readText = async () => JSON.stringify(Driver.modelOf(await driver.read(ARN)));

/** Update while clients send requests with a value, none of which is lost. */
async function updateWhileSent(secret: string, before: Structure, after: Structure): Promise<void> {
  const { result, answers } = await whileRequested(
    driver.aws,
    HOST,
    driver.hostedZoneId,
    () => update(before, after),
    (url, host, options) => requestHost(url, host, { headers: { ...options.headers, [NAME]: secret } }),
  );
  Driver.modelOf(result);
  expect(answers.lost).toEqual([]);
}

test('only requests with it get through, tests too, and its secret changes without a lost answer', async () => {
  const image = (Image: string) => ({ PrimaryContainer: { Image } });
  const first = edge(required(OLD));
  Driver.modelOf(await driver.create(first));
  const statuses = async () => [
    await status(),
    await status({ [NAME]: OLD }),
    await status({ [NAME]: NEW }),
    await status({ 'x-test': 'on' }),
    await status({ 'x-test': 'on', [NAME]: NEW }),
  ];
  expect(await statuses()).toEqual([404, 200, 404, 404, 404]);

  const both = edge({ ...required(OLD, NEW), ...image('example/hello:2') });
  await updateWhileSent(OLD, first, both);
  expect(await statuses()).toEqual([404, 200, 200, 404, 200]);
  const last = edge({ ...required(NEW), ...image('example/hello:2') });
  await updateWhileSent(NEW, both, last);
  expect(await statuses()).toEqual([404, 404, 200, 404, 200]);
  expect(await readText()).not.toContain('canary');

  await updateWhileSent(NEW, last, edge({}));
  expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
  expect(await driver.delete(ARN)).toMatchObject({ status: 'SUCCESS' });
});

test('what people change of it stays until the template says something new, and READ tells no value', async () => {
  const template = edge(required(OLD));
  const next = edge({ ...required(OLD), PrimaryContainer: { Image: 'example/hello:2' } });
  Driver.modelOf(await driver.create(template));
  const rule = await ruleOf('edge');
  const host: RuleCondition = { Field: 'host-header', HostHeaderConfig: { Values: [HOST] } };
  const byHand = async (...Conditions: RuleCondition[]) => {
    await elb.send(new ModifyRuleCommand({ RuleArn: rule.arn, Conditions: [host, ...Conditions] }));
  };
  await byHand(condition(NAME, NEW), condition('X-Hand', 'canary-by-hand'));
  Driver.modelOf(await update(template, next));
  expect(await status({ [NAME]: NEW, 'x-hand': 'canary-by-hand' })).toBe(200);
  expect(await status({ [NAME]: OLD, 'x-hand': 'canary-by-hand' })).toBe(404);
  const test = { [NAME]: NEW, 'x-hand': 'canary-by-hand', 'x-test': 'on' };
  expect(await status(test)).toBe(200);
  expect(await readText()).toContain(`"RequiredHttpHeader":{"Name":"${NAME}"}`);
  expect(await readText()).not.toContain('canary');

  // The other rule still has it, and READ does not take it for a header of tests.
  await byHand(condition('X-Hand', 'canary-by-hand'));
  const read = Driver.modelOf(await driver.read(ARN));
  expect(read).not.toHaveProperty('RequiredHttpHeader');
  expect(read.TestTraffic.HttpHeader).toEqual({ Name: 'X-Test', Values: ['on'] });
  expect(JSON.stringify(read)).not.toContain('canary');
  Driver.modelOf(await update(next, template));
  const hand = { 'x-hand': 'canary-by-hand' };
  expect(await status(hand)).toBe(200);
  Driver.modelOf(await update(template, edge(required(NEW))));
  expect([await status(hand), await status({ ...hand, [NAME]: NEW })]).toEqual([404, 200]);
  expect(await driver.delete(ARN)).toMatchObject({ status: 'SUCCESS' });
});
