/**
 * Properties that refusals of AWS speak of. AWS names members of its own APIs, if any; a reader needs the property of the
 * template. Words of AWS are no interface: where none of these match, the refusal is told as it is.
 */

import type { FindRefusedProperty } from '../../aws/handler-error';

/** What a refusal speaks of. */
export interface RefusedProperty {
  /** Path in the template. */
  readonly propertyPath: string;
  /** One sentence: what to do. */
  readonly remedy: string;
}

interface Row extends RefusedProperty {
  /** In the message of the refusal. */
  readonly words: RegExp;
}

const ROLE_IN_TASK_DEFINITION: Row = {
  words: /\brole\b/i,
  propertyPath: 'ExecutionRoleArn',
  remedy:
    'Check the ARNs of ExecutionRoleArn and TaskRoleArn: roles of this account that trust ecs-tasks.amazonaws.com',
};

/** The first that matches counts, so that roles, which such messages name beside other things, come first. */
const TASK_DEFINITION: readonly Row[] = [
  {
    words: /Max allowed length is/,
    propertyPath: 'PrimaryContainer/Environment',
    remedy:
      'Make the containers, most of all their Environment, smaller: a task definition has 65536 bytes at most',
  },
  ROLE_IN_TASK_DEFINITION,
  {
    words: /Container\.image/,
    propertyPath: 'PrimaryContainer/Image',
    remedy: 'Name the images of all containers as registry/repository:tag',
  },
  {
    words: /secret|valueFrom|Systems Manager parameter/i,
    propertyPath: 'PrimaryContainer/Secrets',
    remedy: 'Check ValueFrom of each of the Secrets: the ARN of a secret or parameter of this account',
  },
  {
    words: /ephemeral ?storage/i,
    propertyPath: 'EphemeralStorage/SizeInGiB',
    remedy: 'Give a size that Fargate has',
  },
  {
    words: /log ?driver|awslogs/i,
    propertyPath: 'PrimaryContainer/AwsLogsConfiguration',
    remedy: 'Check the log group and the prefix of its streams',
  },
  {
    words: /depends ?on|dependency|dependencies/i,
    propertyPath: 'PrimaryContainer/DependsOn',
    remedy: 'Check DependsOn of all containers',
  },
  {
    words: /health ?check/i,
    propertyPath: 'PrimaryContainer/HealthCheck',
    remedy: 'Check HealthCheck of all containers',
  },
  {
    words: /stop ?timeout/i,
    propertyPath: 'PrimaryContainer/StopTimeout',
    remedy: 'Check StopTimeout of all containers',
  },
  {
    words: /volume|file ?system|access ?point/i,
    propertyPath: 'Volumes',
    remedy: 'Check Volumes and MountPoints',
  },
  {
    words: /\bports?\b|port ?mapping/i,
    propertyPath: 'PrimaryContainer/ContainerPort',
    remedy: 'Check ContainerPort, and PortMappings of all sidecar containers',
  },
  {
    words: /environment/i,
    propertyPath: 'PrimaryContainer/Environment',
    remedy: 'Check Environment of all containers',
  },
  { words: /memory/i, propertyPath: 'Memory', remedy: 'Give a pair of Cpu and Memory that Fargate has' },
  { words: /\bcpu\b/i, propertyPath: 'Cpu', remedy: 'Give a pair of Cpu and Memory that Fargate has' },
];

const INFRASTRUCTURE_ROLE: Row = {
  words: /assume|infrastructure role|service role|pass role/i,
  propertyPath: 'InfrastructureRoleArn',
  remedy:
    'Let ecs.amazonaws.com assume the role, and attach AmazonECSInfrastructureRolePolicyForLoadBalancers to it',
};

const SERVICE: readonly Row[] = [
  INFRASTRUCTURE_ROLE,
  {
    words: /security ?groups?/i,
    propertyPath: 'NetworkConfiguration/SecurityGroups',
    remedy: 'Name at most four security groups of the VPC of the service',
  },
  {
    words: /subnets?/i,
    propertyPath: 'NetworkConfiguration/Subnets',
    remedy: 'Name at most 16 subnets of one VPC',
  },
  {
    words: /capacity ?provider/i,
    propertyPath: 'CapacityProviderStrategy',
    remedy: 'Name capacity providers that the cluster has',
  },
  {
    words: /execute ?command/i,
    propertyPath: 'EnableExecuteCommand',
    remedy: 'Give TaskRoleArn a role with the permissions of ECS Exec, or leave EnableExecuteCommand out',
  },
  {
    words: /\balarms?\b|alarmNames/i,
    propertyPath: 'DeploymentConfiguration/RollbackAlarm',
    remedy: 'Check RollbackAlarm',
  },
  {
    words: /canary/i,
    propertyPath: 'DeploymentConfiguration/CanaryConfiguration',
    remedy: 'Check CanaryConfiguration',
  },
  {
    words: /bake ?time/i,
    propertyPath: 'DeploymentConfiguration/BakeTimeInMinutes',
    remedy: 'Give fewer minutes',
  },
];

