import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type LogConfiguration,
  type RegisterTaskDefinitionCommandInput,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { ApplyScope, Component, PlanScope, Scope } from '../../composition/component';
import { partInStatus } from '../../composition/part';
import { DESCRIBED_SERVICE_ACTIONS, managedDescribedService } from '../../deployments/described-service';
import { HandlerError } from '../../../core/failure';
import { ecsServiceOf, fittingName, isVersion, type Identity } from '../../identity/identity';
import { done, wait } from '../../../core/outcome';
import { checkManaged, isManaged, managedTags } from '../../memory/ownership';
import { cloudFormationNames } from '../../../aws/ecs/names';
import { unless } from '../../../aws/sdk-errors';
import { isApplyScope } from '../../sharing/survey';
import type { ManagedTask } from '../../properties/task';
import { lowerCaseTagList, lowerCaseTagRecord, tagChanges, type Tags } from '../../identity/tags';
import {
  desiredContent,
  taskDefinitionFlaw,
  withStreamPrefix,
  isSameContent,
  logConfigurationOf,
  mainContainerOf,
  mainMappingOf,
  mainPortOf,
  type TaskDefinitionContent,
} from '../../properties/task-definition-content';
import { checkTaskDefinitionSize } from '../../properties/task-definition-size';
import { VERSION_ID_LENGTH } from '../../properties/versions';
import { MAIN_PORT_NAME } from '../../properties/task-checks';
import type { ServiceSpec } from '../../specification';
import type { ObservedExecutionRole } from '../iam/execution-role';
import type { ObservedTaskRole } from '../iam/task-role';
import { logGroupName } from '../logs/log-group';

/** A revision with its tags. */
interface Revision {
  readonly definition: TaskDefinition;
  readonly tags: Tags;
}

/** The task definition of the service. */
export interface ObservedTaskDefinition {
  /** Revision that the service runs; after apply, that it is to run. */
  readonly arn: string;
  readonly definition: TaskDefinition;
  /** TCP port of the container that receives the traffic. */
  readonly containerPort: number;
  /** Whether it is made from the template, rather than the author's own. */
  readonly managed: boolean;
  readonly tags: Tags;
  /** The newest revision of the family, when the service runs another one. */
  readonly newest?: Revision;
}

type Needs = {
  readonly ExecutionRole?: ObservedExecutionRole;
  readonly TaskRole?: ObservedTaskRole;
};

/** What names of log streams of the proxy begin with. */
const PROXY_STREAM_PREFIX = 'service-connect';

/** Deregistered side by side; ECS throttles more than that. */
const DEREGISTERED_AT_ONCE = 10;
/** Rounds of one listed page each that one invocation has time for. */
const DEREGISTRATION_ROUNDS = 3;

/** TCP port of the container that is to receive the traffic. */
export function plannedPort(plan: PlanScope, current: ObservedTaskDefinition | undefined): number {
  const { task, containerPort } = plan.spec;
  if (containerPort !== undefined) return containerPort;
  return task.kind === 'external' ? current!.containerPort : mainPortOf(plannedContent(plan, task, current));
}

/**
 * Where the proxy of Service Connect writes: beside the container that receives the traffic.
 *
 * @returns undefined when that one does not write to CloudWatch Logs.
 */
export function proxyLogs(
  { identity }: PlanScope,
  task: ServiceSpec['task'],
  current: ObservedTaskDefinition | undefined,
): LogConfiguration | undefined {
  const logs =
    task.kind === 'external'
      ? mainContainerOf(current!.definition)?.logConfiguration
      : logConfigurationOf(task, { madeLogGroup: logGroupName(identity), region: identity.region });
  if (logs?.logDriver !== 'awslogs') return undefined;
  return { ...logs, options: { ...logs.options, 'awslogs-stream-prefix': PROXY_STREAM_PREFIX } };
}

/** Name of the port that is to receive the traffic, in the words of the task definition. */
export function plannedPortName(plan: PlanScope, current: ObservedTaskDefinition | undefined): string {
  const { task } = plan.spec;
  const content = task.kind === 'external' ? current!.definition : plannedContent(plan, task, current);
  return mainMappingOf(mainContainerOf(content))?.name ?? MAIN_PORT_NAME;
}

/** Family of the task definitions that are made for a service; its versions share it. */
function taskDefinitionFamily(identity: Identity): string {
  const { clusterName, name } = ecsServiceOf(identity);
  return fittingName(`${clusterName}-${name}`, 255);
}

/**
 * Revisions are only made when something differs, and stay until the service is deleted: a rollback needs the one
 * before, and hand-made changes are taken over from the one that runs. Then all of them are deregistered.
 */
