import { type Outcome, requires } from '../../engine/outcome';
import type { Stack } from '../../engine/resource';
import { defineRule, type Examples, flag, single } from '../../engine/rule';
import { all, any, not, type Test } from '../../engine/truth';
import type { Value } from '../../engine/value';
import { EXPRESS_SERVICE, ORGANISATION_SERVICE } from '../../resources/containers';
import {
  atEachLoadBalancer,
  hasNetworkLoadBalancer,
  hasNoLoadBalancer,
  isOrganisationService,
  type Reached,
} from '../../resources/organisation-service';
import { isPublicSubnet } from '../../resources/subnets';

export const rule = defineRule({
  id: 'EXP-01',
  title: 'Public Express services have a web ACL',
  severity: 'HIGH',
  targets: [EXPRESS_SERVICE, ORGANISATION_SERVICE],
  level: 'stack',
  related: [
    'AWS::WAFv2::WebACLAssociation',
    'AWS::EC2::Subnet',
    'AWS::EC2::Route',
    'AWS::EC2::SubnetRouteTableAssociation',
  ],
  source: 'https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html',
  rationale:
    'In public subnets an Express service is on the internet, and nothing filters attacks before they reach it.',
  remedy: 'Set WebAclArn, associate a web ACL with the load balancer of the service, or use private subnets.',
  parameters: {
    accountHasWebAcl: flag(
      'The type configuration of Org::ECS::ExpressService names a web ACL in every account.',
      false,
    ),
  },
  check: ({ resource, stack, parameters: { accountHasWebAcl } }): Outcome => {
    const judge = (...ways: readonly Test[]) =>
      requires(any(...ways), 'nothing in the template protects it by a web ACL');
    const isAssociated = stack.someReferring(resource, 'AWS::WAFv2::WebACLAssociation', 'ResourceArn');
    const tasks = resource.at('NetworkConfiguration.Subnets');
    // What can be set is named first: the web ACL, and of AWS's type, which has none, the subnets.
    if (!isOrganisationService(resource)) return judge(arePrivate(tasks, stack), isAssociated);
    return atEachLoadBalancer(resource, (reached) =>
      judge(
        hasWebAcl(reached, accountHasWebAcl),
        isPrivate(reached, tasks, stack),
        // Of a load balancer that the author looks after, ELB-02 judges the web ACL.
        reached.at('LoadBalancerConfiguration.ListenerArn').isSet(),
        hasNoLoadBalancer(reached),
        hasNetworkLoadBalancer(reached),
        // What is associated by an attribute of the service is associated with its first load balancer.
        ...(reached === resource ? [isAssociated] : []),
      ),
    );
  },
});

/**
 * A service is internal when its load balancer is: by its scheme, else when none of its subnets is public, which are
 * those of the tasks unless it has others. Without subnets it gets public ones.
 */
function isPrivate(reached: Reached, tasks: Value, stack: Stack): Test {
  const scheme = reached.at('LoadBalancerConfiguration.Scheme');
  const own = reached.at('LoadBalancerConfiguration.Subnets');
  return any(
    scheme.equals('internal'),
    all(
      not(scheme.equals('internet-facing')),
      any(arePrivate(own, stack), all(not(own.isSet()), arePrivate(tasks, stack))),
    ),
  );
}

function arePrivate(subnets: Value, stack: Stack): Test {
  return all(
    subnets.isSet(),
    subnets.every((subnet) => not(isPublicSubnet(subnet, stack))),
  );
}

function hasWebAcl(reached: Reached, accountHasWebAcl: boolean): Test {
  const own = reached.at('WebAclArn');
  if (own.isSet().truth !== false) return own.isSet();
  return accountHasWebAcl
    ? own.answer(true)
    : own.undecided(
        'no web ACL is named, and whether the account has one in its type configuration is not visible',
      );
}

const acl = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/edge/1';

export const examples = (): Examples => ({
  pass: [
    { title: 'a web ACL of its own', template: single(ORGANISATION_SERVICE, { WebAclArn: acl }) },
    {
      title: "the account's web ACL, as the profile states",
      template: single(ORGANISATION_SERVICE, {}),
      parameters: { accountHasWebAcl: true },
    },
    {
      title: 'an association with its load balancer',
      template: {
        Resources: {
          Service: { Type: EXPRESS_SERVICE, Properties: {} },
          Association: {
            Type: 'AWS::WAFv2::WebACLAssociation',
            Properties: {
              WebACLArn: acl,
              ResourceArn: {
                'Fn::GetAtt': ['Service', 'ECSManagedResourceArns.IngressPath.LoadBalancerArn'],
              },
            },
          },
        },
      },
    },
    {
      title: 'an internal load balancer before public tasks',
      template: single(ORGANISATION_SERVICE, { LoadBalancerConfiguration: { Scheme: 'internal' } }),
    },
    {
      title: "a listener of the author's, whose load balancer is judged by itself",
      template: single(ORGANISATION_SERVICE, {
        LoadBalancerConfiguration: {
          ListenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/own/1/2',
        },
      }),
    },
    {
      title: 'no load balancer',
      template: single(ORGANISATION_SERVICE, { LoadBalancerConfiguration: { Type: 'none' } }),
    },
    {
      title: 'a Network Load Balancer, which takes no web ACL',
      template: single(ORGANISATION_SERVICE, { LoadBalancerConfiguration: { Type: 'network' } }),
    },
    {
      title: 'private subnets of the same stack',
      template: {
        Resources: {
          Service: {
            Type: EXPRESS_SERVICE,
            Properties: { NetworkConfiguration: { Subnets: [{ Ref: 'Subnet' }] } },
          },
          Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
          Subnet: {
            Type: 'AWS::EC2::Subnet',
            Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' },
          },
        },
      },
    },
  ],
  fail: [
    { title: 'public subnets of the default VPC and no web ACL', template: single(EXPRESS_SERVICE, {}) },
  ],
  indeterminate: [
    {
      title: 'subnets of another stack',
      template: single(EXPRESS_SERVICE, { NetworkConfiguration: { Subnets: ['subnet-1'] } }),
    },
    { title: 'an organisation service that names no web ACL', template: single(ORGANISATION_SERVICE, {}) },
    {
      title: 'a load balancer that only a prefix list reaches, which says nothing of a web ACL',
      template: single(ORGANISATION_SERVICE, {
        LoadBalancerConfiguration: { AllowedPrefixListIds: ['pl-0123456789abcdef0'], HttpRedirect: false },
      }),
    },
    {
      title: 'a load balancer beside that names no web ACL',
      template: single(ORGANISATION_SERVICE, {
        WebAclArn: acl,
        AdditionalLoadBalancers: [{ Name: 'partners' }],
      }),
    },
    {
      title: 'private tasks behind a public load balancer',
      template: {
        Resources: {
          Service: {
            Type: ORGANISATION_SERVICE,
            Properties: {
              NetworkConfiguration: { Subnets: [{ Ref: 'Subnet' }] },
              LoadBalancerConfiguration: { Scheme: 'internet-facing', Subnets: ['subnet-1', 'subnet-2'] },
            },
          },
          Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
          Subnet: {
            Type: 'AWS::EC2::Subnet',
            Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.0.0/24' },
          },
        },
      },
    },
  ],
});
