import type { RuleCases } from '../labelled-case';

/** A service in a subnet with a route table of its own; the public checks judge subnet and route, ours who uses them. */
const inSubnet = (subnet: object, route: object) => ({
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Subnet: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, ...subnet } },
    Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Vpc' } } },
    Association: {
      Type: 'AWS::EC2::SubnetRouteTableAssociation',
      Properties: { SubnetId: { Ref: 'Subnet' }, RouteTableId: { Ref: 'Table' } },
    },
    Route: { Type: 'AWS::EC2::Route', Properties: { RouteTableId: { Ref: 'Table' }, ...route } },
    Service: {
      Type: 'AWS::ECS::Service',
      Properties: { NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [{ Ref: 'Subnet' }] } } },
    },
  },
});
const viaNat = { NatGatewayId: 'nat-1', DestinationCidrBlock: '0.0.0.0/0' };

export const cases: RuleCases = {
  rule: 'NET-02',
  checks: [
    {
      tool: 'cdk-nag',
      check: 'VPCSubnetAutoAssignPublicIpDisabled',
      pass: { 'not said': inSubnet({}, viaNat) },
      fail: {
        'public IPv4 addresses': inSubnet({ MapPublicIpOnLaunch: true }, viaNat),
        'IPv6 addresses': inSubnet({ AssignIpv6AddressOnCreation: true }, viaNat),
      },
    },
    {
      tool: 'cdk-nag',
      check: 'VPCNoUnrestrictedRouteToIGW',
      pass: {
        'through NAT': inSubnet({}, viaNat),
        'to one address': inSubnet({}, { GatewayId: 'igw-1', DestinationCidrBlock: '42.42.42.42/32' }),
      },
      fail: {
        'to everywhere': inSubnet({}, { GatewayId: 'igw-1', DestinationCidrBlock: '42.42.42.42/0' }),
        'to everywhere, IPv6': inSubnet({}, { GatewayId: 'igw-1', DestinationIpv6CidrBlock: 'ff::ff/0' }),
      },
    },
  ],
};
