/** The IAM roles that are made for a service: all that is the same whatever they are for. */
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
} from '@aws-sdk/client-iam';
import { isDeepStrictEqual } from 'node:util';
import { ROLE_PATH } from '../../../../schema/role-path';
import { allItems } from '../../../aws/pages';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import { invalid } from '../../../core/failure';
import { done, wait, type Outcome } from '../../../core/outcome';
import { threeWay } from '../../../core/three-way';
import { defined } from '../../../core/unset';
import type { Component, DesiredScope, PlanScope, Scope } from '../../composition/component';
import { onePart, type Part } from '../../composition/part';
import type { Identity } from '../../identity/identity';
import { madeRoleArn, madeRoleName, type RolePurpose } from '../../identity/made-roles';
import { tagChanges, tagList, tagRecord, type ResourceTag, type Tags } from '../../identity/tags';
import { checkManaged, managedTags } from '../../memory/ownership';
import {
  LONGEST_POLICIES,
  mergedPolicy,
  statementsOf,
  withFormer,
  type PolicyDocument,
} from '../../properties/policy-document';
import type { ServiceSpec } from '../../specification';

/** Inline policies of a role by their names. */
export type Policies = Readonly<Record<string, PolicyDocument>>;

/** What a role is to be. */
export interface RoleContent {
  readonly trust: PolicyDocument;
  readonly policies: Policies;
  /** ARNs of managed policies, sorted. */
  readonly policyArns: readonly string[];
}

/** What tells the roles of a service from each other. */
export interface RoleKind {
  readonly kind: string;
  readonly purpose: RolePurpose;
  /** Names of the inline policies that it may have; others are somebody else's. */
  readonly policyNames: readonly string[];
  /** Property by which the author names a role instead. */
  readonly propertyPath: string;
  /** Properties that inline policies and managed ones come from, where IAM refuses one. */
  readonly policyPaths: { readonly inline: string; readonly managed: string };
  /** Undefined when none is to be made. */
  readonly content: (spec: ServiceSpec, identity: Identity) => RoleContent | undefined;
  /** Whether something that was observed of the service names the role by this ARN. */
  readonly isNamedIn: (found: Readonly<Record<string, unknown>>, arn: string) => boolean;
}

/** A role that is made for the service. */
export interface ObservedRole {
  readonly arn: string;
  readonly policies: Policies;
  readonly policyArns: readonly string[];
  readonly permissionsBoundaryArn?: string;
  readonly tags: Tags;
  /** What goes once no task relies on it any more; undefined when nothing does. */
  readonly former?: {
    /** Names of inline policies that are not yet as {@link policies} says. */
    readonly policyNames: readonly string[];
    /** ARNs of managed policies that are still attached. */
    readonly policyArns: readonly string[];
  };
}

interface RoleProperties {
  readonly RoleName: string;
  readonly Path: string;
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly Policies: readonly { readonly PolicyName: string; readonly PolicyDocument: PolicyDocument }[];
  readonly ManagedPolicyArns: readonly string[];
  readonly PermissionsBoundary?: string;
  readonly Tags: readonly ResourceTag[];
}

const TYPE = 'AWS::IAM::Role';

/** Where the permissions boundary of all roles is named. */
const BOUNDARY_PATH = 'TypeConfiguration/PermissionsBoundaryArn';

/**
 * Seconds after which other services know of a change of a role: IAM names no time ("Changes that I make are not always immediately
 * visible"); ours is half as long again as what is usually seen. Who comes too early is tried again all the same.
 */
const SECONDS_TO_BE_KNOWN = 15;

const REMOVAL_ACTIONS = [
  'iam:DeleteRole',
  'iam:DeleteRolePolicy',
  'iam:DetachRolePolicy',
  'iam:ListAttachedRolePolicies',
  'iam:ListRolePolicies',
] as const;

/**
 * A role. What the template adds is there before new tasks are; what it takes away goes when the deployment is done, because tasks
 * of the revision before rely on it until then. Who changes a statement or attaches a policy by hand keeps that, and its trust
 * policy is left alone once it is made.
 */
