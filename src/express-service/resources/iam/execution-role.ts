import { invalid } from '../../../core/failure';
import type { Identity } from '../../identity/identity';
import { executionStatements } from '../../properties/execution-needs';
import {
  LONGEST_POLICIES,
  POLICY_VERSION,
  trustOfService,
  type PolicyDocument,
} from '../../properties/policy-document';
import type { ManagedTask } from '../../properties/task';
import { logGroupName } from '../logs/log-group';
import { roleComponent, type ObservedRole } from './role';

/** See {@link ObservedRole}. */
export type ObservedExecutionRole = ObservedRole;

/** Name of the only inline policy. */
const EXECUTION_POLICY = 'TaskExecution';

/** The document that Amazon ECS Developer Guide has for it ("Amazon ECS task execution IAM role"), which has no conditions. */
const TRUST = trustOfService('ecs-tasks.amazonaws.com');

/** The role with which Amazon ECS pulls images, reads secrets and writes logs: of those alone that the template names. */
export const executionRole = roleComponent({
  kind: 'ExecutionRole',
  purpose: 'execution',
  policyNames: [EXECUTION_POLICY],
  propertyPath: 'ExecutionRoleArn',
  policyPaths: { inline: 'ExecutionRoleArn', managed: 'ExecutionRoleArn' },
  content({ task }, identity) {
    if (task.kind !== 'managed' || !task.makesExecutionRole) return undefined;
    return { trust: TRUST, policies: { [EXECUTION_POLICY]: policyOf(task, identity) }, policyArns: [] };
  },
  isNamedIn: ({ TaskDefinition }, arn) =>
    (TaskDefinition as { readonly definition?: { readonly executionRoleArn?: string } } | undefined)
      ?.definition?.executionRoleArn === arn,
});

/** @throws HandlerError InvalidRequest when IAM would not take it. */
function policyOf(task: ManagedTask, identity: Identity): PolicyDocument {
  const Statement = executionStatements(task, { ...identity, madeLogGroup: logGroupName(identity) });
  const policy = { Version: POLICY_VERSION, Statement };
  const { length } = JSON.stringify(policy);
  if (length <= LONGEST_POLICIES) return policy;
  throw invalid(
    'ExecutionRoleArn',
    `is missing, and the policy of the role that would be made has ${length} characters, more than the ${LONGEST_POLICIES} that IAM takes`,
    'Name fewer secrets, of which one may hold several values, or give a role',
  );
}
