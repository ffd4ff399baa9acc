/** Service Connect: the endpoints that a service offers in a namespace of AWS Cloud Map, and what ECS refuses of them. */
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  paginateListNamespaces,
} from '@aws-sdk/client-servicediscovery';
import { isDeepStrictEqual } from 'node:util';
import { allItems } from '../pages';
import { AwsError, type Structure } from '../service';
import type { Scope } from './arns';
import type { EcsContext } from './context';
import type { Cluster, Endpoint, Service, ServiceConnect, TaskDefinition } from './state';

/** Bounds and grammar of the names (API references of ServiceConnectService and ServiceConnectClientAlias). */
const DISCOVERY_NAME = /^[a-z0-9_][a-z0-9_-]{0,63}$/;
const DNS_NAME = /^[a-z0-9_.][a-z0-9_.-]{0,126}$/;
const MOST_ALIASES = 1;

/** Protocols of which the proxies read headers (API reference of PortMapping). */
export const HTTP_PROTOCOLS = ['http', 'http2', 'grpc'];

/** A namespace of the account, or one that another account shares with it. */
interface Namespace {
  /** Undefined for one of another account. */
  readonly id?: string;
  readonly arn: string;
  readonly name: string;
}

/** What a service with these settings offers and may connect to; undefined without Service Connect. */
interface Request {
  readonly cluster: Cluster;
  readonly taskDefinition: TaskDefinition;
  readonly settings: Structure;
  /** The service that is updated. */
  readonly service?: Service;
}

/**
 * Check the Service Connect configuration of a service, and find its namespace.
 *
 * @throws AwsError InvalidParameterException or NamespaceNotFoundException.
 */
export async function checkServiceConnect(
  context: EcsContext,
  { cluster, taskDefinition, settings, service }: Request,
): Promise<void> {
  const configuration: Structure | undefined = settings.serviceConnectConfiguration;
  if (!configuration?.enabled) return;
  const namespace = await namespaceOf(context, cluster, configuration);
  if (configuration.accessLogConfiguration && !configuration.logConfiguration) {
    refuse('accessLogConfiguration requires a logConfiguration.');
  }
  for (const each of configuration.services ?? []) checkEndpoint(each, taskDefinition);
  const others = [...context.state.services()].filter(
    (other) => other !== service && other.status !== 'INACTIVE',
  );
  for (const endpoint of endpointsOf(configuration, namespace, taskDefinition)) {
    const taken = others.some(({ endpoints }) => endpoints.some((each) => collide(each, endpoint)));
    if (taken) refuse(`SC service is already used by ${namespace.arn}`);
  }
  if (service) checkChange(context, service, taskDefinition, settings);
}

/**
 * Make what the Service Connect configuration of a service asks for, right before it is deployed.
 *
 * @returns undefined without Service Connect.
 */
export async function prepareServiceConnect(
  context: EcsContext,
  { cluster, taskDefinition, settings, service }: Request,
): Promise<ServiceConnect | undefined> {
  const configuration: Structure | undefined = settings.serviceConnectConfiguration;
  if (!configuration?.enabled) return undefined;
  const namespace = await namespaceOf(context, cluster, configuration);
  const wanted = endpointsOf(configuration, namespace, taskDefinition);
  const existing = service?.endpoints ?? [];
  const endpoints = await Promise.all(
    wanted.map(async (endpoint): Promise<Endpoint> => {
      const before = existing.find((each) => isSame(each, endpoint));
      if (before) return before;
      const registered = existing.find((each) => each.discoveryName === endpoint.discoveryName);
      return {
        ...endpoint,
        since: context.clock.now(),
        discoveryArn:
          registered?.discoveryArn ?? (await register(context, cluster.scope, namespace, endpoint)),
      };
    }),
  );
  return { namespaceArn: namespace.arn, endpoints };
}

/** Endpoints of a service, with those that it is about to offer. */
export function withEndpoints(service: Service, { endpoints }: ServiceConnect): void {
  service.endpoints = [...service.endpoints.filter((each) => !endpoints.includes(each)), ...endpoints];
}

/** Take away the endpoints that no revision of a service offers any more. */
export async function removeEndpoints(context: EcsContext, service: Service): Promise<void> {
  const kept = service.status === 'ACTIVE' ? (service.stableRevision?.serviceConnect?.endpoints ?? []) : [];
  const gone = service.endpoints.filter((each) => !kept.includes(each));
  service.endpoints = [...kept];
  if (!context.answers.holds('ecs.removes-endpoints')) return;
  const client = context.aws(service.cluster.scope.region).serviceDiscovery;
  const used = kept.map(({ discoveryArn }) => discoveryArn);
  for (const { discoveryArn } of gone.filter((each) => !used.includes(each.discoveryArn))) {
    await client.send(new DeleteServiceCommand({ Id: lastPart(discoveryArn) })).catch(() => undefined);
  }
}