export function roleComponent(of: RoleKind): Component<ObservedRole | undefined, object, RoleProperties> {
  return {
    kind: of.kind,
    needs: [],
    // Its policies may be larger than what an invocation leaves to the next one.
    volatile: true,
    keptForRemoval: true,
    permissions: {
      observe: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:ListAttachedRolePolicies'],
      apply: [
        'iam:AttachRolePolicy',
        'iam:CreateRole',
        'iam:PutRolePermissionsBoundary',
        'iam:PutRolePolicy',
        'iam:TagRole',
        'iam:UntagRole',
        ...REMOVAL_ACTIONS,
      ],
      observeForRemoval: ['iam:GetRole'],
      remove: REMOVAL_ACTIONS,
    },

    desired(plan, _found, current) {
      const wanted = contentOf(of, plan, current);
      if (!wanted) return [];
      const properties = {
        RoleName: madeRoleName(plan.identity, of.purpose),
        Path: ROLE_PATH,
        AssumeRolePolicyDocument: wanted.trust,
        Policies: Object.entries(wanted.policies).map(([PolicyName, document]) => ({
          PolicyName,
          PolicyDocument: document,
        })),
        ManagedPolicyArns: wanted.policyArns,
        PermissionsBoundary: plan.spec.permissionsBoundaryArn,
        Tags: tagList(managedTags(plan)),
      };
      return [{ type: TYPE, properties: defined(properties) }];
    },

    attributes: (observed) => ({ '': { Arn: observed?.arn } }),

    parts({ identity }, observed, found): Part[] {
      const arn = madeRoleArn(identity, of.purpose);
      if (!observed && !of.isNamedIn(found, arn)) return [];
      return onePart(TYPE, observed, (role) => role.arn, arn);
    },

    async observe(scope) {
      const { identity, spec, previousSpec } = scope;
      const isAsked = [spec, previousSpec].some((each) => each && of.content(each, identity));
      if (spec && !isAsked) return undefined;
      return observe(of, scope);
    },

    async apply(scope, _needs, current) {
      const wanted = scope.desired[''];
      if (!wanted) return done(current);
      return whenFree(wanted.RoleName, async () => {
        const before = current ?? (await create(scope, wanted));
        if (!before) return wait(`IAM to tell of role ${wanted.RoleName}, which is there already`, 2);
        const after = await widen(of, scope, before, wanted);
        const isChanged = !current || after.isChanged;
        const { elapsedSeconds } = scope.time;
        const left = isChanged
          ? SECONDS_TO_BE_KNOWN
          : isOtherContent(of, scope)
            ? SECONDS_TO_BE_KNOWN - elapsedSeconds
            : 0;
        return left > 0 ? wait(`IAM to make role ${wanted.RoleName} known`, left) : done(after.role);
      });
    },

    async prune(scope, _needs, current) {
      if (!current) return done(undefined);
      const wanted = scope.desired[''];
      const name = madeRoleName(scope.identity, of.purpose);
      // Other versions may use it, whose task definitions are not looked at.
      if (!wanted) return otherVersions(scope).length > 0 ? done(undefined) : remove(scope, name);
      return whenFree(name, () => narrow(scope, name, current));
    },

    remove: (scope, _found, current) =>
      current ? remove(scope, madeRoleName(scope.identity, of.purpose)) : Promise.resolve(done(undefined)),
  };
}

/** What the role is to be: what the template says, and what was changed by hand where it says the same as before. */
function contentOf(
  { content, policyNames }: RoleKind,
  { identity, spec, previousSpec }: PlanScope,
  current: ObservedRole | undefined,
): RoleContent | undefined {
  const desired = content(spec, identity);
  if (!desired) return undefined;
  const previous = previousSpec && content(previousSpec, identity);
  // One that was made a moment ago by an invocation which then was cut off.
  const isBare = Object.keys(current?.policies ?? {}).length + (current?.policyArns.length ?? 0) === 0;
  if (!current || !previous || isBare) return desired;
  const policies = policyNames.map((name) => [
    name,
    mergedPolicy({
      desired: desired.policies[name],
      previous: previous.policies[name],
      live: current.policies[name],
    }),
  ]);
  const { policyArns } = threeWay(
    {
      desired: { policyArns: desired.policyArns },
      previous: { policyArns: previous.policyArns },
      live: { policyArns: current.policyArns },
    },
    { policyArns: { keyOf: (arn: string) => arn } },
  );
  return {
    trust: desired.trust,
    policies: defined(Object.fromEntries(policies) as Policies),
    policyArns: policyArns.toSorted(),
  };
}

