/**
 * The service's certificates on a listener that the author looks after. Those that were added are taken off again: one
 * that was requested for the service is told by its owner; one that was given may as well have been there before, so that
 * a tag of the service's security group records, before it is added, that it was added. Services that were given the same
 * one all record it, and the last one takes it off. The default certificate stays as it is.
 *
 * Who leaves marks its record, and then looks for records of others without a mark; who comes makes its record, and then
 * waits until those that are marked have gone, before it adds the certificate. Both write before they read, as in
 * managed-certificates.ts.
 */
import { CreateTagsCommand, DeleteTagsCommand, paginateDescribeSecurityGroups } from '@aws-sdk/client-ec2';
import { RemoveListenerCertificatesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Scope } from '../../composition/component';
import {
  listenerCertificatesIn,
  listenerCertificateTag,
  listenerCertificateTagKey,
  type ListenerCertificate,
} from '../../memory/listener-certificates';
import { LIMIT, wait, waitedFor, done, type Outcome } from '../../../core/outcome';
import { allItems } from '../../../aws/pages';
import { unless } from '../../../aws/sdk-errors';
import { tagList, tagRecord } from '../../identity/tags';
import type { ObservedCertificate } from '../certificate-manager/certificate';
import { addCertificates, type ObservedListeners } from './listeners';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';

/** IAM actions of {@link addRecorded}. */
export const ADD_CERTIFICATES_PERMISSIONS = [
  'ec2:CreateTags',
  'ec2:DescribeSecurityGroups',
  'elasticloadbalancing:AddListenerCertificates',
] as const;

/** IAM actions of {@link takeOff}. */
export const REMOVE_CERTIFICATES_PERMISSIONS = [
  'ec2:CreateTags',
  'ec2:DeleteTags',
  'ec2:DescribeSecurityGroups',
  'elasticloadbalancing:RemoveListenerCertificates',
] as const;

/** Seconds for which a service that comes waits for those that leave: an invocation of theirs lasts a minute at most. */
const PATIENCE_SECONDS = 90;
/** Seconds between two looks at them. */
const SECONDS_BETWEEN_LOOKS = 2;

/** Whether the service may have certificates on the listener, or is to get some; else it needs no look at them. */
export function mayHaveCertificates(
  listenerArn: string,
  group: ObservedServiceSecurityGroup | undefined,
  certificate: ObservedCertificate | undefined,
): boolean {
  const { arns, managed } = certificate ?? { arns: [], managed: [] };
  return arns.length + managed.length + listenerCertificatesIn(group?.tags ?? {}, listenerArn).length > 0;
}

/** Add what the listener lacks. @returns the listener with it. */
export async function addRecorded(
  scope: ApplyScope,
  group: ObservedServiceSecurityGroup,
  { arns, managed }: ObservedCertificate,
  listener: ObservedListeners,
): Promise<Outcome<ObservedListeners>> {
  const { httpsArn, certificateArns } = listener;
  const recorded = listenerCertificatesIn(group.tags, httpsArn!);
  const unmarked = recorded.filter(({ isLeaving }) => !isLeaving).map(({ arn }) => arn);
  const given = arns.filter(
    (arn) => arn !== listener.defaultCertificateArn && !managed.some((requested) => requested.arn === arn),
  );
  const added = await Promise.all(
    given
      .filter((arn) => !unmarked.includes(arn))
      .map(async (arn) =>
        !certificateArns.includes(arn) ||
        recorded.some((each) => each.arn === arn) ||
        (await recordsOfOthers(scope, httpsArn!, arn, group.id)).length > 0
          ? [arn]
          : [],
      ),
  );
  await record(scope, group, httpsArn!, added.flat());
  for (const arn of given) {
    const what = `other services to finish with certificate ${arn}`;
    const isNew = added.flat().includes(arn) || !certificateArns.includes(arn) || what in scope.time.waits;
    if (!isNew || waitedFor(scope.time, what) >= PATIENCE_SECONDS) continue;
    const others = await recordsOfOthers(scope, httpsArn!, arn, group.id);
    if (others.some(({ isLeaving }) => isLeaving)) {
      return wait(what, SECONDS_BETWEEN_LOOKS, { limit: { ...LIMIT, what } });
    }
  }
  return done(await addCertificates(scope, listener, arns));
}

/** Take off what was added, all but what is kept, and what was given to other services of the listener too. */
export async function takeOff(
  scope: Scope,
  group: ObservedServiceSecurityGroup | undefined,
  certificate: ObservedCertificate | undefined,
  { httpsArn, certificateArns }: ObservedListeners,
  kept: readonly string[],
): Promise<void> {
  const recorded = listenerCertificatesIn(group?.tags ?? {}, httpsArn!)
    .map(({ arn }) => arn)
    .filter((arn) => !kept.includes(arn));
  if (recorded.length > 0) await record(scope, group!, httpsArn!, recorded, true);
  const unused = await Promise.all(
    recorded.map(async (arn) => {
      const others = await recordsOfOthers(scope, httpsArn!, arn, group!.id);
      return others.every(({ isLeaving }) => isLeaving) ? [arn] : [];
    }),
  );
  const requested = (certificate?.managed ?? []).map(({ arn }) => arn).filter((arn) => !kept.includes(arn));
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
    const Tags = recorded.map((arn) => ({ Key: listenerCertificateTagKey(httpsArn!, arn) }));
    await scope.clients.ec2.send(new DeleteTagsCommand({ Resources: [group!.id], Tags }));
  }
}

/** Record that the service has added certificates, or that it is taking them off. */
async function record(
  { clients }: Scope,
  { id }: ObservedServiceSecurityGroup,
  listenerArn: string,
  arns: readonly string[],
  isLeaving = false,
): Promise<void> {
  if (arns.length === 0) return;
  const Tags = arns.flatMap((arn) => tagList(listenerCertificateTag(listenerArn, { arn, isLeaving })));
  await clients.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
}

/** What other services have recorded of a certificate on the listener. */
async function recordsOfOthers(
  { clients }: Scope,
  listenerArn: string,
  certificateArn: string,
  groupId: string,
): Promise<ListenerCertificate[]> {
  const Filters = [{ Name: 'tag-key', Values: [listenerCertificateTagKey(listenerArn, certificateArn)] }];
  const groups = await allItems(
    paginateDescribeSecurityGroups({ client: clients.ec2 }, { Filters }),
    ({ SecurityGroups }) => SecurityGroups,
  );
  return groups
    .filter(({ GroupId }) => GroupId !== groupId)
    .flatMap(({ Tags }) => listenerCertificatesIn(tagRecord(Tags), listenerArn))
    .filter(({ arn }) => arn === certificateArn);
}
