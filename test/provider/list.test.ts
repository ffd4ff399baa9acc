/** LIST: all services of this type, page by page, with a bounded number of calls for each page. */
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from '@aws-sdk/client-ecs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Answers } from '../../local/claims/answers';
import { Clock } from '../../local/clock';
import { createEcs, type Ecs } from '../../local/ecs';
import type { AwsRequest, Structure } from '../../local/service';
import type { Clients } from '../../src/aws/clients';
import { TAGS } from '../../src/express-service/memory/formats';
import { listServices } from '../../src/express-service/read/list';
import { ACCOUNT_ID } from '../support/account';
import { Driver } from '../support/driver';

/** ListClusters, ListServices, and DescribeServices for ten services at a time. */
const MOST_CALLS_OF_A_PAGE = 12;

const TASK_DEFINITION: RegisterTaskDefinitionCommandInput = {
  family: 'any',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [{ name: 'web', image: 'example/web:1' }],
};

/** Answer of DescribeSubnets. */
const SUBNETS = `<DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><subnetSet><item>
  <subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><availabilityZone>us-east-1a</availabilityZone>
</item></subnetSet></DescribeSubnetsResponse>`;

let driver: Driver;
beforeAll(async () => {
  driver = await Driver.start();
  const options = driver.aws.clientOptions();
  const ecs = new ECSClient(options);
  const { Subnets } = await new EC2Client(options).send(new DescribeSubnetsCommand({}));
  await ecs.send(new RegisterTaskDefinitionCommand(TASK_DEFINITION));
  const make = (cluster: string, serviceName: string, own: boolean) =>
    ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName,
        taskDefinition: 'any',
        launchType: 'FARGATE',
        desiredCount: 0,
        networkConfiguration: { awsvpcConfiguration: { subnets: [Subnets![0]!.SubnetId!] } },
        tags: own ? [{ key: TAGS.owner.key, value: 'x' }] : [],
      }),
    );
  for (const clusterName of ['large', 'empty', 'small']) {
    await ecs.send(new CreateClusterCommand({ clusterName }));
  }
  for (let number = 0; number < 130; number++) await make('large', `service-${number}`, number % 2 === 0);
  await make('small', 'only', true);
});
afterAll(() => driver.close());

test('pages hold all services of this type and no others, each once', async () => {
  const found: string[] = [];
  let nextToken: string | undefined;
  do {
    driver.aws.calls.clear();
    const outcome = await driver.list(nextToken);
    if (outcome.status === 'FAILED') throw new Error(outcome.message);
    expect(driver.actions('LIST').length).toBeLessThanOrEqual(MOST_CALLS_OF_A_PAGE);
    for (const model of outcome.models!) {
      expect(Object.keys(model)).toEqual(['ServiceArn']);
      found.push(model.ServiceArn.split('service/')[1]);
    }
    nextToken = outcome.nextToken;
  } while (nextToken);
  const expected = Array.from({ length: 65 }, (_, index) => `large/service-${index * 2}`);
  expect(found.sort()).toEqual([...expected, 'small/only'].sort());
});

test.each(['nonsense', Buffer.from('7').toString('base64url')])(
  'the token %s is refused',
  async (nextToken) => {
    expect(await driver.list(nextToken)).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
  },
);

describe('of 2,000 services, a third of them of this type', () => {
  const SERVICES = 2_000;
  const isManaged = (index: number) => index % 3 === 0;
  const REGION = 'us-east-1';
  let subnets: Server;
  let ecs: Ecs;
  /** ECS calls since the last page. */
  let calls = 0;

  const call = (operation: string, input: Structure) =>
    ecs.service.handle({
      service: 'ecs',
      operation,
      input,
      region: REGION,
      accountId: ACCOUNT_ID,
    } as AwsRequest);
  /** Straight to the engine: through the endpoint, making so many would take half a minute. */
  const clients = {
    ecs: {
      send: (command: { readonly input: Structure }) => {
        calls++;
        return call(command.constructor.name.replace(/Command$/, ''), command.input);
      },
    },
  } as unknown as Clients;

  beforeAll(async () => {
    // All that the engine asks of the account when a service is made.
    subnets = createServer((_request, response) => response.end(SUBNETS)).listen(0, '127.0.0.1');
    await once(subnets, 'listening');
    const endpoint = `http://127.0.0.1:${(subnets.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    ecs = createEcs({
      clock: new Clock('manual'),
      answers: new Answers(),
      motoOptions: { region: REGION, endpoint, credentials },
    });
    await call('CreateCluster', { clusterName: 'large' });
    await call('RegisterTaskDefinition', TASK_DEFINITION);
    for (let index = 0; index < SERVICES; index++) {
      await call('CreateService', {
        cluster: 'large',
        serviceName: `service-${index}`,
        taskDefinition: TASK_DEFINITION.family,
        launchType: 'FARGATE',
        desiredCount: 0,
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
        tags: isManaged(index) ? [{ key: TAGS.owner.key, value: 'x' }] : [{ key: 'team', value: 'others' }],
      });
    }
  });
  afterAll(() => subnets.close());

  test('every page takes the same number of calls, and all pages hold each service of this type once', async () => {
    const found: string[] = [];
    const callsOfPages: number[] = [];
    let nextToken: string | undefined;
    do {
      calls = 0;
      const page = await listServices(clients, nextToken);
      callsOfPages.push(calls);
      found.push(...page.serviceArns.map((arn) => arn.split('/').at(-1)!));
      nextToken = page.nextToken;
    } while (nextToken);
    expect(callsOfPages).toEqual(Array.from({ length: SERVICES / 100 }, () => MOST_CALLS_OF_A_PAGE));
    const wanted = Array.from({ length: SERVICES }, (_, index) => index).filter(isManaged);
    expect(found.sort()).toEqual(wanted.map((index) => `service-${index}`).sort());
  });
});
