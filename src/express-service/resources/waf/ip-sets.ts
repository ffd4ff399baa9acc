import {
  CreateIPSetCommand,
  DeleteIPSetCommand,
  GetIPSetCommand,
  type GetIPSetCommandOutput,
  ListIPSetsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateIPSetCommand,
  type IPSetSummary,
} from '@aws-sdk/client-wafv2';
import { canonicalCidr, ipVersionOf } from '../../../aws/cidr';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { allOf } from '../../../core/all-of';
import { done, wait, type Outcome } from '../../../core/outcome';
import { threeWay } from '../../../core/three-way';
import { unlessEmpty } from '../../../core/unset';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { tagChanges, tagList, tagRecord, type ResourceTag, type Tags } from '../../identity/tags';
import { checkManaged, managedTags } from '../../memory/ownership';
import type { WebAclSpec } from '../../properties/web-acl';
import { ipSetPrefix, namesAddresses } from '../../properties/web-acl-rules';
import { allPages, REGIONAL, tagsOf, webAclInPlace, WEB_ACL_LOOK_PERMISSIONS } from '../../sharing/web-acl';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';

/** What the addresses of an IP set are for, and their version: AWS WAF has one version in an IP set. */
export const IP_SETS = [
  { name: 'allowed-ipv4', list: 'allowed', version: 4 },
  { name: 'allowed-ipv6', list: 'allowed', version: 6 },
  { name: 'blocked-ipv4', list: 'blocked', version: 4 },
  { name: 'blocked-ipv6', list: 'blocked', version: 6 },
] as const;

/** Name of one of {@link IP_SETS}. */
export type IpSetName = (typeof IP_SETS)[number]['name'];

/** An IP set of the service. */
export interface ObservedIpSet {
  readonly id: string;
  readonly arn: string;
  /** As templates write them, sorted. */
  readonly addresses: readonly string[];
  readonly tags: Tags;
}

type IpSets = Readonly<Partial<Record<IpSetName, ObservedIpSet>>>;

/** The IP sets of the service that are there. */
export interface ObservedIpSets {
  readonly sets: IpSets;
  /** Those that no rule names any more, until they are removed. */
  readonly obsolete?: IpSets;
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
};

interface IpSetProperties {
  readonly Name: string;
  readonly Scope: 'REGIONAL';
  readonly IPAddressVersion: 'IPV4' | 'IPV6';
  readonly Addresses: readonly string[];
  readonly Tags: readonly ResourceTag[];
}

/** How often one invocation tries to change what is changed by hand at the same moment. */
const ATTEMPTS = 5;
const SECONDS_BETWEEN_ATTEMPTS = 15;

