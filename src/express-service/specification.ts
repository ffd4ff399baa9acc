import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Properties } from '../cloudformation/extension';
import { HandlerError, invalid } from '../core/failure';
import { checkValues, specified } from '../core/property-values';
import { defined } from '../core/unset';
import { checkCluster, identityOfLoadBalancer, type Identity } from './identity/identity';
import { additionalTags } from './memory/additional-load-balancers';
import { madeRoleArn } from './identity/made-roles';
import { domainTags } from './memory/hosts';
import { ownerTagValue } from './memory/ownership';
import { checkTags } from './memory/tag-limits';
import { versionTagsAtMost } from './memory/service-versions';
import { namespaceTag } from './memory/namespaces';
import { networkProfileTag } from './memory/network-profile';
import { templateRecord } from './memory/template-record';
import { ResourceModel, type NetworkConfiguration, type TypeConfigurationModel } from './model';
import { checkHosts, inItem, loadBalancerModels } from './properties/additional-load-balancers';
import { specifiedAuthentication, type AuthenticationConfig } from './properties/authentication';
import { dnsSpec, type DnsSpec } from './properties/dns';
import { domainsOf, withRegionalDomain, type Domain, type DomainsRequest } from './properties/domains';
import { SERVICE, type ServiceSettings } from './properties/ecs-service';
import { eventBusOf, type EventBus } from './properties/event-bus';
import { infrastructureRoleSpec, type InfrastructureRoleSpec } from './properties/infrastructure-role';
import { loadBalancerSpec, type LoadBalancerSpec } from './properties/load-balancer-settings';
import { kindOfLoadBalancer } from './properties/load-balancer-kinds';
import { checkRoleAccounts } from './properties/role-properties';
import { ROLLBACK_LIMITS, type AlarmLimits } from './properties/rollback-limits';
import { PROPERTIES } from './properties/rows';
import { networkProfileSpec, withNetworkProfile, type NetworkOfTasks } from './properties/network-profile';
import { requiredHeader } from './properties/required-http-header';
import { pathPatterns, type RequiredHeader } from './properties/rule-conditions';
import { serviceConnectSpec, type ServiceConnectSpec } from './properties/service-connect';
import { taskRoleSpec, type TaskRoleSpec } from './properties/task-role';
import { testConditions } from './properties/test-traffic';
import { scaling, type Scaling } from './properties/scaling';
import { type TargetGroupSettings } from './properties/target-group-settings';
import { volumeConfigurations } from './properties/volumes';
import { checkReachRoom } from './properties/version-reach';
import { settingsOfVersions, versionsSpec, type VersionsSpec } from './properties/versions';
import type { WebAclSpec } from './properties/web-acl';
import { externalTask, managedTask, type ExternalTask, type ManagedTask } from './properties/task';