const TARGET_GROUP: readonly Row[] = [
  {
    words: /health check path/i,
    propertyPath: 'HealthCheckPath',
    remedy: 'Begin with /, and use letters from a to z, digits and @:%_+.~#?&/=- only',
  },
  {
    words: /matcher|(success|http|grpc) codes?/i,
    propertyPath: 'TargetGroupConfiguration/HealthCheck/Matcher',
    remedy: 'Give codes and ranges like 200,204 or 200-299',
  },
  {
    words: /timeout/i,
    propertyPath: 'TargetGroupConfiguration/HealthCheck/TimeoutSeconds',
    remedy: 'Make it less than IntervalSeconds',
  },
  {
    words: /interval/i,
    propertyPath: 'TargetGroupConfiguration/HealthCheck/IntervalSeconds',
    remedy: 'Make it more than TimeoutSeconds',
  },
  {
    words: /unhealthy ?threshold/i,
    propertyPath: 'TargetGroupConfiguration/HealthCheck/UnhealthyThresholdCount',
    remedy: 'Give from 2 to 10',
  },
  {
    words: /healthy ?threshold/i,
    propertyPath: 'TargetGroupConfiguration/HealthCheck/HealthyThresholdCount',
    remedy: 'Give from 2 to 10',
  },
  {
    words: /protocol ?version/i,
    propertyPath: 'TargetGroupConfiguration/ProtocolVersion',
    remedy: 'Give HTTP1, HTTP2 or GRPC',
  },
];

const TARGET_GROUP_ATTRIBUTES: readonly Row[] = [
  {
    words: /deregistration[_ ]delay/i,
    propertyPath: 'TargetGroupConfiguration/DeregistrationDelaySeconds',
    remedy: 'Give from 0 to 3600',
  },
  {
    words: /stickiness/i,
    propertyPath: 'TargetGroupConfiguration/StickinessDurationSeconds',
    remedy: 'Give from 1 to 604800',
  },
];

const RULE: readonly Row[] = [
  {
    words: /path[- ]?pattern/i,
    propertyPath: 'PathPatterns',
    remedy: 'Begin each with / or *, and use at most 128 characters',
  },
  {
    words: /host[- ]?header|host ?name/i,
    propertyPath: 'DomainName',
    remedy: 'Give host names of at most 128 characters',
  },
  {
    words: /condition values/i,
    propertyPath: 'AdditionalDomains',
    remedy: 'Give fewer AdditionalDomains or PathPatterns',
  },
  {
    words: /stickiness/i,
    propertyPath: 'TargetGroupConfiguration/StickinessDurationSeconds',
    remedy: 'Leave it out',
  },
];

/** By the IAM action of the call that is refused. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'ecs:RegisterTaskDefinition': TASK_DEFINITION,
  'ecs:CreateService': SERVICE,
  'ecs:UpdateService': SERVICE,
  'elasticloadbalancing:CreateTargetGroup': TARGET_GROUP,
  'elasticloadbalancing:ModifyTargetGroup': TARGET_GROUP,
  'elasticloadbalancing:ModifyTargetGroupAttributes': TARGET_GROUP_ATTRIBUTES,
  'elasticloadbalancing:CreateRule': RULE,
  'elasticloadbalancing:ModifyRule': RULE,
};

/** Errors that speak of one property, whatever they say. */
const PROPERTY_BY_ERROR_NAME: Readonly<Record<string, RefusedProperty>> = {
  PlatformUnknownException: {
    propertyPath: 'PlatformVersion',
    remedy: 'Give a platform version that Fargate offers, or LATEST',
  },
};

/** The property that a refusal of AWS speaks of, by the name of its error or by its words. */
export const findRefusedProperty: FindRefusedProperty = ({ name, message, action }) =>
  PROPERTY_BY_ERROR_NAME[name] ?? refusedProperty(action, message);

/**
 * The property that a refusal speaks of; undefined where its words say nothing of one.
 *
 * @param action IAM action of the refused call, e.g. `ecs:CreateService`.
 * @param message what AWS says.
 */
export function refusedProperty(action: string | undefined, message: string): RefusedProperty | undefined {
  const row = action === undefined ? undefined : ROWS[action]?.find(({ words }) => words.test(message));
  return row && { propertyPath: row.propertyPath, remedy: row.remedy };
}

/** Words that are said of what AWS has not come to know yet, and of what is not there. */
const PERHAPS_NEW = /does not exist|not found|NotFound|unable to|service.linked role/i;

/**
 * Whether waiting cannot help: the refusal speaks of a property, and not of something that may have been made a moment
 * ago.
 *
 * @param action and message as in {@link refusedProperty}.
 */
export function isCertain(action: string | undefined, message: string): boolean {
  const property = refusedProperty(action, message);
  return (
    property !== undefined &&
    property.propertyPath !== INFRASTRUCTURE_ROLE.propertyPath &&
    !PERHAPS_NEW.test(message)
  );
}
