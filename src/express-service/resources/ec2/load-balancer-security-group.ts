import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  RevokeSecurityGroupEgressCommand,
  type IpPermission,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { loadBalancerWithAttributes, sharedBy, sharedTag } from '../../memory/ownership';
import { isSharedExposure, onePart, securityGroupArn } from '../../composition/part';
import { HandlerError } from '../../../core/failure';
import {
  ingressOf,
  ingressPermissions,
  ingressRules,
  type Ingress,
  type IngressRule,
} from '../../sharing/load-balancer-ingress';
import { hasDeleted, isInUse, wasDeleted } from '../../sharing/load-balancer-closing';
import { done, wait, waitedFor, type Outcome } from '../../../core/outcome';
import { keyOf, sharedName } from '../../exposures';
import { waitUntilUnused, whatIsUsed } from './security-group-references';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { egressTargets, survey, SURVEY_PERMISSIONS, takeSurvey } from '../../sharing/survey';
import { tagList, tagRecord, type ResourceTag } from '../../identity/tags';
import type { ObservedServiceSecurityGroup } from './service-security-group';

/** A security group that a load balancer stands in. */
export interface LoadBalancerGroup {
  readonly id: string;
  /** Whether it is made here, for one service or several; one that the author looks after is left as it is. */
  readonly isShared: boolean;
}

/** The security group of the load balancer, which the services on it share. */
export interface ObservedLoadBalancerSecurityGroup {
  readonly id: string;
  /** The same as the load balancer's. */
  readonly name: string;
  /** From which the load balancer reaches the tasks. */
  readonly groups: readonly LoadBalancerGroup[];
  /** How many other services have an egress rule in it: a hint at the next free place. */
  readonly otherServices: number;
  readonly ingress: Ingress;
  /** Of a Network Load Balancer: the rules of which that is told. */
  readonly ingressRules?: readonly IngressRule[];
  /** Load balancer whose attributes services speak of; undefined means that none does. */
  readonly attributesOf?: string;
  /** Whether it has been given its rules. */
  readonly complete: boolean;
  /** Whether it lets the load balancer out to identity providers; undefined in what an earlier version of this code has kept. */
  readonly reachesProviders?: boolean;
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
};

/** What is kept while the group is in use. */
export interface LoadBalancerGroupToken {
  readonly id: string;
  /** Of the group, for the reason; undefined in what an earlier version of this code has kept. */
  readonly name?: string;
  /** Id of the group of the service that leaves; its rules do not count. */
  readonly serviceGroupId?: string;
}

interface Properties {
  readonly GroupName: string;
  readonly GroupDescription: string;
  readonly VpcId: string;
  readonly SecurityGroupIngress: readonly IngressRule[];
  /** Beside what leads to services. */
  readonly SecurityGroupEgress?: readonly IngressRule[];
  readonly Tags: readonly ResourceTag[];
}

/** AWS takes minutes to remove the network interfaces of a load balancer. */
const SECONDS_BETWEEN_ATTEMPTS = 15;
/** Seconds for which those interfaces explain a refusal; whoever else may use the group is looked for after that. */
const SECONDS_OF_INTERFACES = 60;

/** What EC2 gives every new security group: everything may leave. */
export const ALL_EGRESS: IpPermission[] = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];

/**
 * Where load balancers get the tokens of users who sign in: identity providers have no addresses of their own, and are asked over
 * IPv4 alone (ELB user guide, "Authenticate users using an Application Load Balancer").
 */
