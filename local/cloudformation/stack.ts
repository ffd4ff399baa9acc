/** What CloudFormation remembers of stacks. */
import { randomUUID } from 'node:crypto';
import { AwsError, type Structure } from '../service';
import type { ParameterValues } from './template/parameters';
import { validationError, type DeletionPolicy, type Template } from './template/parse';

/** What a stack is to become: a template with values for its parameters, and the stack's tags. */
export interface StackTarget {
  readonly body: string;
  readonly template: Template;
  readonly parameters: ParameterValues;
  readonly tags: Readonly<Record<string, string>>;
}

/** One resource of a stack. A replacement makes a new record; the old one is kept until it is deleted. */
export interface StackResource {
  readonly logicalId: string;
  readonly typeName: string;
  physicalId?: string;
  status: string;
  statusReason?: string;
  updatedAt: Date;
  /** Resolved properties that the resource was last provisioned with. */
  properties: Structure;
  /** The same, with the values of NoEcho parameters masked. */
  shownProperties: Structure;
  /** Stack tags that the resource was last provisioned with. */
  stackTags: Readonly<Record<string, string>>;
  /** What `Fn::GetAtt` reads. */
  attributes: Structure;
  /** What the provider of the type needs to find the resource again. */
  handle?: string;
  dependsOn: ReadonlySet<string>;
  deletionPolicy: DeletionPolicy;
  updateReplacePolicy: DeletionPolicy;
  metadata?: Structure;
  drift?: Structure;
}

export interface Output {
  readonly OutputKey: string;
  readonly OutputValue: string;
  readonly Description?: string;
  readonly ExportName?: string;
}

/** Physical ids of existing resources that an operation brings into its stack, by logical id. */
export type Imports = ReadonlyMap<string, string>;

/** How an operation changed a resource; what a rollback has to undo. */
export interface Change {
  /** `untouched`: the change was refused before anything was done. */
  readonly kind: 'created' | 'imported' | 'updated' | 'replaced' | 'untouched';
  /** The resource before the update; absent when the update created it. */
  readonly before?: StackResource;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE' | 'IMPORT';
  readonly description?: string;
  readonly createdAt: Date;
  readonly target: StackTarget;
  readonly imports: Imports;
  readonly importsExisting: boolean;
  readonly capabilities: readonly string[];
  readonly roleArn?: string;
  readonly onStackFailure?: string;
  status: string;
  statusReason?: string;
  executionStatus: string;
  changes: readonly Structure[];
  /** Stack hooks that need not look at the stack when this change set is executed. */
  skippedHooks: ReadonlySet<string>;
}

export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  /** Ids of the stack that this one is nested in, and of the outermost one. */
  readonly parentId?: string;
  readonly rootId?: string;
  readonly createdAt: Date;
  updatedAt?: Date;
  deletedAt?: Date;
  status: string;
  statusReason?: string;
  /** What the stack is, or is becoming; absent while it consists of a change set only. */
  target?: StackTarget;
  capabilities: readonly string[];
  notificationArns: readonly string[];
  roleArn?: string;
  disableRollback: boolean;
  terminationProtection: boolean;
  readonly resources: Map<string, StackResource>;
  outputs: readonly Output[];
  /** Names of the exports of other stacks that this one uses. */
  imports: ReadonlySet<string>;
  /** The same of the operation that runs, or that has failed and was not rolled back. */
  importing: ReadonlySet<string>;
  /** Oldest first. */
  readonly events: Structure[];
  readonly changeSets: Map<string, ChangeSet>;
  /** What a failed rollback has still to undo, and what the stack was before. */
  rollback?: { readonly changes: Map<string, Change>; readonly target: StackTarget };
  /** Aborted when the local AWS forgets everything: nothing may be done for the stack any more. */
  readonly abandoned: AbortController;
  /** Cancels the running operation. */
  cancel?: AbortController;
  /** Ends with the running operation. */
  running?: Promise<void>;
}

/** All stacks of the account. */
export class Stacks {
  private readonly stacks = new Map<string, Stack>();

