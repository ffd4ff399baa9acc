/** The five handlers of the resource type, and the entry points of their Lambda function. */
import schema from '../../schema/org-ecs-expressservice.json';
import type { Service } from '@aws-sdk/client-ecs';
import { createClients } from '../aws/clients';
import { Session } from '../aws/session';
import type { ApplyScope, Scope } from './composition/component';
import { ALL_COMPONENTS, componentsIn } from './resources';
import { conflicts } from '../core/conflicts';
import type { Domain } from './properties/domains';
import { describedService } from './deployments/described-service';
import { inVersions, serviceOfRecord } from './versions';
import { HandlerError, LONGEST_MESSAGE } from '../core/failure';
import {
  clusterNameOf,
  ecsServiceOf,
  generatedServiceName,
  identityOf,
  identityOfArn,
  type Identity,
} from './identity/identity';
import { eventBusFlaw } from './events/publish';
import { listServices } from './read/list';
import { ResourceModel, TypeConfigurationModel } from './model';
import { discoverNetwork, type Network } from './network/network';
import { convergeExposures, observeExposures, teardownExposures, type ExposureConvergence } from './move';
import { BEGINNING, LIMIT } from '../core/outcome';
import { readContext, writeContext, type OperationContext } from './memory/callback-context';
import { isManaged } from './memory/ownership';
import { modelOf, readModel } from './read/read';
import {
  Action,
  createEntrypoints,
  OperationStatus,
  ProgressEvent,
  type CallbackContext,
  type HandlerRequest,
} from '../cloudformation/extension';
import { endpointFlaw } from './resources/ec2/vpc-endpoints';
import { roleFlaw } from './resources/ecs/roles';
import { findRefusedProperty } from './properties/refused-properties';
import { isOtherContent } from './properties/versions';
import { scalingWarnings } from './properties/scaling';
import { PROPERTIES, SENSITIVE_PATHS } from './properties/rows';
import { specificationBefore, specificationOf } from './specification';
import { recordedDomains } from './sharing/survey';
import { lowerCaseTagRecord } from './identity/tags';

type Request = HandlerRequest<ResourceModel, TypeConfigurationModel>;
type Progress = ProgressEvent<ResourceModel, CallbackContext>;

/** How long CloudFormation lets operations that take several invocations go on; from the schema. */
const HANDLER_LIMITS: Readonly<Partial<Record<Action, { readonly timeoutInMinutes: number }>>> = {
  [Action.Create]: schema.handlers.create,
  [Action.Update]: schema.handlers.update,
  [Action.Delete]: schema.handlers.delete,
};

/** Minutes before that limit at which an operation ends by itself, because its seconds are not counted to the last one. */
const RESERVE_MINUTES = 10;

/** Looks at roles that are not as they have to be, and seconds between them: IAM may need that to make a change known. */
const ROLE_LOOKS = { most: 5, seconds: 10 };

/** Milliseconds that must be left for another step: the slowest take a few calls, each possibly tried again. */
const STEP_MILLISECONDS = 15_000;

/**
 * The first invocation only looks whether the service can be made, and claims its name: its answer, IN_PROGRESS with the
 * identifier, is on record before anything is made, so that whatever happens later CloudFormation can delete it.
 */
async function create(request: Request): Promise<Progress> {
  return contextOf(request).elapsedSeconds === undefined
    ? claim(request)
    : reconcile(request, identified(request));
}

