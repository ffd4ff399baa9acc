/** Hooks: which they are, and on what CloudFormation calls them. */

/** What a hook looks at: one resource, a whole stack, a change set, or a Cloud Control operation. */
export type TargetOperation = 'RESOURCE' | 'STACK' | 'CHANGE_SET' | 'CLOUD_CONTROL';

/** What is about to be done to the target. */
export type HookAction = 'CREATE' | 'UPDATE' | 'DELETE';

/** An activated hook: the properties of `AWS::CloudFormation::LambdaHook` that decide where it runs. */
export interface Hook {
  /** Type name of the hook, the alias of a Lambda hook. */
  readonly typeName: string;
  /** Name or ARN of the Lambda function that decides. */
  readonly functionName: string;
  readonly failureMode: 'FAIL' | 'WARN';
  readonly status: 'ENABLED' | 'DISABLED';
  readonly targetOperations: readonly TargetOperation[];
  readonly targetFilters?: {
    readonly actions?: readonly HookAction[];
    /** Type names; `*` stands for any characters. */
    readonly targetNames?: readonly string[];
  };
  readonly stackFilters?: StackFilters;
}

/** Which stacks a hook looks at, by name and by the role that provisions them. */
export interface StackFilters {
  readonly filteringCriteria: 'ALL' | 'ANY';
  readonly stackNames?: Selection;
  readonly stackRoles?: Selection;
}

interface Selection {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** What a hook is asked about. */
export interface HookOccasion {
  readonly operation: TargetOperation;
  readonly action: HookAction;
  /** Type name of the resource; STACK or CHANGE_SET for those. */
  readonly targetName: string;
  readonly stackName?: string;
  readonly stackRole?: string;
}

/** Whether a hook is to be called on an occasion. */
export function applies(hook: Hook, occasion: HookOccasion): boolean {
  const { targetFilters, stackFilters } = hook;
  return (
    hook.status === 'ENABLED' &&
    hook.targetOperations.includes(occasion.operation) &&
    (!targetFilters?.actions?.length || targetFilters.actions.includes(occasion.action)) &&
    (!targetFilters?.targetNames?.length ||
      targetFilters.targetNames.some((name) => matches(name, occasion.targetName))) &&
    (!stackFilters ||
      occasion.stackName === undefined ||
      selects(stackFilters, occasion.stackName, occasion.stackRole))
  );
}

function selects(filters: StackFilters, name: string, role: string | undefined): boolean {
  const excluded = [
    filters.stackNames?.exclude?.some((pattern) => matches(pattern, name)),
    role !== undefined && filters.stackRoles?.exclude?.some((pattern) => matches(pattern, role)),
  ];
  if (excluded.some(Boolean)) return false;
  const included = [
    filters.stackNames?.include?.length
      ? filters.stackNames.include.some((pattern) => matches(pattern, name))
      : undefined,
    filters.stackRoles?.include?.length
      ? role !== undefined && filters.stackRoles.include.some((pattern) => matches(pattern, role))
      : undefined,
  ].filter((verdict) => verdict !== undefined);
  if (included.length === 0) return true;
  return filters.filteringCriteria === 'ALL' ? included.every(Boolean) : included.some(Boolean);
}

/** Whether `text` fits a pattern in which `*` stands for any characters and `?` for one. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${expression}$`).test(text);
}
