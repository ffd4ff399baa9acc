/** The inventory of an account in which somebody deletes while it is taken. */
import { CreateClusterCommand } from '@aws-sdk/client-ecs';
import { createHostedZone } from '../../local/account';
import { takeInventory } from '../../local/inventory';
import { aws, ecs, loadBalancer, useLocalAws } from './guards/fixture';

useLocalAws();

const message = 'It is deleted.';

test.each([
  ['a cluster, before its services are listed', 'ListServices', 'ClusterNotFoundException', 'ECS::Service'],
  ['a cluster, before its tasks are listed', 'ListTasks', 'ClusterNotFoundException', 'ECS::Task'],
  [
    'a load balancer, before its listeners are listed',
    'DescribeListeners',
    'LoadBalancerNotFound',
    'ElasticLoadBalancingV2::Listener',
  ],
  [
    'a zone, before its records are listed',
    'ListResourceRecordSets',
    'NoSuchHostedZone',
    'Route53::RecordSet',
  ],
])('%s: has nothing inside', async (_what, operation, code, type) => {
  await ecs.send(new CreateClusterCommand({ clusterName: 'one' }));
  await createHostedZone(aws, 'example.com');
  await loadBalancer();
  const inside = async () =>
    (await takeInventory(aws.clientOptions())).filter((resource) => resource.startsWith(`AWS::${type} `));
  const service = type.startsWith('ECS') ? 'ecs' : undefined;
  aws.faults.add({ kind: 'refuse', service, operation, times: 99, error: { code, message } });
  expect(await inside()).toEqual([]);
});

test('another error is not taken for a deletion', async () => {
  await ecs.send(new CreateClusterCommand({ clusterName: 'one' }));
  aws.faults.add({ kind: 'accessDenied', operation: 'ListTasks', times: 99 });
  await expect(takeInventory(aws.clientOptions())).rejects.toThrow(/not authorized/);
});
