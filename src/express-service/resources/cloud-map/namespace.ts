import {
  CreateHttpNamespaceCommand,
  DeleteNamespaceCommand,
  ListTagsForResourceCommand,
  paginateListNamespaces,
  paginateListOperations,
} from '@aws-sdk/client-servicediscovery';
import { CreateTagsCommand, DeleteTagsCommand, paginateDescribeSecurityGroups } from '@aws-sdk/client-ec2';
import type { ServiceConnectConfiguration } from '@aws-sdk/client-ecs';
import { allItems } from '../../../aws/pages';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { done, LIMIT, secondsToNextLook, wait, waitedFor, type Outcome } from '../../../core/outcome';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { gone } from '../../composition/part';
import { shortHash } from '../../identity/identity';
import { tagList, tagRecord, type ResourceTag } from '../../identity/tags';
import { leavingNamespaceTag, namespaceTagKey, recordedNamespaces } from '../../memory/namespaces';
import { sharedBy, sharedTag } from '../../memory/ownership';
import { allOf } from '../../../core/all-of';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';

/** A namespace that the service uses by its name, or has used. */
interface Found {
  readonly name: string;
  /** Id and ARN; absent when there is no such namespace. */
  readonly namespace?: { readonly id: string; readonly arn: string };
  /** Whether this resource type made it, for some service. */
  readonly madeHere: boolean;
}

/** The namespaces that the service uses by their names. */
export interface ObservedNamespace {
  readonly namespaces: readonly Found[];
}

type Needs = { ServiceSecurityGroup: ObservedServiceSecurityGroup };

interface NamespaceProperties {
  readonly Name: string;
  readonly Tags: readonly ResourceTag[];
}

/** What the tag of shared resources says of a namespace that was made here. */
const MADE_HERE = 'namespace';

const TYPE = 'AWS::ServiceDiscovery::HttpNamespace';

/** Seconds after which namespaces that are still being made count as somebody else's, and between looks. */
const MADE = {
  what: 'AWS Cloud Map to make the namespaces that it was asked for',
  seconds: 300,
  look: { least: 3, most: 30 },
};

/** Seconds after which a namespace that is not empty counts as used by somebody else. */
const EMPTY = { what: 'the namespace to be empty', seconds: 60 };

/**
 * The namespace of Service Connect is shared. One that the template names is made where there is none; an ARN names one that
 * the author looks after. What was made here goes when no service uses it any more: Cloud Map deletes none that has endpoints
 * in it, and services that are clients only are told by the tags of their security groups.
 *
 * Two that meet, one that comes and one that leaves, both write before they read: who leaves marks its tag and then looks for
 * others, who comes has written its tag and then looks for marks, and waits until they are gone.
 */
export const namespace: Component<ObservedNamespace, Needs, NamespaceProperties> = {
  kind: 'Namespace',
  needs: ['ServiceSecurityGroup'],
  shared: true,
  permissions: {
    observe: ['servicediscovery:ListNamespaces', 'servicediscovery:ListTagsForResource'],
    apply: [
      'ec2:CreateTags',
      'ec2:DeleteTags',
      'ec2:DescribeSecurityGroups',
      'servicediscovery:CreateHttpNamespace',
      'servicediscovery:DeleteNamespace',
      'servicediscovery:ListOperations',
      'servicediscovery:TagResource',
    ],
    remove: [
      'ec2:CreateTags',
      'ec2:DeleteTags',
      'ec2:DescribeSecurityGroups',
      'servicediscovery:DeleteNamespace',
      'servicediscovery:ListNamespaces',
      'servicediscovery:ListOperations',
      'servicediscovery:ListTagsForResource',
    ],
  },

  desired({ spec }) {
    const { namespaceName: Name } = spec.serviceConnect ?? {};
    if (Name === undefined) return [];
    return [{ type: TYPE, shared: true, properties: { Name, Tags: tagList(sharedTag(MADE_HERE)) } }];
  },

  parts: (_scope, observed) =>
    (observed?.namespaces ?? []).flatMap(({ namespace: found, madeHere }) => {
      if (!found) return [gone(TYPE)];
      return madeHere ? [{ type: TYPE, arn: found.arn }] : [];
    }),

  async observe(scope, { ServiceSecurityGroup }) {
    const recorded = recordedNamespaces(ServiceSecurityGroup?.tags ?? {}).map(({ name }) => name);
    const { namespaceName = [] } = scope.spec?.serviceConnect ?? {};
    const names = [...new Set([...recorded, ...[namespaceName].flat()])];
    if (names.length === 0) return undefined;
    return { namespaces: await allOf(names.map((name) => find(scope, name))) };
  },

  async apply(scope, { ServiceSecurityGroup }, current) {
    const wanted = scope.desired[''];
    if (!wanted) return done(current ?? { namespaces: [] });
    const observed = current!;
    const { namespace: found, madeHere } = observed.namespaces.find(({ name }) => name === wanted.Name)!;
    if (found && !madeHere) return done(observed);
    if (found) {
      const users = await others(scope, wanted.Name, ServiceSecurityGroup.id);
      return users.some(({ isLeaving }) => isLeaving)
        ? wait(`another service to let go of the namespace ${wanted.Name}`, 5)
        : done(observed);
    }
    await unless(
      scope.clients.serviceDiscovery.send(
        new CreateHttpNamespaceCommand({
          Name: wanted.Name,
          Tags: [...wanted.Tags],
          CreatorRequestId: creatorRequestId(scope, wanted.Name),
        }),
      ),
      // Another service, or an attempt whose answer was lost, has asked for it a moment ago.
      'NamespaceAlreadyExists',
      'DuplicateRequest',
    );
    return wait(`the namespace ${wanted.Name}`, 3);
  },

  /** Let go of namespaces that the service does not use any more. */
  async prune(scope, { ServiceSecurityGroup: { id } }, { namespaces }) {
    for (const former of namespaces.filter(({ name }) => name !== scope.desired['']?.Name)) {
      const outcome = await letGo(scope, id, former);
      if (outcome.status === 'wait') return outcome;
    }
    return done(undefined);
  },

  async remove(scope, { ServiceSecurityGroup }, { namespaces }) {
    for (const each of namespaces) {
      const outcome = await letGo(scope, ServiceSecurityGroup!.id, each);
      if (outcome.status === 'wait') return outcome;
    }
    return done(undefined);
  },
};

