import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  OperationAbortedException,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type LogGroup as FoundLogGroup,
} from '@aws-sdk/client-cloudwatch-logs';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { onePart } from '../../composition/part';
import { invalid } from '../../../core/failure';
import { fittingName, shortHash, type Identity } from '../../identity/identity';
import { RETENTION_TAG_KEY, retentionIn, retentionTag } from '../../memory/resource-marks';
import { done, wait, type Outcome } from '../../../core/outcome';
import { checkManaged, managedTags } from '../../memory/ownership';
import { mainContainerOf, type TaskDefinitionContent } from '../../properties/task-definition-content';
import { unless } from '../../../aws/sdk-errors';
import type { ServiceSpec } from '../../specification';
import { tagChanges, tagList, tagRecord, type ResourceTag, type Tags } from '../../identity/tags';
import type { Logs } from '../../properties/task';
import { threeWay } from '../../../core/three-way';

/** The log group that is made for the service. */
export interface ObservedLogGroup {
  readonly name: string;
  readonly arn: string;
  /** Undefined means for ever. */
  readonly retentionInDays?: number;
  /** Whether it stays when the service is deleted. */
  readonly retained: boolean;
  readonly tags: Tags;
}

/** What tells whether containers write to the log group. */
interface WritersFound {
  readonly TaskDefinition?: { readonly definition: TaskDefinitionContent };
}

interface LogGroupProperties {
  readonly LogGroupName: string;
  readonly RetentionInDays?: number;
  readonly Tags: readonly ResourceTag[];
}

/** The longest name that CloudWatch Logs takes. */
const LONGEST_NAME = 512;

/** Name of the log group of a service; the digits tell it from one that was made by hand. */
export function logGroupName({ clusterName, serviceName, serviceArn }: Identity): string {
  return fittingName(`/aws/ecs/${clusterName}/${serviceName}-${shortHash(serviceArn, 4)}`, LONGEST_NAME);
}

/** ARN of a log group of that name. */
function logGroupArn({ partition, region, accountId }: Identity, name: string): string {
  return `arn:${partition}:logs:${region}:${accountId}:log-group:${name}`;
}

/**
 * What the template says of the log group that is made; undefined when it names a task definition, or a log group while
 * none has been made.
 */
function madeLogs(spec: ServiceSpec | undefined, current: ObservedLogGroup | undefined): Logs | undefined {
  const logs = spec?.task.kind === 'managed' ? spec.task.logs : undefined;
  return logs?.logGroupName === undefined || current ? logs : undefined;
}

/** @throws HandlerError InvalidRequest when a template begins to describe a log group that is neither there nor made. */
function checkIsMade({ spec, previousSpec }: Scope): void {
  if (spec?.task.kind !== 'managed') return;
  const before = previousSpec?.task.kind === 'managed' ? previousSpec.task.logs.givenBesideName : [];
  const property = spec.task.logs.givenBesideName?.find((name) => !before?.includes(name));
  if (property === undefined) return;
  throw invalid(
    property,
    'is of the log group that is made, and none is: PrimaryContainer/AwsLogsConfiguration/LogGroup names another',
    'Remove one of the two',
  );
}

/**
 * A tag says what becomes of the log group with its service: whoever deletes the service knows nothing but its ARN, and a
 * log group that is left behind must not look like a part of a service that is still there.
 */

/**
 * Made unless the author names one; once made it stays as long as the service, so that no logs are lost, and follows the
 * template as before. One that an earlier service of the same ARN has left behind is taken over.
 */