/** Whether the template asks for another role than before. */
function isOtherContent(
  { content }: RoleKind,
  { identity, spec, previousSpec }: DesiredScope<object>,
): boolean {
  return !previousSpec || !isDeepStrictEqual(content(spec, identity), content(previousSpec, identity));
}

async function observe(
  { purpose, propertyPath, policyNames }: RoleKind,
  scope: Scope,
): Promise<ObservedRole | undefined> {
  const { iam } = scope.clients;
  const RoleName = madeRoleName(scope.identity, purpose);
  const answer = await unless(iam.send(new GetRoleCommand({ RoleName })), 'NoSuchEntityException');
  if (!answer) return undefined;
  const { Arn: arn = '', Tags, PermissionsBoundary } = answer.Role!;
  const tags = tagRecord(Tags);
  const isManaged = checkManaged(scope, tags, {
    what: `IAM role ${RoleName}`,
    propertyPath,
    remedy: 'Name a role here to use that one, delete the one that exists, or choose another ServiceName',
  });
  if (!isManaged) return undefined;
  const role = { arn, tags, policies: {}, policyArns: [] };
  if (scope.isRemoval) return role;
  const [policies, attached] = await Promise.all([
    Promise.all(policyNames.map(async (name) => [name, await documentOf(scope, RoleName, name)] as const)),
    attachedPolicies(scope, RoleName),
  ]);
  return {
    ...role,
    policies: defined(Object.fromEntries(policies) as Policies),
    policyArns: attached.toSorted(),
    ...(PermissionsBoundary && { permissionsBoundaryArn: PermissionsBoundary.PermissionsBoundaryArn }),
  };
}

async function documentOf(
  { clients }: Scope,
  RoleName: string,
  PolicyName: string,
): Promise<PolicyDocument | undefined> {
  const answer = await unless(
    clients.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
    'NoSuchEntityException',
  );
  // Encoded as in a URL.
  return answer && (JSON.parse(decodeURIComponent(answer.PolicyDocument!)) as PolicyDocument);
}

async function attachedPolicies({ clients }: Scope, RoleName: string): Promise<string[]> {
  const pages = paginateListAttachedRolePolicies({ client: clients.iam }, { RoleName });
  const found = await unless(
    allItems(pages, ({ AttachedPolicies }) => AttachedPolicies),
    'NoSuchEntityException',
  );
  return (found ?? []).map(({ PolicyArn }) => PolicyArn!);
}

/** @returns undefined when there is one of that name, which was not found a moment ago. */
async function create(
  scope: DesiredScope<RoleProperties>,
  {
    Policies: _policies,
    ManagedPolicyArns: _arns,
    AssumeRolePolicyDocument,
    Tags,
    ...wanted
  }: RoleProperties,
): Promise<ObservedRole | undefined> {
  const creation = scope.clients.iam.send(
    new CreateRoleCommand({
      ...wanted,
      Description: `Made for ${scope.identity.serviceArn}`.slice(0, LONGEST_DESCRIPTION),
      AssumeRolePolicyDocument: JSON.stringify(AssumeRolePolicyDocument),
      Tags: [...Tags],
    }),
  );
  const made = await unless(
    withManagedPolicy(creation, wanted.PermissionsBoundary, BOUNDARY_PATH),
    'EntityAlreadyExistsException',
  );
  return (
    made && {
      arn: made.Role!.Arn!,
      policies: {},
      policyArns: [],
      permissionsBoundaryArn: wanted.PermissionsBoundary,
      tags: tagRecord(Tags),
    }
  );
}

