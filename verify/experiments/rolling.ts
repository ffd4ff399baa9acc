/** A service without a load balancer, whose tasks cannot start. */
import type { Experiment } from '../experiment';
import { sightingOf } from '../refusal';
import { Setting } from '../setting';

/** Failed tasks at which a deployment of one task has failed: the least that BOUNDED_PERCENT permits. */
const LEAST_THRESHOLD = 3;

export const rolling: Experiment = {
  name: 'rolling',
  title: 'a service without a load balancer whose tasks cannot start',
  claims: [
    'ecs.circuit-breaker-threshold-bounds',
    'ecs.failed-first-deployment-hides-its-cause',
    'ecs.stop-service-deployment-states',
  ],
  uses: [{ resource: 'Fargate task (0.25 vCPU, 0.5 GB)', count: 1 }],
  minutes: 10,
  async run(laboratory) {
    const setting = await Setting.prepare(laboratory);
    const service = await setting.service(
      [],
      { strategy: 'ROLLING', deploymentCircuitBreaker: { enable: true, rollback: true } },
      { taskDefinition: await setting.taskDefinition('broken') },
    );
    const { deploymentCircuitBreaker: breaker, status, statusReason } = await setting.ended(service, 1, 30);
    return {
      'ecs.circuit-breaker-threshold-bounds': {
        holds: breaker?.threshold === LEAST_THRESHOLD && breaker.failureCount === LEAST_THRESHOLD,
        seen: `a deployment of one task ends after ${breaker?.failureCount} failed tasks, with a threshold of ${breaker?.threshold}`,
      },
      'ecs.failed-first-deployment-hides-its-cause': {
        holds: status === 'ROLLBACK_FAILED' && /^No rollback candidate was found/.test(statusReason ?? ''),
        seen: `the first deployment ends ${status}: ${statusReason ?? 'without a reason'}`,
      },
      'ecs.stop-service-deployment-states': await sightingOf(
        { call: 'StopServiceDeployment of a deployment that has ended', errors: ['ConflictException'] },
        () => setting.stop(service),
      ),
    };
  },
};
