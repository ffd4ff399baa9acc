import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import type { Clients } from '../../../aws/clients';
import type { Component, Scope } from '../../composition/component';
import { sharedBy } from '../../memory/ownership';
import { done, wait, type Outcome } from '../../../core/outcome';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { loadBalancerNameOf } from '../../exposures/exposure';
import { elsewhere } from '../../memory/recorded-exposures';
import { survey, SURVEY_PERMISSIONS } from '../../sharing/survey';
import { tagRecord } from '../../identity/tags';
import {
  removeIfUnused,
  type LoadBalancerGroupToken,
  type ObservedLoadBalancerSecurityGroup,
} from './load-balancer-security-group';
import type { ObservedServiceSecurityGroup } from './service-security-group';
import type { ObservedTaskDefinition } from '../ecs/task-definition';

/** A port at which a load balancer may reach the service's tasks. */
export interface PortRule {
  /** Id of the load balancer's security group. */
  readonly loadBalancerGroupId: string;
  readonly port: number;
}

/** The way from load balancers to the service's tasks, as the two security groups allow it. */
export interface ObservedSecurityGroupRules {
  /** Egress rules of load balancers' groups that lead to the service's group. */
  readonly egress: readonly PortRule[];
  /** Ingress rules of the service's group that come from load balancers' groups. */
  readonly ingress: readonly PortRule[];
}

interface Needs {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
  TaskDefinition: ObservedTaskDefinition;
}

/**
 * The two rules that let the load balancer reach the tasks, and nothing but them, at the container's port. When the
 * port changes both ways are open until the old tasks are gone.
 *
 * The egress rule is made first and removed last. So whoever looks at the load balancer's group alone sees every service
 * that may refer to it.
 */
export const securityGroupRules: Component<ObservedSecurityGroupRules, Needs, LoadBalancerGroupToken> = {
  kind: 'SecurityGroupRules',
  needs: ['ServiceSecurityGroup', 'LoadBalancerSecurityGroup', 'TaskDefinition'],
  per: 'load balancer',
  permissions: {
    observe: [...SURVEY_PERMISSIONS],
    apply: [
      'ec2:AuthorizeSecurityGroupEgress',
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:DeleteSecurityGroup',
      'ec2:RevokeSecurityGroupEgress',
      'ec2:RevokeSecurityGroupIngress',
    ],
    remove: [
      ...SURVEY_PERMISSIONS,
      'ec2:DeleteSecurityGroup',
      'ec2:RevokeSecurityGroupEgress',
      'ec2:RevokeSecurityGroupIngress',
    ],
  },

  async observe(scope, { ServiceSecurityGroup: service, LoadBalancerSecurityGroup }) {
    if (!service) return undefined;
    const { groups } = await survey(scope);
    const others = elsewhere(scope.exposures!, scope.exposure!).map(loadBalancerNameOf);
    const shared = groups.filter(
      ({ GroupName, Tags }) => sharedBy(tagRecord(Tags)) && !others.includes(GroupName!),
    );
    const isUsedElsewhere = others.includes(loadBalancerNameOf(scope.exposure!));
    const authors = (LoadBalancerSecurityGroup?.groups ?? [])
      .filter(({ isShared }) => !isShared && !isUsedElsewhere)
      .map(({ id }) => id);
    const sourceIds = [...shared.map(({ GroupId }) => GroupId!), ...authors];
    const own = groups.find(({ GroupId }) => GroupId === service.id);
    return {
      egress: shared.flatMap(({ GroupId, IpPermissionsEgress }) =>
        portsTo(IpPermissionsEgress, service.id).map((port) => ({ loadBalancerGroupId: GroupId!, port })),
      ),
      ingress: sourceIds.flatMap((id) =>
        portsTo(own?.IpPermissions, id).map((port) => ({ loadBalancerGroupId: id, port })),
      ),
    };
  },

  async apply({ clients, identity }, needs, current) {
    const wanted = wantedRules(needs);
    const { egress, ingress } = current ?? { egress: [], ingress: [] };
    const description = `${identity.clusterName}/${identity.serviceName}`.slice(0, LONGEST_DESCRIPTION);
    const { id } = needs.ServiceSecurityGroup;
    try {
      for (const rule of missing(egress, wanted.egress))
        await authorizeEgress(clients, rule, id, description);
      for (const rule of missing(ingress, wanted.ingress)) {
        await authorizeIngress(clients, rule, id, needs.LoadBalancerSecurityGroup.name);
      }
    } catch (error) {
      // The last service on the load balancer removes its group at this moment; it will be made again.
      if (isSdkError(error, 'InvalidGroup.NotFound'))
        return wait('the security group of the load balancer', 2);
      throw error;
    }
    return done({
      egress: [...egress, ...missing(egress, wanted.egress)],
      ingress: [...ingress, ...missing(ingress, wanted.ingress)],
    });
  },

  async prune(scope, needs, { egress, ingress }) {
    const wanted = wantedRules(needs);
    const former = { egress: missing(wanted.egress, egress), ingress: missing(wanted.ingress, ingress) };
    return revoke(scope, former, needs.ServiceSecurityGroup.id, needs.LoadBalancerSecurityGroup);
  },

  remove(scope, { ServiceSecurityGroup, LoadBalancerSecurityGroup }, current) {
    return revoke(scope, current, ServiceSecurityGroup!.id, LoadBalancerSecurityGroup);
  },
};

