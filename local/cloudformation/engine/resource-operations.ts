/** Create, update and delete one resource of a stack: validation, hooks, the provider's work, and the events of each step. */
import { isDeepStrictEqual } from 'node:util';
import type { HookVerdict } from '../../extension/hook-handler';
import type { HookAction } from '../../registry/hook';
import type { ResourceType } from '../../registry/resource-type';
import type { Structure } from '../../service';
import type { EventRecorder } from '../events';
import {
  ProvisionFailure,
  type ExistingRequest,
  type Provisioned,
  type ProvisionRequest,
  type ResourceProvider,
} from '../providers/provider';
import type { Change, Imports, Stack, StackResource, StackTarget } from '../stack';
import { conditionHolds, evaluate, type Scope } from '../template/evaluate';
import { attributesRead, dependencies, type Reference } from '../template/references';
import type { Environment } from './environment';
import { attributeOf, noSuchAttribute, stackScope } from './scope';
import { refusal } from './target-hooks';

export interface ResourceOperationsOptions {
  readonly events: EventRecorder;
  /** Aborted when the operation is given up. */
  readonly cancel?: AbortSignal;
  /** Resources that are brought into the stack rather than made. */
  readonly imports?: Imports;
}

/** Operations on the resources of one stack during one stack operation. */
export class ResourceOperations {
  private readonly scope: Scope;
  private readonly maskedScope: Scope;
  private readonly signal: AbortSignal;
  private readonly events: EventRecorder;
  private readonly imports: Imports;
  /** What this operation has changed, for a rollback. */
  readonly changes = new Map<string, Change>();
  /** Resources that were replaced or removed, to be deleted in the end. */
  readonly obsolete: StackResource[] = [];

  constructor(
    private readonly environment: Environment,
    private readonly stack: Stack,
    readonly target: StackTarget,
    { events, cancel, imports = new Map() }: ResourceOperationsOptions,
  ) {
    this.events = events;
    this.imports = imports;
    const { signal } = stack.abandoned;
    this.signal = cancel ? AbortSignal.any([signal, cancel]) : signal;
    const options = {
      stack,
      target,
      resource: (reference: Reference) => this.referenceValue(reference),
      importValue: (name: string) => {
        const value = environment.importValue(stack, name);
        stack.importing = new Set([...stack.importing, name]);
        return value;
      },
    };
    this.scope = stackScope(options);
    this.maskedScope = stackScope({ ...options, masked: true });
  }

  /** Logical ids of the target whose condition holds. */
  async wanted(): Promise<Set<string>> {
    const entries = Object.entries(this.target.template.Resources);
    const flags = await Promise.all(
      entries.map(async ([, { Condition }]) => !Condition || (await conditionHolds(Condition, this.scope))),
    );
    return new Set(entries.filter((_, index) => flags[index]).map(([logicalId]) => logicalId));
  }

  /** The value of a part of the target. */
  evaluate(value: unknown): Promise<any> {
    return evaluate(value, this.scope);
  }

  /** Whether an output's condition holds. */
  holds(condition: string | undefined): Promise<boolean> {
    return condition ? conditionHolds(condition, this.scope) : Promise.resolve(true);
  }

