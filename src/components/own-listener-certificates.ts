/**
 * The service's certificates on a listener that the author looks after. Those that were added are taken off again: one
 * that was requested for the service is told by its owner; one that was given may as well have been there before, so that
 * a tag of the service's security group records, before it is added, that it was added. Services that were given the same
 * one all record it, and the last one takes it off. The default certificate stays as it is.
 */
import { CreateTagsCommand, DeleteTagsCommand, paginateDescribeSecurityGroups } from '@aws-sdk/client-ec2';
import { RemoveListenerCertificatesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Scope } from '../component';
import { RESERVED_TAG_PREFIX, shortHash } from '../identity';
import { allItems } from '../pages';
import { unless } from '../sdk-errors';
import { tagList, type Tags } from '../tags';
import type { ObservedCertificate } from './certificate';
import { addCertificates, type ObservedListeners } from './listeners';
import type { ObservedServiceSecurityGroup } from './service-security-group';

/** IAM actions of {@link addRecorded}. */
export const ADD_CERTIFICATES_PERMISSIONS = [
  'ec2:CreateTags',
  'ec2:DescribeSecurityGroups',
  'elasticloadbalancing:AddListenerCertificates',
] as const;

/** IAM actions of {@link takeOff}. */
export const REMOVE_CERTIFICATES_PERMISSIONS = [
  'ec2:DeleteTags',
  'ec2:DescribeSecurityGroups',
  'elasticloadbalancing:RemoveListenerCertificates',
] as const;

/** Prefix of the tags that record given certificates which were added; the value is the ARN. */
const TAG_PREFIX = `${RESERVED_TAG_PREFIX}listener-certificate/`;

/** Whether the service may have certificates on the listener, or is to get some; else it needs no look at them. */
export function mayHaveCertificates(
  listenerArn: string,
  group: ObservedServiceSecurityGroup | undefined,
  certificate: ObservedCertificate | undefined,
): boolean {
  const { arns, own } = certificate ?? { arns: [], own: [] };
  return arns.length + own.length + recordedIn(group?.tags ?? {}, listenerArn).length > 0;
}

/** Add what the listener lacks. @returns the listener with it. */
export async function addRecorded(
  scope: ApplyScope,
  group: ObservedServiceSecurityGroup,
  { arns, own }: ObservedCertificate,
  listener: ObservedListeners,
): Promise<ObservedListeners> {
  const { httpsArn, certificateArns } = listener;
  const recorded = recordedIn(group.tags, httpsArn!);
  const unrecorded = arns.filter(
    (arn) =>
      arn !== listener.defaultCertificateArn &&
      !recorded.includes(arn) &&
      !own.some((requested) => requested.arn === arn),
  );
  const added = await Promise.all(
    unrecorded.map(async (arn) =>
      !certificateArns.includes(arn) || (await isRecordedByOthers(scope, httpsArn!, arn, group.id))
        ? [arn]
        : [],
    ),
  );
  if (added.flat().length > 0) {
    const Tags = tagList(Object.fromEntries(added.flat().map((arn) => [tagKey(httpsArn!, arn), arn])));
    await scope.clients.ec2.send(new CreateTagsCommand({ Resources: [group.id], Tags }));
  }
  return addCertificates(scope, listener, arns);
}

/** Take off what was added, all but what is kept, and what was given to other services of the listener too. */
export async function takeOff(
  scope: Scope,
  group: ObservedServiceSecurityGroup | undefined,
  certificate: ObservedCertificate | undefined,
  { httpsArn, certificateArns }: ObservedListeners,
  kept: readonly string[],
): Promise<void> {
  const recorded = recordedIn(group?.tags ?? {}, httpsArn!).filter((arn) => !kept.includes(arn));
  const unused = await Promise.all(
    recorded.map(async (arn) => ((await isRecordedByOthers(scope, httpsArn!, arn, group!.id)) ? [] : [arn])),
  );
  const requested = (certificate?.own ?? []).map(({ arn }) => arn).filter((arn) => !kept.includes(arn));
  const removed = [...unused.flat(), ...requested].filter((arn) => certificateArns.includes(arn));
  if (removed.length > 0) {
    await unless(
      scope.clients.elasticLoadBalancing.send(
        new RemoveListenerCertificatesCommand({
          ListenerArn: httpsArn,
          Certificates: removed.map((CertificateArn) => ({ CertificateArn })),
        }),
      ),
      'ListenerNotFoundException',
    );
  }
  if (recorded.length > 0) {
    const Tags = recorded.map((arn) => ({ Key: tagKey(httpsArn!, arn) }));
    await scope.clients.ec2.send(new DeleteTagsCommand({ Resources: [group!.id], Tags }));
  }
}

/** Whether another service has the certificate on the listener recorded as added. */
async function isRecordedByOthers(
  { clients }: Scope,
  listenerArn: string,
  certificateArn: string,
  groupId: string,
): Promise<boolean> {
  const Filters = [{ Name: 'tag-key', Values: [tagKey(listenerArn, certificateArn)] }];
  const groups = await allItems(
    paginateDescribeSecurityGroups({ client: clients.ec2 }, { Filters }),
    ({ SecurityGroups }) => SecurityGroups,
  );
  return groups.some(({ GroupId }) => GroupId !== groupId);
}

function recordedIn(tags: Tags, listenerArn: string): string[] {
  return Object.entries(tags)
    .filter(([key, arn]) => key === tagKey(listenerArn, arn))
    .map(([, arn]) => arn);
}

function tagKey(listenerArn: string, certificateArn: string): string {
  return `${TAG_PREFIX}${shortHash(listenerArn, 8)}-${shortHash(certificateArn, 8)}`;
}
