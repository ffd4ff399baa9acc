/** The security group of a Network Load Balancer, which the service has for itself: its rules change with the template. */
import {
  AuthorizeSecurityGroupIngressCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import { isDeepStrictEqual } from 'node:util';
import { unless } from '../../../aws/sdk-errors';
import { done, wait } from '../../../core/outcome';
import type { ApplyScope } from '../../composition/component';
import { managedLoadBalancerName } from '../../exposures';
import { tagList, tagRecord } from '../../identity/tags';
import { checkManaged, managedTags } from '../../memory/ownership';
import { hasDeleted } from '../../sharing/load-balancer-closing';
import {
  ingressPermissions,
  ingressRulesOf,
  networkIngressRules,
  sourcesIn,
  type IngressRule,
} from '../../sharing/load-balancer-ingress';
import { survey } from '../../sharing/survey';
import type { ServiceSpec } from '../../specification';
import { variantOf } from '../elastic-load-balancing/variant';
import {
  ALL_EGRESS,
  createGroup,
  loadBalancerSecurityGroup,
  tryToRemove,
  waitForInterfaces,
  type ObservedLoadBalancerSecurityGroup,
} from './load-balancer-security-group';

export const networkLoadBalancerSecurityGroup = variantOf(loadBalancerSecurityGroup, {
  permissions: {
    apply: [
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:CreateSecurityGroup',
      'ec2:CreateTags',
      'ec2:RevokeSecurityGroupEgress',
      'ec2:RevokeSecurityGroupIngress',
    ],
  },

  desired(plan) {
    const { exposure, network, spec } = plan;
    const name = managedLoadBalancerName(exposure);
    if (name === undefined || spec.loadBalancer.kind !== 'network') return [];
    const properties = {
      GroupName: name,
      GroupDescription: 'Network Load Balancer of an ECS service',
      VpcId: network.vpcId,
      SecurityGroupIngress: networkIngressRules(spec.loadBalancer),
      Tags: tagList(managedTags(plan)),
    };
    return [{ type: 'AWS::EC2::SecurityGroup', properties }];
  },

  async observe(scope, { ServiceSecurityGroup }) {
    const name = managedLoadBalancerName(scope.exposure);
    const { groups } = await survey(scope);
    const group = groups.find(
      ({ GroupName, VpcId }) => GroupName === name && VpcId === (ServiceSecurityGroup?.vpcId ?? VpcId),
    );
    if (!group) return undefined;
    const isManaged = checkManaged(scope, tagRecord(group.Tags), {
      what: `security group ${group.GroupId} named ${name}`,
      propertyPath: 'LoadBalancerConfiguration/Type',
      remedy: 'Delete or rename the security group',
    });
    return isManaged ? observed(group) : undefined;
  },

  async apply(scope, _needs, current) {
    const wanted = scope.desired['']!;
    const { GroupName: name } = wanted;
    const id = current?.id ?? (await createGroup(scope, wanted));
    if (id === undefined) return wait(`security group ${name}`, 1);
    const { ec2 } = scope.clients;
    if (!current?.complete) {
      await unless(
        ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: id, IpPermissions: ALL_EGRESS })),
        'InvalidPermission.NotFound',
      );
    }
    const rules = current?.ingressRules ?? [];
    const missing =
      current?.complete && isUnchanged(scope) ? [] : without(wanted.SecurityGroupIngress, rules);
    // One after the other, so that one which is there already hides no other.
    for (const rule of missing) {
      await unless(
        ec2.send(
          new AuthorizeSecurityGroupIngressCommand({
            GroupId: id,
            IpPermissions: ingressPermissions([rule]),
          }),
        ),
        'InvalidPermission.Duplicate',
      );
    }
    const IpPermissions = ingressPermissions([...rules, ...missing]);
    const group = observed({ GroupId: id, GroupName: name, IpPermissions });
    // As it is in the end: former rules go when nothing needs them any more.
    const final = current?.complete && isUnchanged(scope) ? rules : wanted.SecurityGroupIngress;
    return done({ ...group, ingress: ingressIn(final) });
  },

  async prune(scope, _needs, { id, ingressRules = [] }) {
    if (isUnchanged(scope)) return done(undefined);
    const IpPermissions = ingressPermissions(without(ingressRules, scope.desired['']!.SecurityGroupIngress));
    if (IpPermissions.length > 0) {
      await unless(
        scope.clients.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: id, IpPermissions })),
        'InvalidPermission.NotFound',
      );
    }
    return done(undefined);
  },

  async remove(scope, { ServiceSecurityGroup }, { id, name }) {
    const token = { id, name, serviceGroupId: ServiceSecurityGroup?.id };
    // EC2 would refuse.
    return hasDeleted(scope, name) ? waitForInterfaces(scope, token) : tryToRemove(scope, token);
  },
});

/** Whether the template says the same as before: what was changed by hand then stays. */
function isUnchanged({ spec, previousSpec }: ApplyScope): boolean {
  return previousSpec !== undefined && isDeepStrictEqual(rulesOf(spec), rulesOf(previousSpec));
}

function rulesOf({ loadBalancer }: ServiceSpec): readonly IngressRule[] {
  return loadBalancer.kind === 'network' ? networkIngressRules(loadBalancer) : [];
}

/** Those of some rules that are not among others. */
function without(rules: readonly IngressRule[], others: readonly IngressRule[]): IngressRule[] {
  return rules.filter((rule) => !others.some((other) => isDeepStrictEqual(rule, other)));
}

function ingressIn(rules: readonly IngressRule[]): ObservedLoadBalancerSecurityGroup['ingress'] {
  return { ...sourcesIn(rules), httpRedirect: false };
}

function observed(
  group: Pick<SecurityGroup, 'GroupId' | 'GroupName' | 'IpPermissions'>,
): ObservedLoadBalancerSecurityGroup {
  const ingressRules = ingressRulesOf(group);
  return {
    id: group.GroupId!,
    name: group.GroupName!,
    groups: [{ id: group.GroupId!, isShared: true }],
    otherServices: 0,
    ingress: ingressIn(ingressRules),
    ingressRules,
    complete: ingressRules.length > 0,
  };
}
