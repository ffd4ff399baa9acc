import {
  ClusterNotFoundException,
  CreateServiceCommand,
  DeleteServiceCommand,
  InvalidParameterException,
  ServiceNotActiveException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
  type CreateServiceCommandInput,
  type Service,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import type { ApplyScope, Component } from '../../composition/component';
import { partInStatus, type PartStatus } from '../../composition/part';
import {
  DEPLOYMENT_ORDER_ACTIONS,
  pollStopping,
  readyToDeploy,
  type StoppingToken,
} from '../../deployments/deployment-order';
import { DESCRIBED_SERVICE_ACTIONS, describedService } from '../../deployments/described-service';
import { shortHash } from '../../identity/identity';
import { NETWORK_PERMISSIONS } from '../../network/network';
import { done, LIMIT, wait, waitedFor, type Outcome, type Wait } from '../../../core/outcome';
import { checkManaged, managedTags } from '../../memory/ownership';
import { isCertain } from '../../properties/refused-properties';
import { failedOperation } from '../../../aws/failed-operation';
import { unless } from '../../../aws/sdk-errors';
import { changeOf, resolvedSettings, type ServiceSettings } from '../../properties/ecs-service';
import { isLeftHalfWay } from '../../deployments/service-deployments';
import {
  desiredSettings,
  INITIAL_DEPLOYMENT_CONFIGURATION,
  INITIAL_SETTINGS,
  settingsChanges,
  type DeployedSettings,
  type Receiver,
} from '../../deployments/service-settings';
import { lowerCaseTagList, lowerCaseTagRecord, tagChanges } from '../../identity/tags';
import { FARGATE, type ObservedCluster } from './cluster';
import type { ObservedListenerRule } from '../elastic-load-balancing/service-rule';
import type { ObservedLogGroup } from '../logs/log-group';
import type { ObservedRollbackAlarm } from '../cloudwatch/rollback-alarm';
import type { ObservedSecurityGroupRules } from '../ec2/security-group-rules';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import type { ObservedTargetGroupSettings } from '../elastic-load-balancing/target-group-attributes';
import type { ObservedTargetGroups } from '../elastic-load-balancing/target-groups';
import type { ObservedTaskDefinition } from './task-definition';

/** The ECS service. */
export interface ObservedService {
  readonly service: Service;
  /** Whether this invocation has started a deployment. */
  readonly deploymentStarted: boolean;
}

interface Needs {
  Cluster: ObservedCluster;
  ListenerRule: ObservedListenerRule;
  LogGroup: ObservedLogGroup;
  RollbackAlarm: ObservedRollbackAlarm;
  SecurityGroupRules: ObservedSecurityGroupRules;
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  TargetGroups: ObservedTargetGroups;
  TargetGroupSettings: ObservedTargetGroupSettings;
  TaskDefinition: ObservedTaskDefinition;
  /** Of the exposure that the service joins; absent unless it moves. */
  Joining?: Ingress;
}

/** What of an exposure sends requests to the service; absent where it was deleted by hand. */
interface Ingress {
  readonly ListenerRule?: ObservedListenerRule;
  readonly TargetGroups?: ObservedTargetGroups;
}

/**
 * ECS refuses a role that IAM has made a few seconds ago with the error it has for every wrong parameter. So that error
 * is believed only after these seconds, unless it speaks of another property.
 */
const NEW_ROLE = { what: 'ECS to accept the service', seconds: 120 };

/**
 * Seconds that the tasks of a deleted service may take to stop: the longest deregistration delay, the longest stop timeout of
 * a container (API references of TargetGroupAttribute and ContainerDefinition), and what Fargate needs.
 */
const LONGEST_DRAINING_SECONDS = 3_600 + 120 + 600;

/** Settings whose change does not show in what a revision runs. */
type OptionalUpdate = Partial<Omit<ServiceSettings, 'capacityProviderStrategy'>>;

/** What is kept while the tasks of a deleted service stop. */
interface DrainingToken {
  readonly draining: true;
}

type Token = StoppingToken | DrainingToken;

const PART_STATUS: Readonly<Record<string, PartStatus>> = {
  ACTIVE: 'ACTIVE',
  DRAINING: 'DEPROVISIONING',
  INACTIVE: 'DELETED',
};

/**
 * An update that comes during a deployment has it rolled back before it starts its own. The number of tasks is set once:
 * from then on autoscaling owns it.
 */
export const service: Component<ObservedService, Needs, object, Token> = {
  kind: 'Service',
  needs: [
    'Cluster',
    'ListenerRule',
    'LogGroup',
    'RollbackAlarm',
    // Without them the health checks do not reach the tasks.
    'SecurityGroupRules',
    'ServiceSecurityGroup',
    'TargetGroups',
    'TargetGroupSettings',
    'TaskDefinition',
  ],
  acrossExposures: true,
  // A deployment changes it.
  volatile: true,
  permissions: {
    observe: DESCRIBED_SERVICE_ACTIONS,
    apply: [
      ...DEPLOYMENT_ORDER_ACTIONS,
      ...NETWORK_PERMISSIONS,
      'ecs:CreateService',
      'ecs:TagResource',
      'ecs:UntagResource',
      'ecs:UpdateService',
      'iam:PassRole',
    ],
    remove: ['ecs:DeleteService', 'ecs:DescribeServices'],
  },

  parts({ identity: { serviceArn } }, observed) {
    const { status = 'INACTIVE' } = observed?.service ?? {};
    return [
      partInStatus('AWS::ECS::Service', serviceArn, PART_STATUS[status] ?? 'FAILED', `ECS says ${status}`),
    ];
  },

  async observe(scope) {
    const found = await describedService(scope);
    if (!found) return undefined;
    const own = checkManaged(scope, lowerCaseTagRecord(found.tags), {
      what: `ECS service ${scope.identity.serviceName} in cluster ${scope.identity.clusterName}`,
      propertyPath: 'ServiceName',
      remedy: 'Choose another name',
    });
    return own ? { service: found, deploymentStarted: false } : undefined;
  },

  async apply(scope, needs, current) {
    const { capacityProviderStrategy, ...optional } = resolvedSettings({
      desired: scope.spec.settings,
      previous: scope.previousSpec?.settings,
      live: current?.service,
      initial: {
        deploymentConfiguration: INITIAL_DEPLOYMENT_CONFIGURATION,
        capacityProviderStrategy: capacity(needs.Cluster).capacityProviderStrategy,
      },
      alarmName: needs.RollbackAlarm.name,
    });
    const references = {
      taskDefinitionArn: needs.TaskDefinition.arn,
      containerPort: needs.TaskDefinition.containerPort,
      serviceSecurityGroupId: needs.ServiceSecurityGroup.id,
      receivers: [needs, needs.Joining].flatMap(receiver),
      network: await scope.network(),
    };
    const deployed = desiredSettings(scope.spec, references, {
      previous: scope.previousSpec,
      live: current?.service,
    });
    const desired = capacityProviderStrategy ? { ...deployed, capacityProviderStrategy } : deployed;
    try {
      if (!current) return await create(scope, needs, desired, optional);
      if (current.service.status !== 'ACTIVE') return inactive(scope);
      const { needsDeployment } = needs.TargetGroupSettings;
      return await update(scope, current.service, desired, optional, needsDeployment);
    } catch (error) {
      if (error instanceof ServiceNotActiveException) return inactive(scope);
      if (error instanceof ClusterNotFoundException) {
        // Its last service went between the look at the cluster and this call.
        return wait(
          `cluster ${scope.identity.clusterName}, which has just been deleted, to be made again`,
          2,
        );
      }
      if (
        error instanceof InvalidParameterException &&
        !isCertain(failedOperation(error), error.message) &&
        waitedFor(scope.time, NEW_ROLE.what) < NEW_ROLE.seconds
      ) {
        return wait(`${NEW_ROLE.what}, in case a role is new to it (${error.message})`, 10, {
          limit: { ...LIMIT, what: NEW_ROLE.what },
        });
      }
      throw error;
    }
  },

  async poll(scope, token) {
    if ('stopping' in token) return pollStopping(scope, token);
    return (await describedService(scope)) ? draining(scope) : done(undefined);
  },

  async remove(scope, _found, { service: { status } }) {
    const { clients, identity } = scope;
    if (status === 'DRAINING') return draining(scope);
    const deletion = new DeleteServiceCommand({
      cluster: identity.clusterName,
      service: identity.serviceName,
      // Stops the tasks too, whatever their desired number is.
      force: true,
    });
    await unless(clients.ecs.send(deletion), 'ServiceNotFoundException', 'ServiceNotActiveException');
    return draining(scope);
  },
};

function receiver(ingress: Ingress | undefined): Receiver[] {
  const { TargetGroups, ListenerRule } = ingress ?? {};
  return TargetGroups && ListenerRule
    ? [{ targetGroupArns: TargetGroups.arns, listenerRuleArn: ListenerRule.arn }]
    : [];
}

function draining({ identity: { serviceName } }: Pick<ApplyScope, 'identity'>): Wait<DrainingToken> {
  return wait(`the tasks of service ${serviceName} to stop`, 10, {
    token: { draining: true },
    limit: {
      seconds: LONGEST_DRAINING_SECONDS,
      remedy: 'Look at what the tasks in the cluster are waiting for, stop them, then delete again',
    },
  });
}

/** Somebody is deleting the service; its name is free again when that has ended. */
function inactive({ identity: { serviceName } }: ApplyScope): Wait {
  return wait(`service ${serviceName}, which is being deleted, to be gone`, 10);
}

async function create(
  scope: ApplyScope,
  { Cluster }: Needs,
  desired: DeployedSettings,
  optional: OptionalUpdate,
): Promise<Outcome<ObservedService>> {
  const { clients, identity, spec, operationToken } = scope;
  const tags = managedTags(scope);
  const { service: made } = await clients.ecs.send(
    new CreateServiceCommand({
      ...INITIAL_SETTINGS,
      ...(desired.capacityProviderStrategy ? {} : capacity(Cluster)),
      ...desired,
      ...optional,
      cluster: identity.clusterName,
      serviceName: identity.serviceName,
      clientToken: shortHash(`${identity.serviceArn} ${operationToken}`, 32),
      desiredCount: spec.scaling.minTaskCount,
      tags: lowerCaseTagList(tags),
    }),
  );
  return done({
    service: { ...made, tags: lowerCaseTagList(tags) },
    deploymentStarted: true,
  });
}

/** Only a cluster that has the capacity provider FARGATE takes it; the launch type works in all of them. */
function capacity({
  offersFargate,
}: ObservedCluster): Pick<CreateServiceCommandInput, 'capacityProviderStrategy' | 'launchType'> {
  return offersFargate
    ? { capacityProviderStrategy: [{ capacityProvider: FARGATE, base: 1, weight: 1 }] }
    : { launchType: 'FARGATE' };
}

async function update(
  scope: ApplyScope,
  current: Service,
  desired: DeployedSettings,
  optional: OptionalUpdate,
  needsDeployment: boolean,
): Promise<Outcome<ObservedService, StoppingToken>> {
  const { clients, identity, spec } = scope;
  const tags = await changeTags(scope, current);
  const changes = settingsChanges(desired, current, spec.subnetIds.length === 0);
  const optionalChanges = Object.fromEntries(
    Object.entries(optional).filter(
      ([name, value]) => !isDeepStrictEqual(value, current[name as keyof Service]),
    ),
  ) as OptionalUpdate;
  const changed = Object.keys({ ...changes, ...optionalChanges });
  const isForced = needsDeployment || (changed.length === 0 && (await isLeftHalfWay(scope)));
  if (changed.length === 0 && !isForced) {
    return done({ service: { ...current, tags }, deploymentStarted: false });
  }
  const deploymentStarted = isForced || changed.some((name) => changeOf(name) !== 'no deployment');
  const obstacle = deploymentStarted ? await readyToDeploy(scope, current) : undefined;
  if (obstacle) return obstacle;
  const { service: updated } = await clients.ecs.send(
    new UpdateServiceCommand({
      ...changes,
      ...optionalChanges,
      ...((isForced || changed.some((name) => changeOf(name) === 'forced deployment')) && {
        forceNewDeployment: true,
      }),
      cluster: identity.clusterName,
      service: identity.serviceName,
    }),
  );
  return done({ service: { ...updated, tags }, deploymentStarted });
}

/** @returns the tags that the service carries afterwards. */
async function changeTags(scope: ApplyScope, { serviceArn, tags }: Service): Promise<Service['tags']> {
  const { ecs } = scope.clients;
  const current = lowerCaseTagRecord(tags);
  const { set, remove } = tagChanges(current, managedTags(scope), scope.removedTagKeys);
  if (Object.keys(set).length > 0) {
    await ecs.send(new TagResourceCommand({ resourceArn: serviceArn, tags: lowerCaseTagList(set) }));
  }
  if (remove.length > 0) {
    await ecs.send(new UntagResourceCommand({ resourceArn: serviceArn, tagKeys: [...remove] }));
  }
  const left = Object.entries({ ...current, ...set }).filter(([key]) => !remove.includes(key));
  return lowerCaseTagList(Object.fromEntries(left));
}