/** The desired state of a service: every default applied, every rule that needs no call to AWS checked. */
export interface ServiceSpec extends NetworkOfTasks {
  /** Whether the cluster is made when it is absent; only the one named `default` is. */
  readonly createsCluster: boolean;
  /** Undefined where ECS needs none. */
  readonly infrastructureRoleArn?: string;
  /** Undefined where none is made. */
  readonly infrastructureRole?: InfrastructureRoleSpec;
  readonly task: ManagedTask | ExternalTask;
  /** Undefined where none is made. */
  readonly taskRole?: TaskRoleSpec;
  /** Managed policy that is the permissions boundary of the roles that are made; undefined means none. */
  readonly permissionsBoundaryArn?: string;
  readonly targetGroup: TargetGroupSettings;
  readonly scaling: Scaling;
  readonly settings: Partial<ServiceSettings>;
  readonly rollbackAlarm: AlarmLimits;
  /** That of the endpoint; undefined where there is no load balancer. */
  readonly domain?: Domain;
  readonly additionalDomains: readonly Domain[];
  /** See {@link Domains.regionalDomain}. */
  readonly regionalDomain?: Domain;
  readonly dns: DnsSpec;
  /** Paths that the service answers at; empty means all. */
  readonly pathPatterns: readonly string[];
  /** Header that requests must have; undefined means none. */
  readonly requiredHeader?: RequiredHeader;
  /** Conditions that test requests meet beside those of all requests; undefined means that none are told from others. */
  readonly testTraffic?: readonly RuleCondition[];
  /** How users sign in before their requests reach the service; undefined means that they need not. */
  readonly authentication?: AuthenticationConfig;
  readonly loadBalancer: LoadBalancerSpec;
  /** Of the additional load balancers, by their names: each as of a service that has no other one. */
  readonly additionalLoadBalancers: Readonly<Record<string, ServiceSpec>>;
  /** TCP port of the container that its requests go to. Undefined means: the one of the container. */
  readonly containerPort?: number;
  /** Undefined where there is one ECS service, whose tasks are replaced. */
  readonly versions?: VersionsSpec;
  /** Undefined without Service Connect. */
  readonly serviceConnect?: ServiceConnectSpec;
  /** Who is told of its versions; undefined means nobody. */
  readonly eventBus?: EventBus;
  /** Web ACL of the author's on a shared load balancer; undefined means none. */
  readonly webAclArn?: string;
  /** Rules in the web ACL that services share; undefined means none. */
  readonly webAcl?: WebAclSpec;
  /** Tags that the author gave, by key: those of the resource and those of the stack. */
  readonly tags: Readonly<Record<string, string>>;
  /** Tag of the service's security group; see template-record.ts. */
  readonly templateRecord: Readonly<Record<string, string>>;
}

/** What the specification is made from. */
export interface SpecRequest {
  readonly model: ResourceModel;
  readonly configuration: TypeConfigurationModel;
  readonly identity: Identity;
  /** Tags of the stack, overlaid with the model's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** See {@link DomainsRequest.recorded}. */
  readonly recordedDomains?: DomainsRequest['recorded'];
}

/**
 * The desired state that a model describes.
 *
 * @throws HandlerError InvalidRequest with the path of the property that is wrong.
 */