  /** Bring one resource to what the target says. False when that failed; the events say why. */
  async provision(logicalId: string): Promise<boolean> {
    if (this.stack.abandoned.signal.aborted) return false;
    const current = this.stack.resources.get(logicalId);
    const physicalId = current?.physicalId ? undefined : this.imports.get(logicalId);
    let desired: StackResource;
    let violations: readonly string[];
    try {
      desired = await this.desired(logicalId);
      violations = this.violations(desired);
    } catch (error) {
      const failed = current ?? this.unresolved(logicalId);
      this.stack.resources.set(logicalId, failed);
      this.changes.set(logicalId, current ? { kind: 'untouched', before: current } : { kind: 'created' });
      this.events.resourceStatus(
        failed,
        current ? 'UPDATE_FAILED' : physicalId ? 'IMPORT_FAILED' : 'CREATE_FAILED',
        (error as Error).message,
      );
      return false;
    }
    if (violations.length > 0) return this.refuse(current, desired, violations, physicalId !== undefined);
    if (physicalId) return this.import(desired, physicalId);
    if (!current?.physicalId) return this.create(desired, 'created');
    const type = this.type(desired);
    if (current.typeName !== desired.typeName) return this.replace(current, desired);
    const tagsChanged =
      !!type.functionName && type.tagUpdatable && !isDeepStrictEqual(current.stackTags, desired.stackTags);
    const mustUpdate = tagsChanged || this.provider(desired).alwaysUpdates;
    if (isDeepStrictEqual(current.properties, desired.properties) && !mustUpdate) {
      Object.assign(current, attributesOutsideProperties(desired));
      return true;
    }
    if (type.createOnlyChanges(current.properties, desired.properties).length > 0)
      return this.replace(current, desired);
    return this.update(current, desired);
  }

  /** Delete a resource. False when that failed. `hooks`: ask hooks first, as for the deletion of a whole stack. */
  async remove(
    resource: StackResource,
    { hooks = false, policy = resource.deletionPolicy } = {},
  ): Promise<boolean> {
    const { events } = this;
    if (this.stack.abandoned.signal.aborted) return false;
    if (policy === 'Retain' && resource.physicalId) {
      events.resourceStatus(resource, 'DELETE_SKIPPED');
      return true;
    }
    if (resource.physicalId) {
      events.resourceStatus(resource, 'DELETE_IN_PROGRESS');
      if (hooks && !(await this.hooksAllow(resource, 'DELETE', {}, resource.properties))) return false;
      try {
        await this.provider(resource).delete(this.existing(resource));
      } catch (error) {
        events.resourceStatus(resource, 'DELETE_FAILED', failureReason(error));
        return false;
      }
    }
    events.resourceStatus(resource, 'DELETE_COMPLETE');
    return true;
  }

  /** Give a resource back the state it had before the operation. False when that failed. */
  async restore(logicalId: string, change: Change): Promise<boolean> {
    if (this.stack.abandoned.signal.aborted) return false;
    const now = this.stack.resources.get(logicalId);
    if (change.kind === 'imported') return this.release(logicalId);
    if (change.kind === 'created') {
      if (now) this.obsolete.push(now);
      this.stack.resources.delete(logicalId);
      return true;
    }
    const before = change.before!;
    if (change.kind !== 'updated') {
      if (change.kind === 'replaced' && now) this.obsolete.push(now);
      this.stack.resources.set(logicalId, before);
      this.events.resourceStatus(before, 'UPDATE_COMPLETE');
      return true;
    }
    return this.apply(now!, before, { restores: before.handle });
  }

  /** Give a resource that was imported out of the hands of the stack again; it stays as it is. */
  release(logicalId: string): true {
    const resource = this.stack.resources.get(logicalId);
    if (resource) {
      this.events.resourceStatus(resource, 'IMPORT_ROLLBACK_IN_PROGRESS');
      this.events.resourceStatus(resource, 'IMPORT_ROLLBACK_COMPLETE');
      this.stack.resources.delete(logicalId);
    }
    return true;
  }

  /** An existing resource that is to have a logical id; undefined when there is none. */
  look(logicalId: string, physicalId: string): Promise<Provisioned | undefined> {
    const resource = { ...this.unresolved(logicalId), physicalId };
    return this.provider(resource).import!.look(this.existing(resource));
  }

  /** Physical ids of all resources of the type that a logical id has; none when nobody can list them. */
  async listed(logicalId: string): Promise<readonly string[]> {
    const resource = this.unresolved(logicalId);
    return (await this.provider(resource).import!.list?.(this.request(resource))) ?? [];
  }

