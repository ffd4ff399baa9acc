/** Load balancers beside the first one, as a template describes them. Pure: no call to AWS. */
import { HandlerError, invalid } from '../../core/failure';
import { PrimaryContainer, ResourceModel, type AdditionalLoadBalancer } from '../model';
import { DNS_ROWS } from './dns';
import { domainsOf, type Domains } from './domains';
import { LOAD_BALANCER_ROWS } from './load-balancer-settings';
import { table, type InputRows } from './table';
import { TARGET_GROUP_ROWS } from './target-group-settings';
import { WEB_ACL_ROW } from './web-acl';

const ITEM = table<AdditionalLoadBalancer>('AdditionalLoadBalancer', {
  Name: {},
  // What follows the first one, the name of the service or the configuration of the type is told where it is given.
  ContainerPort: { readWhenGiven: true },
  LoadBalancerConfiguration: { default: {}, members: LOAD_BALANCER_ROWS.LoadBalancerConfiguration.members },
  TargetGroupConfiguration: { default: {}, members: TARGET_GROUP_ROWS.TargetGroupConfiguration.members },
  HealthCheckPath: {
    default: TARGET_GROUP_ROWS.HealthCheckPath.default,
    check: TARGET_GROUP_ROWS.HealthCheckPath.check,
  },
  DomainName: { readWhenGiven: true },
  HostedZoneId: { readWhenGiven: true },
  CertificateArn: { readWhenGiven: true },
  DnsConfiguration: {
    ...DNS_ROWS.DnsConfiguration,
    // A list is compared as a whole, and nothing says what is there where the template says nothing.
    readWhenGiven: true,
  },
  PathPatterns: { whole: true },
  WebAclArn: { readWhenGiven: true },
  WebAcl: { ...WEB_ACL_ROW, readWhenGiven: true },
});

export const ADDITIONAL_LOAD_BALANCER_ROWS = {
  AdditionalLoadBalancers: { key: 'Name', itemIsModel: true, items: ITEM },
} as const satisfies InputRows<object>;

const PATH = 'AdditionalLoadBalancers';

/** Properties of the resource that speak of its first load balancer, or of what clients reach without one. */
const OF_FIRST: ReadonlySet<string> = new Set<keyof ResourceModel | keyof AdditionalLoadBalancer>([
  ...ITEM.properties.map(({ name }) => name as keyof AdditionalLoadBalancer),
  PATH,
  'AdditionalDomains',
  'Authentication',
  'RequiredHttpHeader',
  'ServiceConnectConfiguration',
  'TestTraffic',
]);

/** ECS gives the network interface of a task no more security groups (API reference of AwsVpcConfiguration). */
const MOST_SECURITY_GROUPS = 5;

/** Path of an item. */
export function loadBalancerPath(index: number): string {
  return `${PATH}/${index}`;
}

/** An additional load balancer, as the model of a service that has no other one. */
export interface LoadBalancerModel {
  readonly name: string;
  /** Path of its item. */
  readonly path: string;
  readonly model: ResourceModel;
  /** Undefined means: that of the first one. */
  readonly containerPort?: number;
}

/**
 * The additional load balancers of a template.
 *
 * @throws HandlerError InvalidRequest.
 */
export function loadBalancerModels(model: ResourceModel): LoadBalancerModel[] {
  const all = model.AdditionalLoadBalancers ?? [];
  checkSecurityGroups(model, all.length);
  return all.map(({ Name: name = '', ContainerPort: containerPort, ...own }, index) => {
    const path = loadBalancerPath(index);
    checkPort(containerPort, path, model);
    if (own.LoadBalancerConfiguration?.Type === 'none') {
      throw invalid(
        `${path}/LoadBalancerConfiguration/Type`,
        'is none, and this is a load balancer',
        'Remove the item, or give Type another value',
      );
    }
    const others = Object.fromEntries(Object.entries(model).filter(([property]) => !OF_FIRST.has(property)));
    return { name, path, model: new ResourceModel({ ...others, ...own }), containerPort };
  });
}

/**
 * What follows from an additional load balancer.
 *
 * @param path of its item.
 * @throws HandlerError with the path of the property of the item; one of what it shares with the first one stays as it is.
 */
export function inItem<Result>(path: string, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    throw atItem(path, error);
  }
}

/** See {@link inItem}. @param error anything. */
export function atItem(path: string, error: unknown): unknown {
  if (!(error instanceof HandlerError)) return error;
  const [property] = error.propertyPath?.split('/') ?? [];
  return ITEM.properties.some(({ name }) => name === property) ? error.within(path) : error;
}

/** @throws HandlerError InvalidRequest when two load balancers are to answer for one host of a hosted zone. */
export function checkHosts(all: readonly { readonly path: string; readonly domains: Domains }[]): void {
  const seen = new Set<string>();
  for (const { path, domains } of all) {
    for (const { hostName, hostedZoneId = '' } of domainsOf(domains)) {
      const host = `${hostName} ${hostedZoneId}`;
      if (seen.has(host)) {
        throw invalid(
          `${path}/DomainName`,
          `another load balancer of the service answers at ${hostName} already`,
          'Give each load balancer a host name of its own',
        );
      }
      seen.add(host);
    }
  }
}

/** @throws HandlerError InvalidRequest when the container has no such port. What the author's own one has ECS tells. */
function checkPort(port: number | undefined, path: string, model: ResourceModel): void {
  if (port === undefined || model.TaskDefinitionArn) return;
  const { ContainerPort = PrimaryContainer.DEFAULTS.ContainerPort, PortMappings = [] } =
    model.PrimaryContainer ?? {};
  const ports = [ContainerPort, ...PortMappings.map((mapping) => mapping.ContainerPort)];
  if (ports.includes(port)) return;
  throw invalid(
    `${path}/ContainerPort`,
    `${port} is no port of the primary container, which has ${ports.join(', ')}`,
    'Name it in PrimaryContainer/PortMappings',
  );
}

function checkSecurityGroups({ NetworkConfiguration }: ResourceModel, additional: number): void {
  const given = NetworkConfiguration?.SecurityGroups?.length ?? 0;
  const count = 1 + additional + given;
  if (count <= MOST_SECURITY_GROUPS) return;
  throw invalid(
    'NetworkConfiguration/SecurityGroups',
    `are ${given}; with one that is made for the service and one for each additional load balancer tasks would have ${count} security groups, and they take ${MOST_SECURITY_GROUPS}`,
    `Name ${Math.max(0, given - (count - MOST_SECURITY_GROUPS))} at most, or fewer ${PATH}`,
  );
}
