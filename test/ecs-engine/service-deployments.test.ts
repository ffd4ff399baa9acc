/** Lists of service deployments: how far back they go, and in which order. */
import {
  DescribeServiceDeploymentsCommand,
  ListServiceDeploymentsCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { Fixture, MINUTE } from './fixture';

const DAY = 24 * 60 * MINUTE;

let fixture: Fixture;

beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());
afterEach(() => fixture.aws.answers.reset());

/** Numbers of the task definition revisions that a service has deployed, as ListServiceDeployments lists them. */
async function listed({ serviceName: service }: Service, maxResults = 100): Promise<string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await fixture.ecs.send(
      new ListServiceDeploymentsCommand({ service, maxResults, nextToken }),
    );
    arns.push(...page.serviceDeployments!.map(({ serviceDeploymentArn }) => serviceDeploymentArn!));
    nextToken = page.nextToken;
  } while (nextToken);
  return arns;
}

/** A service with three deployments, ten days apart. Returns it with their ARNs, oldest first. */
async function deployedThreeTimes(): Promise<{ service: Service; arns: string[] }> {
  const service = await fixture.running(undefined, {});
  const arns = await listed(service);
  for (let update = 0; update < 2; update++) {
    await fixture.advance(10 * DAY);
    await fixture.update(service, { forceNewDeployment: true });
    await fixture.advance(5 * MINUTE);
    arns.push(...(await listed(service)).filter((arn) => !arns.includes(arn)));
  }
  return { service, arns };
}

test('the newest is first, also over pages', async () => {
  const { service, arns } = await deployedThreeTimes();
  expect(arns).toHaveLength(3);
  expect(await listed(service)).toEqual([...arns].reverse());
  expect(await listed(service, 1)).toEqual([...arns].reverse());
  fixture.aws.answers.give({ 'ecs.list-service-deployments-newest-first': false });
  expect(await listed(service, 2)).toEqual(arns);
});

test('after 90 days a deployment is not shown any more, though the service runs', async () => {
  const { service, arns } = await deployedThreeTimes();
  const shown = async () => {
    const { serviceDeployments, failures } = await fixture.ecs.send(
      new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: arns }),
    );
    return { described: serviceDeployments!.length, missing: failures!.length };
  };
  await fixture.advance(75 * DAY);
  expect(await listed(service)).toEqual([arns[2], arns[1]]);
  expect(await shown()).toEqual({ described: 2, missing: 1 });
  await fixture.advance(75 * DAY);
  expect(await listed(service)).toEqual([]);
  expect((await fixture.describe(service)).runningCount).toBe(2);
  fixture.aws.answers.give({ 'ecs.deployment-history-90-days': false });
  expect(await listed(service)).toHaveLength(3);
  expect(await shown()).toEqual({ described: 3, missing: 0 });
});
