import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { onePart, securityGroupArn } from '../../composition/part';
import { HandlerError } from '../../../core/failure';
import { domainsOf, type Domain } from '../../properties/domains';
import {
  domainTagKeys,
  domainTags,
  domainsOfTags,
  hostsOf,
  hostTagKey,
  isAmong,
  type Host,
} from '../../memory/hosts';
import { NETWORK_PERMISSIONS } from '../../network/network';
import { done, secondsToNextLook, wait, waitedFor, type Outcome } from '../../../core/outcome';
import { additionalTags, obsoleteAdditionalTagKeys } from '../../memory/additional-load-balancers';
import { checkManaged, managedTags } from '../../memory/ownership';
import type { Exposure, SharedExposure } from '../../exposures';
import {
  obsoleteExposureTagKeys,
  exposureTags,
  switchTags,
  tagsOfExposures,
} from '../../memory/recorded-exposures';
import { REFERENCE_ACTIONS, waitUntilUnused, whatIsUsed } from './security-group-references';
import { isSdkError } from '../../../aws/sdk-errors';
import {
  isApplyScope,
  nextExposure,
  serviceGroupIn,
  serviceGroupName,
  survey,
  SURVEY_PERMISSIONS,
} from '../../sharing/survey';
import { authorsRole } from '../../identity/made-roles';
import { tagChanges, tagList, tagRecord, type ResourceTag, type Tags } from '../../identity/tags';
import { namespaceTag } from '../../memory/namespaces';
import { RECORD_TAG } from '../../memory/template-record';
import {
  obsoleteVersionTagKeys,
  versionSettingTags,
  versionTags,
  type RecordedVersion,
} from '../../memory/service-versions';
import { versionTag } from '../../memory/version';

/** The security group of the service's tasks, and what its tags say of the service. */
export interface ObservedServiceSecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  /** Hosts that the service uses, and former ones of which something may be left. */
  readonly hosts: readonly Host[];
  /** What the service uses, the domain of the endpoint first. */
  readonly domains: readonly Domain[];
  readonly tags: Tags;
}

/** What is kept while the group is in use: its id. */
interface Token {
  readonly id: string;
}

interface GroupProperties {
  readonly GroupName: string;
  readonly GroupDescription: string;
  readonly VpcId: string;
  readonly Tags: readonly ResourceTag[];
}

/** Seconds between attempts: ECS removes the network interfaces of a task within a minute or so. */
const ATTEMPTS = { least: 5, most: 15 };

/**
 * The security group of the service's tasks. Nothing of the network half is made before it, and it is the last to go,
 * so that its tags can say what is to be used before it is, and what is left to be removed (see survey.ts).
 */
