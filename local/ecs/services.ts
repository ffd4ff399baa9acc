/** Services. */
import { isDeepStrictEqual } from 'node:util';
import { AwsError, type Structure } from '../service';
import { ecsArn, lastPart, type Scope } from './arns';
import { now, type EcsContext, type Operations } from './context';
import { checkController, checkNewController, controllerOf } from './deployment-controller';
import { deployRevision } from './deployments';
import { serviceDeleted } from './endings';
import { recordEvent } from './events';
import { Changes } from './flow';
import { storedHooks } from './lifecycle-hooks';
import { page } from './paging';
import { atFullScale, scaleRevision, setDesiredCount } from './scheduler';
import { describeService } from './service-description';
import { prepareServiceConnect, removeEndpoints } from './service-connect';
import { createdSettings, needsCheck, needsRevision, updatedSettings } from './service-settings';
import { checkService } from './service-validation';
import { deploymentInProgress, wantedTasks, type Cluster, type Service, type TaskDefinition } from './state';
import { checkTags } from './tags';

/** Most services that one DescribeServices takes (API reference). */
const DESCRIBED_AT_ONCE = 10;

/** Operations on services. */
export function serviceOperations(context: EcsContext): Operations {
  const { state } = context;

  function activeTaskDefinition(scope: Scope, name: string): TaskDefinition {
    const found = state.findTaskDefinition(scope, name);
    if (!found) throw new AwsError('ClientException', 'TaskDefinition not found.');
    if (found.status !== 'ACTIVE') throw new AwsError('ClientException', 'TaskDefinition is inactive');
    return found;
  }

  return {
    async CreateService({ input, region, accountId }) {
      const scope = { region, accountId };
      const cluster = state.cluster(scope, input.cluster);
      checkName(input.serviceName);
      const repeated = existingService(cluster, input);
      if (repeated) return { service: describeService(context, repeated, true) };
      if (!input.taskDefinition) refuse('TaskDefinition can not be blank.');
      if (input.schedulingStrategy === 'DAEMON')
        refuse('The daemon scheduling strategy is not supported on AWS Fargate.');
      if (input.desiredCount === undefined)
        refuse('desiredCount must be specified when using the REPLICA scheduling strategy.');
      checkNewController(input);
      const tags = checkTags(input.tags);
      const taskDefinition = activeTaskDefinition(scope, input.taskDefinition);
      const settings = storedHooks(context, {
        ...createdSettings(input, cluster),
        taskDefinition: taskDefinition.arn,
      });
      await checkService(context, { cluster, taskDefinition, settings, input });
      const serviceConnect = await prepareServiceConnect(context, { cluster, taskDefinition, settings });
      // Another request of the same name may have come first while this one was checked.
      const concurrent = existingService(cluster, input);
      if (concurrent) return { service: describeService(context, concurrent, true) };
      const service: Service = {
        arn: ecsArn(scope, 'service', `${cluster.name}/${input.serviceName}`),
        name: input.serviceName,
        cluster,
        status: 'ACTIVE',
        createdAt: now(context),
        settings,
        tags,
        desiredCount: input.desiredCount,
        request: input,
        revisions: [],
        endpoints: [],
        deployments: [],
        serviceDeployments: [],
        events: [],
        complaints: new Map(),
        changes: new Changes(),
      };
      cluster.services.set(service.name, service);
      deployRevision(context, service, taskDefinition, serviceConnect);
      return { service: describeService(context, service, true) };
    },
    async UpdateService({ input, ...scope }) {
      const cluster = state.cluster(scope, input.cluster);
      const service = state.service(cluster, input.service);
      checkActive(service);
      checkController(input, service);
      const given = input.taskDefinition ? activeTaskDefinition(scope, input.taskDefinition) : undefined;
      const planned = (): Structure =>
        storedHooks(context, {
          ...updatedSettings(input, service.settings),
          ...(given && { taskDefinition: given.arn }),
        });
      const current = () => state.taskDefinitions.get(planned().taskDefinition)!;
      if (input.forceNewDeployment || needsCheck(planned(), service.settings)) {
        const taskDefinition = current();
        await checkService(context, { cluster, taskDefinition, settings: planned(), input, service });
        checkActive(service);
      }
      const serviceConnect = await prepareServiceConnect(context, {
        cluster,
        taskDefinition: current(),
        settings: planned(),
        service,
      });
      // Planned anew: another update may have come in between.
      const settings = planned();
      const deploy =
        input.forceNewDeployment === true ||
        needsRevision(context.answers, settings, service.settings) ||
        (controllerOf(settings) !== controllerOf(service.settings) &&
          !context.answers.holds('ecs.controller-change-starts-no-deployment'));
      service.settings = settings;
      if (input.desiredCount !== undefined && input.desiredCount !== service.desiredCount) {
        setDesiredCount(context, service, input.desiredCount);
        if (!deploy && !deploymentInProgress(service)) reportSteadyState(context, service);
      }
      if (deploy) deployRevision(context, service, current(), serviceConnect);
      return { service: describeService(context, service, true) };
    },
    DescribeServices({ input, ...scope }) {
      const names: string[] = input.services;
      if (names.length === 0) refuse('Services cannot be empty.');
      if (names.length > DESCRIBED_AT_ONCE)
        refuse(`Services cannot have more than ${DESCRIBED_AT_ONCE} elements.`);
      const cluster = state.cluster(scope, input.cluster);
      const includeTags = input.include?.includes('TAGS') ?? false;
      const found = names.map((name) => state.findService(cluster, name));
      return {
        services: found.flatMap((service) =>
          service ? [describeService(context, service, includeTags)] : [],
        ),
        failures: names
          .filter((_name, index) => !found[index])
          .map((name) => ({
            arn: name.startsWith('arn:')
              ? name
              : ecsArn(scope, 'service', `${cluster.name}/${lastPart(name)}`),
            reason: 'MISSING',
          })),
      };
    },
    ListServices({ input, ...scope }) {
      const matching = [...state.cluster(scope, input.cluster).services.values()].filter(
        ({ status, settings, isExpress }) =>
          status === 'ACTIVE' &&
          (input.launchType === undefined || input.launchType === settings.launchType) &&
          (input.schedulingStrategy === undefined ||
            input.schedulingStrategy === settings.schedulingStrategy) &&
          (input.resourceManagementType ?? 'CUSTOMER') === (isExpress ? 'ECS' : 'CUSTOMER'),
      );
      const { items, nextToken } = page(
        matching.map(({ arn }) => arn),
        input,
        10,
      );
      return { serviceArns: items, nextToken };
    },
    DeleteService({ input, ...scope }) {
      const service = state.service(state.cluster(scope, input.cluster), input.service);
      checkActive(service);
      if (!input.force && service.desiredCount > 0) {
        refuse('The service cannot be stopped while it is scaled above 0.');
      }
      drain(context, service);
      return { service: describeService(context, service, true) };
    },
  };
}

