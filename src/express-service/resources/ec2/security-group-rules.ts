import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type IpPermission,
} from '@aws-sdk/client-ec2';
import type { Clients } from '../../../aws/clients';
import type { Component, Scope } from '../../composition/component';
import { isManaged, sharedBy } from '../../memory/ownership';
import { transportsToTasks, type Transport } from '../../properties/network-load-balancer';
import { isSharedExposure, onePart } from '../../composition/part';
import { done, wait, type Outcome } from '../../../core/outcome';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { loadBalancerNameOf, managedLoadBalancerName, type Exposure } from '../../exposures';
import { elsewhere } from '../../memory/recorded-exposures';
import { survey, SURVEY_PERMISSIONS } from '../../sharing/survey';
import { tagRecord } from '../../identity/tags';
import {
  removeIfUnused,
  type LoadBalancerGroupToken,
  type ObservedLoadBalancerSecurityGroup,
} from './load-balancer-security-group';
import type { ObservedServiceSecurityGroup } from './service-security-group';
import { plannedPort, type ObservedTaskDefinition } from '../ecs/task-definition';

/** A port at which a load balancer may reach the service's tasks. */
export interface PortRule {
  /** Id of the load balancer's security group. */
  readonly loadBalancerGroupId: string;
  readonly port: number;
  /** Default: tcp. */
  readonly protocol?: 'udp';
}

/** The way from load balancers to the service's tasks, as the two security groups allow it. */
export interface ObservedSecurityGroupRules {
  /** Egress rules of load balancers' groups that lead to the service's group. */
  readonly egress: readonly PortRule[];
  /** Ingress rules of the service's group that come from load balancers' groups. */
  readonly ingress: readonly PortRule[];
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
  TaskDefinition: ObservedTaskDefinition;
};

/** A rule at one port; CloudFormation has a type for each direction. */
interface RuleProperties {
  readonly GroupId: string;
  readonly IpProtocol: Transport;
  readonly FromPort: number;
  readonly ToPort: number;
  /** Of an ingress rule. */
  readonly SourceSecurityGroupId?: string;
  /** Of an egress rule. */
  readonly DestinationSecurityGroupId?: string;
  readonly Description?: string;
}

/**
 * The two rules that let the load balancer reach the tasks, and nothing but them, at the container's port. When the
 * port changes both ways are open until the old tasks are gone.
 *
 * The egress rule is made first and removed last. So whoever looks at the load balancer's group alone sees every service
 * that may refer to it.
 */
export const securityGroupRules: Component<
  ObservedSecurityGroupRules,
  Needs,
  RuleProperties,
  LoadBalancerGroupToken
