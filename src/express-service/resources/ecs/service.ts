import {
  ClusterNotFoundException,
  CreateServiceCommand,
  DeleteServiceCommand,
  InvalidParameterException,
  NamespaceNotFoundException,
  ServiceNotActiveException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateServiceCommand,
  type CreateServiceCommandInput,
  type Service,
  type ServiceConnectConfiguration,
  type UpdateServiceCommandInput,
} from '@aws-sdk/client-ecs';
import { isDeepStrictEqual } from 'node:util';
import { HandlerError } from '../../../core/failure';
import type { ApplyScope, Component, PlanScope, Refer, Scope } from '../../composition/component';
import { partInStatus, type PartStatus } from '../../composition/part';
import {
  DEPLOYMENT_ORDER_ACTIONS,
  pollStopping,
  readyToDeploy,
  type StoppingToken,
} from '../../deployments/deployment-order';
import {
  DESCRIBED_SERVICE_ACTIONS,
  describedService,
  serviceConnectOf,
} from '../../deployments/described-service';
import { shortHash } from '../../identity/identity';
import { NETWORK_PERMISSIONS } from '../../network/network';
import {
  done,
  LIMIT,
  secondsToNextLook,
  wait,
  waitedFor,
  type Outcome,
  type Wait,
} from '../../../core/outcome';
import { checkManaged, managedTags } from '../../memory/ownership';
import { isCertain } from '../../properties/refused-properties';
import { failedOperation } from '../../../aws/failed-operation';
import { unless } from '../../../aws/sdk-errors';
import { withRemovals } from '../../properties/deployment-configuration';
import {
  changeOf,
  configurationOf,
  isSameSetting,
  resolvedSettings,
  SETTING_NAMES,
  settingToSend,
  type LiveService,
  type ServiceSettings,
} from '../../properties/ecs-service';
import { checkControl } from '../../deployments/service-control';
import { attachmentOf, type Exposure } from '../../exposures';
import { productionRules, servingFirst, weightsOf } from '../../deployments/traffic-weights';
import { serviceConnectConfiguration } from '../../properties/service-connect';
import { strategyOf } from '../../properties/strategies';
import { testsRequests } from '../../specification';
import { apiNames, cloudFormationNames } from '../../../aws/ecs/names';
import { isLeftHalfWay, newestRevision } from '../../deployments/service-deployments';
import { defined, unlessEmpty } from '../../../core/unset';
import {
  desiredSettings,
  INITIAL_SETTINGS,
  resolvedServiceConnect,
  settingsChanges,
  type DeployedSettings,
  type Receiver,
} from '../../deployments/service-settings';
import { lowerCaseTagList, lowerCaseTagRecord, tagChanges } from '../../identity/tags';
import type { ServiceSpec } from '../../specification';
import { withNamespaceName, type ObservedNamespace } from '../cloud-map/namespace';
import type { ObservedClientRules } from '../ec2/client-rules';
import { FARGATE, type ObservedCluster } from './cluster';
import type { ObservedInfrastructureRole } from '../iam/infrastructure-role';
import type { ObservedListenerRule } from '../elastic-load-balancing/service-rule';
import type { ObservedLogGroup } from '../logs/log-group';
import { rollbackAlarmName, type ObservedRollbackAlarm } from '../cloudwatch/rollback-alarm';
import type { ObservedSecurityGroupRules } from '../ec2/security-group-rules';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import type { ObservedTargetGroupSettings } from '../elastic-load-balancing/target-group-attributes';
import { targetGroupNumbers, type ObservedTargetGroups } from '../elastic-load-balancing/target-groups';
import type { ObservedTestListenerRule } from '../elastic-load-balancing/test-listener-rule';
import type { ObservedVersionRules } from '../elastic-load-balancing/version-rules';
import { plannedPort, plannedPortName, proxyLogs, type ObservedTaskDefinition } from './task-definition';

/** The ECS service. */
export interface ObservedService {
  readonly service: LiveService;
  /** Whether this invocation has started a deployment. */
  readonly deploymentStarted: boolean;
}

/** What is of a load balancer is not there where there is none. */
type Needs = {
  ClientRules: ObservedClientRules;
  Cluster: ObservedCluster;
  InfrastructureRole?: ObservedInfrastructureRole;
  ListenerRule?: ObservedListenerRule;
  LogGroup: ObservedLogGroup;
  Namespace: ObservedNamespace;
  RollbackAlarm?: ObservedRollbackAlarm;
  SecurityGroupRules?: ObservedSecurityGroupRules;
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  TargetGroups?: ObservedTargetGroups;
  TargetGroupSettings?: ObservedTargetGroupSettings;
  TaskDefinition: ObservedTaskDefinition;
  TestListenerRule?: ObservedTestListenerRule;
  VersionRules?: ObservedVersionRules;
  /** By their names. */
  AdditionalLoadBalancers?: Readonly<Record<string, OfLoadBalancer>>;
};

