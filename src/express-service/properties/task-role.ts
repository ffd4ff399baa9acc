/** The role that the containers' own AWS calls use, where it is made for the service. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import type { Group } from '../../core/group';
import type { Inputs } from '../model';
import { checkPolicyDocument, type PolicyDocument } from './policy-document';

/** Both go to the role. */
export const TASK_ROLE_ROWS = {
  TaskPolicy: {
    whole: true,
    // Statements are in nobody's way: see mergedPolicy.
    conflict: false,
    check(policy: Group, path: string, _group: object, model: Inputs): void {
      checkIsMade(path, model);
      checkPolicyDocument(policy, path);
    },
  },
  TaskPolicyArns: {
    check: (_arns: readonly string[], path: string, _group: object, model: Inputs) =>
      checkIsMade(path, model),
  },
} as const;

function checkIsMade(path: string, { TaskRoleArn }: Inputs): void {
  if (TaskRoleArn == null) return;
  throw invalid(
    path,
    'is of the task role that is made, and TaskRoleArn names another',
    'Remove TaskRoleArn, or give the permissions to the role that it names',
  );
}

/** What a template says of the task role that is made. */
export interface TaskRoleSpec {
  readonly policy?: PolicyDocument;
  readonly policyArns: readonly string[];
  /** Whether commands can be executed in the containers. */
  readonly executesCommands: boolean;
}

type TaskRoleInputs = Pick<Inputs, 'TaskPolicy' | 'TaskPolicyArns' | 'TaskRoleArn' | 'EnableExecuteCommand'>;

/** The task role that is to be made; undefined when the template gives it no permissions. */
export function taskRoleSpec({
  TaskPolicy,
  TaskPolicyArns = [],
  EnableExecuteCommand: executesCommands = false,
}: TaskRoleInputs): TaskRoleSpec | undefined {
  if (!TaskPolicy && TaskPolicyArns.length === 0) return undefined;
  return {
    ...(TaskPolicy && { policy: TaskPolicy as unknown as PolicyDocument }),
    policyArns: TaskPolicyArns.toSorted(),
    executesCommands,
  };
}

/** Whether the containers have a role for their own AWS calls. */
export function hasTaskRole(model: TaskRoleInputs): boolean {
  return model.TaskRoleArn != null || taskRoleSpec(model) !== undefined;
}
