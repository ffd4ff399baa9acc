import { forbids, type Outcome, requires } from '../../engine/outcome';
import { defineRule, type Examples, single, texts } from '../../engine/rule';
import { EXPRESS_SERVICE, networkConfigurations, ORGANISATION_SERVICE } from '../../resources/containers';
import { isPublicSubnet } from '../../resources/subnets';

export const rule = defineRule({
  id: 'NET-02',
  title: 'Tasks run in private subnets',
  severity: 'HIGH',
  targets: [
    'AWS::ECS::Service',
    'AWS::ECS::TaskSet',
    EXPRESS_SERVICE,
    'AWS::ECS::CapacityProvider',
    ORGANISATION_SERVICE,
  ],
  level: 'stack',
  related: ['AWS::EC2::Subnet', 'AWS::EC2::Route', 'AWS::EC2::SubnetRouteTableAssociation'],
  equivalents: { 'Control Tower': ['CT.EC2.PR.11'] },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-outbound.html',
  rationale:
    'In a subnet that routes to an internet gateway, one wrong setting exposes the tasks to the internet.',
  remedy:
    'Run the tasks in private subnets that the organisation allows; let a NAT gateway or VPC endpoints lead outside.',
  parameters: {
    allowedSubnets: texts(
      'Ids of the only subnets in which tasks may run, `*` for any characters. Empty: any private subnet.',
      [],
    ),
  },
  check: ({ resource, stack, parameters: { allowedSubnets } }) =>
    networkConfigurations(resource).flatMap((network): Outcome =>
      network
        .at('Subnets')
        .each(
          (subnet) =>
            allowedSubnets.length > 0
              ? requires(
                  subnet.matches(...allowedSubnets),
                  'tasks may run only in the subnets that the organisation allows',
                )
              : forbids(isPublicSubnet(subnet, stack), 'this subnet is public'),
          'tasks may not run in public subnets',
        ),
    ),
});

const service = (...Subnets: unknown[]) => ({
  Type: 'AWS::ECS::Service',
  Properties: { NetworkConfiguration: { AwsvpcConfiguration: { Subnets } } },
});
const network = (route: object, subnet: object = {}) => ({
  Service: service({ Ref: 'Subnet' }),
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Gateway: { Type: 'AWS::EC2::InternetGateway' },
  Subnet: {
    Type: 'AWS::EC2::Subnet',
    Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24', ...subnet },
  },
  Table: { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: { Ref: 'Vpc' } } },
  Association: {
    Type: 'AWS::EC2::SubnetRouteTableAssociation',
    Properties: { SubnetId: { Ref: 'Subnet' }, RouteTableId: { Ref: 'Table' } },
  },
  Route: {
    Type: 'AWS::EC2::Route',
    Properties: { RouteTableId: { Ref: 'Table' }, DestinationCidrBlock: '0.0.0.0/0', ...route },
  },
});

export const examples = (): Examples => ({
  pass: [
    {
      title: 'a subnet that routes to a NAT gateway',
      template: { Resources: network({ NatGatewayId: 'nat-1' }) },
    },
    {
      title: 'a subnet of the allow-list',
      template: { Resources: { Service: service('subnet-1') } },
      parameters: { allowedSubnets: ['subnet-1'] },
    },
  ],
  fail: [
    {
      title: 'a subnet that routes to an internet gateway',
      template: { Resources: network({ GatewayId: { Ref: 'Gateway' } }) },
    },
    {
      title: 'a subnet that maps public IP addresses',
      template: { Resources: network({ NatGatewayId: 'nat-1' }, { MapPublicIpOnLaunch: 'true' }) },
    },
    {
      title: 'a subnet off the allow-list',
      template: single(ORGANISATION_SERVICE, { NetworkConfiguration: { Subnets: ['subnet-2'] } }),
      parameters: { allowedSubnets: ['subnet-1'] },
    },
  ],
  indeterminate: [
    { title: 'a subnet of another stack', template: { Resources: { Service: service('subnet-1') } } },
    {
      title: 'a subnet of another VPC, and a route table for a subnet that a parameter names',
      template: {
        Parameters: { Id: { Type: 'AWS::EC2::Subnet::Id' } },
        Resources: {
          ...network({ NatGatewayId: 'nat-1' }, { VpcId: 'vpc-1' }),
          Association: {
            Type: 'AWS::EC2::SubnetRouteTableAssociation',
            Properties: { SubnetId: { Ref: 'Id' }, RouteTableId: { Ref: 'Table' } },
          },
        },
      },
    },
    {
      title: 'a private subnet in one Region, a subnet of another stack elsewhere',
      template: {
        Conditions: { InIreland: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] } },
        Resources: {
          ...network({ NatGatewayId: 'nat-1' }),
          Service: service({ 'Fn::If': ['InIreland', { Ref: 'Subnet' }, 'subnet-1'] }),
        },
      },
    },
    {
      title: 'subnets of a parameter without value',
      template: {
        ...single('AWS::ECS::CapacityProvider', {
          ManagedInstancesProvider: { NetworkConfiguration: { Subnets: { Ref: 'Ids' } } },
        }),
        Parameters: { Ids: { Type: 'List<AWS::EC2::Subnet::Id>' } },
      },
    },
  ],
});
