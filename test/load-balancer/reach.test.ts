/** Whether a load balancer reaches its targets through the security groups of both. */
import { RevokeSecurityGroupEgressCommand, type IpPermission } from '@aws-sdk/client-ec2';
import { Fixture, hostIs } from './fixture';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.start();
});
afterAll(() => fixture.close());

const EVERYBODY: IpPermission = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
const from = (GroupId: string, port: number): IpPermission => ({
  IpProtocol: 'tcp',
  FromPort: port,
  ToPort: port,
  UserIdGroupPairs: [{ GroupId }],
});

let services = 0;

/** A service behind a load balancer with one security group, and a target with another. */
async function service(inboundOfTarget: (loadBalancerGroup: string) => IpPermission[]) {
  const [host, address] = [`s${++services}.example.com`, `10.0.8.${services}`];
  const group = await fixture.securityGroup([EVERYBODY]);
  const { https } = await fixture.loadBalancer(group);
  const TargetGroupArn = await fixture.targetGroup([address]);
  await fixture.rule(https, [hostIs(host)], { Type: 'forward', TargetGroupArn });
  fixture.network.securityGroups.set(address, [await fixture.securityGroup(inboundOfTarget(group))]);
  return { host, group };
}

test.each<[string, (loadBalancerGroup: string) => IpPermission[], status: number]>([
  ['that lets its security group in is reached', (group) => [from(group, 8080)], 200],
  ['that lets it in on another port is not', (group) => [from(group, 80)], 504],
  ['that lets everybody in is reached', () => [EVERYBODY], 200],
])('a target %s', async (_name, inbound, status) => {
  const { host } = await service(inbound);
  expect((await fixture.request(host)).status).toBe(status);
});

test('a target is not reached by a load balancer that may not connect to it', async () => {
  const { host, group } = await service(() => [EVERYBODY]);
  await fixture.ec2.send(
    new RevokeSecurityGroupEgressCommand({ GroupId: group, IpPermissions: [EVERYBODY] }),
  );
  fixture.plane.invalidate();
  expect((await fixture.request(host)).status).toBe(504);
});
