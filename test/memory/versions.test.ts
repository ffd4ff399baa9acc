/**
 * What earlier versions have persisted is read, and written again in the form of this one; what a later version has
 * persisted is refused, and nothing is lost. test/memory/record.ts has recorded the files in test/memory/written.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateSecurityGroupCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { HandlerOutcome } from '../../local/extension/resource-handler';
import type { Structure } from '../../local/service';
import type { Clients } from '../../src/aws/clients';
import type { AnyComponent } from '../../src/express-service/composition/component';
import { FORMATS_OF_TAGS, isTagOf, VERSION } from '../../src/express-service/memory/formats';
import { ALL_COMPONENTS } from '../../src/express-service/resources';
import { changes } from '../properties/life-of-a-property';
import { Driver } from '../support/driver';
import { beginLife, live, phaseOf, type Life, type OnAnswer } from './life';
import type { Written } from './record';
import { World, type Tags } from './world';

const FOLDER = join(__dirname, 'written');
const NAMES = readdirSync(FOLDER).map((file) => file.replace('.json', ''));
const readWritten = (name: string): Written[] =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Written[];

/** Of earlier versions than the latest, of which little differs from it, only the first operations. */
const FORMER_OPERATIONS = 3;
const operationsOf = (name: string): Written[] =>
  name === NAMES.at(-1) ? readWritten(name) : readWritten(name).slice(0, FORMER_OPERATIONS);

/** Commands that polls have sent, by the kind of component. */
const polls: Record<string, string[]> = {};

/** Note what is sent with these clients. */
function noting(clients: Clients, sent: string[]): Clients {
  return new Proxy(clients, {
    get(all, name: keyof Clients) {
      const send = (command: object) => {
        sent.push(command.constructor.name);
        return (all[name].send as (command: object) => unknown)(command);
      };
      return Object.create(all[name], { send: { value: send } }) as unknown;
    },
  });
}

beforeAll(() => {
  for (const component of ALL_COMPONENTS as readonly { kind: string; poll?: AnyComponent['poll'] }[]) {
    const { kind, poll } = component;
    if (!poll) continue;
    const sent = (polls[kind] = []);
    component.poll = (scope, token) => poll({ ...scope, clients: noting(scope.clients, sent) }, token);
  }
});

const GROUP = 'security group default/hello/Tasks';
const VERSION_TAG = 'org-ecs-express:version';
const SERVICE_ARN = 'arn:aws:ecs:us-east-1:123456789012:service/default/hello';

test.each(NAMES)('every tag that was persisted on %s has its row in the table of formats', (name) => {
  const keys = readWritten(name).flatMap(({ tags }) => Object.values(tags).flatMap(Object.keys));
  const rows = [...new Set(keys)].map(
    (key) => FORMATS_OF_TAGS.filter((format) => isTagOf(format, key)).length,
  );
  expect(new Set(rows)).toEqual(new Set([1]));
});

