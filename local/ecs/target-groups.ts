/** Registering tasks in target groups, and when load balancers find them healthy. */
import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  RegisterTargetsCommand,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Structure } from '../service';
import { behaviourOf, containerOnPort, statusFor } from './containers';
import type { EcsContext } from './context';
import { recordEvent } from './events';
import { grpcStatusFor } from './grpc';
import { SECOND_MILLISECONDS } from './timings';
import type { HealthCheck, ServiceRevision, TargetGroupBinding, Task } from './state';

/** ELB's defaults, for settings that a description leaves out (API reference of CreateTargetGroup). */
const DEFAULTS = { interval: 30, healthyThreshold: 5, unhealthyThreshold: 2 };

/** By protocol version: the defaults of path and matcher, and how a container's answer is told. */
const CHECKS: Readonly<Record<string, HealthCheckKind>> = {
  HTTP1: {
    path: '/',
    matcher: ({ Matcher }) => Matcher?.HttpCode ?? '200',
    status: (container, path) => statusFor(container, path, [path]),
  },
  HTTP2: {
    path: '/',
    matcher: ({ Matcher }) => Matcher?.HttpCode ?? '200',
    status: (container, path) => statusFor(container, path, [path]),
  },
  GRPC: {
    path: '/AWS.ALB/healthcheck',
    matcher: ({ Matcher }) => Matcher?.GrpcCode ?? '12',
    status: (_container, path) => grpcStatusFor(path),
  },
};

interface HealthCheckKind {
  readonly path: string;
  /** Codes and ranges of codes that count as healthy. */
  readonly matcher: (targetGroup: TargetGroup) => string;
  readonly status: (container: Structure, path: string) => number;
}
const DEREGISTRATION_DELAY = 'deregistration_delay.timeout_seconds';
const DEFAULT_DEREGISTRATION_DELAY = 300;

/**
 * Register tasks in every target group of their revision, and tell each task when its targets become healthy or
 * unhealthy. A refusal becomes a service event; those tasks then never become healthy.
 */
export async function registerTargets(
  context: EcsContext,
  revision: ServiceRevision,
  tasks: readonly Task[],
): Promise<void> {
  if (tasks.length === 0) return;
  await Promise.all(
    revision.targetGroups.map(async (binding) => {
      const { service } = revision;
      try {
        const { elasticLoadBalancing } = clients(context, revision);
        const described = await elasticLoadBalancing.send(
          new DescribeTargetGroupsCommand({ TargetGroupArns: [binding.targetGroupArn] }),
        );
        await elasticLoadBalancing.send(new RegisterTargetsCommand(targets(binding, tasks)));
        context.loadBalancingChanged();
        const targetGroup = described.TargetGroups![0]!;
        const registeredAt = context.clock.now();
        for (const task of tasks)
          task.healthChecks.push(targetCheck(task, binding, targetGroup, registeredAt));
        recordEvent(
          context,
          service,
          `registered ${tasks.length} targets in (target-group ${binding.targetGroupArn})`,
        );
      } catch (error) {
        const reason = (error as Error).message;
        recordEvent(
          context,
          service,
          `failed to register targets in (target-group ${binding.targetGroupArn}) with (error ${reason})`,
        );
        for (const task of tasks) task.healthChecks.push(neverHealthy(binding));
      }
    }),
  );
}

/**
 * Take tasks out of every target group of their revision.
 *
 * @returns virtual milliseconds until their connections are drained.
 */