> = {
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

  /** Of a group that the author looks after the egress rules are the author's. */
  desired(plan, { TaskDefinition, LoadBalancerSecurityGroup }) {
    const { identity, refer, exposure } = plan;
    const port = plannedPort(plan, TaskDefinition);
    const GroupId = refer('ServiceSecurityGroup', 'GroupId');
    const groups =
      managedLoadBalancerName(exposure) !== undefined
        ? [{ id: refer('LoadBalancerSecurityGroup', 'GroupId'), isShared: true }]
        : (LoadBalancerSecurityGroup?.groups ?? []);
    const source = managedLoadBalancerName(exposure) ?? LoadBalancerSecurityGroup?.name;
    const service = `${identity.clusterName}/${identity.serviceName}`.slice(0, LONGEST_DESCRIPTION);
    const transports = transportsIn(exposure);
    const ways = groups.flatMap((group, index) =>
      transports.map((IpProtocol) => ({ ...group, index, IpProtocol })),
    );
    return ways.flatMap(({ id, isShared, index, IpProtocol }) => {
      const rule = { IpProtocol, FromPort: port, ToPort: port };
      const egress = { ...rule, GroupId: id, DestinationSecurityGroupId: GroupId, Description: service };
      const ingress = { ...rule, GroupId, SourceSecurityGroupId: id, Description: source };
      const name = (direction: string) =>
        numbered(IpProtocol === 'tcp' ? direction : `${direction}Udp`, index);
      return [
        ...(isShared
          ? [{ name: name('Egress'), type: 'AWS::EC2::SecurityGroupEgress', properties: egress }]
          : []),
        { name: name('Ingress'), type: 'AWS::EC2::SecurityGroupIngress', properties: ingress },
      ];
    });
  },

  parts: (scope, observed) => [
    ...onePart('AWS::EC2::SecurityGroupIngress', observed?.ingress[0], () => undefined),
    ...(isSharedExposure(scope)
      ? onePart('AWS::EC2::SecurityGroupEgress', observed?.egress[0], () => undefined)
      : []),
  ],

  async observe(scope, { ServiceSecurityGroup: service, LoadBalancerSecurityGroup }) {
    if (!service) return undefined;
    const { groups } = await survey(scope);
    const others = elsewhere(scope.exposures!, scope.exposure!).map(loadBalancerNameOf);
    const transports = transportsIn(scope.exposure!);
    const shared = groups.filter(
      ({ GroupId, GroupName, Tags }) =>
        !others.includes(GroupName!) &&
        (sharedBy(tagRecord(Tags)) !== undefined ||
          (GroupId !== service.id && isManaged(scope.identity, tagRecord(Tags)))),
    );
    const isUsedElsewhere = others.includes(loadBalancerNameOf(scope.exposure!));
    const authors = (LoadBalancerSecurityGroup?.groups ?? [])
      .filter(({ isShared }) => !isShared && !isUsedElsewhere)
      .map(({ id }) => id);
    const sourceIds = [...shared.map(({ GroupId }) => GroupId!), ...authors];
    const own = groups.find(({ GroupId }) => GroupId === service.id);
    return {
      egress: shared.flatMap(({ GroupId, IpPermissionsEgress }) =>
        rulesTo(IpPermissionsEgress, service.id, transports).map((rule) => ({
          loadBalancerGroupId: GroupId!,
          ...rule,
        })),
      ),
      ingress: sourceIds.flatMap((id) =>
        rulesTo(own?.IpPermissions, id, transports).map((rule) => ({ loadBalancerGroupId: id, ...rule })),
      ),
    };
  },

  async apply({ clients, desired }, _needs, current) {
    const rules = Object.values(desired);
    const { egress, ingress } = current ?? { egress: [], ingress: [] };
    const isThere = (rule: RuleProperties) =>
      (isEgress(rule) ? egress : ingress).some((each) => isSame(each, portRule(rule)));
    try {
      for (const rule of rules.filter((each) => !isThere(each))) await authorize(clients, rule);
    } catch (error) {
      // The last service on the load balancer removes its group at this moment; it will be made again.
      if (isSdkError(error, 'InvalidGroup.NotFound'))
        return wait('the security group of the load balancer', 2);
      throw error;
    }
    const wanted = portRules(rules);
    return done({
      egress: [...egress, ...missing(egress, wanted.egress)],
      ingress: [...ingress, ...missing(ingress, wanted.ingress)],
    });
  },

  async prune(scope, needs, { egress, ingress }) {
    const wanted = portRules(Object.values(scope.desired));
    const former = { egress: missing(wanted.egress, egress), ingress: missing(wanted.ingress, ingress) };
    return revoke(scope, former, needs.ServiceSecurityGroup.id, needs.LoadBalancerSecurityGroup);
  },

  remove(scope, { ServiceSecurityGroup, LoadBalancerSecurityGroup }, current) {
    return revoke(scope, current, ServiceSecurityGroup!.id, LoadBalancerSecurityGroup);
  },
};

/** What reaches the tasks in an exposure. */
function transportsIn(exposure: Exposure): readonly Transport[] {
  return transportsToTasks('protocol' in exposure ? exposure.protocol : 'TCP');
}