export const taskDefinition: Component<ObservedTaskDefinition, Needs> = {
  kind: 'TaskDefinition',
  needs: ['ExecutionRole', 'TaskRole'],
  // Values of environment variables do not belong in the callback context.
  volatile: true,
  keptForRemoval: true,
  permissions: {
    observe: [...DESCRIBED_SERVICE_ACTIONS, 'ecs:DescribeTaskDefinition'],
    apply: [
      'ecs:DescribeTaskDefinition',
      'ecs:RegisterTaskDefinition',
      'ecs:DeregisterTaskDefinition',
      'ecs:TagResource',
      'ecs:UntagResource',
      'iam:PassRole',
    ],
    remove: ['ecs:ListTaskDefinitions', 'ecs:DeregisterTaskDefinition'],
  },

  desired(plan, _found, current) {
    const { task } = plan.spec;
    if (task.kind === 'external') return [];
    const properties = cloudFormationNames({
      family: taskDefinitionFamily(plan.identity),
      ...plannedContent(plan, task, current),
      tags: lowerCaseTagList(managedTags(plan)),
    });
    return [{ type: 'AWS::ECS::TaskDefinition', properties }];
  },

  attributes: ({ arn }) => ({ '': { Ref: arn, TaskDefinitionArn: arn } }),

  parts(_scope, observed) {
    if (!observed?.managed) return [];
    const status = observed.definition.status === 'INACTIVE' ? 'DELETED' : 'ACTIVE';
    return [partInStatus('AWS::ECS::TaskDefinition', observed.arn, status, 'It was deregistered by hand')];
  },

  async observe(scope) {
    const task = scope.spec?.task;
    if (task?.kind === 'external') return observeExternal(scope, task.taskDefinitionArn);
    const found = await observeMade(scope);
    if (scope.isRemoval) return found && ofRemoval(scope, found);
    if (task && isApplyScope(scope)) checkSize(scope, task, found);
    return found;
  },

  async apply(scope, _needs, current) {
    const { task } = scope.spec;
    if (task.kind === 'external') return done(current!);
    const base = baseOf(current);
    const content = plannedContent(scope, task, current);
    // The newest one is what an attempt that was cut short has registered.
    const reusable = [base, current?.newest].find(
      (candidate) => candidate && isSameContent(candidate.definition, content),
    );
    if (!reusable) return done(await register(scope, content));
    await changeTags(scope, reusable);
    return done(observed({ ...reusable, tags: managedTags(scope) }, true));
  },
  async remove(scope) {
    const { clients, identity } = scope;
    const family = taskDefinitionFamily(identity);
    for (let round = 0; round < DEREGISTRATION_ROUNDS; round++) {
      const { taskDefinitionArns = [], nextToken } = await clients.ecs.send(
        new ListTaskDefinitionsCommand({ familyPrefix: family, status: 'ACTIVE' }),
      );
      const revisions = taskDefinitionArns.filter((arn) => arn.includes(`:task-definition/${family}:`));
      for (let first = 0; first < revisions.length; first += DEREGISTERED_AT_ONCE) {
        const batch = revisions.slice(first, first + DEREGISTERED_AT_ONCE);
        await Promise.all(batch.map((revision) => deregister(scope, revision)));
      }
      if (!nextToken) return done(undefined);
    }
    return wait(`revisions of task definition ${family} to be deregistered`, 1);
  },
};

/** The task definition that is made from the template, or what the service runs instead of it. */
async function observeMade(scope: Scope): Promise<ObservedTaskDefinition | undefined> {
  const family = taskDefinitionFamily(scope.identity);
  const [newest, service] = await Promise.all([describe(scope, family), serviceThatRuns(scope)]);
  if (!service) {
    const obstacle = {
      what: `task definition family ${family}`,
      propertyPath: 'ServiceName',
      remedy: 'Choose another name, or deregister its revisions',
    };
    return newest && checkManaged(scope, newest.tags, obstacle) ? observed(newest, true) : undefined;
  }
  const runs =
    newest?.definition.taskDefinitionArn === service.taskDefinition
      ? newest
      : await describe(scope, service.taskDefinition!);
  if (!runs) return newest && observed(newest, true);
  const managed = runs.definition.family === family;
  return { ...observed(runs, managed), newest: newest === runs ? undefined : newest };
}

/** The ECS service; of a version that is to be made, the one of the version before. */
async function serviceThatRuns(scope: Scope): Promise<Service | undefined> {
  const { formerEcsService: ecsService } = scope;
  const service = await managedDescribedService(scope);
  return service ?? (ecsService && managedDescribedService({ ...scope, ecsService }));
}

/**
 * What a removal has to know: that there are revisions, not what is in them. Of a service that runs the author's own task
 * definition, somebody else's may stand under the name.
 */
function ofRemoval(
  { identity }: Scope,
  { managed, newest, ...found }: ObservedTaskDefinition,
): ObservedTaskDefinition | undefined {
  const isOwn = managed || (newest !== undefined && isManaged(identity, newest.tags));
  return isOwn ? { ...found, managed, definition: {}, tags: {} } : undefined;
}

/** The revision that hand-made changes are taken over from. */
function baseOf(current: ObservedTaskDefinition | undefined): ObservedTaskDefinition | undefined {
  return current?.managed ? current : current?.newest && observed(current.newest, true);
}