  /** Current attributes of a resource, read from AWS. */
  read(resource: StackResource): Promise<Structure | undefined> {
    return this.provider(resource).read(this.existing(resource));
  }

  private async create(
    resource: StackResource,
    kind: 'created' | 'replaced',
    before?: StackResource,
  ): Promise<boolean> {
    const { events } = this;
    this.changes.set(resource.logicalId, { kind, before });
    this.stack.resources.set(resource.logicalId, resource);
    const [begun, completed, failed] = kind === 'created' ? CREATE_STATUSES : UPDATE_STATUSES;
    if (kind === 'created') events.resourceStatus(resource, begun);
    if (!(await this.hooksAllow(resource, 'CREATE', resource.properties, {}, failed))) return false;
    try {
      const announce = (physicalId: string) => {
        if (resource.physicalId === physicalId) return;
        resource.physicalId = physicalId;
        events.resourceStatus(resource, begun, 'Resource creation Initiated');
      };
      const result = await this.provider(resource).create({
        ...this.request(resource),
        onPhysicalId: announce,
      });
      announce(result.physicalId);
      Object.assign(resource, { attributes: result.attributes, handle: result.handle });
      events.resourceStatus(resource, completed);
      return true;
    } catch (error) {
      const failure = error instanceof ProvisionFailure ? error : undefined;
      resource.physicalId = failure ? failure.physicalId : resource.physicalId;
      resource.handle = failure?.handle ?? resource.handle;
      events.resourceStatus(resource, failed, failureReason(error));
      return false;
    }
  }

  /** Bring an existing resource into the stack: it is read, not made; then it gets the stack's tags. */
  private async import(resource: StackResource, physicalId: string): Promise<boolean> {
    const { events, stack } = this;
    stack.resources.set(resource.logicalId, resource);
    this.changes.set(resource.logicalId, { kind: 'imported' });
    resource.physicalId = physicalId;
    events.resourceStatus(resource, 'IMPORT_IN_PROGRESS', 'Resource import started.');
    let reason: string | undefined;
    try {
      const found = await this.provider(resource).import!.look(this.existing(resource));
      if (found) Object.assign(resource, { attributes: found.attributes, handle: found.handle });
      else reason = `Resource of type '${resource.typeName}' with identifier '${physicalId}' was not found.`;
    } catch (error) {
      reason = failureReason(error);
    }
    if (reason !== undefined) {
      events.resourceStatus(resource, 'IMPORT_FAILED', reason);
      return false;
    }
    events.resourceStatus(resource, 'IMPORT_COMPLETE', 'Resource import completed.');
    return this.tagImported(resource);
  }

  /** An import ends with an update that adds the stack's tags. */
  private async tagImported(resource: StackResource): Promise<boolean> {
    const { events } = this;
    events.resourceStatus(
      resource,
      'UPDATE_IN_PROGRESS',
      'Apply stack-level tags to imported resource if applicable.',
    );
    const type = this.type(resource);
    if (!type.functionName || !type.tagUpdatable || !type.handler('UPDATE')) {
      events.resourceStatus(resource, 'UPDATE_COMPLETE');
      return true;
    }
    const tagged = { ...resource };
    resource.stackTags = {};
    if (!this.environment.answers.holds('cloudformation.import-update-previous'))
      resource.properties = type.withoutReadOnly(resource.attributes);
    return this.apply(resource, tagged);
  }

  private replace(current: StackResource, desired: StackResource): Promise<boolean> {
    const reason = 'Requested update requires the creation of a new physical resource; hence creating one.';
    this.events.resourceStatus(current, 'UPDATE_IN_PROGRESS', reason);
    return this.create(desired, 'replaced', { ...current });
  }

  private async update(current: StackResource, desired: StackResource): Promise<boolean> {
    const before = { ...current };
    this.changes.set(current.logicalId, { kind: 'untouched', before: current });
    this.events.resourceStatus(current, 'UPDATE_IN_PROGRESS');
    if (!(await this.hooksAllow(current, 'UPDATE', desired.properties, before.properties))) return false;
    this.changes.set(current.logicalId, { kind: 'updated', before });
    return this.apply(current, desired, { replace: () => this.replace(before, desired) });
  }