/** The configuration as descriptions show it. */
export function describedConfiguration(
  { answers }: EcsContext,
  configuration: Structure | undefined,
  connect: ServiceConnect | undefined,
): Structure | undefined {
  if (!configuration || !connect || answers.holds('ecs.namespace-as-given')) return configuration;
  return { ...configuration, namespace: connect.namespaceArn };
}

/** The resources of Cloud Map as deployments show them. */
export function describedResources(connect: ServiceConnect | undefined): Structure[] | undefined {
  return connect?.endpoints.map(({ discoveryName, discoveryArn }) => ({ discoveryName, discoveryArn }));
}

/** Whether the clients of any endpoint tell test requests by a header. */
export function hasTestHeader(connect: ServiceConnect | undefined): boolean {
  return connect?.endpoints.some(({ appProtocol }) => HTTP_PROTOCOLS.includes(appProtocol)) ?? false;
}

async function namespaceOf(
  context: EcsContext,
  { scope, settings }: Cluster,
  { namespace: given }: Structure,
): Promise<Namespace> {
  const name: string | undefined = given ?? settings.serviceConnectDefaults?.namespace;
  if (!name)
    refuse('A namespace is required to use Service Connect: neither the service nor its cluster has one.');
  const found = await findNamespace(context, scope, name);
  if (!found) throw new AwsError('NamespaceNotFoundException', `The namespace ${name} was not found.`);
  return found;
}

/** ARN of the default namespace of a cluster; one of a new name is made (API reference of ClusterServiceConnectDefaultsRequest). */
export async function defaultNamespace(context: EcsContext, scope: Scope, name: string): Promise<string> {
  const find = () => findNamespace(context, scope, name);
  const found = await find();
  if (found) return found.arn;
  if (name.startsWith('arn:')) refuse(`The namespace ${name} was not found.`);
  await context.aws(scope.region).serviceDiscovery.send(new CreateHttpNamespaceCommand({ Name: name }));
  return (await find())!.arn;
}

async function findNamespace(
  context: EcsContext,
  scope: Scope,
  name: string,
): Promise<Namespace | undefined> {
  const [, , , region, account] = name.split(':');
  if (name.startsWith('arn:') && region !== scope.region)
    refuse(`The namespace ${name} is in another Region.`);
  // One that another account shares; who shares it is not known here.
  if (name.startsWith('arn:') && account !== scope.accountId) return { arn: name, name: lastPart(name) };
  const client = context.aws(scope.region).serviceDiscovery;
  const all = await allItems(paginateListNamespaces({ client }, {}), ({ Namespaces }) => Namespaces);
  const found = all.find(({ Name, Arn }) => Name === name || Arn === name);
  return found && { id: found.Id, arn: found.Arn!, name: found.Name! };
}

/** Make the Cloud Map service of an endpoint. @returns its ARN. */
async function register(
  context: EcsContext,
  { region, accountId }: Scope,
  namespace: Namespace,
  { discoveryName }: Pick<Endpoint, 'discoveryName'>,
): Promise<string> {
  const [, , , , owner = accountId] = namespace.arn.split(':');
  if (!namespace.id) {
    return `arn:aws:servicediscovery:${region}:${owner}:service/srv-${context.identifiers.hexadecimal().slice(0, 16)}`;
  }
  const { Service: made } = await context.aws(region).serviceDiscovery.send(
    new CreateServiceCommand({
      Name: discoveryName,
      NamespaceId: namespace.id,
      Type: 'HTTP',
      Tags: [{ Key: 'AmazonECSManaged', Value: 'true' }],
    }),
  );
  return made!.Arn!;
}

/** The endpoints of a configuration, defaults filled in (API reference of ServiceConnectClientAlias). */
function endpointsOf(
  { services = [] }: Structure,
  namespace: Namespace,
  taskDefinition: TaskDefinition,
): Omit<Endpoint, 'since' | 'discoveryArn'>[] {
  return services.map(({ portName, discoveryName = portName, clientAliases: [alias] }: Structure) => {
    const mapping = mappingOf(taskDefinition, portName);
    return {
      namespaceArn: namespace.arn,
      discoveryName,
      dnsName: alias.dnsName ?? `${discoveryName}.${namespace.name}`,
      port: alias.port,
      containerPort: mapping?.containerPort,
      appProtocol: mapping?.appProtocol ?? 'tcp',
      testHeader: alias.testTrafficRules?.header,
    };
  });
}