/** Refuse what ECS would not register, before anything is made. */
function checkSize(scope: ApplyScope, task: ManagedTask, current: ObservedTaskDefinition | undefined): void {
  checkTaskDefinitionSize(
    requestOf(scope, plannedContent(scope, task, current)),
    task.sidecars.map(({ name }) => name!),
  );
}

/** What is registered, but for the tags. */
function requestOf(
  { identity }: Scope,
  content: TaskDefinitionContent,
): Omit<RegisterTaskDefinitionCommandInput, 'tags'> {
  return {
    family: taskDefinitionFamily(identity),
    ...content,
    containerDefinitions: content.containerDefinitions!,
  };
}

async function observeExternal(scope: Scope, taskDefinitionArn: string): Promise<ObservedTaskDefinition> {
  const found = await describe(scope, taskDefinitionArn);
  const flaw = found ? taskDefinitionFlaw(found.definition) : 'does not exist';
  if (flaw) {
    throw new HandlerError('InvalidRequest', `${taskDefinitionArn} ${flaw}`, {
      propertyPath: 'TaskDefinitionArn',
      remedy:
        'Name an ACTIVE revision for FARGATE and awsvpc, with a container named Main that maps one named TCP port',
    });
  }
  return observed(found!, false);
}

/** A revision, or the newest ACTIVE one of a family; undefined when there is none. */
async function describe({ clients }: Scope, familyOrArn: string): Promise<Revision | undefined> {
  const answer = await unless(
    clients.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: familyOrArn, include: ['TAGS'] })),
    // The only error that ECS has for a family or revision that does not exist.
    'ClientException',
  );
  return answer && { definition: answer.taskDefinition!, tags: lowerCaseTagRecord(answer.tags) };
}

function observed({ definition, tags }: Revision, managed: boolean): ObservedTaskDefinition {
  return {
    arn: definition.taskDefinitionArn!,
    definition,
    containerPort: mainPortOf(definition),
    managed,
    tags,
  };
}

function plannedContent(
  { identity, ecsService, previousSpec }: Pick<PlanScope, 'identity' | 'ecsService' | 'previousSpec'>,
  task: ManagedTask,
  current: ObservedTaskDefinition | undefined,
): TaskDefinitionContent {
  const previous = previousSpec?.task.kind === 'managed' ? previousSpec.task : undefined;
  const madeLogGroup = logGroupName(identity);
  const { streamPrefix } = task.logs;
  const live = baseOf(current)?.definition;
  const content = desiredContent({
    task,
    previous,
    live: live && withStreamPrefix(live, madeLogGroup, isOfVersion, streamPrefix),
    madeLogGroup,
    region: identity.region,
  });
  if (!isVersion(identity, ecsService)) return content;
  return withStreamPrefix(
    content,
    madeLogGroup,
    (prefix) => prefix === streamPrefix,
    `${VERSION_PREFIX}${ecsService.name.slice(-VERSION_ID_LENGTH)}`,
  );
}

/** What names of log streams of a version begin with; its id follows. */
const VERSION_PREFIX = 'version-';

function isOfVersion(prefix = ''): boolean {
  return prefix.startsWith(VERSION_PREFIX) && prefix.length === VERSION_PREFIX.length + VERSION_ID_LENGTH;
}

async function register(scope: ApplyScope, content: TaskDefinitionContent): Promise<ObservedTaskDefinition> {
  const { taskDefinition: made, $metadata } = await scope.clients.ecs.send(
    new RegisterTaskDefinitionCommand({
      ...requestOf(scope, content),
      tags: lowerCaseTagList(managedTags(scope)),
    }),
  );
  const revision = { definition: made!, tags: managedTags(scope) };
  const first = ($metadata.attempts ?? 1) > 1 ? await twinBefore(scope, made!) : undefined;
  return observed(first ?? revision, true);
}

/**
 * ECS has no idempotency token for registering. When the SDK had to repeat the call, the attempt whose answer was lost
 * may have registered the same revision: then that one is used, and the later one is given up.
 */
async function twinBefore(scope: ApplyScope, made: TaskDefinition): Promise<Revision | undefined> {
  if (made.revision === 1) return undefined;
  const before = await describe(scope, `${made.family}:${made.revision! - 1}`);
  if (before?.definition.status !== 'ACTIVE' || !isSameContent(before.definition, made)) return undefined;
  await deregister(scope, made.taskDefinitionArn!);
  return before;
}

async function deregister({ clients }: Scope, taskDefinitionArn: string): Promise<void> {
  await unless(
    clients.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: taskDefinitionArn })),
    // ECS's answer when an earlier attempt has deregistered it already.
    'ClientException',
  );
}

async function changeTags(scope: ApplyScope, { definition, tags }: Revision): Promise<void> {
  const { set, remove } = tagChanges(tags, managedTags(scope), scope.removedTagKeys);
  const { ecs } = scope.clients;
  const resourceArn = definition.taskDefinitionArn!;
  if (Object.keys(set).length > 0) {
    await ecs.send(new TagResourceCommand({ resourceArn, tags: lowerCaseTagList(set) }));
  }
  if (remove.length > 0) {
    await ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: [...remove] }));
  }
}