  /** Update a resource in place. */
  private async apply(
    current: StackResource,
    desired: StackResource,
    { replace, restores }: { replace?: () => Promise<boolean>; restores?: string } = {},
  ): Promise<boolean> {
    const before = { ...current };
    const request: ExistingRequest = {
      ...this.existing(current),
      properties: desired.properties,
      stackTags: desired.stackTags,
      restores,
    };
    if (current.status !== 'UPDATE_IN_PROGRESS') this.events.resourceStatus(current, 'UPDATE_IN_PROGRESS');
    // Also what a failed update left behind is closer to the new properties than to the old ones.
    Object.assign(current, provisionedWith(desired));
    try {
      const result = await this.provider(current).update(request);
      Object.assign(current, {
        physicalId: result.physicalId,
        attributes: result.attributes,
        handle: result.handle,
      });
      this.events.resourceStatus(current, 'UPDATE_COMPLETE');
      return true;
    } catch (error) {
      if (error instanceof ProvisionFailure && error.code === 'NotUpdatable' && replace) return replace();
      if (error instanceof ProvisionFailure && error.untouched) {
        Object.assign(current, before);
        this.changes.set(current.logicalId, { kind: 'untouched', before: current });
      }
      this.events.resourceStatus(current, 'UPDATE_FAILED', failureReason(error));
      return false;
    }
  }

  /** What the schema has against the properties; scalars become what the schema says. */
  private violations(resource: StackResource): string[] {
    const type = this.type(resource);
    const readOnly = type.readOnlyIn(resource.properties);
    if (readOnly.length === 0) return type.violations(resource.properties);
    return readOnly.map((pointer) => `#: read-only property [${pointer}] cannot be set in a template`);
  }

  private refuse(
    current: StackResource | undefined,
    desired: StackResource,
    violations: readonly string[],
    importing: boolean,
  ): false {
    const resource = current?.physicalId ? current : desired;
    const verb = current?.physicalId ? 'UPDATE' : importing ? 'IMPORT' : 'CREATE';
    if (resource === desired) this.stack.resources.set(desired.logicalId, desired);
    this.changes.set(
      desired.logicalId,
      current?.physicalId ? { kind: 'untouched', before: current } : { kind: 'created' },
    );
    this.events.resourceStatus(resource, `${verb}_IN_PROGRESS`);
    const reason = `Properties validation failed for resource ${desired.logicalId} with message:\n${violations.join('\n')}`;
    this.events.resourceStatus(resource, `${verb}_FAILED`, reason);
    return false;
  }

  private async hooksAllow(
    resource: StackResource,
    action: HookAction,
    properties: Structure,
    previousProperties: Structure,
    failedStatus = `${action}_FAILED`,
  ): Promise<boolean> {
    const { stack, events } = this;
    const verdict: HookVerdict = await this.environment.hooks.run(
      {
        operation: 'RESOURCE',
        action,
        targetName: resource.typeName,
        logicalId: resource.logicalId,
        stack: { id: stack.id, name: stack.name, roleArn: stack.roleArn },
        properties,
        previousProperties,
        region: stack.region,
        accountId: stack.accountId,
      },
      {
        onStart: (hook) => events.hookStarted(resource, hook),
        onEnd: (result) => events.hookEnded(resource, result),
      },
    );
    const refused = refusal(verdict);
    if (refused) {
      events.resourceStatus(resource, failedStatus, refused);
      return false;
    }
    if (verdict.results.length > 0) {
      events.resourceStatus(
        resource,
        resource.status,
        `Hook invocations complete.  Resource ${VERBS[action]} initiated`,
      );
    }
    return true;
  }

