import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
  OperationAbortedException,
  PutRetentionPolicyCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { ApplyScope, Component } from '../component';
import { fittingName, shortHash, type Identity } from '../identity';
import { done, wait, type Outcome } from '../outcome';
import { checkOwn } from '../ownership';
import { unless } from '../sdk-errors';
import { ownedTags, tagChanges, type Tags } from '../tags';

/** The log group that is made for the service. */
export interface ObservedLogGroup {
  readonly name: string;
  readonly arn: string;
  /** Undefined means for ever. */
  readonly retentionInDays?: number;
  readonly tags: Tags;
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

/** Days that the log group is to keep its events; undefined when the author names a log group, or a task definition. */
function wantedRetention({ spec: { task } }: ApplyScope): number | undefined {
  return task.kind === 'managed' && task.logs.logGroupName === undefined
    ? task.logs.retentionInDays
    : undefined;
}

/** Made unless the author names one; once made it stays as long as the service, so that no logs are lost. */
export const logGroup: Component<ObservedLogGroup | undefined> = {
  kind: 'LogGroup',
  needs: [],
  permissions: {
    observe: ['logs:DescribeLogGroups', 'logs:ListTagsForResource'],
    apply: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:TagResource', 'logs:UntagResource'],
    remove: ['logs:DeleteLogGroup'],
  },

  async observe(scope) {
    const { clients, identity } = scope;
    const name = logGroupName(identity);
    const { logGroups } = await clients.cloudWatchLogs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: name }),
    );
    const found = logGroups?.find((candidate) => candidate.logGroupName === name);
    if (!found) return undefined;
    const arn = logGroupArn(identity, name);
    const { tags = {} } = await clients.cloudWatchLogs.send(
      new ListTagsForResourceCommand({ resourceArn: arn }),
    );
    const own = checkOwn(scope, tags, {
      what: `log group ${name}`,
      propertyPath: 'PrimaryContainer/AwsLogsConfiguration/LogGroup',
      remedy: 'Name it here to use it, delete it, or choose another ServiceName',
    });
    return own ? { name, arn, retentionInDays: found.retentionInDays, tags } : undefined;
  },

  async apply(scope, _needs, current) {
    const retentionInDays = wantedRetention(scope);
    if (retentionInDays === undefined) return done(current);
    const { clients, identity } = scope;
    const name = logGroupName(identity);
    const arn = logGroupArn(identity, name);
    try {
      if (current) await changeTags(scope, current);
      else await create(scope, name);
      if (current?.retentionInDays !== retentionInDays) {
        await clients.cloudWatchLogs.send(
          new PutRetentionPolicyCommand({ logGroupName: name, retentionInDays }),
        );
      }
    } catch (error) {
      if (error instanceof OperationAbortedException) return busy(name);
      throw error;
    }
    return done({ name, arn, retentionInDays, tags: { ...current?.tags, ...ownedTags(scope) } });
  },

  async remove({ clients }, _found, current) {
    if (!current) return done(undefined);
    try {
      await unless(
        clients.cloudWatchLogs.send(new DeleteLogGroupCommand({ logGroupName: current.name })),
        'ResourceNotFoundException',
      );
      return done(undefined);
    } catch (error) {
      if (error instanceof OperationAbortedException) return busy(current.name);
      throw error;
    }
  },
};

/** CloudWatch Logs refuses a change while another one to the same log group is under way. */
function busy(name: string): Outcome<never> {
  return wait(`another change to log group ${name}`, 2);
}

async function create(scope: ApplyScope, name: string): Promise<void> {
  // A moment ago it was absent: if it is there, an attempt of this call whose answer was lost has made it.
  await unless(
    scope.clients.cloudWatchLogs.send(
      new CreateLogGroupCommand({ logGroupName: name, tags: { ...ownedTags(scope) } }),
    ),
    'ResourceAlreadyExistsException',
  );
}

async function changeTags(scope: ApplyScope, { arn, tags }: ObservedLogGroup): Promise<void> {
  const { set, remove } = tagChanges(tags, ownedTags(scope), scope.removedTagKeys);
  const { cloudWatchLogs } = scope.clients;
  if (Object.keys(set).length > 0) {
    await cloudWatchLogs.send(new TagResourceCommand({ resourceArn: arn, tags: { ...set } }));
  }
  if (remove.length > 0) {
    await cloudWatchLogs.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: [...remove] }));
  }
}