/**
 * A configuration in which a namespace that the service uses by its name has that name, which ECS may tell as an ARN.
 *
 * @param observed undefined when the service uses none by its name.
 */
export function withNamespaceName<Configuration extends Pick<ServiceConnectConfiguration, 'namespace'>>(
  configuration: Configuration | undefined,
  observed: ObservedNamespace | undefined,
): Configuration | undefined {
  const known = observed?.namespaces.find(
    (each) => each.namespace && each.namespace.arn === configuration?.namespace,
  );
  return configuration && known ? { ...configuration, namespace: known.name } : configuration;
}

/** A namespace of this name, and whose it is. */
async function find({ clients }: Scope, name: string): Promise<Found> {
  const client = clients.serviceDiscovery;
  const listed = await allItems(
    paginateListNamespaces({ client }, { Filters: [{ Name: 'NAME', Values: [name], Condition: 'EQ' }] }),
    ({ Namespaces }) => Namespaces,
  );
  const found = listed.find(({ Name }) => Name === name);
  if (!found) return { name, madeHere: false };
  const answer = await unless(
    client.send(new ListTagsForResourceCommand({ ResourceARN: found.Arn })),
    'ResourceNotFoundException',
  );
  return {
    name,
    namespace: { id: found.Id!, arn: found.Arn! },
    madeHere: sharedBy(tagRecord(answer?.Tags as ResourceTag[] | undefined)) === MADE_HERE,
  };
}

/** What the tags of other services say of a namespace, as they are now. */
async function others({ clients }: Scope, name: string, ownGroupId: string) {
  const groups = await allItems(
    paginateDescribeSecurityGroups(
      { client: clients.ec2 },
      { Filters: [{ Name: 'tag-key', Values: [namespaceTagKey(name)] }] },
    ),
    ({ SecurityGroups }) => SecurityGroups,
  );
  return groups
    .filter(({ GroupId }) => GroupId !== ownGroupId)
    .flatMap(({ Tags }) => recordedNamespaces(tagRecord(Tags)))
    .filter((recorded) => recorded.name === name);
}

/** Forget a namespace, and delete it when it was made here and no other service uses it. */
async function letGo(scope: Scope, groupId: string, recorded: Found): Promise<Outcome<void>> {
  const { ec2 } = scope.clients;
  const Resources = [groupId];
  const found = recorded.namespace ? done(recorded) : await findOnceMade(scope, recorded.name);
  if (found.status === 'wait') return found;
  const former = found.value;
  if (former.namespace && former.madeHere) {
    await ec2.send(new CreateTagsCommand({ Resources, Tags: tagList(leavingNamespaceTag(former.name)) }));
    const users = await others(scope, former.name, groupId);
    const outcome = users.every(({ isLeaving }) => isLeaving)
      ? await deleteNamespace(scope, former.namespace.id)
      : done(undefined);
    if (outcome.status === 'wait') return outcome;
  }
  await ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: namespaceTagKey(former.name) }] }));
  return done(undefined);
}

/** A namespace that was not there a moment ago: an operation that was cut off may have asked Cloud Map for it. */
async function findOnceMade(scope: Scope, name: string): Promise<Outcome<Found>> {
  const { what, seconds, look } = MADE;
  const waited = waitedFor(scope.time, what);
  if ((await isMakingNamespaces(scope)) && waited < seconds) {
    return wait(what, secondsToNextLook(waited, look), { limit: { ...LIMIT, what } });
  }
  return done(await find(scope, name));
}

/** Whether Cloud Map is making any. It does not tell their names before it has. */
async function isMakingNamespaces({ clients }: Scope): Promise<boolean> {
  const operations = await allItems(
    paginateListOperations(
      { client: clients.serviceDiscovery },
      {
        Filters: [
          { Name: 'TYPE', Values: ['CREATE_NAMESPACE'], Condition: 'EQ' },
          { Name: 'STATUS', Values: ['SUBMITTED', 'PENDING'], Condition: 'IN' },
        ],
      },
    ),
    ({ Operations }) => Operations,
  );
  return operations.length > 0;
}

async function deleteNamespace({ clients, time }: Scope, Id: string): Promise<Outcome<void>> {
  try {
    await clients.serviceDiscovery.send(new DeleteNamespaceCommand({ Id }));
  } catch (error) {
    if (isSdkError(error, 'ResourceInUse')) {
      // ECS may be about to take the service's own endpoint out of it; what is left then is somebody else's.
      return waitedFor(time, EMPTY.what) < EMPTY.seconds
        ? wait(EMPTY.what, 10, { limit: { ...LIMIT, what: EMPTY.what } })
        : done(undefined);
    }
    if (!isSdkError(error, 'NamespaceNotFound')) throw error;
  }
  return done(undefined);
}

/** The same for all attempts of one operation. */
function creatorRequestId({ operationToken, identity }: ApplyScope, name: string): string {
  return shortHash(`${identity.serviceArn} ${operationToken} ${name}`, 32);
}
