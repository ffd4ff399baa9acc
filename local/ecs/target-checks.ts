/** What the health checks of target groups find out about tasks. */
import { DescribeLoadBalancersCommand, type TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import { readSecurityGroups } from '../security-groups';
import type { Structure } from '../service';
import type { RepeatedRequest } from './health-check';
import { behaviourOf, containerOnPort, statusFor } from './containers';
import type { EcsContext } from './context';
import { grpcStatusFor } from './grpc';
import type { HealthCheck } from './health-check';
import type { ServiceRevision, TargetGroupBinding, Task } from './state';
import { SECOND_MILLISECONDS } from './timings';

/** ELB's defaults, for settings that a description leaves out (API reference of CreateTargetGroup). */
const DEFAULTS = { interval: 30, healthyThreshold: 5, unhealthyThreshold: 2 };

/** The client as which a load balancer checks health (ELB user guide, "Health checks for your target groups"). */
const USER_AGENT = 'ELB-HealthChecker/2.0';

interface HealthCheckKind {
  /** The default. */
  readonly path: string;
  /** Codes and ranges of codes that count as healthy. */
  readonly matcher: (targetGroup: TargetGroup) => string;
  /** How a container answers. */
  readonly status: (container: Structure, path: string) => number;
  /** What a container writes of a request. */
  readonly logged: (path: string, status: number) => string;
}

const HTTP: HealthCheckKind = {
  path: '/',
  matcher: ({ Matcher }) => Matcher?.HttpCode ?? '200',
  status: (container, path) => statusFor(container, path, [path]),
  logged: (path, status) => `GET ${path} ${status} "${USER_AGENT}"`,
};

const GRPC: HealthCheckKind = {
  path: '/AWS.ALB/healthcheck',
  matcher: ({ Matcher }) => Matcher?.GrpcCode ?? '12',
  status: (_container, path) => grpcStatusFor(path),
  logged: (path, status) => `POST ${path} grpc-status ${status} "${USER_AGENT}"`,
};

/** By protocol version. */
const CHECKS: Readonly<Record<string, HealthCheckKind>> = { HTTP1: HTTP, HTTP2: HTTP, GRPC };

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
  const isByTcp = targetGroup.HealthCheckProtocol === 'TCP';
  // A connection is all that a check by TCP asks for.
  const path = isByTcp ? '' : (targetGroup.HealthCheckPath ?? kind.path);
  const interval = (targetGroup.HealthCheckIntervalSeconds ?? DEFAULTS.interval) * SECOND_MILLISECONDS;
  const healthyAfter = interval * (targetGroup.HealthyThresholdCount ?? DEFAULTS.healthyThreshold);
  const unhealthyAt = since + toleratedMilliseconds(targetGroup);
  const { HealthCheckPort: checked } = targetGroup;
  const port = checked === undefined || checked === 'traffic-port' ? binding.containerPort : Number(checked);
  const container = containerOnPort(task, port);
  const check = (
    answersAt: number,
    reason: string,
    description: string,
    requests?: RepeatedRequest,
  ): HealthCheck => ({
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
      requests,
    },
  });
  if (!container) return check(Infinity, 'Target.Timeout', 'Request timed out');
  const { speaks, listensAfter, encrypts = false } = behaviourOf(container.image);
  const listensAt = (task.startedAt?.getTime() ?? since) + listensAfter * SECOND_MILLISECONDS;
  const answersAt = Math.max(since, listensAt);
  if (isByTcp) return check(answersAt, 'Target.FailedHealthChecks', 'Health checks failed');
  const logged = (message: string) => ({
    container: container.name,
    interval,
    first: answersAt + interval,
    message,
  });
  if (encrypts !== (targetGroup.HealthCheckProtocol === 'HTTPS')) {
    const refused = logged(`Refused a request: only ${encrypts ? 'HTTPS' : 'HTTP'} is spoken here`);
    return check(Infinity, 'Target.FailedHealthChecks', 'Health checks failed', refused);
  }
  if (!(speaks as readonly string[]).includes(ProtocolVersion)) {
    const refused = logged(
      `Refused a request in ${ProtocolVersion}: only ${speaks.join(', ')} is spoken here`,
    );
    return check(Infinity, 'Target.FailedHealthChecks', 'Health checks failed', refused);
  }
  const status = kind.status(container, path);
  const answered = logged(kind.logged(path, status));
  if (!accepts(kind.matcher(targetGroup), status)) {
    const description = `Health checks failed with these codes: [${status}]`;
    return check(Infinity, 'Target.ResponseCodeMismatch', description, answered);
  }
  return check(answersAt, 'Target.FailedHealthChecks', 'Health checks failed', answered);
}

/** Whether the security groups let the load balancer of a target group connect to a task. */
export async function readReach(
  context: EcsContext,
  { service }: ServiceRevision,
  { LoadBalancerArns = [] }: TargetGroup,
): Promise<(task: Task, binding: TargetGroupBinding) => boolean> {
  const { elasticLoadBalancing, ec2 } = context.aws(service.cluster.scope.region);
  if (LoadBalancerArns.length === 0) return () => true;
  const { LoadBalancers = [] } = await elasticLoadBalancing.send(
    new DescribeLoadBalancersCommand({ LoadBalancerArns }),
  );
  const securityGroups = LoadBalancers.flatMap((loadBalancer) => loadBalancer.SecurityGroups ?? []);
  if (securityGroups.length === 0) return () => true;
  const groups = await readSecurityGroups(ec2);
  return ({ networkInterface }, { containerPort }) =>
    groups.connect({ securityGroups }, networkInterface, containerPort);
}

/** How long the health checks of a target may fail. */
function toleratedMilliseconds({
  HealthCheckIntervalSeconds = DEFAULTS.interval,
  UnhealthyThresholdCount = DEFAULTS.unhealthyThreshold,
}: TargetGroup): number {
  return HealthCheckIntervalSeconds * UnhealthyThresholdCount * SECOND_MILLISECONDS;
}

/** A health check whose requests do not arrive. */
export function unreached(check: HealthCheck, targetGroup: TargetGroup, since: number): HealthCheck {
  const target = check.target && {
    ...check.target,
    reason: 'Target.Timeout',
    description: 'Request timed out',
    requests: undefined,
  };
  return { ...check, healthyAt: Infinity, unhealthyAt: since + toleratedMilliseconds(targetGroup), target };
}

/** The health check of a task that could not be registered. */
export function neverHealthy({ targetGroupArn }: TargetGroupBinding): HealthCheck {
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