/** Characters of a description of a role (API reference of CreateRole). */
const LONGEST_DESCRIPTION = 1_000;

/** Give the role what it lacks, and take nothing away. */
async function widen(
  of: RoleKind,
  scope: DesiredScope<RoleProperties>,
  current: ObservedRole,
  { RoleName, Policies, ManagedPolicyArns, PermissionsBoundary, Tags }: RoleProperties,
): Promise<{ readonly role: ObservedRole; readonly isChanged: boolean }> {
  const { iam } = scope.clients;
  const tags = await changeTags(scope, RoleName, current.tags, tagRecord(Tags));
  const isOtherBoundary =
    PermissionsBoundary !== undefined && PermissionsBoundary !== current.permissionsBoundaryArn;
  if (isOtherBoundary) {
    const change = iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
    await withManagedPolicy(change, PermissionsBoundary, BOUNDARY_PATH);
  }
  const others = otherVersions(scope);
  const newest = Math.max(0, ...others);
  const isNeeded = (number: number) => others.some((other) => other <= number);
  const lacking = ManagedPolicyArns.filter((arn) => !current.policyArns.includes(arn));
  for (const PolicyArn of lacking) await attach(of, scope, RoleName, PolicyArn);
  const policies: Record<string, PolicyDocument> = {};
  const formerNames: string[] = [];
  let isChanged = isOtherBoundary || lacking.length > 0;
  for (const name of of.policyNames) {
    const wanted = Policies.find(({ PolicyName }) => PolicyName === name)?.PolicyDocument;
    const live = current.policies[name];
    const last = withFormer(wanted, live, newest, isNeeded);
    const first = withFormer(wanted, live, newest);
    if (last) policies[name] = last;
    if (isDeepStrictEqual(last, live)) continue;
    const isEnough = live !== undefined && includesAll(live, wanted);
    const fits = JSON.stringify(first ?? {}).length <= LONGEST_POLICIES;
    const written = isEnough ? undefined : fits ? first : last;
    if (written) {
      await putPolicy(of, scope, RoleName, name, written);
      isChanged = true;
    }
    if (!isDeepStrictEqual(written ?? live, last)) formerNames.push(name);
  }
  const formerArns = current.policyArns.filter((arn) => !ManagedPolicyArns.includes(arn));
  const role = {
    ...current,
    tags,
    policies,
    policyArns: ManagedPolicyArns,
    ...(PermissionsBoundary !== undefined && { permissionsBoundaryArn: PermissionsBoundary }),
    ...(formerNames.length + formerArns.length > 0 && {
      former: { policyNames: formerNames, policyArns: formerArns },
    }),
  };
  return { role, isChanged };
}

/** Numbers of the versions beside the one that the template describes. */
function otherVersions({ versions = [] }: Pick<Scope, 'versions'>): number[] {
  return versions.slice(1).map(({ number }) => number);
}

/** Whether a document says all that another one does, and denies no more. */
function includesAll(live: PolicyDocument, wanted: PolicyDocument | undefined): boolean {
  const [there, asked] = [live, wanted].map((each) => (each ? statementsOf(each) : []));
  const isIn = (all: typeof there, statement: unknown) =>
    all!.some((each) => isDeepStrictEqual(each, statement));
  return (
    (wanted === undefined || wanted.Version === live.Version) &&
    asked!.every((statement) => isIn(there, statement)) &&
    there!.every((statement) => statement.Effect === 'Allow' || isIn(asked, statement))
  );
}

/** Take away what no task relies on any more. */
async function narrow(
  scope: Scope,
  RoleName: string,
  { policies, former = { policyNames: [], policyArns: [] } }: ObservedRole,
): Promise<Outcome<void>> {
  const { iam } = scope.clients;
  for (const PolicyName of former.policyNames) {
    const document = policies[PolicyName];
    const change = document
      ? iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(document) }))
      : iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    await unless<unknown>(change, 'NoSuchEntityException');
  }
  for (const PolicyArn of former.policyArns) {
    await unless(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })), 'NoSuchEntityException');
  }
  return done(undefined);
}

