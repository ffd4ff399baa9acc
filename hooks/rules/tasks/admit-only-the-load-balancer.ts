import { forbids, type Outcome } from '../../engine/outcome';
import type { Stack } from '../../engine/resource';
import { defineRule, type Examples } from '../../engine/rule';
import { any, type Test } from '../../engine/truth';
import type { Value } from '../../engine/value';
import { isOpenToWorld } from '../../resources/cidr';
import { EXPRESS_SERVICE, networkConfigurations, ORGANISATION_SERVICE } from '../../resources/containers';

export const rule = defineRule({
  id: 'NET-04',
  title: 'Security groups of tasks admit only the load balancer',
  severity: 'HIGH',
  targets: ['AWS::ECS::Service', 'AWS::ECS::TaskSet', EXPRESS_SERVICE, ORGANISATION_SERVICE],
  level: 'stack',
  related: ['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress'],
  equivalents: { KICS: ['e415f8d3'] },
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html',
  rationale: 'A task that takes traffic from anywhere can be reached past the load balancer and its web ACL.',
  remedy: "Admit only the load balancer's security group, with SourceSecurityGroupId.",
  check: ({ resource, stack }) =>
    networkConfigurations(resource).flatMap((network): Outcome =>
      network
        .at('SecurityGroups')
        .each(
          (group) => forbids(admitsWorld(group, stack), 'a security group of the tasks is open to the world'),
          'the security groups of tasks may not be open to the world',
        ),
    ),
});

function admitsWorld(group: Value, stack: Stack): Test {
  const declared = stack.referredBy(group);
  if (declared?.type !== 'AWS::EC2::SecurityGroup')
    return group.undecided('the rules of this security group are not in the template');
  return any(
    declared.at('SecurityGroupIngress').some((ingress) => isOpenToWorld(ingress, stack)),
    stack.someReferring(declared, 'AWS::EC2::SecurityGroupIngress', 'GroupId', (ingress) =>
      isOpenToWorld(ingress.properties, stack),
    ),
  );
}

const service = (...SecurityGroups: unknown[]) => ({
  Type: 'AWS::ECS::Service',
  Properties: { NetworkConfiguration: { AwsvpcConfiguration: { SecurityGroups } } },
});
const group = (...SecurityGroupIngress: unknown[]) => ({
  Type: 'AWS::EC2::SecurityGroup',
  Properties: { SecurityGroupIngress },
});
const GroupId = { 'Fn::GetAtt': ['Group', 'GroupId'] };

export const examples = (): Examples => ({
  pass: [
    {
      title: 'only the load balancer is admitted',
      template: {
        Resources: {
          Service: service(GroupId),
          Group: group({ IpProtocol: 'tcp', SourceSecurityGroupId: 'sg-1' }),
        },
      },
    },
  ],
  fail: [
    {
      title: 'a rule of the group admits everybody',
      template: {
        Resources: { Service: service(GroupId), Group: group({ IpProtocol: 'tcp', CidrIp: '0.0.0.0/0' }) },
      },
    },
    {
      title: 'a separate rule admits everybody by IPv6',
      template: {
        Resources: {
          Service: service(GroupId),
          Group: group(),
          Ingress: {
            Type: 'AWS::EC2::SecurityGroupIngress',
            Properties: { GroupId, IpProtocol: '-1', CidrIpv6: '::/0' },
          },
        },
      },
    },
  ],
  indeterminate: [
    {
      title: 'an include may add a rule to the group',
      template: {
        Transform: { Name: 'AWS::Include', Parameters: { Location: 's3://bucket/more.yml' } },
        Resources: { Service: service(GroupId), Group: group() },
      },
    },
    { title: 'a group of another stack', template: { Resources: { Service: service('sg-1') } } },
  ],
});
