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
  remedy:
    'Set WebAcl or WebAclArn, associate a web ACL with the load balancer of the service, or use private subnets.',
  parameters: {
    accountHasWebAcl: flag(
      'The type configuration of Org::ECS::ExpressService names a web ACL in every account, or all services there are younger than the default that gives them one.',
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

/**
 * Whether the load balancer has a web ACL of the author's, or rules in the one that is made for it. A service whose template says
 * nothing gets rules when it is new, unless the type configuration says otherwise; what an update finds without stays without.
 */
function hasWebAcl(reached: Reached, accountHasWebAcl: boolean): Test {
  const own = reached.at('WebAclArn');
  const made = reached.at('WebAcl');
  const isOn = made.at('Enabled').or(true).equals(true);
  const isNamed = any(own.isSet(), all(made.isPresent(), isOn));
  if (isNamed.truth !== false || made.isPresent().truth !== false) return isNamed;
  return accountHasWebAcl
    ? own.answer(true)
    : own.undecided(
        'no web ACL is named; whether the service has got one by itself, or its account names one in the type configuration, is not visible',
      );
}

const acl = 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/edge/1';

export const examples = (): Examples => ({
  pass: [
    { title: 'a web ACL of its own', template: single(ORGANISATION_SERVICE, { WebAclArn: acl }) },
    {
      title: 'rules in the web ACL of its load balancer, all as by default',
      template: single(ORGANISATION_SERVICE, { WebAcl: {} }),
    },
    {
      title: 'such rules, also for a load balancer beside',
      template: single(ORGANISATION_SERVICE, {
        WebAcl: { RateLimit: { Limit: 1000 } },
        AdditionalLoadBalancers: [{ Name: 'partners', WebAcl: { Enabled: 'true' } }],
      }),
    },
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
    {
      title: 'rules that are switched off, whatever the account has',
      template: single(ORGANISATION_SERVICE, { WebAcl: { Enabled: false } }),
      parameters: { accountHasWebAcl: true },
    },
  ],
  indeterminate: [
    {
      title: 'subnets of another stack',
      template: single(EXPRESS_SERVICE, { NetworkConfiguration: { Subnets: ['subnet-1'] } }),
    },
    { title: 'an organisation service that names no web ACL', template: single(ORGANISATION_SERVICE, {}) },
    {
      title: 'a switch that only deployment decides',
      template: {
        Parameters: { Switch: { Type: 'String' } },
        ...single(ORGANISATION_SERVICE, { WebAcl: { Enabled: { Ref: 'Switch' } } }),
      },
    },
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
