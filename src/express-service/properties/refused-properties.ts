/**
 * Properties that refusals of AWS speak of. AWS names members of its own APIs, if any; a reader needs the property of the
 * template. Words of AWS are no interface: where none of these match, the refusal is told as it is.
 */

import type { FindRefusedProperty } from '../../aws/handler-error';
import { allProperties } from '../../core/property';
import { AUTHENTICATION_ROWS } from './authentication';
import { DNS_ROWS } from './dns';
import { DOMAIN_ROWS } from './domains';
import { SERVICE_ROWS } from './ecs-service';
import { LOAD_BALANCER_ROWS } from './load-balancer-settings';
import { NETWORK_ROWS } from './network-settings';
import { ROLE_ROWS } from './role-properties';
import { SERVICE_CONNECT_ROWS } from './service-connect';
import { inputTable, type InputRows, type Refusal } from './table';
import { TARGET_GROUP_ROWS } from './target-group-settings';
import { TASK_ROWS } from './task';
import { TEST_TRAFFIC_ROWS } from './test-traffic';

/** What a refusal speaks of. */
export interface RefusedProperty {
  /** Path in the template. */
  readonly propertyPath: string;
  /** One sentence: what to do. */
  readonly remedy: string;
}

type Known = RefusedProperty & Refusal;

/** What rows say of refusals, in their order. */
function refusalsOf(rows: InputRows<any>): Known[] {
  return allProperties(inputTable<any>(rows)).flatMap(([propertyPath, { row }]) =>
    row.refused ? [{ ...(row.refused as Refusal), propertyPath }] : [],
  );
}

/** What may be refused of a task definition. */
const TASK_DEFINITION: readonly Known[] = [
  {
    words: /Max allowed length is/,
    propertyPath: 'PrimaryContainer/Environment',
    remedy:
      'Make the containers, most of all their Environment, smaller: a task definition has 65536 bytes at most',
  },
  ...refusalsOf(TASK_ROWS),
];

/** What may be refused of a service. */
const SERVICE = refusalsOf({
  ...AUTHENTICATION_ROWS,
  ...ROLE_ROWS,
  ...SERVICE_CONNECT_ROWS,
  ...NETWORK_ROWS,
  ...SERVICE_ROWS,
});

/** What may be refused of a load balancer. */
const LOAD_BALANCER = refusalsOf(LOAD_BALANCER_ROWS);

/** What may be refused of a target group. */
const TARGET_GROUP = refusalsOf(TARGET_GROUP_ROWS);

/** What may be refused of a listener rule. */
const RULE: readonly Known[] = [
  ...refusalsOf({ ...DOMAIN_ROWS, ...TEST_TRAFFIC_ROWS, ...AUTHENTICATION_ROWS }),
  {
    words: /stickiness/i,
    propertyPath: 'TargetGroupConfiguration/StickinessDurationSeconds',
    remedy: 'Leave it out',
  },
];

/** What may be refused of DNS records. */
const RECORD = refusalsOf(DNS_ROWS);

/** By the IAM action of the call that is refused. */
const BY_ACTION: Readonly<Record<string, readonly Known[]>> = {
  'ecs:RegisterTaskDefinition': TASK_DEFINITION,
  'ecs:CreateService': SERVICE,
  'ecs:UpdateService': SERVICE,
  'elasticloadbalancing:CreateLoadBalancer': LOAD_BALANCER,
  'elasticloadbalancing:CreateTargetGroup': TARGET_GROUP,
  'elasticloadbalancing:ModifyTargetGroup': TARGET_GROUP,
  'elasticloadbalancing:ModifyTargetGroupAttributes': TARGET_GROUP,
  'elasticloadbalancing:CreateRule': RULE,
  'elasticloadbalancing:ModifyRule': RULE,
  'route53:ChangeResourceRecordSets': RECORD,
};

/** The property that a refusal of AWS speaks of, by the name of its error or by its words. */
export const findRefusedProperty: FindRefusedProperty = ({ name, message, action }) =>
  told(Object.values(BY_ACTION).flat(), ({ errorName }) => errorName === name) ??
  refusedProperty(action, message);

function told(known: readonly Known[], isMeant: (refusal: Refusal) => boolean): RefusedProperty | undefined {
  const found = known.find(isMeant);
  return found && { propertyPath: found.propertyPath, remedy: found.remedy };
}

/**
 * The property that a refusal speaks of; undefined where its words say nothing of one.
 *
 * @param action IAM action of the refused call, e.g. `ecs:CreateService`.
 * @param message what AWS says.
 */
export function refusedProperty(action: string | undefined, message: string): RefusedProperty | undefined {
  return told(BY_ACTION[action ?? ''] ?? [], ({ words }) => words?.test(message) ?? false);
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
    property.propertyPath !== ('InfrastructureRoleArn' satisfies keyof typeof ROLE_ROWS) &&
    !PERHAPS_NEW.test(message)
  );
}
