import type { Resource } from '../engine/resource';
import { not, type Test } from '../engine/truth';
import type { Value } from '../engine/value';

export const GATEWAY = 'AWS::ECS::Gateway';

/** The configuration of the load balancers that an ECS gateway manages. */
export function gatewayConfiguration(gateway: Resource): Value {
  return gateway.at('Configuration.HostSharedAlb');
}

/** Whether the internet may reach a gateway. Without a scheme the subnets decide, so that only internal is safe. */
export function isPublicGateway(gateway: Resource): Test {
  return not(gatewayConfiguration(gateway).at('Scheme').equals('internal'));
}
