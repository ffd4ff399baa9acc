/** One service behind one load balancer, deployed three times: well, again, and with tasks that cannot start. */
import { RegisterScalableTargetCommand } from '@aws-sdk/client-application-auto-scaling';
import type { ContainerDefinition, DeploymentConfiguration, Service } from '@aws-sdk/client-ecs';
import type { Experiment, Sighting } from '../experiment';
import { Setting } from '../setting';

/** Half of the requests for two minutes, then all. */
const CANARY: DeploymentConfiguration = {
  strategy: 'CANARY',
  bakeTimeInMinutes: 1,
  canaryConfiguration: { canaryPercent: 50, canaryBakeTimeInMinutes: 2 },
  deploymentCircuitBreaker: { enable: true, rollback: true },
};

/** Minutes in which a deployment ends if it ends at all: a broken one is retried more and more slowly. */
const LONGEST_MINUTES = 40;

/** Tasks of the service after its minimum was raised. */
const COUNT = 2;

/** What a container needs so that its output goes to a log group. */
function logged(group: string, region: string): Partial<ContainerDefinition> {
  return {
    logConfiguration: {
      logDriver: 'awslogs',
      options: { 'awslogs-group': group, 'awslogs-region': region, 'awslogs-stream-prefix': 'logs' },
    },
  };
}

/** Register the service with more tasks than it has as the least, and see whether it gets them. */
async function countAfterRaisedMinimum(setting: Setting, service: Service): Promise<Sighting> {
  const { laboratory } = setting;
  await laboratory.clients.applicationAutoScaling.send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId: `service/${setting.cluster}/${service.serviceName}`,
      MinCapacity: COUNT,
      MaxCapacity: COUNT,
    }),
  );
  const raised = await laboratory
    .until('more tasks', 5, async () => ((await setting.desiredCount(service)) === COUNT ? true : undefined))
    .catch(() => false);
  const count = await setting.desiredCount(service);
  return { holds: raised, seen: `desired count with a minimum of ${COUNT}: ${count}` };
}

export const serviceDeployments: Experiment = {
  name: 'service-deployments',
  title: 'a service with canary deployments: the first one, a second one, and one whose tasks cannot start',
  claims: [
    'ecs.first-deployment-fills-alternate-target-group',
    'ecs.first-deployment-takes-all-steps',
    'ecs.shift-keeps-stickiness',
    'ecs.list-service-deployments-newest-first',
    'ecs.circuit-breaker-acts-in-every-strategy',
    'ecs.circuit-breaker-defaults',
    'ecs.awslogs-stream-names',
    'application-autoscaling.bounds-move-count',
  ],
  uses: [
    { resource: 'Application Load Balancer', count: 1 },
    { resource: 'Fargate task (0.25 vCPU, 0.5 GB)', count: 2 },
  ],
  minutes: 60,
  async run(laboratory) {
    const setting = await Setting.prepare(laboratory);
    const ingress = await setting.ingress(true);
    const logGroupName = await setting.logGroup();
    const service = await setting.service([ingress], CANARY, {
      taskDefinition: await setting.register(logged(logGroupName, laboratory.region)),
    });
    const { deploymentCircuitBreaker: breaker } = service.deploymentConfiguration ?? {};
    const shares = new Set<number>();
    await setting.ended(service, 1, LONGEST_MINUTES, async () =>
      shares.add(await setting.share(ingress, ingress.alternate)),
    );
    const served = await setting.share(ingress, ingress.alternate);
    const streams = await setting.logStreams(logGroupName);

    await setting.update(service, { taskDefinition: await setting.taskDefinition() });
    await setting.ended(service, 2, LONGEST_MINUTES);
    const { TargetGroupStickinessConfig: stickiness } = await setting.forwarding(ingress);
    const listed = (await setting.deployments(service)).map(({ createdAt }) => Number(createdAt));

    const raised = await countAfterRaisedMinimum(setting, service);

    await setting.update(service, { taskDefinition: await setting.taskDefinition('broken') });
    const failed = await setting.ended(service, 3, LONGEST_MINUTES).catch(() => undefined);

    const between = [...shares].filter((share) => share > 0 && share < 100);
    return {
      'ecs.first-deployment-fills-alternate-target-group': {
        holds: served === 100,
        seen: `after the first deployment ${served} % of the requests go to the alternate target group`,
      },
      'ecs.first-deployment-takes-all-steps': {
        holds: between.length > 0,
        seen: `shares of the alternate target group during the first deployment: ${[...shares].join(', ')} %`,
      },
      'ecs.shift-keeps-stickiness': {
        holds: stickiness?.Enabled === true,
        seen: `TargetGroupStickinessConfig of the rule after a shift: ${JSON.stringify(stickiness ?? null)}`,
      },
      'ecs.list-service-deployments-newest-first': {
        holds: listed[0]! > listed[1]!,
        seen: `creation times in the order of the list: ${listed.map((time) => new Date(time).toISOString()).join(', ')}`,
      },
      'ecs.circuit-breaker-acts-in-every-strategy': {
        holds: failed?.deploymentCircuitBreaker?.status === 'TRIGGERED',
        seen: failed
          ? `the deployment ended ${failed.status}: ${failed.statusReason ?? 'without a reason'}`
          : `the deployment had not ended after ${LONGEST_MINUTES} minutes`,
      },
      'ecs.circuit-breaker-defaults': {
        holds:
          breaker?.resetOnHealthyTask === true &&
          breaker.thresholdConfiguration?.type === 'BOUNDED_PERCENT' &&
          breaker.thresholdConfiguration.value === 50,
        seen: `the circuit breaker reads back as ${JSON.stringify(breaker ?? null)}`,
      },
      'ecs.awslogs-stream-names': {
        holds: streams.length > 0 && streams.every((name) => /^logs\/web\/[0-9a-f]{32}$/.test(name)),
        seen: `log streams: ${streams.join(', ') || 'none'}`,
      },
      'application-autoscaling.bounds-move-count': raised,
    };
  },
};