/** Rules as they are observed. */
function portRules(rules: readonly RuleProperties[]): ObservedSecurityGroupRules {
  return {
    egress: rules.filter(isEgress).map(portRule),
    ingress: rules.filter((rule) => !isEgress(rule)).map(portRule),
  };
}

function portRule(rule: RuleProperties): PortRule {
  const { GroupId, SourceSecurityGroupId: source, FromPort: port, IpProtocol } = rule;
  const loadBalancerGroupId = isEgress(rule) ? GroupId : source!;
  return { loadBalancerGroupId, port, ...(IpProtocol === 'udp' && { protocol: IpProtocol }) };
}

function isEgress({ DestinationSecurityGroupId }: RuleProperties): boolean {
  return DestinationSecurityGroupId !== undefined;
}

/** Nearly all load balancers have one group. */
function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}${index + 1}`;
}

/** Errors that say that a rule to revoke is gone. */
const GONE: readonly string[] = ['InvalidPermission.NotFound', 'InvalidGroup.NotFound'];

/** The longest description of a security group rule (EC2 API reference). */
const LONGEST_DESCRIPTION = 255;

/** Single ports that rules open to a group. @param transports others are of no interest. */
export function rulesTo(
  permissions: readonly IpPermission[] | undefined,
  groupId: string,
  transports: readonly string[] = ['tcp'],
): Omit<PortRule, 'loadBalancerGroupId'>[] {
  return (permissions ?? [])
    .filter(({ IpProtocol, FromPort, ToPort }) => transports.includes(IpProtocol!) && FromPort === ToPort)
    .filter(({ UserIdGroupPairs = [] }) => UserIdGroupPairs.some(({ GroupId }) => GroupId === groupId))
    .map(({ FromPort, IpProtocol }) => ({
      port: FromPort!,
      ...(IpProtocol === 'udp' && { protocol: IpProtocol }),
    }));
}

async function authorize({ ec2 }: Clients, rule: RuleProperties): Promise<void> {
  const { GroupId, FromPort, SourceSecurityGroupId, DestinationSecurityGroupId, Description } = rule;
  const groupId = (SourceSecurityGroupId ?? DestinationSecurityGroupId)!;
  const IpPermissions = [permission({ ...portRule(rule), port: FromPort }, groupId, Description)];
  await unless(
    isEgress(rule)
      ? ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions }))
      : ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions })),
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
  for (const rule of ingress) {
    const IpPermissions = [permission(rule, rule.loadBalancerGroupId)];
    await unless(
      ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: serviceGroupId, IpPermissions })),
      ...GONE,
    );
  }
  for (const rule of egress) {
    const { loadBalancerGroupId: GroupId } = rule;
    const IpPermissions = [permission(rule, serviceGroupId)];
    await unless(ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions })), ...GONE);
  }
  const left = new Set(egress.map((rule) => rule.loadBalancerGroupId));
  for (const { id } of placedOn?.groups ?? []) left.delete(id);
  for (const id of left) {
    const outcome = await removeIfUnused(scope, { id, serviceGroupId });
    if (outcome.status === 'wait') return outcome;
  }
  return done(undefined);
}

function permission({ port, protocol }: PortRule, groupId: string, description?: string): IpPermission {
  return {
    IpProtocol: protocol ?? 'tcp',
    FromPort: port,
    ToPort: port,
    UserIdGroupPairs: [{ GroupId: groupId, Description: description }],
  };
}

function isSame(one: PortRule, other: PortRule): boolean {
  return (
    one.loadBalancerGroupId === other.loadBalancerGroupId &&
    one.port === other.port &&
    one.protocol === other.protocol
  );
}

/** Those of `wanted` that are not among `rules`. */
function missing(rules: readonly PortRule[], wanted: readonly PortRule[]): readonly PortRule[] {
  return wanted.filter((rule) => !rules.some((other) => isSame(other, rule)));
}