export async function deregisterTargets(
  context: EcsContext,
  revision: ServiceRevision,
  tasks: readonly Task[],
): Promise<number> {
  const registered = tasks.filter(({ healthChecks }) => healthChecks.some(({ target }) => target));
  if (registered.length === 0) return 0;
  const delays = await Promise.all(
    revision.targetGroups.map(async (binding) => {
      const { elasticLoadBalancing } = clients(context, revision);
      const { targetGroupArn } = binding;
      try {
        await elasticLoadBalancing.send(new DeregisterTargetsCommand(targets(binding, registered)));
        context.loadBalancingChanged();
        recordEvent(
          context,
          revision.service,
          `deregistered ${registered.length} targets in (target-group ${targetGroupArn})`,
        );
        const { Attributes = [] } = await elasticLoadBalancing.send(
          new DescribeTargetGroupAttributesCommand({ TargetGroupArn: targetGroupArn }),
        );
        const delay = Attributes.find(({ Key }) => Key === DEREGISTRATION_DELAY)?.Value;
        return Number(delay ?? DEFAULT_DEREGISTRATION_DELAY) * SECOND_MILLISECONDS;
      } catch (error) {
        // A target group that somebody has deleted holds no connections.
        const reason = (error as Error).message;
        recordEvent(
          context,
          revision.service,
          `failed to deregister targets in (target-group ${targetGroupArn}) with (error ${reason})`,
        );
        return 0;
      }
    }),
  );
  recordEvent(context, revision.service, `has begun draining connections on ${registered.length} tasks.`);
  return Math.max(...delays);
}

function clients(context: EcsContext, revision: ServiceRevision) {
  return context.aws(revision.service.cluster.scope.region);
}

function targets(binding: TargetGroupBinding, tasks: readonly Task[]) {
  return {
    TargetGroupArn: binding.targetGroupArn,
    Targets: tasks.map((task) => ({ Id: task.networkInterface.address, Port: binding.containerPort })),
  };
}

/**
 * When the load balancer's health checks of a target succeed or fail.
 *
 * @param since virtual milliseconds since when it has been checked in this way.
 */
export function targetCheck(
  task: Task,
  binding: TargetGroupBinding,
  targetGroup: TargetGroup,
  since: number,
): HealthCheck {
  const { ProtocolVersion = 'HTTP1' } = targetGroup;
  const kind = CHECKS[ProtocolVersion]!;
  const path = targetGroup.HealthCheckPath ?? kind.path;
  const interval = (targetGroup.HealthCheckIntervalSeconds ?? DEFAULTS.interval) * SECOND_MILLISECONDS;
  const healthyAfter = interval * (targetGroup.HealthyThresholdCount ?? DEFAULTS.healthyThreshold);
  const unhealthyAt = since + interval * (targetGroup.UnhealthyThresholdCount ?? DEFAULTS.unhealthyThreshold);
  const { HealthCheckPort: checked } = targetGroup;
  const port = checked === undefined || checked === 'traffic-port' ? binding.containerPort : Number(checked);
  const container = containerOnPort(task, port);
  const check = (answersAt: number, reason: string, description: string): HealthCheck => ({
    healthyAt: answersAt + healthyAfter,
    // Checks that succeed do not count against a target, however many of them it still needs.
    unhealthyAt: unhealthyAt < answersAt ? unhealthyAt : Infinity,
    failure: `Task failed ELB health checks in (target-group ${binding.targetGroupArn})`,
    target: {
      targetGroupArn: binding.targetGroupArn,
      port: binding.containerPort,
      path,
      reason,
      description,
    },
  });
  if (!container) return check(Infinity, 'Target.Timeout', 'Request timed out');
  const { speaks, listensAfter } = behaviourOf(container.image);
  if (!(speaks as readonly string[]).includes(ProtocolVersion)) {
    return check(Infinity, 'Target.FailedHealthChecks', 'Health checks failed');
  }
  const status = kind.status(container, path);
  if (targetGroup.HealthCheckProtocol !== 'TCP' && !accepts(kind.matcher(targetGroup), status)) {
    return check(
      Infinity,
      'Target.ResponseCodeMismatch',
      `Health checks failed with these codes: [${status}]`,
    );
  }
  const listensAt = (task.startedAt?.getTime() ?? since) + listensAfter * SECOND_MILLISECONDS;
  return check(Math.max(since, listensAt), 'Target.FailedHealthChecks', 'Health checks failed');
}

function neverHealthy({ targetGroupArn }: TargetGroupBinding): HealthCheck {
  const failure = `Task failed to be registered in (target-group ${targetGroupArn})`;
  return { healthyAt: Infinity, unhealthyAt: 0, failure };
}

/** Whether a matcher, e.g. `200,300-302`, accepts this status. */
function accepts(matcher: string, status: number): boolean {
  return matcher.split(',').some((range) => {
    const [first, last = first] = range.trim().split('-').map(Number) as [number, number?];
    return status >= first && status <= last;
  });
}
