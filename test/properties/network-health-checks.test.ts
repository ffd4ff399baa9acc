/** How a Network Load Balancer checks tasks, end to end. */
import {
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Structure } from '../../local/service';
import { Driver } from '../support/driver';
import { testProperties } from './life-of-a-property';

let driver: Driver;
let elb: ElasticLoadBalancingV2Client;
beforeAll(async () => {
  driver = await Driver.start();
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
});
afterAll(async () => {
  elb.destroy();
  await driver.close();
});

const byConnection = { HealthCheckProtocol: 'TCP', HealthCheckPath: undefined, codes: undefined };

/** What all target groups of the account have in common: there is one service at a time. */
async function held(): Promise<Structure> {
  const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
  const [one, other] = TargetGroups.map(({ HealthCheckProtocol, HealthCheckPath, Matcher }) =>
    // What is left of path and codes means nothing to a check by a connection.
    HealthCheckProtocol === 'TCP'
      ? byConnection
      : { HealthCheckProtocol, HealthCheckPath, codes: Matcher?.HttpCode },
  );
  expect(TargetGroups).toHaveLength(2);
  expect(other).toEqual(one);
  return one!;
}

const image = (tag: string) => ({ PrimaryContainer: { Image: `example/hello:${tag}` } });
const checks = (HealthCheck: Structure) => ({ TargetGroupConfiguration: { HealthCheck } });
const readByConnection = {
  HealthCheckPath: undefined,
  ...checks({ Protocol: 'TCP', Matcher: undefined }),
};

testProperties(
  () => driver,
  [
    [
      'HTTPS with the defaults, and HTTP with a path of its own',
      {
        set: { ...image('https'), ...checks({ Protocol: 'HTTPS' }) },
        held: { HealthCheckProtocol: 'HTTPS', HealthCheckPath: '/', codes: '200' },
        read: { HealthCheckPath: '/', ...checks({ Protocol: 'HTTPS', Matcher: '200' }) },
        changed: {
          ...image('knows-health'),
          HealthCheckPath: '/health',
          ...checks({ Protocol: 'HTTP', Matcher: '200-299' }),
        },
        changedHeld: { HealthCheckProtocol: 'HTTP', HealthCheckPath: '/health', codes: '200-299' },
        defaultHeld: byConnection,
        defaultRead: readByConnection,
      },
    ],
    [
      'TCP, and HTTP that only the path asks for',
      {
        set: { ...image('grpc'), ...checks({ Protocol: 'TCP', IntervalSeconds: 10 }) },
        held: byConnection,
        changed: { HealthCheckPath: '/ready' },
        changedHeld: { HealthCheckProtocol: 'HTTP', HealthCheckPath: '/ready', codes: '200' },
        changedRead: { HealthCheckPath: '/ready', ...checks({ Protocol: 'HTTP', Matcher: '200' }) },
        defaultHeld: byConnection,
        defaultRead: readByConnection,
      },
    ],
  ],
  held,
  { LoadBalancerConfiguration: { Type: 'network' } },
);

test('tasks that do not speak TLS never pass a check by HTTPS, and what served is not touched', async () => {
  const template = driver.model({
    ServiceName: 'plain',
    LoadBalancerConfiguration: { Type: 'network' },
  });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  const broken = { ...template, ...checks({ Protocol: 'HTTPS' }) };
  expect(await driver.update({ ...template, ServiceArn }, broken)).toMatchObject({
    status: 'FAILED',
    errorCode: 'NotStabilized',
  });
  const back = Driver.modelOf(await driver.update({ ...broken, ServiceArn }, template));
  expect(back.TargetGroupConfiguration.HealthCheck).toMatchObject({ Protocol: 'TCP' });
  expect(await held()).toEqual(byConnection);
  expect(await driver.delete(ServiceArn)).toMatchObject({ status: 'SUCCESS' });
});
