import type { Stack } from '../engine/resource';
import { all, any, NEVER, type Test } from '../engine/truth';
import type { Value } from '../engine/value';

/**
 * Whether a subnet is public: it maps public IP addresses at launch, or the route table that is associated with it has a
 * route to an internet gateway. Only subnets that the same stack declares can be judged; the route tables of others are
 * known in the account only.
 */
export function isPublicSubnet(subnet: Value, stack: Stack): Test {
  const declared = stack.referredBy(subnet);
  if (declared === undefined || declared.type !== 'AWS::EC2::Subnet') {
    return subnet.undecided('the route table of this subnet is not in the template');
  }
  const associations = stack.referring(declared, 'AWS::EC2::SubnetRouteTableAssociation', 'SubnetId');
  const routed = associations.map((association) =>
    // The route is what makes the subnet public, so it is named.
    all(
      routesToInternet(association.at('RouteTableId'), stack),
      association.at('SubnetId').refersTo(declared.logicalId),
    ),
  );
  // A subnet without association uses the VPC's main route table, which has no such route where the stack makes the VPC.
  const isAssociated = associations.some(
    (association) => association.at('SubnetId').refersTo(declared.logicalId).truth === true,
  );
  const isOpen = !isAssociated && stack.referredBy(declared.at('VpcId')) === undefined;
  return any(
    declared.at('MapPublicIpOnLaunch').equals(true),
    ...routed,
    isOpen ? subnet.undecided('the route table of this subnet is not in the template') : NEVER,
    stack.hidden === undefined ? NEVER : subnet.undecided(stack.hidden),
  );
}

function routesToInternet(routeTable: Value, stack: Stack): Test {
  const declared = stack.referredBy(routeTable);
  if (declared === undefined)
    return routeTable.undecided('the routes of this route table are not in the template');
  return any(
    ...stack.referring(declared, 'AWS::EC2::Route', 'RouteTableId').map((route) => {
      const gateway = route.at('GatewayId');
      const isInternetGateway = gateway.answer(
        stack.referredBy(gateway)?.type === 'AWS::EC2::InternetGateway',
      );
      return all(
        any(isInternetGateway, gateway.matches('igw-*')),
        route.at('RouteTableId').refersTo(declared.logicalId),
      );
    }),
  );
}