async function claim(request: Request): Promise<Progress> {
  const { desired, logicalResourceIdentifier, clientRequestToken } = request;
  const serviceName =
    desired.ServiceName ?? generatedServiceName(logicalResourceIdentifier, clientRequestToken);
  const identity = identityOf(request, desired.Cluster ?? ResourceModel.DEFAULTS.Cluster, serviceName);
  const scope = applyScope(request, identity);
  const [service, network, roles, flaw] = await Promise.allSettled([
    describedService(scope).then((found) => found ?? serviceOfRecord(scope)),
    scope.network(),
    roleFlaw(scope),
    flawOf(scope),
  ]);
  if (service.status === 'rejected') throw service.reason;
  if (service.value) throw alreadyExists(identity, service.value);
  if (network.status === 'rejected') throw network.reason;
  if (roles.status === 'rejected') throw roles.reason;
  if (flaw.status === 'rejected') throw flaw.reason;
  if (flaw.value) throw flaw.value;
  desired.ServiceName = serviceName;
  desired.ServiceArn = identity.serviceArn;
  return inProgress(request, {
    reason: `claimed ${identity.serviceArn}`,
    seconds: 0,
    context: {
      network: network.value,
      roleLooks: roles.value && 1,
      notices: scalingWarnings(scope.spec.scaling),
    },
  });
}

/** What is wrong with what the template only refers to, before anything is made or changed; undefined when nothing is. */
async function flawOf(scope: ApplyScope): Promise<HandlerError | undefined> {
  const flaws = await Promise.all([eventBusFlaw(scope), endpointFlaw(scope)]);
  return flaws.find((flaw) => flaw !== undefined);
}

/** The name is taken: by a service of this type, which may have been retained, or by somebody else's. */
function alreadyExists(identity: Identity, { status, tags }: Service): HandlerError {
  const { clusterName, serviceName, serviceArn } = identity;
  const isOfThisType = isManaged(identity, lowerCaseTagRecord(tags));
  return new HandlerError(
    'AlreadyExists',
    `there is a service ${serviceName} (${status}) in cluster ${clusterName}${isOfThisType ? ', made by this resource type' : ''}`,
    {
      propertyPath: 'ServiceName',
      remedy: isOfThisType
        ? `If no stack has it any more, give the resource a DeletionPolicy and import it with a change set of the type IMPORT that names ServiceArn ${serviceArn}. Else choose another name`
        : 'Choose another name',
    },
  );
}

async function update(request: Request): Promise<Progress> {
  const identity = identified(request);
  checkUpdatable(request.desired, identity);
  return reconcile(request, identity);
}

async function reconcile(request: Request, identity: Identity): Promise<Progress> {
  const { elapsedSeconds, network, continuation = {} } = contextOf(request);
  const scope = await scopeOfReconciliation(request, identity);
  const isBeginning = request.action === Action.Update && elapsedSeconds === undefined;
  if (isBeginning && !(await serviceOfRecord(scope))) throw notFound(identity);
  const flaw = isBeginning ? await flawOf(scope) : undefined;
  if (flaw) throw flaw;
  const waiting = await rolesToWaitFor(request, scope, isBeginning);
  if (waiting) return waiting;
  const result = await convergeExposures(componentsIn, scope, continuation, hasTime(request));
  const notices = contextOf(request).notices ?? [
    ...scalingWarnings(scope.spec.scaling),
    ...conflictsOf(request, await inVersions(scope), result),
  ];
  if (result.status === 'done') {
    const model = await readModel(await inVersions(scope), result.observations);
    return succeeded(model, [...notices, ...warningsOf(model)]);
  }
  return inProgress(request, {
    reason: result.reason,
    seconds: result.seconds,
    context: {
      network: network ?? (await scope.network()),
      continuation: result.continuation,
      notices,
    },
  });
}

/**
 * Look at roles before anything is made or changed, and again while they are not as they have to be.
 *
 * @throws HandlerError InvalidRequest when they are still not.
 */
async function rolesToWaitFor(
  request: Request,
  scope: ApplyScope,
  isBeginning: boolean,
): Promise<Progress | undefined> {
  const { roleLooks = 0, ...context } = contextOf(request);
  if (!isBeginning && roleLooks === 0) return undefined;
  const live = request.action === Action.Update ? await serviceOfRecord(scope) : undefined;
  const flaw = await roleFlaw(scope, live);
  if (!flaw) return undefined;
  if (roleLooks + 1 >= ROLE_LOOKS.most) throw flaw;
  return inProgress(request, {
    reason: `waiting in case IAM has changed a moment ago: ${flaw.message}`,
    seconds: ROLE_LOOKS.seconds,
    context: { ...context, roleLooks: roleLooks + 1 },
  });
}

