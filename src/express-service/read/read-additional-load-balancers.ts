/** What a template says of additional load balancers, from what AWS holds. Pure: no call to AWS. */
import type { Service } from '@aws-sdk/client-ecs';
import type { Properties } from '../../cloudformation/extension';
import { defined } from '../../core/unset';
import { observationsOf } from '../composition/node';
import type { Observations } from '../composition/component';
import { recordedExposures } from '../memory/recorded-exposures';
import type { AdditionalLoadBalancer } from '../model';
import { targetGroupInputOf } from '../properties/target-group-settings';
import type { ObservedKinds } from '../resources';
import { domainInputsOf } from './read-domains';
import { identityOfLoadBalancer, type Identity } from '../identity/identity';
import { loadBalancerInputOf } from './read-load-balancer';
import { webAclInputs } from './read-web-acl';

/** The items of AdditionalLoadBalancers, each with its defaults. */
export function additionalLoadBalancerInputs(
  identity: Identity,
  names: readonly string[],
  observations: Observations,
  service: Service,
): Properties<AdditionalLoadBalancer>[] {
  return names.map((Name) => {
    const observed: ObservedKinds = observationsOf(observations, Name);
    const { TargetGroups, TargetGroupSettings } = observed;
    const { DomainName, HostedZoneId, CertificateArn, DnsConfiguration, PathPatterns } =
      domainInputsOf(observed);
    const { serving } = recordedExposures(observed.ServiceSecurityGroup?.tags ?? {}) ?? {};
    return defined({
      Name,
      ContainerPort: containerPortOf(service, TargetGroups?.arns ?? []),
      LoadBalancerConfiguration: loadBalancerInputOf(serving, observed),
      ...(TargetGroupSettings && targetGroupInputOf(TargetGroupSettings)),
      DomainName,
      HostedZoneId,
      CertificateArn,
      DnsConfiguration,
      PathPatterns,
      ...webAclInputs(identityOfLoadBalancer(identity, Name), serving, observed),
    });
  });
}

/** The port that requests of target groups go to. */
function containerPortOf({ loadBalancers = [] }: Service, arns: readonly string[]): number | undefined {
  return loadBalancers.find(({ targetGroupArn }) => arns.includes(targetGroupArn!))?.containerPort;
}