export const serviceSecurityGroup: Component<ObservedServiceSecurityGroup, object, GroupProperties, Token> = {
  kind: 'ServiceSecurityGroup',
  needs: [],
  per: 'additional load balancer',
  permissions: {
    observe: [...SURVEY_PERMISSIONS],
    apply: [
      ...NETWORK_PERMISSIONS,
      'ec2:CreateSecurityGroup',
      'ec2:CreateTags',
      'ec2:DeleteTags',
      'ec2:DescribeSecurityGroups',
    ],
    remove: [...REFERENCE_ACTIONS, 'ec2:DeleteSecurityGroup'],
  },

  desired(plan) {
    const tags = {
      ...managedTags(plan),
      ...versionTag(),
      ...plan.spec.templateRecord,
      ...tagsOfExposures(plan.exposures),
      ...additionalTags(Object.keys(plan.spec.additionalLoadBalancers)),
      ...domainTags(plan.spec),
      ...versionTags(plan.versions ?? []),
      ...(plan.spec.versions &&
        versionSettingTags(plan.spec.versions, authorsRole(plan.identity, plan.spec.infrastructureRoleArn))),
      ...namespaceTag(plan.spec.serviceConnect?.namespaceName),
    };
    const properties = {
      GroupName: serviceGroupName(plan.identity),
      GroupDescription: 'Tasks of an ECS service; only its load balancer reaches them',
      VpcId: plan.network.vpcId,
      Tags: tagList(tags),
    };
    return [{ type: 'AWS::EC2::SecurityGroup', properties }];
  },

  attributes: ({ id, vpcId }) => ({ '': { GroupId: id, VpcId: vpcId } }),

  parts: (scope, observed) =>
    onePart('AWS::EC2::SecurityGroup', observed, ({ id }) => securityGroupArn(scope, id)),

  async observe(scope) {
    const [found, network] = await Promise.all([
      survey(scope),
      isApplyScope(scope) ? scope.network() : undefined,
    ]);
    const group = serviceGroupIn(found, scope.identity);
    if (network && group) checkVpc(group, network.vpcId);
    if (network && !group) checkName(scope, found.groups, network.vpcId);
    return group && observed(group);
  },

  async apply(scope, _needs, current) {
    const wanted = scope.desired['']!;
    if (!current) return done(await create(scope, wanted));
    const { ec2 } = scope.clients;
    // Former hosts stay until nothing is left of them.
    const { set, remove } = tagChanges(current.tags, tagRecord(wanted.Tags), [
      ...scope.removedTagKeys,
      RECORD_TAG,
      ...domainTagKeys(current.tags),
    ]);
    const Resources = [current.id];
    if (Object.keys(set).length > 0) {
      await ec2.send(new CreateTagsCommand({ Resources, Tags: tagList(set) }));
    }
    if (remove.length > 0) {
      await ec2.send(new DeleteTagsCommand({ Resources, Tags: remove.map((Key) => ({ Key })) }));
    }
    const kept = Object.entries(current.tags).filter(([key]) => !remove.includes(key));
    return done(describe(current, { ...Object.fromEntries(kept), ...set }));
  },

  /** Forget the hosts, the exposures and the load balancers that nothing is left of. */
  async prune({ spec, clients, exposures }, _needs, { id, hosts, tags }) {
    const former = hosts.filter((host) => !isAmong(host, domainsOf(spec)));
    const keys = [
      ...former.map(hostTagKey),
      ...obsoleteExposureTagKeys(tags, exposures!),
      ...obsoleteAdditionalTagKeys(tags, Object.keys(spec.additionalLoadBalancers)),
    ];
    if (keys.length > 0) {
      await clients.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) }));
    }
    return done(undefined);
  },

  remove(scope, _found, { id }) {
    return deleteGroup(scope, id);
  },

  /** Whether a group can be deleted is seen by deleting it. */
  proceed(scope, { id }) {
    return deleteGroup(scope, id);
  },
};

/** IAM actions of {@link placeOnNext}. */
export const PLACE_PERMISSIONS = [...SURVEY_PERMISSIONS, 'ec2:CreateTags'] as const;

/**
 * Place the service on another load balancer: the one it is placed on has no room.
 *
 * @param full the exposure of the scope.
 */
export async function placeOnNext(
  scope: ApplyScope,
  { id }: ObservedServiceSecurityGroup,
  full: SharedExposure,
): Promise<Outcome<never>> {
  const next = await nextExposure(scope, full);
  scope.log(`load balancer ${full.loadBalancerName} has no room; going on to ${next.loadBalancerName}`);
  await scope.clients.ec2.send(
    new CreateTagsCommand({ Resources: [id], Tags: tagList(exposureTags(scope.exposures!, next)) }),
  );
  return wait(`a place on load balancer ${next.loadBalancerName}`, 1);
}

/** Record, with one call, that the service is reached in another exposure than before. */
export async function serveFrom(scope: ApplyScope, serving: Exposure, former: Exposure): Promise<void> {
  const group = serviceGroupIn(await survey(scope), scope.identity);
  const Tags = tagList(switchTags(serving, former));
  await scope.clients.ec2.send(new CreateTagsCommand({ Resources: [group!.GroupId!], Tags }));
}

/** Record how far versions have come, and keep what else is on record. */
export async function recordVersions(scope: Scope, versions: readonly RecordedVersion[]): Promise<void> {
  const group = serviceGroupIn(await survey(scope), scope.identity);
  const Tags = tagList(versionTags(versions));
  await scope.clients.ec2.send(new CreateTagsCommand({ Resources: [group!.GroupId!], Tags }));
}

