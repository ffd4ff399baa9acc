import type { Identity } from '../../identity/identity';
import { POLICY_VERSION, trustOfService, type PolicyDocument } from '../../properties/policy-document';
import { roleComponent, type ObservedRole } from './role';

/** See {@link ObservedRole}. */
export type ObservedTaskRole = ObservedRole;

/** Name of the inline policy that the template gives. */
export const TASK_POLICY = 'TaskPolicy';

const EXECUTE_COMMAND = 'ExecuteCommand';

/** What the agent of ECS Exec calls (Amazon ECS Developer Guide, "Task IAM role", "ECS Exec permissions"). */
const EXECUTE_COMMAND_POLICY: PolicyDocument = {
  Version: POLICY_VERSION,
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      // Sessions have no ARN before they are there (Service Authorization Reference).
      Resource: '*',
    },
  ],
};

/** The role that the containers' own AWS calls use, where the template says what it may do rather than which one it is. */
export const taskRole = roleComponent({
  kind: 'TaskRole',
  purpose: 'task',
  policyNames: [TASK_POLICY, EXECUTE_COMMAND],
  propertyPath: 'TaskRoleArn',
  policyPaths: { inline: 'TaskPolicy', managed: 'TaskPolicyArns' },
  content({ taskRole: wanted }, identity) {
    if (!wanted) return undefined;
    const { policy, policyArns, executesCommands } = wanted;
    return {
      trust: trustOf(identity),
      policies: {
        ...(policy && { [TASK_POLICY]: policy }),
        ...(executesCommands && { [EXECUTE_COMMAND]: EXECUTE_COMMAND_POLICY }),
      },
      policyArns,
    };
  },
  isNamedIn: ({ TaskDefinition }, arn) =>
    (TaskDefinition as { readonly definition?: { readonly taskRoleArn?: string } } | undefined)?.definition
      ?.taskRoleArn === arn,
});

/** Tasks of this account and Region (Amazon ECS Developer Guide, "Task IAM role": no single cluster can be named). */
function trustOf({ partition, region, accountId }: Identity): PolicyDocument {
  return trustOfService('ecs-tasks.amazonaws.com', {
    StringEquals: { 'aws:SourceAccount': accountId },
    ArnLike: { 'aws:SourceArn': `arn:${partition}:ecs:${region}:${accountId}:*` },
  });
}
