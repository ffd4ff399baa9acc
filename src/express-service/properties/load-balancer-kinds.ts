/** What follows for a service from what stands before its tasks: a row for each kind. Pure: no call to AWS. */
import { invalid } from '../../core/failure';
import type { ResourceModel, TypeConfigurationModel } from '../model';
import { domainsOfModel, type Domain, type Domains, type DomainsRequest } from './domains';
import type { LoadBalancerSpec } from './load-balancer-settings';
import { needsCertificates } from './load-balancer-settings';
import { networkTargetGroup, specifiedTargetGroup } from './target-group-settings';
import { checkWithoutLoadBalancer } from './without-load-balancer';

/** What follows from one kind. */
interface LoadBalancerKind<Spec extends LoadBalancerSpec> {
  /** Refuse what does not go with it. @throws HandlerError InvalidRequest. Default: all does. */
  readonly check?: (model: ResourceModel) => void;
  /** @throws HandlerError InvalidRequest. */
  readonly domains: (request: DomainsRequest, spec: Spec) => Domains;
  readonly targetGroup: typeof specifiedTargetGroup;
  /** Whether new tasks can be reached at a port of their own. */
  readonly hasTestPort: (spec: Spec) => boolean;
  /** Web ACL that the load balancer is given here. */
  readonly webAclArn: (model: ResourceModel, configuration: TypeConfigurationModel) => string | undefined;
}

const never = (): false => false;
const none = (): undefined => undefined;

/** Requests of hosts, by listener rules. */
const OF_REQUESTS = {
  domains: domainsOfModel,
  targetGroup: specifiedTargetGroup,
  hasTestPort: never,
  webAclArn: none,
};

const KINDS: {
  readonly [Kind in LoadBalancerSpec['kind']]: LoadBalancerKind<Extract<LoadBalancerSpec, { kind: Kind }>>;
} = {
  shared: {
    ...OF_REQUESTS,
    webAclArn: ({ WebAclArn }, configuration) => WebAclArn ?? configuration.WebAclArn,
  },
  external: OF_REQUESTS,
  network: {
    ...OF_REQUESTS,
    domains: domainsOfConnections,
    targetGroup: networkTargetGroup,
    hasTestPort: ({ listener }) => listener.testPort !== undefined,
  },
  networkListener: { ...OF_REQUESTS, domains: domainsOfConnections, targetGroup: networkTargetGroup },
  none: {
    ...OF_REQUESTS,
    check: checkWithoutLoadBalancer,
    domains: () => ({ additionalDomains: [] }),
  },
};

/** What follows from what stands before the tasks of a service. */
export function kindOfLoadBalancer<Spec extends LoadBalancerSpec>({ kind }: Spec): LoadBalancerKind<Spec> {
  return KINDS[kind] as unknown as LoadBalancerKind<Spec>;
}

/** A Network Load Balancer is reached at its own name, too, and needs no certificate but for TLS. */
function domainsOfConnections(request: DomainsRequest, spec: LoadBalancerSpec): Domains {
  const { model, configuration, isExternalListener } = request;
  const hasDefault = configuration.BaseDomain !== undefined && !isExternalListener;
  const isNamed = model.DomainName != null || hasDefault || model.AdditionalDomains?.length;
  if (isNamed) {
    const domains = domainsOfModel(request);
    return needsCertificates(spec) ? domains : withoutCertificates(domains);
  }
  if (!needsCertificates(spec)) return { additionalDomains: [] };
  throw invalid(
    'LoadBalancerConfiguration/Listener/Protocol',
    'is TLS, for which a certificate is needed, and nothing names a host',
    'Give DomainName and HostedZoneId, or make it TCP',
  );
}

function withoutCertificates({ domain, additionalDomains }: ReturnType<typeof domainsOfModel>): Domains {
  const withoutCertificate = ({ certificateArn: _, ...others }: Domain): Domain => others;
  return {
    domain: withoutCertificate(domain),
    additionalDomains: additionalDomains.map(withoutCertificate),
  };
}