/** The rules for the port of the container. Those of a group that the author looks after are the author's. */
function wantedRules({
  LoadBalancerSecurityGroup: { groups },
  TaskDefinition: { containerPort: port },
}: Needs): ObservedSecurityGroupRules {
  const ingress = groups.map(({ id }) => ({ loadBalancerGroupId: id, port }));
  const isShared = (id: string) => groups.some((group) => group.id === id && group.isShared);
  return { ingress, egress: ingress.filter(({ loadBalancerGroupId: id }) => isShared(id)) };
}

/** Errors that say that a rule to revoke is gone. */
const GONE: readonly string[] = ['InvalidPermission.NotFound', 'InvalidGroup.NotFound'];

/** The longest description of a security group rule (EC2 API reference). */
const LONGEST_DESCRIPTION = 255;

/** Single TCP ports that rules open to a group. */
export function portsTo(permissions: readonly IpPermission[] | undefined, groupId: string): number[] {
  return (permissions ?? [])
    .filter(({ IpProtocol, FromPort, ToPort }) => IpProtocol === 'tcp' && FromPort === ToPort)
    .filter(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.some(({ GroupId }) => GroupId === groupId))
    .map(({ FromPort }) => FromPort!);
}

async function authorizeEgress(
  { ec2 }: Clients,
  { loadBalancerGroupId, port }: PortRule,
  serviceGroupId: string,
  description: string,
): Promise<void> {
  await unless(
    ec2.send(
      new AuthorizeSecurityGroupEgressCommand({
        GroupId: loadBalancerGroupId,
        IpPermissions: [permission(port, serviceGroupId, description)],
      }),
    ),
    'InvalidPermission.Duplicate',
  );
}

async function authorizeIngress(
  { ec2 }: Clients,
  { loadBalancerGroupId, port }: PortRule,
  serviceGroupId: string,
  description: string,
): Promise<void> {
  await unless(
    ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: serviceGroupId,
        IpPermissions: [permission(port, loadBalancerGroupId, description)],
      }),
    ),
    'InvalidPermission.Duplicate',
  );
}

/**
 * Remove rules, and the groups of load balancers that this was the last service to know of.
 *
 * @param placedOn group of the load balancer that the service is placed on; its own component sees to it.
 */
async function revoke(
  scope: Scope,
  { egress, ingress }: ObservedSecurityGroupRules,
  serviceGroupId: string,
  placedOn: ObservedLoadBalancerSecurityGroup | undefined,
): Promise<Outcome<void, LoadBalancerGroupToken>> {
  const { ec2 } = scope.clients;
  for (const { loadBalancerGroupId, port } of ingress) {
    const IpPermissions = [permission(port, loadBalancerGroupId)];
    await unless(
      ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: serviceGroupId, IpPermissions })),
      ...GONE,
    );
  }
  for (const { loadBalancerGroupId, port } of egress) {
    const IpPermissions = [permission(port, serviceGroupId)];
    await unless(
      ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: loadBalancerGroupId, IpPermissions })),
      ...GONE,
    );
  }
  const left = new Set(egress.map((rule) => rule.loadBalancerGroupId));
  for (const { id } of placedOn?.groups ?? []) left.delete(id);
  for (const id of left) {
    const outcome = await removeIfUnused(scope, { id, serviceGroupId });
    if (outcome.status === 'wait') return outcome;
  }
  return done(undefined);
}

function permission(port: number, groupId: string, description?: string): IpPermission {
  return {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    UserIdGroupPairs: [{ GroupId: groupId, Description: description }],
  };
}

function isSame(one: PortRule, other: PortRule): boolean {
  return one.loadBalancerGroupId === other.loadBalancerGroupId && one.port === other.port;
}

/** Those of `wanted` that are not among `rules`. */
function missing(rules: readonly PortRule[], wanted: readonly PortRule[]): readonly PortRule[] {
  return wanted.filter((rule) => !rules.some((other) => isSame(other, rule)));
}