/** See core/conflicts.ts; told by what the first look of an update has found. */
function conflictsOf(
  { action, previous, desired }: Request,
  { identity, ecsService, versions, spec, previousSpec }: ApplyScope,
  { found }: ExposureConvergence,
): readonly string[] {
  if (action !== Action.Update || !previous || !found?.Service) return [];
  // Of another version nobody has changed what the template said before.
  if (spec.versions && previousSpec?.versions && isOtherContent(spec.versions, previousSpec.versions))
    return [];
  const live = modelOf({ identity, ecsService, versions }, found, []);
  return conflicts(PROPERTIES, { previous, live, desired });
}

async function remove(request: Request): Promise<Progress> {
  const identity = identified(request);
  const { elapsedSeconds, continuation = {} } = contextOf(request);
  const result = await teardownExposures(
    componentsIn,
    scopeOf(request, identity),
    continuation,
    hasTime(request),
  );
  if (result.status === 'wait') {
    const { reason, seconds } = result;
    return inProgress(request, { reason, seconds, context: { continuation: result.continuation } });
  }
  if (elapsedSeconds === undefined && isEmpty(result)) throw notFound(identity);
  return new ProgressEvent({ status: OperationStatus.Success }) as Progress;
}

async function read(request: Request): Promise<Progress> {
  const identity = identified(request);
  const scope = scopeOf(request, identity);
  if (!(await serviceOfRecord(scope))) throw notFound(identity);
  const observations = await observeExposures(componentsIn, scope);
  return succeeded(await readModel(await inVersions(scope), observations));
}

async function list(request: Request): Promise<Progress> {
  const { serviceArns, nextToken } = await listServices(
    createClients(request.clientConfiguration),
    request.nextToken,
  );
  return new ProgressEvent({
    status: OperationStatus.Success,
    resourceModels: serviceArns.map((ServiceArn) => new ResourceModel({ ServiceArn })),
    nextToken,
  } as Partial<ProgressEvent>) as Progress;
}

/**
 * The service that the model names.
 *
 * @throws HandlerError NotFound when it names none of this account and Region.
 */
function identified({ desired, region, accountId }: Request): Identity {
  const identity = identityOfArn(desired.ServiceArn ?? '');
  if (identity.region !== region || identity.accountId !== accountId) throw notFound(identity);
  return identity;
}

/** @throws HandlerError NotUpdatable when the model asks for another service than its identifier names. */
function checkUpdatable(
  { ServiceName, Cluster = ResourceModel.DEFAULTS.Cluster }: ResourceModel,
  identity: Identity,
): void {
  const changes = [
    ['ServiceName', ServiceName ?? identity.serviceName, identity.serviceName],
    ['Cluster', clusterNameOf(Cluster), identity.clusterName],
  ] as const;
  for (const [propertyPath, desired, current] of changes) {
    if (desired === current) continue;
    throw new HandlerError('NotUpdatable', `cannot change from "${current}" to "${desired}"`, {
      propertyPath,
      remedy: 'Replace the resource',
    });
  }
}

function notFound({ serviceArn }: Identity): HandlerError {
  return new HandlerError('NotFound', `there is no service ${serviceArn} of this type`);
}

function scopeOf(request: Request, identity: Identity): Scope {
  const { clientConfiguration, logger } = request;
  const { elapsedSeconds, continuation } = contextOf(request);
  return {
    identity,
    ecsService: ecsServiceOf(identity),
    clients: createClients(clientConfiguration),
    session: new Session(),
    log: (message) => logger.log(message),
    time: {
      elapsedSeconds: elapsedSeconds ?? BEGINNING.elapsedSeconds,
      waits: continuation?.waits ?? BEGINNING.waits,
    },
  };
}

/**
 * The scope of a service that is made or changed. The configuration of the type may have lost what it has given the service
 * before; an update that does not touch its hosts then goes on with what is on record of them.
 */