/** The addresses that the rules of the service in its web ACL speak of. They are made before the rules, and removed after them. */
export const ipSets: Component<ObservedIpSets | undefined, Needs, IpSetProperties> = {
  kind: 'IpSets',
  needs: ['ServiceSecurityGroup'],
  per: 'additional load balancer',
  permissions: {
    observe: [...WEB_ACL_LOOK_PERMISSIONS, 'wafv2:GetIPSet', 'wafv2:ListIPSets'],
    apply: ['wafv2:CreateIPSet', 'wafv2:TagResource', 'wafv2:UntagResource', 'wafv2:UpdateIPSet'],
    observeForRemoval: ['wafv2:ListIPSets', 'wafv2:ListTagsForResource'],
    remove: ['wafv2:DeleteIPSet', 'wafv2:GetIPSet'],
  },

  /** Addresses that were added or taken away by hand stay so until the template changes the same ones. */
  desired({ identity, spec, previousSpec }, _found, current) {
    return IP_SETS.flatMap(({ name, version }) => {
      const wanted = addressesOf(spec.webAcl, name);
      if (wanted.length === 0) return [];
      const { Addresses } = threeWay(
        {
          desired: { Addresses: wanted },
          previous: { Addresses: addressesOf(previousSpec?.webAcl, name) },
          live: current?.sets[name] && { Addresses: current.sets[name].addresses },
        },
        { Addresses: { keyOf: (address) => address } },
      );
      const properties = {
        Name: ipSetPrefix(identity) + name,
        ...REGIONAL,
        IPAddressVersion: `IPV${version}` as const,
        Addresses,
        Tags: tagList(managedTags({ identity, spec })),
      };
      return [{ name, type: 'AWS::WAFv2::IPSet', properties }];
    });
  },

  attributes: (observed) =>
    Object.fromEntries(Object.entries({ ...observed?.sets }).map(([name, { arn }]) => [name, { Arn: arn }])),

  parts: (_scope, observed) =>
    Object.values({ ...observed?.sets }).map(({ arn }) => ({ type: 'AWS::WAFv2::IPSet', arn })),

  async observe(scope) {
    if (!(await mayHave(scope))) return undefined;
    const prefix = ipSetPrefix(scope.identity);
    const found = (await listed(scope)).filter(({ Name }) => Name?.startsWith(prefix));
    const sets = await allOf(found.map((summary) => look(scope, summary, prefix)));
    const there = sets.filter((each) => each !== undefined);
    return there.length > 0 ? { sets: Object.fromEntries(there) } : undefined;
  },

  async apply(scope, _needs, current) {
    const names = Object.keys(scope.desired);
    if (names.length === 0 && !current) return done(undefined);
    const sets: Partial<Record<IpSetName, ObservedIpSet>> = {};
    for (const [name, wanted] of Object.entries(scope.desired) as [IpSetName, IpSetProperties][]) {
      const live = current?.sets[name];
      const set = live ? await change(scope, live, wanted) : await create(scope, wanted);
      if (set === undefined) return wait(`IP set ${wanted.Name}, which is changed at the same time`, 2);
      sets[name] = set;
    }
    const others = Object.entries({ ...current?.sets }).filter(([name]) => !names.includes(name));
    return done({ sets, ...(others.length > 0 && { obsolete: Object.fromEntries(others) }) });
  },

  prune: (scope, _needs, current) => removeSets(scope, { ...current?.obsolete }),

  remove: (scope, _found, current) => removeSets(scope, { ...current?.sets, ...current?.obsolete }),
};

/** Ranges that a specification names for one of the IP sets, sorted. */
export function addressesOf(webAcl: WebAclSpec | undefined, name: IpSetName): readonly string[] {
  const { list, version } = IP_SETS.find((each) => each.name === name)!;
  const all = (list === 'allowed' ? webAcl?.allowedCidrs : webAcl?.blockedCidrs) ?? [];
  return all.filter((cidr) => ipVersionOf(cidr) === version);
}

/** Whether there may be IP sets. Where the template has never named addresses there are none; READ tells of those that rules name. */
async function mayHave(scope: Scope): Promise<boolean> {
  const { spec, previousSpec, identity } = scope;
  if (spec) return [spec, previousSpec].some((each) => hasAddresses(each?.webAcl));
  if (scope.isRemoval) return true;
  const { shared } = await webAclInPlace(scope);
  return shared !== undefined && namesAddresses(identity, shared);
}

function hasAddresses(webAcl: WebAclSpec | undefined): boolean {
  return IP_SETS.some(({ name }) => addressesOf(webAcl, name).length > 0);
}

function listed({ clients }: Scope): Promise<IPSetSummary[]> {
  return allPages(async (NextMarker) => {
    const { IPSets: items, NextMarker: next } = await clients.wafv2.send(
      new ListIPSetsCommand({ ...REGIONAL, NextMarker }),
    );
    return { items, next };
  });
}

/** @throws HandlerError ResourceConflict when an IP set of somebody else's has the name of one that the service needs. */
async function look(
  scope: Scope,
  { Name, Id, ARN }: IPSetSummary,
  prefix: string,
): Promise<readonly [IpSetName, ObservedIpSet] | undefined> {
  const found: Partial<GetIPSetCommandOutput> | undefined = scope.isRemoval
    ? {}
    : await unless(
        scope.clients.wafv2.send(new GetIPSetCommand({ ...REGIONAL, Name, Id })),
        'WAFNonexistentItemException',
      );
  if (!found) return undefined;
  const tags = await tagsOf(scope, ARN!);
  const isManaged = checkManaged(scope, tags, {
    what: `IP set ${Name}`,
    propertyPath: 'WebAcl',
    remedy: 'Delete it, or choose another ServiceName',
  });
  if (!isManaged) return undefined;
  const addresses = (found.IPSet?.Addresses ?? []).map((each) => canonicalCidr(each) ?? each).sort();
  return [Name!.slice(prefix.length) as IpSetName, { id: Id!, arn: ARN!, addresses, tags }];
}

