/** What ECS tells EventBridge of deployments and their hooks. */
import type { EcsContext } from './context';
import type { Deployment, LifecycleHook, ServiceDeployment } from './state';

/** Event types (ECS developer guide, "Amazon ECS service deployment state change events"). */
const DEPLOYMENT_EVENTS = {
  SERVICE_DEPLOYMENT_IN_PROGRESS: 'INFO',
  SERVICE_DEPLOYMENT_COMPLETED: 'INFO',
  SERVICE_DEPLOYMENT_FAILED: 'ERROR',
} as const;

/** Statuses of hooks that are a fault. */
const FAULTS: readonly string[] = ['FAILED', 'TIMED_OUT'];

/** Tell of a deployment that begins, is completed, or has failed. The reason is that of its rollout state. */
export function announceDeployment(
  { eventBus, clock, answers }: EcsContext,
  { id, revision, rolloutStateReason }: Deployment,
  eventName: keyof typeof DEPLOYMENT_EVENTS,
): void {
  const { service } = revision;
  const { deploymentCircuitBreaker } = service.settings.deploymentConfiguration;
  if (
    eventName === 'SERVICE_DEPLOYMENT_FAILED' &&
    !deploymentCircuitBreaker.enable &&
    answers.holds('ecs.failed-event-needs-circuit-breaker')
  )
    return;
  const event = { region: service.cluster.scope.region, resource: service.arn };
  const named = { eventType: DEPLOYMENT_EVENTS[eventName], eventName, clusterArn: service.cluster.arn };
  const time = clock.now();
  eventBus.put({
    ...event,
    detailType: 'ECS Deployment State Change',
    detail: { ...named, deploymentId: id, updatedAt: inSeconds(time), reason: rolloutStateReason },
  });
  if (answers.holds('ecs.deployment-events-are-no-service-actions')) return;
  eventBus.put({
    ...event,
    detailType: 'ECS Service Action',
    detail: { ...named, createdAt: new Date(time).toISOString() },
  });
}

/** Tell of a hook that begins or ends (ECS developer guide, "Amazon ECS service deployment hook state change events"). */
export function announceHook(
  { eventBus, clock, answers }: EcsContext,
  { arn, service }: ServiceDeployment,
  { id, targetType, expiresAt, lifecycleStage, status }: LifecycleHook,
): void {
  const isFault = FAULTS.includes(status) && answers.holds('ecs.hook-event-types');
  eventBus.put({
    region: service.cluster.scope.region,
    detailType: 'ECS Hook State Change',
    resource: arn,
    detail: {
      eventType: isFault ? 'ERROR' : 'INFO',
      eventName: `HOOK_${status}`,
      hookId: id,
      hookType: targetType,
      expiresAt: inSeconds(expiresAt.getTime()),
      lifecycleStage,
      clusterArn: service.cluster.arn,
      serviceArn: service.arn,
      serviceDeploymentArn: arn,
      updatedAt: new Date(clock.now()).toISOString(),
    },
  });
}

/** A time as ISO 8601 without fractions of a second. */
function inSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