async function scopeOfReconciliation(request: Request, identity: Identity): Promise<ApplyScope> {
  try {
    return applyScope(request, identity);
  } catch (error) {
    if (request.action !== Action.Update || !(error instanceof HandlerError)) throw error;
    const recorded = await recordedDomains(scopeOf(request, identity));
    if (recorded.length === 0) throw error;
    return applyScope(request, identity, recorded);
  }
}

function applyScope(
  request: Request,
  identity: Identity,
  recordedDomains: readonly Domain[] = [],
): ApplyScope {
  const { desired, previous, configuration, desiredTags, previousTags, clientRequestToken } = request;
  const context = contextOf(request);
  const given = { configuration, identity, recordedDomains };
  const spec = specificationOf({ ...given, model: desired, tags: desiredTags });
  const previousSpec = previous && specificationBefore({ ...given, model: previous, tags: previousTags });
  const scope = scopeOf(request, identity);
  let network = context.network && Promise.resolve(context.network);
  return {
    ...scope,
    spec,
    previousSpec,
    network: () => (network ??= discoverNetwork(scope.clients, spec)),
    operationToken: clientRequestToken,
    removedTagKeys: Object.keys(previousTags).filter((key) => !(key in desiredTags)),
  };
}

function contextOf({ callbackContext }: Request): OperationContext<Network> {
  return readContext(callbackContext);
}

function hasTime({ deadline }: Request): () => boolean {
  return () => deadline.remainingMilliseconds() >= STEP_MILLISECONDS;
}

/** Whether nothing that belongs to one service alone was there. */
function isEmpty(result: ExposureConvergence & { readonly status: 'done' }): boolean {
  return ALL_COMPONENTS.every(({ kind, shared }) => shared || !(kind in result.observations));
}

function succeeded(resourceModel: ResourceModel, notices: readonly string[] = []): Progress {
  const message = notices.length > 0 ? messageOf(notices) : undefined;
  return new ProgressEvent({ status: OperationStatus.Success, message, resourceModel }) as Progress;
}

function warningsOf({ Certificates = [] }: ResourceModel): string[] {
  return Certificates.flatMap(({ Warning }) => Warning ?? []);
}

function messageOf(sentences: readonly string[]): string {
  return sentences.join('. ').slice(0, LONGEST_MESSAGE);
}

/**
 * The answer of an invocation that another one is to follow.
 *
 * @throws HandlerError NotStabilized when CloudFormation would give the operation up meanwhile, without a reason.
 */
function inProgress(
  request: Request,
  { reason, seconds, context }: { reason: string; seconds: number; context: OperationContext },
): Progress {
  const elapsedSeconds =
    (contextOf(request).elapsedSeconds ?? 0) + request.deadline.spentMilliseconds() / 1000 + seconds;
  const { timeoutInMinutes } = HANDLER_LIMITS[request.action]!;
  if (elapsedSeconds > (timeoutInMinutes - RESERVE_MINUTES) * 60) {
    throw new HandlerError(
      'NotStabilized',
      `the operation would last longer than the ${timeoutInMinutes} minutes that CloudFormation gives it; it is still ${reason}`,
      { remedy: LIMIT.remedy },
    );
  }
  return new ProgressEvent({
    status: OperationStatus.InProgress,
    message: messageOf([reason, ...(context.notices ?? [])]),
    resourceModel: request.desired,
    callbackContext: writeContext({
      ...context,
      elapsedSeconds: Math.ceil(elapsedSeconds),
    }) as CallbackContext,
    callbackDelaySeconds: Math.ceil(seconds),
  }) as Progress;
}

export const { entrypoint, testEntrypoint } = createEntrypoints({
  model: ResourceModel,
  typeConfiguration: TypeConfigurationModel,
  schema,
  handlers: {
    [Action.Create]: create,
    [Action.Read]: read,
    [Action.Update]: update,
    [Action.Delete]: remove,
    [Action.List]: list,
  },
  sensitivePaths: SENSITIVE_PATHS,
  findRefusedProperty,
});