  add(stack: Stack): void {
    this.stacks.set(stack.id, stack);
  }

  /** All stacks of a region, newest first, deleted ones included. */
  list(region: string): Stack[] {
    return [...this.stacks.values()].filter((stack) => stack.region === region).reverse();
  }

  /** A stack by id, or one that is not deleted by name. */
  find(nameOrId: string, region: string): Stack | undefined {
    const byId = this.stacks.get(nameOrId);
    return (
      byId ?? this.list(region).find(({ name, status }) => name === nameOrId && status !== 'DELETE_COMPLETE')
    );
  }

  /** A stack by id. */
  byId(id: string): Stack | undefined {
    return this.stacks.get(id);
  }

  /** @throws AwsError ValidationError when there is no such stack. */
  get(nameOrId: string, region: string): Stack {
    const stack = this.find(nameOrId, region);
    if (!stack) throw validationError(`Stack with id ${nameOrId} does not exist`);
    return stack;
  }

  /** The stack that a resource belongs to. */
  owner(typeName: string, physicalId: string, region: string): Stack | undefined {
    return this.list(region).find(
      ({ resources, status }) =>
        status !== 'DELETE_COMPLETE' &&
        [...resources.values()].some(
          (resource) =>
            resource.typeName === typeName &&
            resource.physicalId === physicalId &&
            !resource.status.startsWith('DELETE_'),
        ),
    );
  }

  /** The stack that exports a name, with the value. */
  exporter(exportName: string, region: string): { stack: Stack; value: string } | undefined {
    for (const stack of this.list(region)) {
      if (stack.status === 'DELETE_COMPLETE') continue;
      const output = stack.outputs.find(({ ExportName }) => ExportName === exportName);
      if (output) return { stack, value: output.OutputValue };
    }
    return undefined;
  }

  /** Stacks that use an export. */
  importers(exportName: string, region: string): Stack[] {
    return this.list(region).filter(
      ({ imports, importing, status }) =>
        status !== 'DELETE_COMPLETE' && (imports.has(exportName) || importing.has(exportName)),
    );
  }

  clear(): void {
    for (const stack of this.stacks.values()) stack.abandoned.abort();
    this.stacks.clear();
  }
}

/** A stack that has just been asked for. */
export function newStack(
  input: Structure,
  request: { readonly region: string; readonly accountId: string },
  createdAt: Date,
): Stack {
  return {
    id: `arn:aws:cloudformation:${request.region}:${request.accountId}:stack/${input.StackName}/${randomUUID()}`,
    name: input.StackName,
    region: request.region,
    accountId: request.accountId,
    parentId: input.ParentId,
    rootId: input.RootId,
    createdAt,
    status: 'REVIEW_IN_PROGRESS',
    capabilities: input.Capabilities ?? [],
    notificationArns: input.NotificationARNs ?? [],
    roleArn: input.RoleARN,
    disableRollback: false,
    terminationProtection: input.EnableTerminationProtection ?? false,
    resources: new Map(),
    outputs: [],
    imports: new Set(),
    importing: new Set(),
    events: [],
    changeSets: new Map(),
    abandoned: new AbortController(),
  };
}

/** The API's list of tags as a map. */
export function tagMap(tags: readonly Structure[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value]));
}

/** Whether an operation runs on a stack. */
export function isBusy({ status }: Stack): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

/** @throws AwsError ValidationError when an operation runs already, or the stack cannot be changed any more. */
export function refuseWhileBusy(stack: Stack, action: 'updated' | 'deleted'): void {
  if (isBusy(stack)) {
    throw validationError(`Stack:${stack.id} is in ${stack.status} state and can not be ${action}.`);
  }
}

/** Resource of a stack. @throws AwsError ValidationError when the stack has none of this name. */
export function resourceOf(stack: Stack, logicalId: string): StackResource {
  const resource = stack.resources.get(logicalId);
  if (!resource)
    throw new AwsError('ValidationError', `Resource ${logicalId} does not exist for stack ${stack.name}`);
  return resource;
}
