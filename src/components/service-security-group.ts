import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupsCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { ApplyScope, Component, Scope } from '../component';
import { HandlerError } from '../errors';
import { hostsOf, hostTagKey, isSameHost, type Host } from '../hosts';
import { RESERVED_TAG_PREFIX } from '../identity';
import { NETWORK_PERMISSIONS } from '../network';
import { done, wait, type Outcome } from '../outcome';
import { checkOwn } from '../ownership';
import { choosePlace, loadBalancerNumber } from '../placement';
import { isSdkError } from '../sdk-errors';
import {
  candidates,
  isApplyScope,
  LOAD_BALANCER_TAG,
  placeOf,
  serviceGroupIn,
  serviceGroupName,
  survey,
  SURVEY_PERMISSIONS,
  takeSurvey,
} from '../survey';
import { ownedTags, tagChanges, tagList, tagRecord, type TagChanges, type Tags } from '../tags';

/** The security group of the service's tasks, and what its tags say of the service. */
export interface ObservedServiceSecurityGroup {
  readonly id: string;
  readonly name: string;
  readonly vpcId: string;
  /** Name of the load balancer that the service is placed on. */
  readonly loadBalancerName: string;
  /** Hosts that the service uses, and former ones of which something may be left. */
  readonly hosts: readonly Host[];
  /** Certificate that the author gave, or the wildcard certificate of the account; undefined means the service's own. */
  readonly certificateArn?: string;
  readonly tags: Tags;
}

/** ECS removes the network interfaces of a task within a minute or so. */
const SECONDS_BETWEEN_ATTEMPTS = 15;

/** Tag: ARN of the certificate that was given rather than requested. */
const CERTIFICATE_TAG = `${RESERVED_TAG_PREFIX}certificate`;

/**
 * The security group of the service's tasks. Nothing of the network half is made before it, and it is the last to go,
 * so that its tags can say what is to be used before it is, and what is left to be removed (see survey.ts).
 */
export const serviceSecurityGroup: Component<ObservedServiceSecurityGroup> = {
  kind: 'ServiceSecurityGroup',
  needs: [],
  permissions: {
    observe: [...SURVEY_PERMISSIONS],
    apply: [
      ...NETWORK_PERMISSIONS,
      'ec2:CreateSecurityGroup',
      'ec2:CreateTags',
      'ec2:DeleteTags',
      'ec2:DescribeSecurityGroups',
    ],
    remove: ['ec2:DeleteSecurityGroup'],
  },

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
    if (!current) return done(await create(scope));
    const { ec2 } = scope.clients;
    const { set, remove } = changesOf(scope, current.tags);
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

  /** Forget the hosts that nothing is left of. */
  async prune({ spec, clients }, _needs, { id, hosts }) {
    const former = hosts.filter((host) => !isSameHost(host, spec.domain));
    if (former.length > 0) {
      await clients.ec2.send(
        new DeleteTagsCommand({ Resources: [id], Tags: former.map((host) => ({ Key: hostTagKey(host) })) }),
      );
    }
    return done(undefined);
  },

  remove(scope, _found, { id }) {
    return deleteGroup(scope, id);
  },

  /** Whether a group can be deleted is seen by deleting it. */
  poll(scope, id) {
    return deleteGroup(scope, id);
  },
};

/** IAM actions of {@link placeOnNext}. */
export const PLACE_PERMISSIONS = [...SURVEY_PERMISSIONS, 'ec2:CreateTags'] as const;

/** Place the service on another load balancer: the one it is placed on has no room. */
export async function placeOnNext(
  scope: ApplyScope,
  { id, loadBalancerName }: ObservedServiceSecurityGroup,
): Promise<Outcome<never>> {
  const found = await candidates(scope, await takeSurvey(scope));
  const place = choosePlace(found, loadBalancerNumber(loadBalancerName));
  scope.log(`load balancer ${loadBalancerName} has no room; going on to ${place}`);
  await scope.clients.ec2.send(
    new CreateTagsCommand({ Resources: [id], Tags: tagList({ [LOAD_BALANCER_TAG]: place }) }),
  );
  return wait(`a place on load balancer ${place}`, 1);
}

async function create(scope: ApplyScope): Promise<ObservedServiceSecurityGroup> {
  const { clients, identity, spec } = scope;
  const { vpcId } = await scope.network();
  const name = serviceGroupName(identity);
  const tags: Tags = {
    ...ownedTags(scope),
    [LOAD_BALANCER_TAG]: (await placeOf(scope))!,
    ...tagsOfDomain(spec.domain),
  };
  try {
    const { GroupId } = await clients.ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: name,
        Description: 'Tasks of an ECS service; only its load balancer reaches them',
        VpcId: vpcId,
        TagSpecifications: [{ ResourceType: 'security-group', Tags: tagList(tags) }],
      }),
    );
    return describe({ id: GroupId!, name, vpcId }, tags);
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
    if (!SecurityGroups[0]) throw error;
    return observed(SecurityGroups[0]);
  }
}

/** Tags that say which host and certificate the service uses. */
function tagsOfDomain({ hostName, hostedZoneId, certificateArn }: ApplyScope['spec']['domain']): Tags {
  return {
    [hostTagKey({ hostName, hostedZoneId })]: hostName,
    ...(certificateArn !== undefined && { [CERTIFICATE_TAG]: certificateArn }),
  };
}

async function deleteGroup({ clients, identity }: Scope, id: string): Promise<Outcome<void>> {
  try {
    await clients.ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }));
  } catch (error) {
    if (isSdkError(error, 'DependencyViolation')) {
      return wait(
        `security group ${serviceGroupName(identity)}, which network interfaces of stopped tasks or rules of other groups still use`,
        SECONDS_BETWEEN_ATTEMPTS,
        id,
      );
    }
    if (!isSdkError(error, 'InvalidGroup.NotFound')) throw error;
  }
  return done(undefined);
}

/** What has to change in the tags; former hosts stay until nothing is left of them. */
function changesOf(scope: ApplyScope, current: Tags): TagChanges {
  const wanted = { ...ownedTags(scope), ...tagsOfDomain(scope.spec.domain) };
  return tagChanges(current, wanted, [...scope.removedTagKeys, CERTIFICATE_TAG]);
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
    loadBalancerName: tags[LOAD_BALANCER_TAG] ?? '',
    hosts: hostsOf(tags),
    certificateArn: tags[CERTIFICATE_TAG],
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
  checkOwn(scope, tagRecord(group.Tags), {
    what: `security group ${group.GroupId} named ${name}`,
    propertyPath: 'ServiceName',
    remedy: 'Delete the security group, or choose another ServiceName',
  });
}