const PROVIDERS: readonly IngressRule[] = [
  { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' },
];

/** Shared by the services of a load balancer; see security-group-rules.ts for its rules that belong to one service. */
export const loadBalancerSecurityGroup: Component<
  ObservedLoadBalancerSecurityGroup,
  Needs,
  Properties,
  LoadBalancerGroupToken
> = {
  kind: 'LoadBalancerSecurityGroup',
  needs: ['ServiceSecurityGroup'],
  shared: true,
  per: 'load balancer',
  staysWhileJoining: true,
  permissions: {
    observe: [...SURVEY_PERMISSIONS],
    apply: [
      'ec2:AuthorizeSecurityGroupEgress',
      'ec2:AuthorizeSecurityGroupIngress',
      'ec2:CreateSecurityGroup',
      'ec2:CreateTags',
      'ec2:RevokeSecurityGroupEgress',
    ],
    remove: [
      'ec2:DeleteSecurityGroup',
      'ec2:DescribeSecurityGroups',
      'elasticloadbalancing:DescribeLoadBalancers',
    ],
  },

  desired({ spec, exposure, network }) {
    const name = sharedName(exposure);
    if (name === undefined || spec.loadBalancer.kind !== 'shared') return [];
    const properties = {
      GroupName: name,
      GroupDescription: 'Load balancer that ECS services share',
      VpcId: network.vpcId,
      SecurityGroupIngress: ingressRules(spec.loadBalancer),
      ...(spec.authentication && { SecurityGroupEgress: PROVIDERS }),
      Tags: tagList(sharedTag(keyOf(name))),
    };
    return [{ type: 'AWS::EC2::SecurityGroup', shared: true, properties }];
  },

  attributes: ({ id }) => ({ '': { GroupId: id } }),

  parts: (scope, observed) =>
    isSharedExposure(scope)
      ? onePart('AWS::EC2::SecurityGroup', observed, ({ id }) => securityGroupArn(scope, id))
      : [],

  async observe(scope, { ServiceSecurityGroup }) {
    const name = sharedName(scope.exposure);
    const { groups } = await survey(scope);
    const group = groups.find(
      ({ GroupName, VpcId }) => GroupName === name && VpcId === (ServiceSecurityGroup?.vpcId ?? VpcId),
    );
    if (!group || isShared(scope, group)) return group && observed(group, ServiceSecurityGroup?.id);
    return undefined;
  },

  async apply(scope, _needs, current) {
    const wanted = scope.desired['']!;
    if (current?.complete) return done(await withProviders(scope, wanted, current));
    const { GroupName: name } = wanted;
    const id = current?.id ?? (await createGroup(scope, wanted));
    if (id === undefined) return wait(`security group ${name}, which another service is making`, 1);
    const { ec2 } = scope.clients;
    const IpPermissions = ingressPermissions(wanted.SecurityGroupIngress);
    // The ingress comes last: a group that has some has been given all its rules.
    await unless(
      ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: id, IpPermissions: ALL_EGRESS })),
      'InvalidPermission.NotFound',
    );
    await unless(
      ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: id, IpPermissions })),
      'InvalidPermission.Duplicate',
    );
    const made = {
      ...(current ?? { id, name, groups: [{ id, isShared: true }], otherServices: 0 }),
      ingress: ingressOf({ IpPermissions }),
      complete: true,
    };
    return done(await withProviders(scope, wanted, made));
  },

  /**
   * Goes with its load balancer, unless another service is about to use it: one that is about to make the load balancer
   * again. That one then removes it in turn.
   */
  async remove(scope, { ServiceSecurityGroup }, { id, name, otherServices }) {
    // Whoever is still there removes it, and finds no rule of this service in it (see load-balancer.ts).
    if (isInUse(scope, name)) return done(undefined);
    const token = { id, name, serviceGroupId: ServiceSecurityGroup?.id };
    // EC2 would refuse.
    if (hasDeleted(scope, name)) return waitForInterfaces(scope, token);
    return otherServices > 0 ? removeIfUnused(scope, token) : tryToRemove(scope, token);
  },

  /** Whether a group can be deleted is seen by deleting it. */
  proceed(scope, token) {
    return tryToRemove(scope, token);
  },
};

/**
 * Delete the security group of a load balancer that is gone. EC2 decides: it refuses while a load balancer stands in the
 * group, or a service lets the group in, which services do before they expect requests. A look could not decide, because
 * a service may come right after it; one that finds the group gone makes it again.
 */
export async function tryToRemove(
  scope: Scope,
  token: LoadBalancerGroupToken,
): Promise<Outcome<void, LoadBalancerGroupToken>> {
  try {
    await scope.clients.ec2.send(new DeleteSecurityGroupCommand({ GroupId: token.id }));
  } catch (error) {
    if (isSdkError(error, 'DependencyViolation')) {
      const isExplained = waitedFor(scope.time, whatIsUsed(token)) < SECONDS_OF_INTERFACES;
      if (!isExplained && (await isUsed(scope, token))) return done(undefined);
      return waitForInterfaces(scope, token);
    }
    if (!isSdkError(error, 'InvalidGroup.NotFound')) throw error;
  }
  return done(undefined);
}