/** @returns undefined when it is there already: an attempt of this call whose answer was lost has made it. */
async function create(
  { clients }: ApplyScope,
  { Addresses, Tags, ...wanted }: IpSetProperties,
): Promise<ObservedIpSet | undefined> {
  const answer = await unless(
    clients.wafv2.send(new CreateIPSetCommand({ ...wanted, Addresses: [...Addresses], Tags: [...Tags] })),
    'WAFDuplicateItemException',
  );
  const { Id, ARN } = answer?.Summary ?? {};
  return Id === undefined ? undefined : { id: Id, arn: ARN!, addresses: Addresses, tags: tagRecord(Tags) };
}

/** @returns undefined when others have changed it again and again. */
async function change(
  scope: ApplyScope,
  live: ObservedIpSet,
  { Name, Addresses, Tags }: IpSetProperties,
): Promise<ObservedIpSet | undefined> {
  const { wafv2 } = scope.clients;
  const wanted = [...Addresses].sort();
  const key = { ...REGIONAL, Name, Id: live.id };
  const isSame = wanted.join() === live.addresses.join();
  if (!isSame && !(await hasChanged(scope, key, wanted))) return undefined;
  const { set, remove } = tagChanges(live.tags, tagRecord(Tags), scope.removedTagKeys);
  if (Object.keys(set).length > 0) {
    await wafv2.send(new TagResourceCommand({ ResourceARN: live.arn, Tags: tagList(set) }));
  }
  if (remove.length > 0) {
    await wafv2.send(new UntagResourceCommand({ ResourceARN: live.arn, TagKeys: [...remove] }));
  }
  return { ...live, addresses: wanted, tags: { ...live.tags, ...tagRecord(Tags) } };
}

async function hasChanged(
  { clients: { wafv2 } }: ApplyScope,
  key: { readonly Scope: 'REGIONAL'; readonly Name: string; readonly Id: string },
  Addresses: string[],
): Promise<boolean> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { IPSet, LockToken } = await wafv2.send(new GetIPSetCommand(key));
    const Description = IPSet?.Description || undefined;
    const update = wafv2.send(new UpdateIPSetCommand({ ...key, Addresses, Description, LockToken }));
    if (await unless(update, 'WAFOptimisticLockException')) return true;
  }
  return false;
}

/** AWS WAF deletes none that a rule names, and needs a while to forget a rule. */
async function removeSets(scope: Scope, sets: IpSets): Promise<Outcome<void>> {
  const { wafv2 } = scope.clients;
  for (const [name, { id: Id }] of Object.entries(sets)) {
    const key = { ...REGIONAL, Name: ipSetPrefix(scope.identity) + name, Id };
    const found = await unless(wafv2.send(new GetIPSetCommand(key)), 'WAFNonexistentItemException');
    if (!found) continue;
    try {
      await unless(
        wafv2.send(new DeleteIPSetCommand({ ...key, LockToken: found.LockToken })),
        'WAFNonexistentItemException',
      );
    } catch (error) {
      if (!isSdkError(error, 'WAFAssociatedItemException', 'WAFOptimisticLockException')) throw error;
      return wait(
        `AWS WAF to release IP set ${key.Name} from the rules that named it`,
        SECONDS_BETWEEN_ATTEMPTS,
      );
    }
  }
  return done(undefined);
}

/** The addresses of a list, as a template writes them; undefined when there are none. */
export function cidrsIn(
  observed: ObservedIpSets | undefined,
  list: 'allowed' | 'blocked',
): string[] | undefined {
  const names = IP_SETS.filter((each) => each.list === list).map(({ name }) => name);
  return unlessEmpty(names.flatMap((name) => observed?.sets[name]?.addresses ?? []).sort());
}
