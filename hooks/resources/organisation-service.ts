import type { Outcome, ProblemOptions } from '../engine/outcome';
import type { Resource } from '../engine/resource';
import { all, not, type Test } from '../engine/truth';
import type { Value } from '../engine/value';
import { ORGANISATION_SERVICE } from './containers';

/** Whether a resource is a service of the organisation's own type, whose defaults differ from those of Amazon ECS. */
export function isOrganisationService(resource: Resource): boolean {
  return resource.type === ORGANISATION_SERVICE;
}

/**
 * How severe it is when a property of the organisation's type is objected to: what the template leaves to the type's own
 * default only warns, because the smallest service has to be deployable.
 */
export function unlessDefault(resource: Resource, value: Value): ProblemOptions {
  return isOrganisationService(resource) && value.isSet().truth === false ? { severity: 'LOW' } : {};
}

/** What says where a service is reached: the service itself of its first load balancer, and the item of an additional one. */
export type Reached = Pick<Resource, 'at'>;

/** Judge a service by each of its load balancers. */
export function atEachLoadBalancer(service: Resource, judge: (reached: Reached) => Outcome): Outcome {
  return [
    ...judge(service),
    ...service
      .at('AdditionalLoadBalancers')
      .each(judge, 'further load balancers are not visible in the template'),
  ];
}

/** Whether an Application Load Balancer is made with the service: its settings are then those of the service. */
export function hasSharedLoadBalancer(reached: Reached): Test {
  return all(hasManagedLoadBalancer(reached), not(hasNetworkLoadBalancer(reached)));
}

/** Whether a load balancer of any type is made with the service. */
export function hasManagedLoadBalancer(reached: Reached): Test {
  return all(
    not(reached.at('LoadBalancerConfiguration.ListenerArn').isSet()),
    not(hasNoLoadBalancer(reached)),
  );
}

/** Whether the service has no load balancer at all. */
export function hasNoLoadBalancer(reached: Reached): Test {
  return reached.at('LoadBalancerConfiguration.Type').equals('none');
}

/** Whether the service is behind a Network Load Balancer, which reads no requests: neither a web ACL nor logs of them are possible. */
export function hasNetworkLoadBalancer(reached: Reached): Test {
  return reached.at('LoadBalancerConfiguration.Type').equals('network');
}

/** Whether the service describes its tasks itself, rather than by the ARN of a task definition. */
export function describesItsTasks(service: Resource): Test {
  return not(service.at('TaskDefinitionArn').isSet());
}