/** The service that this request made before; undefined when the name is free. */
function existingService(cluster: Cluster, input: Structure): Service | undefined {
  const existing = cluster.services.get(input.serviceName);
  if (!existing || existing.status === 'INACTIVE') return undefined;
  if (existing.status === 'DRAINING') refuse('Unable to Start a service that is still Draining.');
  if (input.clientToken === undefined || !isDeepStrictEqual(existing.request, input)) {
    refuse('Creation of service was not idempotent.');
  }
  return existing;
}

/** Stop everything of a service; it is DRAINING until its tasks no longer serve anybody. */
function drain(context: EcsContext, service: Service): void {
  deploymentInProgress(service)?.flow?.interrupt(serviceDeleted());
  service.status = 'DRAINING';
  service.desiredCount = 0;
  for (const revision of service.revisions) {
    revision.followsDesiredCount = false;
    scaleRevision(context, revision, 0);
  }
  const serving = () =>
    service.revisions.some(({ tasks }) => [...tasks].some(({ lastStatus }) => lastStatus === 'DEACTIVATING'));
  context.flows.start(async (flow) => {
    await flow.until(() => !serving(), service.changes);
    await removeEndpoints(context, service);
    service.status = 'INACTIVE';
    context.moments.add('deleted service', service.arn, context.clock.now());
  });
}

function reportSteadyState(context: EcsContext, service: Service): void {
  const { desiredCount } = service;
  const reached = () =>
    service.revisions.every((revision) => wantedTasks(revision).length === revision.requestedCount) &&
    service.revisions.some(atFullScale);
  const over = () => service.desiredCount !== desiredCount || deploymentInProgress(service) !== undefined;
  context.flows.start(async (flow) => {
    await flow.until(() => over() || reached(), service.changes);
    if (!over()) recordEvent(context, service, 'has reached a steady state.');
  });
}

function checkName(name: string): void {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    refuse(
      'Service names can only contain letters, numbers, underscores and hyphens, and have up to 255 characters.',
    );
  }
}

function checkActive(service: Service): void {
  if (service.status !== 'ACTIVE') throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.');
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