  private async desired(logicalId: string): Promise<StackResource> {
    const definition = this.target.template.Resources[logicalId]!;
    const properties = (await evaluate(definition.Properties ?? {}, this.scope)) ?? {};
    return {
      ...this.unresolved(logicalId),
      properties,
      shownProperties: (await evaluate(definition.Properties ?? {}, this.maskedScope)) ?? {},
    };
  }

  /** A record for a resource whose properties are not known yet. */
  private unresolved(logicalId: string): StackResource {
    const { template, tags } = this.target;
    const definition = template.Resources[logicalId]!;
    return {
      logicalId,
      typeName: definition.Type,
      status: 'CREATE_IN_PROGRESS',
      updatedAt: new Date(this.environment.now()),
      properties: {},
      shownProperties: {},
      stackTags: tags,
      attributes: {},
      dependsOn: dependencies(template, logicalId),
      deletionPolicy: definition.DeletionPolicy ?? 'Delete',
      updateReplacePolicy: definition.UpdateReplacePolicy ?? 'Delete',
      metadata: definition.Metadata,
    };
  }

  private async referenceValue({ name, attribute }: Reference): Promise<unknown> {
    const resource = this.stack.resources.get(name);
    if (!resource?.physicalId)
      throw new Error(`Unresolved resource dependencies [${name}] in the Resources block of the template`);
    if (attribute === undefined) return resource.physicalId;
    let value = attributeOf(resource.attributes, attribute);
    if (value === undefined) {
      Object.assign(resource.attributes, await this.read(resource));
      value = attributeOf(resource.attributes, attribute);
    }
    if (value === undefined) throw noSuchAttribute({ name, attribute });
    return value;
  }

  /** An event for what a resource waits for, each time that changes. */
  private showWait(resource: StackResource, reason: string): void {
    if (!this.environment.answers.holds('cloudformation.progress-messages')) return;
    if (resource.statusReason === reason || !resource.status.endsWith('_IN_PROGRESS')) return;
    this.events.resourceStatus(resource, resource.status, reason);
  }

  private type(resource: StackResource): ResourceType {
    return this.environment.registry.resourceType(resource.typeName)!;
  }

  private provider(resource: StackResource): ResourceProvider {
    const type = this.type(resource);
    return this.environment.providers.find((provider) => provider.handles(type))!;
  }

  private request(resource: StackResource): ProvisionRequest {
    return {
      stack: this.stack,
      logicalId: resource.logicalId,
      type: this.type(resource),
      properties: resource.properties,
      stackTags: resource.stackTags,
      attributesRead: attributesRead(this.target.template, resource.logicalId),
      signal: this.signal,
      onPhysicalId: () => {},
      onWait: (reason) => this.showWait(resource, reason),
    };
  }

  private existing(resource: StackResource): ExistingRequest {
    const { physicalId, properties, stackTags, handle } = resource;
    return { ...this.request(resource), current: { physicalId: physicalId!, properties, stackTags, handle } };
  }
}

const CREATE_STATUSES = ['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'CREATE_FAILED'] as const;
const UPDATE_STATUSES = ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE', 'UPDATE_FAILED'] as const;
const VERBS: Record<HookAction, string> = { CREATE: 'creation', UPDATE: 'update', DELETE: 'deletion' };

/** What a template says of a resource beside its properties. */
function attributesOutsideProperties(resource: StackResource): Partial<StackResource> {
  const { deletionPolicy, updateReplacePolicy, metadata, dependsOn, shownProperties } = resource;
  return { deletionPolicy, updateReplacePolicy, metadata, dependsOn, shownProperties };
}

function provisionedWith(resource: StackResource): Partial<StackResource> {
  return {
    ...attributesOutsideProperties(resource),
    properties: resource.properties,
    stackTags: resource.stackTags,
  };
}

function failureReason(error: unknown): string {
  return error instanceof ProvisionFailure
    ? error.message
    : `Internal failure of the local AWS: ${(error as Error).message}`;
}