export function specificationOf({
  model: given,
  configuration,
  identity,
  tags,
  recordedDomains,
}: SpecRequest): ServiceSpec {
  const model = withNetworkProfile(given, configuration);
  const { NetworkConfiguration, WebAclArn } = model;
  const loadBalancer = loadBalancerSpec(model.LoadBalancerConfiguration, WebAclArn, model);
  const kind = kindOfLoadBalancer(loadBalancer);
  kind.check?.(given);
  checkValues(PROPERTIES, given);
  checkCluster(model.Cluster, identity);
  const infrastructureRole = infrastructureRoleSpec(model, loadBalancer);
  const infrastructureRoleArn =
    model.InfrastructureRoleArn ?? (infrastructureRole && madeRoleArn(identity, 'infrastructure'));
  const isExternalListener = 'listenerArn' in loadBalancer;
  const named = kind.domains(
    { model, configuration, identity, isExternalListener, recorded: recordedDomains },
    loadBalancer,
  );
  const dns = dnsSpec(model.DnsConfiguration, named, identity);
  if (dns.routing) checkOwner(identity, 'ServiceName');
  const domains = dns.routing ? withRegionalDomain(named, identity.region) : named;
  const scalingSpec = scaling(model.ScalingTarget);
  const record = templateRecord(given, tags, scalingSpec);
  const serviceConnect = serviceConnectSpec(model, identity);
  const taskRole = taskRoleSpec(model);
  const task = model.TaskDefinitionArn
    ? externalTask(model.TaskDefinitionArn, model)
    : managedTask(
        model,
        configuration,
        {
          execution: madeRoleArn(identity, 'execution'),
          task: taskRole && madeRoleArn(identity, 'task'),
        },
        serviceConnect?.endpoint?.appProtocol,
      );
  const settings = defined({
    ...settingsOfVersions(model, specified(SERVICE, model)),
    volumeConfigurations: volumeConfigurations(model.Volumes, infrastructureRoleArn),
  });
  const additional = loadBalancerModels(model).map(({ name, path, containerPort, ...own }) => {
    const ofLoadBalancer = identityOfLoadBalancer(identity, name);
    checkOwner(ofLoadBalancer, `${path}/Name`);
    const request = { ...own, configuration, identity: ofLoadBalancer, tags };
    const spec = inItem(path, () => specificationOf(request));
    return { name, path, domains: spec, spec: { ...spec, containerPort } };
  });
  checkHosts([{ path: '', domains }, ...additional]);
  const paths = { ...domains, pathPatterns: pathPatterns(model.PathPatterns, domainsOf(domains)) };
  const requests = { ...paths, requiredHeader: requiredHeader(model.RequiredHttpHeader, paths) };
  const targetGroup = kind.targetGroup(model.TargetGroupConfiguration, model.HealthCheckPath ?? undefined);
  const network = subnetsAndSecurityGroups(NetworkConfiguration);
  const networkProfile = networkProfileSpec(given, configuration);
  const versions = versionsSpec(model, { task, settings, targetGroup, ...network });
  if (versions) checkReachRoom(versions.reach, requests);
  checkTags(model.Tags, tags, {
    ...domainTags(domains),
    ...namespaceTag(serviceConnect?.namespaceName),
    ...networkProfileTag(networkProfile),
    ...additionalTags((model.AdditionalLoadBalancers ?? []).map(({ Name }) => Name!)),
    ...(versions && versionTagsAtMost(versions, model.InfrastructureRoleArn)),
    ...record,
  });
  checkRoleAccounts({ infrastructureRoleArn, task, settings, serviceConnect }, identity);
  return {
    createsCluster: identity.clusterName === ResourceModel.DEFAULTS.Cluster,
    infrastructureRoleArn,
    infrastructureRole,
    task,
    taskRole,
    permissionsBoundaryArn: configuration.PermissionsBoundaryArn,
    ...network,
    networkProfile,
    targetGroup,
    scaling: scalingSpec,
    settings,
    rollbackAlarm: specified(ROLLBACK_LIMITS, model.DeploymentConfiguration?.RollbackAlarm ?? {}),
    ...requests,
    dns,
    testTraffic: testConditions(model, requests),
    authentication: specifiedAuthentication(model.Authentication),
    loadBalancer,
    additionalLoadBalancers: Object.fromEntries(additional.map(({ name, spec }) => [name, spec])),
    versions,
    serviceConnect,
    eventBus: eventBusOf(model, configuration, identity),
    webAclArn: kind.webAclArn(model, configuration),
    webAcl: kind.webAcl(model, configuration),
    tags,
    templateRecord: record,
  };
}

/** Whether new tasks of a deployment are tested before all requests go to them. */
export function testsRequests({ testTraffic, loadBalancer }: ServiceSpec): boolean {
  return testTraffic !== undefined || kindOfLoadBalancer(loadBalancer).hasTestPort(loadBalancer);
}

/**
 * Owner tags and TXT records tell the names of additional load balancers, and Regions.
 *
 * @param path of the property that makes the ARN long.
 * @throws HandlerError InvalidRequest when they have no room for it.
 */
function checkOwner(identity: Identity, path: string): void {
  if (ownerTagValue(identity) === identity.serviceArn) return;
  throw invalid(
    path,
    `is too long: with it the ARN of the service has ${identity.serviceArn.length} characters, more than a tag takes`,
    'Choose a shorter one, or a shorter name of the cluster',
  );
}

/**
 * The desired state before an update.
 *
 * @returns undefined when today's configuration of the type does not allow it any more: then nothing is known of it.
 */
export function specificationBefore(request: SpecRequest): ServiceSpec | undefined {
  try {
    return specificationOf(request);
  } catch (error) {
    if (error instanceof HandlerError) return undefined;
    throw error;
  }
}

function subnetsAndSecurityGroups(
  configuration: Properties<NetworkConfiguration> | undefined,
): Pick<ServiceSpec, 'subnetIds' | 'additionalSecurityGroupIds'> {
  const subnetIds = configuration?.Subnets ?? [];
  if (configuration?.Subnets && subnetIds.length === 0) {
    throw invalid(
      'NetworkConfiguration/Subnets',
      'is empty',
      'Name subnets in at least two Availability Zones, or leave Subnets out to use the default VPC',
    );
  }
  return { subnetIds, additionalSecurityGroupIds: configuration?.SecurityGroups ?? [] };
}