export const logGroup: Component<ObservedLogGroup | undefined, object, LogGroupProperties> = {
  kind: 'LogGroup',
  needs: [],
  permissions: {
    observe: ['logs:DescribeLogGroups', 'logs:ListTagsForResource'],
    apply: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:TagResource', 'logs:UntagResource'],
    observeForRemoval: ['logs:ListTagsForResource'],
    remove: ['logs:DeleteLogGroup', 'logs:TagResource'],
  },

  desired(plan, _found, current) {
    const logs = madeLogs(plan.spec, current);
    if (!logs) return [];
    const { retentionInDays: RetentionInDays } = threeWay<{ readonly retentionInDays?: number }>({
      desired: { retentionInDays: logs.retentionInDays ?? current?.retentionInDays },
      previous: { retentionInDays: madeLogs(plan.previousSpec, current)?.retentionInDays },
      live: current && { retentionInDays: current.retentionInDays },
    });
    const retained = logs.retained ?? current?.retained ?? false;
    const tags = { ...managedTags(plan), ...(retained && retentionTag('Retain')) };
    const properties = { LogGroupName: logGroupName(plan.identity), RetentionInDays, Tags: tagList(tags) };
    return [{ type: 'AWS::Logs::LogGroup', retained, properties }];
  },

  attributes: (observed) => ({ '': { Ref: observed?.name, Arn: observed?.arn } }),

  /** One that the containers do not write to needs not be there. */
  parts({ identity }, observed, found) {
    const name = logGroupName(identity);
    const { TaskDefinition: task } = found as WritersFound;
    const options = task && mainContainerOf(task.definition)?.logConfiguration?.options;
    if (!observed && options?.['awslogs-group'] !== name) return [];
    return onePart('AWS::Logs::LogGroup', observed, ({ arn }) => arn, logGroupArn(identity, name));
  },

  async observe(scope) {
    const { clients, identity } = scope;
    const name = logGroupName(identity);
    // The tags tell a removal all: whether it is there, whose it is, and whether it stays.
    const found: FoundLogGroup | undefined = scope.isRemoval ? {} : await describeLogGroup(scope, name);
    if (!found) {
      checkIsMade(scope);
      return undefined;
    }
    const arn = logGroupArn(identity, name);
    const listed = await unless(
      clients.cloudWatchLogs.send(new ListTagsForResourceCommand({ resourceArn: arn })),
      'ResourceNotFoundException',
    );
    if (!listed) return undefined;
    const { tags = {} } = listed;
    const isManaged = checkManaged(scope, tags, {
      what: `log group ${name}`,
      propertyPath: 'PrimaryContainer/AwsLogsConfiguration/LogGroup',
      remedy: 'Name it here to use it, delete it, or choose another ServiceName',
    });
    const leftBehind = !scope.spec && retentionIn(tags) === 'Retained';
    return isManaged && !leftBehind
      ? describe({ name, arn, retentionInDays: found.retentionInDays, tags })
      : undefined;
  },

  async apply(scope, _needs, current) {
    const wanted = scope.desired[''];
    if (!wanted) return done(current);
    const { LogGroupName: name, RetentionInDays: retentionInDays } = wanted;
    const tags = tagRecord(wanted.Tags);
    try {
      if (current) await changeTags(scope, current, tags);
      else await create(scope, name, tags);
      if (retentionInDays !== undefined && current?.retentionInDays !== retentionInDays) {
        await scope.clients.cloudWatchLogs.send(
          new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }),
        );
      }
    } catch (error) {
      if (error instanceof OperationAbortedException) return busy(name);
      throw error;
    }
    const arn = logGroupArn(scope.identity, name);
    const all = { ...withoutPolicy(current?.tags), ...tags };
    return done(describe({ name, arn, retentionInDays, tags: all }));
  },

  async remove({ clients }, _found, current) {
    if (!current) return done(undefined);
    const removal = current.retained
      ? clients.cloudWatchLogs.send(
          new TagResourceCommand({ resourceArn: current.arn, tags: { ...retentionTag('Retained') } }),
        )
      : clients.cloudWatchLogs.send(new DeleteLogGroupCommand({ logGroupName: current.name }));
    try {
      await unless(removal, 'ResourceNotFoundException');
      return done(undefined);
    } catch (error) {
      if (error instanceof OperationAbortedException) return busy(current.name);
      throw error;
    }
  },
};

async function describeLogGroup({ clients }: Scope, name: string): Promise<FoundLogGroup | undefined> {
  const { logGroups } = await clients.cloudWatchLogs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
  );
  return logGroups?.find((candidate) => candidate.logGroupName === name);
}

/** CloudWatch Logs refuses a change while another one to the same log group is under way. */
function busy(name: string): Outcome<never> {
  return wait(`another change to log group ${name}`, 2);
}

function describe(observed: Omit<NonNullable<ObservedLogGroup>, 'retained'>): ObservedLogGroup {
  return { ...observed, retained: retentionIn(observed.tags) === 'Retain' };
}

function withoutPolicy({ [RETENTION_TAG_KEY]: _policy, ...others }: Tags = {}): Tags {
  return others;
}

async function create(scope: ApplyScope, name: string, tags: Tags): Promise<void> {
  // A moment ago it was absent: if it is there, an attempt of this call whose answer was lost has made it.
  await unless(
    scope.clients.cloudWatchLogs.send(new CreateLogGroupCommand({ logGroupName: name, tags: { ...tags } })),
    'ResourceAlreadyExistsException',
  );
}

async function changeTags(scope: ApplyScope, { arn, tags }: ObservedLogGroup, wanted: Tags): Promise<void> {
  const { set, remove } = tagChanges(tags, wanted, [...scope.removedTagKeys, RETENTION_TAG_KEY]);
  const { cloudWatchLogs } = scope.clients;
  if (Object.keys(set).length > 0) {
    await cloudWatchLogs.send(new TagResourceCommand({ resourceArn: arn, tags: { ...set } }));
  }
  if (remove.length > 0) {
    await cloudWatchLogs.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: [...remove] }));
  }
}