/** What is needed of an additional load balancer. */
type OfLoadBalancer = Partial<
  Pick<Needs, 'ListenerRule' | 'ServiceSecurityGroup' | 'TargetGroupSettings' | 'TestListenerRule'>
>;

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

/** Seconds between looks at tasks that stop, which take minutes where a load balancer drains their connections. */
const DRAINING_LOOKS = { least: 3, most: 10 };

/** Settings that go to the service as they are and whose change does not show in what a revision runs. */
const OPTIONAL_SETTINGS = SETTING_NAMES.filter((name) => name !== 'capacityProviderStrategy');

/** The service that is to be, in the names of ECS's API. */
type WantedService = DeployedSettings &
  Omit<CreateServiceCommandInput, keyof DeployedSettings | 'clientToken'>;

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
  perVersion: 'as found',
  isVersionThere: ({ service: { status } }) => status === 'ACTIVE',
  needs: [
    // Without them clients do not reach the tasks.
    'ClientRules',
    'Cluster',
    'InfrastructureRole',
    'ListenerRule',
    'LogGroup',
    'Namespace',
    'RollbackAlarm',
    // Without them the health checks do not reach the tasks.
    'SecurityGroupRules',
    'ServiceSecurityGroup',
    'TargetGroups',
    'TargetGroupSettings',
    'TaskDefinition',
    'TestListenerRule',
    'VersionRules',
  ],
  acrossExposures: true,
  // A deployment changes it.
  volatile: true,
  permissions: {
    // Revisions are looked at by whoever reads or changes the service, not by a removal.
    observe: DESCRIBED_SERVICE_ACTIONS,
    apply: [
      'ecs:DescribeServiceRevisions',
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

  desired(plan, found, current) {
    const { ecsService, spec, previousSpec, network, refer } = plan;
    const live = current?.service;
    const { capacityProviderStrategy, launchType } = capacity(plan, found.Cluster);
    const settings = resolvedSettings({
      desired: spec.settings,
      previous: plan.versions ? withoutStrategy(previousSpec?.settings) : previousSpec?.settings,
      live,
      initial: { capacityProviderStrategy },
      madeAlarmNames: alarmNames(
        plan,
        plan.additional.map(({ identity }) => identity.loadBalancer),
      ),
      formerAlarmNames: alarmNames(plan, Object.keys(found.AdditionalLoadBalancers ?? {})),
    });
    const references = {
      taskDefinitionArn: refer('TaskDefinition', 'TaskDefinitionArn'),
      serviceSecurityGroupIds: [
        refer('ServiceSecurityGroup', 'GroupId'),
        ...plan.additional.map(({ identity: { loadBalancer } }) =>
          refer('ServiceSecurityGroup', 'GroupId', { loadBalancer }),
        ),
      ],
      receivers: receivers(plan, found, live),
      network,
    };
    const former = { previous: previousSpec, live, madeGroupIds: madeGroupIds(found) };
    const properties = cloudFormationNames({
      ...INITIAL_SETTINGS,
      ...(!settings.capacityProviderStrategy && { launchType }),
      ...desiredSettings(spec, references, former),
      serviceConnectConfiguration: plannedServiceConnect(plan, found, live),
      ...settings,
      cluster: ecsService.clusterName,
      serviceName: ecsService.name,
      desiredCount: spec.scaling.minTaskCount,
      tags: lowerCaseTagList(managedTags(plan)),
    });
    return [{ type: 'AWS::ECS::Service', properties }];
  },

  attributes: ({ service: { serviceArn, serviceName } }) => ({
    '': { Ref: serviceArn, ServiceArn: serviceArn, Name: serviceName },
  }),

  parts({ ecsService: { arn } }, observed) {
    const { status = 'INACTIVE' } = observed?.service ?? {};
    return [partInStatus('AWS::ECS::Service', arn, PART_STATUS[status] ?? 'FAILED', `ECS says ${status}`)];
  },

  async observe(scope) {
    checkAppProtocol(scope);
    const found = await describedService(scope);
    if (!found) return undefined;
    const isManaged = checkManaged(scope, lowerCaseTagRecord(found.tags), {
      what: `ECS service ${scope.ecsService.name} in cluster ${scope.ecsService.clusterName}`,
      propertyPath: 'ServiceName',
      remedy: 'Choose another name',
    });
    if (!isManaged) return undefined;
    if (scope.spec) checkControl(scope, found);
    const revision = scope.isRemoval ? undefined : await newestRevision(scope, found);
    return { service: withRevision(found, revision), deploymentStarted: false };
  },

  async apply(scope, needs, current) {
    const planned = apiNames<WantedService>(scope.desired['']!);
    try {
      const wanted = scope.spec.versions?.takesAll
        ? await withoutRule(scope, planned, current?.service)
        : planned;
      if (!current) return await create(scope, wanted);
      if (current.service.status !== 'ACTIVE') return inactive(scope);
      return await update(scope, current.service, wanted, needs);
    } catch (error) {
      if (error instanceof ServiceNotActiveException) return inactive(scope);
      if (error instanceof ClusterNotFoundException) {
        // Its last service went between the look at the cluster and this call.
        return wait(
          `cluster ${scope.ecsService.clusterName}, which has just been deleted, to be made again`,
          2,
        );
      }
      const { namespaceName } = scope.spec.serviceConnect ?? {};
      if (error instanceof NamespaceNotFoundException && namespaceName !== undefined) {
        // As for a cluster; ECS may also not know yet of one that has just been made.
        return wait(`the namespace ${namespaceName} to be known to Amazon ECS`, 5);
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
    const { clients, ecsService } = scope;
    if (status === 'DRAINING') return draining(scope);
    const deletion = new DeleteServiceCommand({
      cluster: ecsService.clusterName,
      service: ecsService.name,
      // Stops the tasks too, whatever their desired number is.
      force: true,
    });
    await unless(clients.ecs.send(deletion), 'ServiceNotFoundException', 'ServiceNotActiveException');
    return draining(scope);
  },
};

/**
 * Refuse another protocol of an endpoint, which ECS does not take (API reference of PortMapping, appProtocol).
 *
 * @throws HandlerError NotUpdatable.
 */
function checkAppProtocol({ spec, previousSpec }: Scope): void {
  const [from, to] = [previousSpec, spec].map((each) => each?.serviceConnect?.endpoint?.appProtocol);
  if (from === undefined || to === undefined || from === to) return;
  throw new HandlerError(
    'NotUpdatable',
    `others connect to the service by Service Connect, so that its protocol cannot change from ${from} to ${to}`,
    {
      propertyPath: 'TargetGroupConfiguration/ProtocolVersion',
      remedy:
        'Remove ClientAlias in an update before, or give another ServiceName, so that the service is replaced',
    },
  );
}

/** Service Connect that the service is to have; undefined when it is not to use it. */
function plannedServiceConnect(
  plan: PlanScope,
  { Namespace, TaskDefinition }: Partial<Needs>,
  live: Service | undefined,
): ServiceConnectConfiguration | undefined {
  const asked = (spec: ServiceSpec | undefined) =>
    spec?.serviceConnect &&
    serviceConnectConfiguration(spec.serviceConnect, {
      portName: plannedPortName(plan, TaskDefinition),
      logConfiguration: proxyLogs(plan, spec.task, TaskDefinition),
    });
  return resolvedServiceConnect({
    desired: asked(plan.spec),
    previous: asked(plan.previousSpec),
    live: withNamespaceName(live && serviceConnectOf(live), Namespace),
  });
}

/**
 * Settings of which the strategy is not known. That of an ECS service which is a version is nobody's choice, and the template may
 * have described another version before: so the one that a service had before it became a version is no change by hand.
 */
function withoutStrategy(
  settings: Partial<ServiceSettings> | undefined,
): Partial<ServiceSettings> | undefined {
  if (!settings?.deploymentConfiguration) return settings;
  const { strategy: _, ...deploymentConfiguration } = settings.deploymentConfiguration;
  return { ...settings, deploymentConfiguration };
}

/** Names of the alarms that are made for a service with these additional load balancers. */
function alarmNames({ ecsService, has }: PlanScope, loadBalancers: readonly string[]): string[] {
  return [
    ...(has('RollbackAlarm') ? [rollbackAlarmName(ecsService)] : []),
    ...loadBalancers.map((loadBalancer) => rollbackAlarmName(ecsService, loadBalancer)),
  ];
}

/** Ids of the security groups that are made for the service, as far as they are there. */
function madeGroupIds({ ServiceSecurityGroup, AdditionalLoadBalancers = {} }: Partial<Needs>): string[] {
  const all = [
    ServiceSecurityGroup,
    ...Object.values(AdditionalLoadBalancers).map((each) => each.ServiceSecurityGroup),
  ];
  return all.flatMap((group) => group?.id ?? []);
}

/** Where the service receives requests, at all of its load balancers. */
function receivers(plan: PlanScope, found: Partial<Needs>, live: Service | undefined): Receiver[] {
  const { additional, ecsService, refer } = plan;
  const { AdditionalLoadBalancers = {} } = found;
  const containerPort = plannedPort(plan, found.TaskDefinition);
  const first = receiversAt(plan, found, refer, handMadeTestRule(plan, found, live));
  const others = additional.flatMap((own) => {
    const { loadBalancer } = own.identity;
    const referThere: Refer = (kind, attribute, options) =>
      refer(kind, attribute, { ...options, loadBalancer });
    const all = receiversAt({ ...own, ecsService }, AdditionalLoadBalancers[loadBalancer] ?? {}, referThere);
    return all.map((each) => ({ ...each, containerPort: own.spec.containerPort ?? containerPort }));
  });
  return [...first.map((each) => ({ ...each, containerPort })), ...others];
}

/** At one load balancer: in the exposure that serves, and in the one that the service joins. */
function receiversAt(
  { exposures: { serving, joining }, spec, ...place }: ReceiverPlan,
  { ListenerRule, TestListenerRule }: Pick<Partial<Needs>, 'ListenerRule' | 'TestListenerRule'>,
  refer: Refer,
  handMade?: string,
): ReceiverRules[] {
  const isTested = testsRequests(spec);
  const numbers = targetGroupNumbers(place);
  const ruleForTests = testListenerRule(serving, refer, false);
  if (!joining) return receiver(serving, refer, numbers, false, isTested ? ruleForTests : handMade);
  // While the service moves the rules of the exposure that serves stay as they are, also where somebody has deleted them.
  const former = TestListenerRule?.rule ? ruleForTests : undefined;
  return [
    ...(ListenerRule ? receiver(serving, refer, numbers, false, former) : []),
    ...receiver(joining, refer, numbers, true, isTested ? testListenerRule(joining, refer, true) : undefined),
  ];
}

type ReceiverPlan = Pick<PlanScope, 'exposures' | 'spec' | 'identity' | 'ecsService'>;

type ReceiverRules = Omit<Receiver, 'containerPort'>;

/** None where there is no load balancer. */
function receiver(
  exposure: Exposure,
  refer: Refer,
  numbers: readonly string[],
  isJoining: boolean,
  testListenerRuleArn: Receiver['testListenerRuleArn'],
): ReceiverRules[] {
  const attachment = attachmentOf(exposure);
  if (!attachment) return [];
  const { kind, attribute } = attachment.productionListenerRule;
  const targetGroupArns = numbers.map((name) => refer('TargetGroups', 'TargetGroupArn', { name, isJoining }));
  return [{ targetGroupArns, listenerRuleArn: refer(kind, attribute, { isJoining }), testListenerRuleArn }];
}

function testListenerRule(
  exposure: Exposure,
  refer: Refer,
  isJoining: boolean,
): Receiver['testListenerRuleArn'] {
  const { kind, attribute } = attachmentOf(exposure)?.testListenerRule ?? {};
  return kind && attribute ? refer(kind, attribute, { isJoining }) : undefined;
}

/** ARN of a rule for test requests that somebody has given the service, of which the template has never said anything. */
function handMadeTestRule(
  { previousSpec }: PlanScope,
  { ListenerRule, TestListenerRule }: Partial<Needs>,
  live: Service | undefined,
): string | undefined {
  if (!previousSpec || testsRequests(previousSpec) || !ListenerRule) return undefined;
  const rules = (live?.loadBalancers ?? []).flatMap(
    ({ advancedConfiguration }) => advancedConfiguration ?? [],
  );
  const { testListenerRule } =
    rules.find(({ productionListenerRule }) => productionListenerRule === ListenerRule.arn) ?? {};
  const { rule, former } = TestListenerRule ?? {};
  return testListenerRule === (rule ?? former)?.arn ? undefined : testListenerRule;
}

function draining({ ecsService: { name }, time }: Pick<Scope, 'ecsService' | 'time'>): Wait<DrainingToken> {
  const what = `the tasks of service ${name} to stop`;
  return wait(what, secondsToNextLook(waitedFor(time, what), DRAINING_LOOKS), {
    token: { draining: true },
    limit: {
      seconds: LONGEST_DRAINING_SECONDS,
      remedy: 'Look at what the tasks in the cluster are waiting for, stop them, then delete again',
    },
  });
}

/** Somebody is deleting the service; its name is free again when that has ended. */
function inactive({ ecsService: { name } }: ApplyScope): Wait {
  return wait(`service ${name}, which is being deleted, to be gone`, 10);
}

/**
 * The service as it is while other versions have the requests: ECS deploys none whose listener rule forwards to target groups of
 * others (the claim `ecs.production-rule-needs-both-target-groups`). So it stands behind the target group alone in which its tasks
 * are, or are to be.
 */
async function withoutRule(
  scope: ApplyScope,
  wanted: WantedService,
  current: Service | undefined,
): Promise<WantedService> {
  const rules = await productionRules(scope, wanted.loadBalancers);
  const answers = (arn: string) =>
    rules.some((rule) =>
      weightsOf(rule).some(({ targetGroupArn, weight }) => targetGroupArn === arn && weight > 0),
    );
  const loadBalancers = wanted.loadBalancers.map(({ advancedConfiguration, ...loadBalancer }) => {
    const pair = [loadBalancer.targetGroupArn!, advancedConfiguration?.alternateTargetGroupArn ?? ''];
    const alone = (current?.loadBalancers ?? []).filter((each) => !each.advancedConfiguration);
    const targetGroupArn =
      pair.find(answers) ?? pair.find((arn) => alone.some((each) => each.targetGroupArn === arn)) ?? pair[0];
    return { ...loadBalancer, targetGroupArn };
  });
  return { ...wanted, loadBalancers };
}

async function create(scope: ApplyScope, wanted: WantedService): Promise<Outcome<ObservedService>> {
  const { clients, ecsService, operationToken } = scope;
  const { service: made } = await clients.ecs.send(
    new CreateServiceCommand({
      ...wanted,
      clientToken: shortHash(`${ecsService.arn} ${operationToken}`, 32),
    }),
  );
  return done({ service: { ...withRevision(made!, wanted), tags: wanted.tags }, deploymentStarted: true });
}

/** Only a cluster that has the capacity provider FARGATE takes it; the launch type works in all of them. */
function capacity(
  { spec }: PlanScope,
  cluster: ObservedCluster | undefined,
): Pick<CreateServiceCommandInput, 'capacityProviderStrategy' | 'launchType'> {
  return cluster?.offersFargate || (!cluster && spec.createsCluster)
    ? { capacityProviderStrategy: [{ capacityProvider: FARGATE, base: 1, weight: 1 }] }
    : { launchType: 'FARGATE' };
}

async function update(
  scope: ApplyScope,
  current: LiveService,
  wanted: WantedService,
  { Namespace: namespaces, TargetGroupSettings, AdditionalLoadBalancers = {} }: Needs,
): Promise<Outcome<ObservedService, StoppingToken>> {
  const { spec } = scope;
  const needsDeployment = [{ TargetGroupSettings }, ...Object.values(AdditionalLoadBalancers)].some(
    (each) => each.TargetGroupSettings?.needsDeployment,
  );
  const tags = await changeTags(scope, current);
  const first = beforeStrategyChange(wanted, current);
  if (first) {
    const obstacle = await readyToDeploy(scope, current);
    if (obstacle) return obstacle;
    const rules = await productionRules(scope, wanted.loadBalancers);
    const ordered = first.loadBalancers && { loadBalancers: servingFirst(first.loadBalancers, rules) };
    const updated = withRevision(await send(scope, { ...first, ...ordered }), current);
    return done({ service: { ...updated, tags }, deploymentStarted: true });
  }
  const actual = {
    ...current,
    serviceConnectConfiguration: withNamespaceName(serviceConnectOf(current), namespaces),
  };
  const changes = settingsChanges(wanted, actual, spec.subnetIds.length === 0);
  const optionalChanges = optionalChangesOf(wanted, current);
  const changed = Object.keys({ ...changes, ...optionalChanges });
  const isForced = needsDeployment || (changed.length === 0 && (await isLeftHalfWay(scope)));
  if (changed.length === 0 && !isForced) {
    return done({ service: { ...current, tags }, deploymentStarted: false });
  }
  const deploymentStarted = isForced || changed.some((name) => changeOf(name) !== 'no deployment');
  const obstacle =
    deploymentStarted || isOtherStrategy(wanted, current) ? await readyToDeploy(scope, current) : undefined;
  if (obstacle) return obstacle;
  const updated = await send(scope, {
    ...changes,
    ...optionalChanges,
    ...(deploymentStarted && (await loadBalancersOf(scope, wanted, current))),
    ...((isForced || changed.some((name) => changeOf(name) === 'forced deployment')) && {
      forceNewDeployment: true,
    }),
  });
  return done({ service: { ...withRevision(updated, wanted), tags }, deploymentStarted });
}

/** A service with what only revisions tell. */
function withRevision(
  service: Service,
  { monitoring, volumeConfigurations }: Pick<LiveService, 'monitoring' | 'volumeConfigurations'> = {},
): LiveService {
  return { ...service, ...defined({ monitoring, volumeConfigurations: unlessEmpty(volumeConfigurations) }) };
}

function optionalChangesOf(wanted: WantedService, current: LiveService): Partial<ServiceSettings> {
  const live = { ...current, ...configurationOf(current) };
  // Of what nothing is said UpdateService leaves as it is.
  const given = OPTIONAL_SETTINGS.filter((name) => settingToSend(name, wanted) !== undefined);
  const changes: Partial<ServiceSettings> = Object.fromEntries(
    given
      .filter((name) => !isSameSetting(name, wanted, live))
      .map((name) => [name, settingToSend(name, wanted)]),
  );
  const { deploymentConfiguration: changed } = changes;
  return changed && live.deploymentConfiguration
    ? { ...changes, deploymentConfiguration: withRemovals(live.deploymentConfiguration, changed) }
    : changes;
}

async function send(
  { clients, ecsService }: ApplyScope,
  changes: Omit<UpdateServiceCommandInput, 'service'>,
): Promise<Service> {
  const { service } = await clients.ecs.send(
    new UpdateServiceCommand({ ...changes, cluster: ecsService.clusterName, service: ecsService.name }),
  );
  return service!;
}

/** Whether the strategy of deployments changes, for which ECS wants none to be under way. */
function isOtherStrategy(wanted: WantedService, { deploymentConfiguration }: Service): boolean {
  return strategyOf(wanted.deploymentConfiguration) !== strategyOf(deploymentConfiguration);
}

/**
 * What has to be deployed before the service can have another strategy: the tasks of a service with rolling deployments may
 * stand behind target groups alone, and have no endpoint in Service Connect, and ECS moves requests only between pairs of target
 * groups, and behind endpoints, that were deployed before (Amazon ECS Developer Guide, "Updating from rolling to blue/green").
 * An endpoint goes with the task definition that names the protocol of its port, which cannot change afterwards.
 *
 * @returns undefined when the strategy can change at once.
 */
function beforeStrategyChange(
  {
    deploymentConfiguration,
    loadBalancers,
    serviceConnectConfiguration: connect,
    taskDefinition,
  }: WantedService,
  current: Service,
): Partial<DeployedSettings> | undefined {
  if (!strategyOf(deploymentConfiguration).shiftsTraffic) return undefined;
  const isShifted = current.loadBalancers?.every(({ advancedConfiguration }) => advancedConfiguration);
  const isRolling = !strategyOf(current.deploymentConfiguration).shiftsTraffic;
  const gainsEndpoint = isRolling && hasEndpoint(connect) && !hasEndpoint(serviceConnectOf(current));
  if (isShifted && !gainsEndpoint) return undefined;
  return {
    ...(!isShifted && { loadBalancers }),
    ...(gainsEndpoint && { serviceConnectConfiguration: connect, taskDefinition }),
  };
}

/** Whether others connect to the service by Service Connect. */
function hasEndpoint(configuration: ServiceConnectConfiguration | undefined): boolean {
  return (configuration?.services ?? []).length > 0;
}

/**
 * Load balancers for a deployment that replaces the tasks of the target group that serves: that one is named first, which
 * after deployments with other strategies may be either.
 *
 * @returns nothing when they stay as they are.
 */
async function loadBalancersOf(
  scope: ApplyScope,
  { deploymentConfiguration, loadBalancers }: WantedService,
  current: Service,
): Promise<Partial<DeployedSettings>> {
  if (strategyOf(deploymentConfiguration).shiftsTraffic) return {};
  const ordered = servingFirst(loadBalancers, await productionRules(scope, loadBalancers));
  return isDeepStrictEqual(ordered, current.loadBalancers) ? {} : { loadBalancers: ordered };
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
