/** LIST: all services of this type, page by page, with a bounded number of calls for each page. */
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { OWNER_TAG } from '../../src/identity';
import { Driver } from './driver';

/** ListClusters, ListServices, and DescribeServices for ten services at a time. */
const MOST_CALLS_OF_A_PAGE = 12;

let driver: Driver;
beforeAll(async () => {
  driver = await Driver.start();
  const options = driver.aws.clientOptions();
  const ecs = new ECSClient(options);
  const { Subnets } = await new EC2Client(options).send(new DescribeSubnetsCommand({}));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'any',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'web', image: 'example/web:1' }],
    }),
  );
  const make = (cluster: string, serviceName: string, own: boolean) =>
    ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName,
        taskDefinition: 'any',
        launchType: 'FARGATE',
        desiredCount: 0,
        networkConfiguration: { awsvpcConfiguration: { subnets: [Subnets![0]!.SubnetId!] } },
        tags: own ? [{ key: OWNER_TAG, value: 'x' }] : [],
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