/** Forget versions that nothing is left of. @param ids of those that there are; none means that there are to be none. */
export async function forgetVersions(scope: Scope, ids: readonly string[]): Promise<void> {
  const group = serviceGroupIn(await survey(scope), scope.identity);
  const keys = obsoleteVersionTagKeys(tagRecord(group!.Tags), ids);
  if (keys.length === 0) return;
  const Tags = keys.map((Key) => ({ Key }));
  await scope.clients.ec2.send(new DeleteTagsCommand({ Resources: [group!.GroupId!], Tags }));
}

async function create(
  scope: ApplyScope,
  { GroupName: name, GroupDescription, VpcId: vpcId, Tags }: GroupProperties,
): Promise<ObservedServiceSecurityGroup> {
  const { clients } = scope;
  try {
    const { GroupId } = await clients.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: GroupDescription,
        VpcId: vpcId,
        TagSpecifications: [{ ResourceType: 'security-group', Tags: [...Tags] }],
      }),
    );
    return describe({ id: GroupId!, name, vpcId }, tagRecord(Tags));
  } catch (error) {
    // Either an earlier attempt of this call, whose answer was lost, has made it, or somebody else a moment ago.
    if (!isSdkError(error, 'InvalidGroup.Duplicate')) throw error;
    const { SecurityGroups = [] } = await clients.ec2.send(
      new DescribeSecurityGroupsCommand({
        Filters: [
          { Name: 'group-name', Values: [name] },
          { Name: 'vpc-id', Values: [vpcId] },
        ],
      }),
    );
    checkName(scope, SecurityGroups, vpcId);
    if (SecurityGroups[0]) return observed(SecurityGroups[0]);
    throw new HandlerError(
      'ResourceConflict',
      `${vpcId} has a security group whose name differs from ${name} at most in upper and lower case`,
      {
        propertyPath: 'ServiceName',
        remedy: 'Delete that group, or choose another ServiceName',
        cause: error,
      },
    );
  }
}

async function deleteGroup(scope: Scope, id: string): Promise<Outcome<void, Token>> {
  const { clients, identity } = scope;
  try {
    await clients.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
  } catch (error) {
    if (isSdkError(error, 'DependencyViolation')) {
      const group = { id, name: serviceGroupName(identity) };
      const token = { id };
      const seconds = secondsToNextLook(waitedFor(scope.time, whatIsUsed(group)), ATTEMPTS);
      return waitUntilUnused(scope, group, 'stopped tasks', { seconds, token });
    }
    if (!isSdkError(error, 'InvalidGroup.NotFound')) throw error;
  }
  return done(undefined);
}

function observed({ GroupId, GroupName, VpcId, Tags }: SecurityGroup): ObservedServiceSecurityGroup {
  return describe({ id: GroupId!, name: GroupName!, vpcId: VpcId! }, tagRecord(Tags));
}

function describe(
  { id, name, vpcId }: Pick<ObservedServiceSecurityGroup, 'id' | 'name' | 'vpcId'>,
  tags: Tags,
): ObservedServiceSecurityGroup {
  return {
    id,
    name,
    vpcId,
    hosts: hostsOf(tags),
    domains: domainsOfTags(tags),
    tags,
  };
}

function checkVpc({ VpcId }: SecurityGroup, vpcId: string): void {
  if (VpcId === vpcId) return;
  throw new HandlerError('NotUpdatable', `the service is in ${VpcId}, but the subnets are in ${vpcId}`, {
    propertyPath: 'NetworkConfiguration/Subnets',
    remedy: `Name subnets of ${VpcId}, or give another ServiceName so that the service is replaced`,
  });
}

/** Somebody else's group may stand under the name. */
function checkName(scope: Scope, groups: readonly SecurityGroup[], vpcId: string): void {
  const name = serviceGroupName(scope.identity);
  const group = groups.find(({ GroupName, VpcId }) => GroupName === name && VpcId === vpcId);
  if (!group) return;
  checkManaged(scope, tagRecord(group.Tags), {
    what: `security group ${group.GroupId} named ${name}`,
    propertyPath: 'ServiceName',
    remedy: 'Delete the security group, or choose another ServiceName',
  });
}
