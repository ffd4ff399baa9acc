/** Metric alarms of a service, whatever they watch. */
import {
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  type MetricAlarm,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { unless } from '../../../aws/sdk-errors';
import type { ApplyScope, Scope } from '../../composition/component';
import type { Identity } from '../../identity/identity';
import { tagChanges, tagList, tagRecord, type Tags } from '../../identity/tags';
import { checkManaged, managedTags } from '../../memory/ownership';

/** The longest name that CloudWatch takes (API reference of PutMetricAlarm). */
export const LONGEST_ALARM_NAME = 255;

/** An alarm of this service that is there. */
export interface FoundAlarm {
  readonly name: string;
  readonly arn: string;
  readonly tags: Tags;
  /** As CloudWatch describes it. Empty while the service is removed: its tags tell a removal all. */
  readonly alarm: MetricAlarm;
}

/** ARN of the alarm with a name. */
export function alarmArn({ partition, region, accountId }: Identity, name: string): string {
  return `arn:${partition}:cloudwatch:${region}:${accountId}:alarm:${name}`;
}

/**
 * Look for an alarm. It takes cloudwatch:ListTagsForResource and, unless the service is removed, cloudwatch:DescribeAlarms.
 *
 * @returns undefined when it is absent.
 * @throws HandlerError ResourceConflict when it is somebody else's.
 */
export async function findAlarm(scope: Scope, name: string): Promise<FoundAlarm | undefined> {
  const arn = alarmArn(scope.identity, name);
  const alarm = scope.isRemoval ? {} : await describeAlarm(scope, name);
  const listed =
    alarm &&
    (await unless(
      scope.clients.cloudWatch.send(new ListTagsForResourceCommand({ ResourceARN: arn })),
      'ResourceNotFoundException',
      'ResourceNotFound',
    ));
  if (!listed) return undefined;
  const tags = tagRecord(listed.Tags);
  const isManaged = checkManaged(scope, tags, {
    what: `alarm ${name}`,
    propertyPath: 'ServiceName',
    remedy: 'Choose another name, or delete the alarm',
  });
  return isManaged ? { name, arn, tags, alarm } : undefined;
}

/** The alarm with a name, whoever made it; undefined when it is absent. It takes cloudwatch:DescribeAlarms. */
export async function describeAlarm(
  { clients }: Pick<Scope, 'clients'>,
  name: string,
): Promise<MetricAlarm | undefined> {
  const { MetricAlarms } = await clients.cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['MetricAlarm'] }),
  );
  return MetricAlarms?.[0];
}

/** Settings of an alarm that people may have changed by hand, whatever it watches: they are put again with what changes. */
export function keptSettings(alarm: MetricAlarm): Partial<PutMetricAlarmCommandInput> {
  const { AlarmDescription, ActionsEnabled, OKActions, AlarmActions, InsufficientDataActions } = alarm;
  const { ComparisonOperator, TreatMissingData } = alarm;
  return {
    ...{ AlarmDescription, ActionsEnabled, OKActions, AlarmActions, InsufficientDataActions },
    ...{ ComparisonOperator, TreatMissingData },
  };
}

/**
 * Give an alarm the tags that it is to have, for PutMetricAlarm gives none to one that is there. It takes
 * cloudwatch:TagResource and cloudwatch:UntagResource.
 */
export async function changeAlarmTags(
  scope: ApplyScope,
  { arn, tags }: Pick<FoundAlarm, 'arn' | 'tags'>,
): Promise<void> {
  const { set, remove } = tagChanges(tags, managedTags(scope), scope.removedTagKeys);
  const { cloudWatch } = scope.clients;
  if (Object.keys(set).length > 0) {
    await cloudWatch.send(new TagResourceCommand({ ResourceARN: arn, Tags: tagList(set) }));
  }
  if (remove.length > 0) {
    await cloudWatch.send(new UntagResourceCommand({ ResourceARN: arn, TagKeys: [...remove] }));
  }
}

/** Delete alarms; those that are gone count as deleted. It takes cloudwatch:DeleteAlarms. */
export async function deleteAlarms({ clients }: Scope, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await unless(
    clients.cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [...names] })),
    'ResourceNotFound',
  );
}