/** Let the load balancer out to identity providers, where a service needs that. It stays for others, and goes with the group. */
async function withProviders(
  { clients }: ApplyScope,
  { SecurityGroupEgress: wanted }: Properties,
  group: ObservedLoadBalancerSecurityGroup,
): Promise<ObservedLoadBalancerSecurityGroup> {
  if (!wanted || group.reachesProviders) return { reachesProviders: false, ...group };
  const IpPermissions = ingressPermissions(wanted);
  await unless(
    clients.ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId: group.id, IpPermissions })),
    'InvalidPermission.Duplicate',
  );
  return { ...group, reachesProviders: true };
}

export function waitForInterfaces(
  scope: Scope,
  token: LoadBalancerGroupToken,
): Promise<Outcome<never, LoadBalancerGroupToken>> {
  const options = { seconds: SECONDS_BETWEEN_ATTEMPTS, token };
  return waitUntilUnused(scope, token, 'the deleted load balancer', options);
}

/** Remove the security group of a load balancer that is gone, unless another service has an egress rule in it. */
export async function removeIfUnused(
  scope: Scope,
  token: LoadBalancerGroupToken,
): Promise<Outcome<void, LoadBalancerGroupToken>> {
  return (await isUsed(scope, token)) ? done(undefined) : tryToRemove(scope, token);
}

/** Whether somebody else uses the group, or it is gone. */
async function isUsed(scope: Scope, { id, serviceGroupId }: LoadBalancerGroupToken): Promise<boolean> {
  const { groups, loadBalancers } = await takeSurvey(scope);
  const group = groups.find(({ GroupId }) => GroupId === id);
  const hasLoadBalancer = loadBalancers.some(
    ({ SecurityGroups, LoadBalancerArn }) =>
      SecurityGroups?.includes(id) && !wasDeleted(scope, LoadBalancerArn!),
  );
  return !group || hasLoadBalancer || egressTargets(group).some((target) => target !== serviceGroupId);
}

function observed(group: SecurityGroup, ownId: string | undefined): ObservedLoadBalancerSecurityGroup {
  return {
    id: group.GroupId!,
    name: group.GroupName!,
    groups: [{ id: group.GroupId!, isShared: true }],
    otherServices: egressTargets(group).filter((id) => id !== ownId).length,
    ingress: ingressOf(group),
    attributesOf: loadBalancerWithAttributes(tagRecord(group.Tags)),
    complete: (group.IpPermissions ?? []).length > 0,
    reachesProviders: (group.IpPermissionsEgress ?? []).some(
      ({ FromPort, IpRanges = [] }) =>
        FromPort === 443 && IpRanges.some(({ CidrIp }) => CidrIp === '0.0.0.0/0'),
    ),
  };
}

/** @throws HandlerError ResourceConflict when a group that is not a shared one stands in the place of one. */
function isShared({ spec }: Scope, { GroupId, GroupName, Tags }: SecurityGroup): boolean {
  if (sharedBy(tagRecord(Tags))) return true;
  if (!spec) return false;
  throw new HandlerError(
    'ResourceConflict',
    `security group ${GroupId} has the name ${GroupName}, which is kept for load balancers of this resource type`,
    { propertyPath: 'NetworkConfiguration/Subnets', remedy: 'Delete or rename the security group' },
  );
}

/** @returns undefined when another service is making the same group at this moment. */
export async function createGroup(
  { clients }: ApplyScope,
  { GroupName, GroupDescription, VpcId, Tags }: Properties,
): Promise<string | undefined> {
  const answer = await unless(
    clients.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName,
        Description: GroupDescription,
        VpcId,
        TagSpecifications: [{ ResourceType: 'security-group', Tags: [...Tags] }],
      }),
    ),
    'InvalidGroup.Duplicate',
  );
  return answer?.GroupId;
}