describe.each(NAMES)('what was persisted on %s', (name) => {
  const written = operationsOf(name);
  let onAnswer: OnAnswer = async (payload) => payload;
  let life: Life;
  let world: World;
  let model: Structure = {};

  beforeAll(async () => {
    life = await beginLife({}, (payload) => onAnswer(payload));
    world = new World(life.driver.aws);
    await world.look();
  }, 120_000);
  afterAll(() => life.driver.close());

  /** Carry out a step; each answer brings the context that was written then, once for each phase. */
  async function liveWithContexts({ contexts, template }: Written, step: Life['steps'][number]) {
    const open = new Map(
      contexts.map(({ message, context }) => [phaseOf({ message, callbackContext: context }), context]),
    );
    onAnswer = async (payload) => {
      const phase = phaseOf(payload);
      const context = open.get(phase);
      if (!context || !payload.callbackContext) return payload;
      open.delete(phase);
      await world.look();
      const callbackContext = world.identified(context);
      expect(JSON.stringify(callbackContext.continuation?.pending ?? [])).not.toMatch(/\{[a-z]/);
      return { ...payload, callbackContext };
    };
    model = await live(life, { ...step, template: world.identified(template) }, model);
    onAnswer = async (payload) => payload;
    return [...open.keys()];
  }

  test.each(written.map((each, index) => [each.operation, each, index] as const))(
    'an operation under way goes on, and an update writes the tags anew: %s',
    async (_operation, each, index) => {
      const step = life.steps[index]!;
      const unmet = await liveWithContexts(each, step);
      // On a slow machine the network interfaces of tasks are gone before the group is deleted for the first time.
      expect(unmet.filter((phase) => phase !== 'ServiceSecurityGroup')).toEqual([]);
      await world.look();
      const { tags, records } = world.identified(each.left);
      if (step.action === 'DELETE') {
        expect(await world.tags()).toEqual(tags);
        expect(await world.records()).toEqual(records);
        return;
      }
      const { [GROUP]: made } = await world.tags();
      expect(made).toMatchObject({ [VERSION_TAG]: String(VERSION) });
      for (const [resource, its] of Object.entries(tags)) await world.setTags(resource, its);
      for (const [record, values] of Object.entries(records)) await world.setRecord(record, values);
      expect(await world.tags()).toEqual(tags);

      const read = Driver.modelOf(await life.driver.read(SERVICE_ARN));
      life.driver.aws.calls.clear();
      model = await live(
        life,
        { ...step, action: 'UPDATE', template: world.identified(each.template) },
        model,
      );
      expect(changes(life.driver)).toEqual(['ec2:CreateTags']);
      expect(await world.tags()).toEqual({ ...tags, [GROUP]: made });
      expect(await world.records()).toEqual(records);
      expect(Driver.modelOf(await life.driver.read(SERVICE_ARN))).toEqual(read);
      // The next operation begins with what was persisted before.
      for (const [resource, its] of Object.entries(tags)) await world.setTags(resource, its);
    },
    300_000,
  );
});

test('in all these operations the cheap looks at what is waited for have only read', () => {
  const sent = Object.values(polls).flat();
  expect(new Set(sent)).toEqual(
    new Set(['DescribeCertificateCommand', 'DescribeLoadBalancersCommand', 'DescribeServicesCommand']),
  );
});

describe('what a newer version has persisted', () => {
  let driver: Driver;
  let world: World;
  let onAnswer: OnAnswer = async (payload) => payload;
  const newer = String(VERSION + 1);

  beforeAll(async () => {
    ({ driver } = await beginLife({}, (payload) => onAnswer(payload)));
    world = new World(driver.aws);
    Driver.modelOf(await driver.create(driver.model()));
  }, 120_000);
  afterAll(() => driver.close());

  const template = () => ({ ...driver.model(), ServiceArn: SERVICE_ARN });
  const remedy = 'Make the newer version the default one (aws cloudformation set-type-default-version)';

  test.each<[string, () => Promise<HandlerOutcome>]>([
    ['READ', () => driver.read(SERVICE_ARN)],
    ['UPDATE', () => driver.update(template(), driver.model({ PrimaryContainer: { Image: 'new' } }))],
    ['DELETE', () => driver.delete(SERVICE_ARN)],
  ])('%s refuses, and changes nothing', async (_action, run) => {
    const before = await world.tags();
    const tags: Tags = { ...before[GROUP], [VERSION_TAG]: newer };
    await world.setTags(GROUP, tags);
    driver.aws.calls.clear();
    const outcome = await run();
    expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect((outcome as { message: string }).message).toContain(
      `(default/hello/Tasks) records the service in version "${newer}", and only versions up to ${VERSION} are known`,
    );
    expect((outcome as { message: string }).message).toContain(remedy);
    expect(changes(driver)).toEqual([]);
    expect(await world.tags()).toEqual({ ...before, [GROUP]: tags });
    await world.setTags(GROUP, before[GROUP]!);
  });

  test('CREATE refuses where a group is left of a service, and changes nothing; so does its DELETE', async () => {
    const ec2 = new EC2Client(driver.aws.clientOptions());
    const { Vpcs } = await ec2.send(new DescribeVpcsCommand({}));
    const ServiceArn = SERVICE_ARN.replace('hello', 'other');
    const Tags = [
      { Key: 'org-ecs-express:service', Value: ServiceArn },
      { Key: VERSION_TAG, Value: newer },
    ];
    await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: 'default/other/Tasks',
        Description: 'Left',
        VpcId: Vpcs![0]!.VpcId,
        TagSpecifications: [{ ResourceType: 'security-group', Tags }],
      }),
    );
    driver.aws.calls.clear();
    const refused = {
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringContaining(remedy),
    };
    expect(await driver.create(driver.model({ ServiceName: 'other' }))).toMatchObject(refused);
    expect(await driver.delete(ServiceArn)).toMatchObject(refused);
    expect(changes(driver)).toEqual([]);
  });

  test('a callback context is refused, and the operation can be done again', async () => {
    onAnswer = async ({ callbackContext, ...payload }) => ({
      ...payload,
      ...(callbackContext && { callbackContext: { ...callbackContext, version: VERSION + 1 } }),
    });
    const update = () => driver.update(template(), driver.model({ PrimaryContainer: { Image: 'new' } }));
    expect(await update()).toMatchObject({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringMatching(
        `^The callback context of this operation is of version ${VERSION + 1}, and only versions up to ${VERSION} are known`,
      ),
    });
    onAnswer = async (payload) => payload;
    Driver.modelOf(await update());
    Driver.modelOf(await driver.delete(SERVICE_ARN).then((outcome) => ({ ...outcome, model: {} })));
  });
});