async function putPolicy(
  { policyPaths }: RoleKind,
  { clients }: Scope,
  RoleName: string,
  PolicyName: string,
  document: PolicyDocument,
): Promise<void> {
  const PolicyDocument = JSON.stringify(document);
  try {
    await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
  } catch (error) {
    if (!isSdkError(error, 'MalformedPolicyDocumentException')) throw error;
    throw invalid(policyPaths.inline, `is refused by IAM: ${(error as Error).message}`, 'Correct the policy');
  }
}

async function attach(
  { policyPaths }: RoleKind,
  { clients }: Scope,
  RoleName: string,
  PolicyArn: string,
): Promise<void> {
  const attachment = clients.iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  await withManagedPolicy(attachment, PolicyArn, policyPaths.managed);
}

/** @throws HandlerError InvalidRequest when there is no such policy; the same error of IAM may say that the role is not known yet. */
async function withManagedPolicy<Answer>(
  call: Promise<Answer>,
  policyArn: string | undefined,
  propertyPath: string,
): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    const isNamed = policyArn !== undefined && (error as Error).message.includes(policyArn);
    if (!isNamed || !isSdkError(error, 'NoSuchEntityException')) throw error;
    throw invalid(propertyPath, `there is no managed policy ${policyArn}`, 'Name one that exists');
  }
}

/** @returns the tags that the role has afterwards. */
async function changeTags(
  { clients, removedTagKeys }: DesiredScope<RoleProperties>,
  RoleName: string,
  current: Tags,
  wanted: Tags,
): Promise<Tags> {
  const { set, remove: keys } = tagChanges(current, wanted, removedTagKeys);
  if (Object.keys(set).length > 0) {
    await clients.iam.send(new TagRoleCommand({ RoleName, Tags: tagList(set) }));
  }
  if (keys.length > 0) await clients.iam.send(new UntagRoleCommand({ RoleName, TagKeys: [...keys] }));
  const left = Object.entries({ ...current, ...set }).filter(([key]) => !keys.includes(key));
  return Object.fromEntries(left);
}

/** With all that it has, what was added by hand, too. */
function remove(scope: Scope, RoleName: string): Promise<Outcome<void>> {
  return whenFree(RoleName, async () => {
    const { iam } = scope.clients;
    const inline = await unless(
      allItems(paginateListRolePolicies({ client: iam }, { RoleName }), ({ PolicyNames }) => PolicyNames),
      'NoSuchEntityException',
    );
    for (const PolicyName of inline ?? []) {
      await unless(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })), 'NoSuchEntityException');
    }
    for (const PolicyArn of await attachedPolicies(scope, RoleName)) {
      await unless(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })), 'NoSuchEntityException');
    }
    await unless(iam.send(new DeleteRoleCommand({ RoleName })), 'NoSuchEntityException');
    return done(undefined);
  });
}

/** IAM refuses a change while another one is under way, and does not tell at once of what it has just made. */
async function whenFree<Result>(
  role: string,
  change: () => Promise<Outcome<Result>>,
): Promise<Outcome<Result>> {
  try {
    return await change();
  } catch (error) {
    if (isSdkError(error, 'ConcurrentModificationException', 'NoSuchEntityException')) {
      return wait(`IAM to have done with the last change to role ${role}`, 2, {
        limit: {
          seconds: SECONDS_OF_CONFLICT,
          problem: `role ${role} cannot be changed: ${(error as Error).message}`,
          remedy: 'Look who else changes the role, then try the operation again',
        },
      });
    }
    if (isSdkError(error, 'DeleteConflictException')) {
      return wait(`what was added by hand to role ${role} to be removed`, 5, {
        limit: {
          seconds: SECONDS_OF_CONFLICT,
          problem: `role ${role} cannot be deleted: ${(error as Error).message}`,
          remedy: 'Take it out of its instance profiles, then delete again',
        },
      });
    }
    throw error;
  }
}

/** IAM may still tell of a policy that is gone; an instance profile goes by hand only. */
const SECONDS_OF_CONFLICT = 120;
