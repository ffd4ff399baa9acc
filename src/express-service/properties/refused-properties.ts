/**
 * Properties that refusals of AWS speak of. AWS names members of its own APIs, if any; a reader needs the property of the
 * template. Words of AWS are no interface: where none of these match, the refusal is told as it is.
 */

import type { FindRefusedProperty } from '../../aws/handler-error';
import { allProperties, type Table } from '../../core/property';
import { SERVICE } from './ecs-service';
import type { Refusal, TypeRow } from './table';
import { TARGET_GROUP_PROPERTIES } from './target-group-settings';

/** What a refusal speaks of. */
export interface RefusedProperty {
  /** Path in the template. */
  readonly propertyPath: string;
  /** One sentence: what to do. */
  readonly remedy: string;
}

type Row = RefusedProperty & Refusal;

/** What the rows of a table say of refusals, in their order. */
function rowsOf(table: Table<any, any, TypeRow>): Row[] {
  return allProperties(table).flatMap(([propertyPath, { row }]) =>
    row.refused ? [{ ...(row.refused as Refusal), propertyPath }] : [],
  );
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

const SERVICE_REFUSALS: readonly Row[] = [
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
  ...rowsOf(SERVICE),
];

const TARGET_GROUP = rowsOf(TARGET_GROUP_PROPERTIES);

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
  'ecs:CreateService': SERVICE_REFUSALS,
  'ecs:UpdateService': SERVICE_REFUSALS,
  'elasticloadbalancing:CreateTargetGroup': TARGET_GROUP,
  'elasticloadbalancing:ModifyTargetGroup': TARGET_GROUP,
  'elasticloadbalancing:ModifyTargetGroupAttributes': TARGET_GROUP,
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