function checkEndpoint(
  { portName, discoveryName, clientAliases = [], timeout, ingressPortOverride, tls }: Structure,
  taskDefinition: TaskDefinition,
): void {
  const mapping = mappingOf(taskDefinition, portName);
  if (!mapping)
    refuse(`portName(${portName}) does not refer to any named PortMapping in the task definition.`);
  if (discoveryName !== undefined && !DISCOVERY_NAME.test(discoveryName)) {
    refuse(
      `discoveryName(${discoveryName}) is not valid: up to 64 letters, numbers, underscores and hyphens.`,
    );
  }
  if (clientAliases.length === 0) refuse(`At least one clientAlias is required for portName(${portName}).`);
  if (clientAliases.length > MOST_ALIASES) refuse('clientAliases can have at most 1 items.');
  const [{ port, dnsName, testTrafficRules }] = clientAliases;
  checkPort('port', port);
  checkPort('ingressPortOverride', ingressPortOverride ?? mapping.containerPort);
  if (dnsName !== undefined && !DNS_NAME.test(dnsName)) refuse(`dnsName(${dnsName}) is not valid.`);
  const isHttp = HTTP_PROTOCOLS.includes(mapping.appProtocol);
  if (testTrafficRules && !isHttp) {
    refuse('testTrafficRules requires the appProtocol of the port mapping to be http, http2 or grpc.');
  }
  if (timeout?.perRequestTimeoutSeconds !== undefined && !isHttp) {
    refuse('perRequestTimeoutSeconds is not supported for the appProtocol tcp.');
  }
  if (tls && !tls.issuerCertificateAuthority?.awsPcaAuthorityArn) {
    refuse('awsPcaAuthorityArn is required in issuerCertificateAuthority.');
  }
}

function checkPort(what: string, port: number): void {
  if (!(port >= 1 && port <= 65_535)) refuse(`${what} must be between 1 and 65535.`);
}

function checkChange(
  { answers }: EcsContext,
  service: Service,
  taskDefinition: TaskDefinition,
  settings: Structure,
): void {
  const { strategy } = settings.deploymentConfiguration;
  const before = service.stableRevision?.serviceConnect;
  const configuration: Structure = settings.serviceConnectConfiguration;
  const isShifting = strategy !== 'ROLLING';
  const offers = (configuration.services ?? []).length > 0;
  if (
    isShifting &&
    service.settings.deploymentConfiguration.strategy === 'ROLLING' &&
    offers &&
    !before?.endpoints.length &&
    answers.holds('ecs.endpoints-are-deployed-before-strategy')
  ) {
    refuse(
      `Service Connect must be deployed with the ROLLING strategy before the deployment strategy can be changed to ${strategy}.`,
    );
  }
  if (
    isShifting &&
    !answers.holds('ecs.service-connect-changes-in-every-strategy') &&
    !isDeepStrictEqual(configuration, service.settings.serviceConnectConfiguration)
  ) {
    refuse(`serviceConnectConfiguration can not be changed with the ${strategy} deployment strategy.`);
  }
  for (const { portName } of configuration.services ?? []) {
    const former = service.stableRevision && mappingOf(service.stableRevision.taskDefinition, portName);
    const isOffered = before?.endpoints.some(({ containerPort }) => containerPort === former?.containerPort);
    const protocol = mappingOf(taskDefinition, portName)?.appProtocol;
    if (
      isOffered &&
      former?.appProtocol !== protocol &&
      answers.holds('ecs.app-protocol-is-refused-to-change')
    ) {
      refuse(
        `appProtocol of portName(${portName}) can not be changed in a service that uses Service Connect.`,
      );
    }
  }
}

function mappingOf({ definition }: TaskDefinition, portName: string): Structure | undefined {
  const containers = definition.containerDefinitions as Structure[];
  return containers
    .flatMap(({ portMappings }) => portMappings as Structure[])
    .find(({ name }) => name !== undefined && name === portName);
}

type Unregistered = Omit<Endpoint, 'since' | 'discoveryArn'>;

/** Names of discovery, and names with ports, are unique in a namespace. */
function collide(one: Unregistered, other: Unregistered): boolean {
  return (
    one.namespaceArn === other.namespaceArn &&
    (one.discoveryName === other.discoveryName || (one.dnsName === other.dnsName && one.port === other.port))
  );
}

function isSame({ since: _since, discoveryArn: _arn, ...one }: Endpoint, other: Unregistered): boolean {
  return isDeepStrictEqual(one, other);
}

function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
