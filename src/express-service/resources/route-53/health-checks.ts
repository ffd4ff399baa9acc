/** Health checks of Route 53 that belong to a service. They are global: the same in every Region. */
import {
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  ListTagsForResourcesCommand,
  paginateListHealthChecks,
  type HealthCheck,
  type HealthCheckConfig,
} from '@aws-sdk/client-route-53';
import { allItems } from '../../../aws/pages';
import { unless } from '../../../aws/sdk-errors';
import { sessionValue } from '../../../aws/session';
import { allOf } from '../../../core/all-of';
import type { ApplyScope, Scope } from '../../composition/component';
import type { PartScope } from '../../composition/part';
import { tagChanges, tagList, tagRecord, type ResourceTag, type Tags } from '../../identity/tags';
import {
  healthCheckReference,
  roleOfHealthCheck,
  type HealthCheckRole,
} from '../../memory/health-check-reference';
import { managedTags } from '../../memory/ownership';

/** A health check that is there. */
export interface FoundHealthCheck {
  readonly id: string;
  readonly role: HealthCheckRole;
  readonly config: HealthCheckConfig;
  /** What Route 53 has copied from the alarm that it follows. */
  readonly alarm?: HealthCheck['CloudWatchAlarmConfiguration'];
  readonly tags: Tags;
}

/** As CloudFormation writes one. */
export interface HealthCheckProperties {
  readonly HealthCheckConfig: HealthCheckConfig;
  readonly HealthCheckTags: readonly ResourceTag[];
}

export const HEALTH_CHECK = 'AWS::Route53::HealthCheck';

/** IAM actions of {@link healthChecksOf}. */
export const LIST_HEALTH_CHECK_PERMISSIONS = [
  'route53:ListHealthChecks',
  'route53:ListTagsForResources',
] as const;

/** IAM actions of {@link createHealthCheck} and {@link changeHealthCheckTags}. */
export const CREATE_HEALTH_CHECK_PERMISSIONS = [
  'route53:ChangeTagsForResource',
  'route53:CreateHealthCheck',
] as const;

const RESOURCE_TYPE = 'healthcheck';

/** The health checks of the service, each once for all that look for them in an invocation. */
export function healthChecksOf(scope: Scope): Promise<readonly FoundHealthCheck[]> {
  const looks = looksFor(scope);
  const { serviceArn } = scope.identity;
  const looking = looks.get(serviceArn) ?? look(scope);
  looks.set(serviceArn, looking);
  return looking;
}

const looksFor = sessionValue((_: Scope) => new Map<string, Promise<readonly FoundHealthCheck[]>>());

/** Route 53 lists health checks by nothing: not by tag, and not by CallerReference. */
async function look(scope: Scope): Promise<readonly FoundHealthCheck[]> {
  const { route53 } = scope.clients;
  const all = await allItems(
    paginateListHealthChecks({ client: route53 }, {}),
    ({ HealthChecks }) => HealthChecks,
  );
  const own = all.flatMap((check) => {
    const role = roleOfHealthCheck(scope.identity, check.CallerReference!);
    return role ? [{ check, role }] : [];
  });
  if (own.length === 0) return [];
  const tags = await tagsOf(
    scope,
    own.map(({ check }) => check.Id!),
  );
  return own.map(({ check, role }) => ({
    id: check.Id!,
    role,
    config: check.HealthCheckConfig!,
    alarm: check.CloudWatchAlarmConfiguration,
    tags: tags[check.Id!] ?? {},
  }));
}

async function tagsOf({ clients }: Scope, ResourceIds: string[]): Promise<Readonly<Record<string, Tags>>> {
  const answer = await unless(
    clients.route53.send(new ListTagsForResourcesCommand({ ResourceType: RESOURCE_TYPE, ResourceIds })),
    'NoSuchHealthCheck',
  );
  const sets = answer?.ResourceTagSets ?? [];
  return Object.fromEntries(sets.map(({ ResourceId, Tags: list }) => [ResourceId, tagRecord(list)]));
}

/** Make a health check, or find what an earlier attempt of this operation has made. */
export async function createHealthCheck(
  scope: ApplyScope,
  role: HealthCheckRole,
  { HealthCheckConfig, HealthCheckTags }: HealthCheckProperties,
): Promise<FoundHealthCheck> {
  const { HealthCheck: made } = await scope.clients.route53.send(
    new CreateHealthCheckCommand({
      CallerReference: healthCheckReference(scope.identity, role, scope.operationToken),
      HealthCheckConfig,
    }),
  );
  const check = {
    id: made!.Id!,
    role,
    config: HealthCheckConfig,
    alarm: made!.CloudWatchAlarmConfiguration,
    tags: {},
  };
  await changeHealthCheckTags(scope, check);
  return { ...check, tags: tagRecord(HealthCheckTags) };
}

/** Restore the tags that the template names. */
export async function changeHealthCheckTags(
  scope: ApplyScope,
  { id, tags }: FoundHealthCheck,
): Promise<void> {
  const { set, remove } = tagChanges(tags, managedTags(scope), scope.removedTagKeys);
  const AddTags = tagList(set);
  if (AddTags.length + remove.length === 0) return;
  await scope.clients.route53.send(
    new ChangeTagsForResourceCommand({
      ResourceType: RESOURCE_TYPE,
      ResourceId: id,
      ...(AddTags.length > 0 && { AddTags }),
      ...(remove.length > 0 && { RemoveTagKeys: [...remove] }),
    }),
  );
}

/** Delete health checks; those that are gone count as deleted. */
export async function deleteHealthChecks(
  { clients }: Scope,
  checks: readonly FoundHealthCheck[],
): Promise<void> {
  await allOf(
    checks.map(({ id }) =>
      unless(clients.route53.send(new DeleteHealthCheckCommand({ HealthCheckId: id })), 'NoSuchHealthCheck'),
    ),
  );
}

/** ARN of a health check. */
export function healthCheckArn({ identity }: PartScope, { id }: FoundHealthCheck): string {
  return `arn:${identity.partition}:route53:::healthcheck/${id}`;
}
