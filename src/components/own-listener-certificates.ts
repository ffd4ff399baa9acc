/**
 * The service's certificates on a listener that the author looks after. Those that were added for the service are taken
 * off again: one that was requested for it is told by its owner; one that was given is recorded, before it is added, by a
 * tag of the service's security group, for it may as well have been there before. The default certificate stays as it is.
 */
import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
import { RemoveListenerCertificatesCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ApplyScope, Scope } from '../component';
import { RESERVED_TAG_PREFIX, shortHash } from '../identity';
import { describeRules, targetGroupArnsOf } from '../load-balancer-closing';
import { describeCertificate } from '../own-certificates';
import { hostNamesIn } from '../rule-conditions';
import { unless } from '../sdk-errors';
import { tagList, type Tags } from '../tags';
import { flawOf, type ObservedCertificate } from './certificate';
import { addCertificates, type ObservedListeners } from './listeners';
import { targetGroupNamePrefix } from './target-groups';
import type { ObservedServiceSecurityGroup } from './service-security-group';

/** IAM actions of {@link addRecorded}. */
export const ADD_CERTIFICATES_PERMISSIONS = [
  'ec2:CreateTags',
  'elasticloadbalancing:AddListenerCertificates',
] as const;

/** IAM actions of {@link takeOff}. */
export const REMOVE_CERTIFICATES_PERMISSIONS = [
  'acm:DescribeCertificate',
  'ec2:DeleteTags',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:RemoveListenerCertificates',
] as const;

/** Prefix of the tags that record given certificates which were added; the value is the ARN. */
const TAG_PREFIX = `${RESERVED_TAG_PREFIX}listener-certificate/`;

/** Add what the listener lacks. @returns the listener with it. */
export async function addRecorded(
  scope: ApplyScope,
  group: ObservedServiceSecurityGroup,
  { arns, own }: ObservedCertificate,
  listener: ObservedListeners,
): Promise<ObservedListeners> {
  const { httpsArn, defaultCertificateArn, certificateArns } = listener;
  const there = [defaultCertificateArn, ...certificateArns, ...own.map(({ arn }) => arn)];
  const given = arns.filter((arn) => !there.includes(arn));
  if (given.length > 0) {
    const Tags = tagList(Object.fromEntries(given.map((arn) => [tagKey(httpsArn!, arn), arn])));
    await scope.clients.ec2.send(new CreateTagsCommand({ Resources: [group.id], Tags }));
  }
  return addCertificates(scope, listener, arns);
}

/**
 * Take off what was added, all but what is kept. A certificate that was given stays while rules that are not of this
 * service answer at a host that it covers: their services were given it too, and found it there.
 */
export async function takeOff(
  scope: Scope,
  group: ObservedServiceSecurityGroup | undefined,
  certificate: ObservedCertificate | undefined,
  { httpsArn, certificateArns }: ObservedListeners,
  kept: readonly string[],
): Promise<void> {
  const isAdded = (arn: string) => certificateArns.includes(arn) && !kept.includes(arn);
  const recorded = recordedIn(group?.tags ?? {}, httpsArn!).filter((arn) => !kept.includes(arn));
  const given = recorded.filter(isAdded);
  const unused = given.length > 0 ? await notUsedByOthers(scope, httpsArn!, given) : [];
  const added = [...unused, ...(certificate?.own ?? []).map(({ arn }) => arn).filter(isAdded)];
  if (added.length > 0) {
    await unless(
      scope.clients.elasticLoadBalancing.send(
        new RemoveListenerCertificatesCommand({
          ListenerArn: httpsArn,
          Certificates: added.map((CertificateArn) => ({ CertificateArn })),
        }),
      ),
      'ListenerNotFoundException',
    );
  }
  if (group && recorded.length > 0) {
    const Tags = recorded.map((arn) => ({ Key: tagKey(httpsArn!, arn) }));
    await scope.clients.ec2.send(new DeleteTagsCommand({ Resources: [group.id], Tags }));
  }
}

async function notUsedByOthers(
  scope: Scope,
  listenerArn: string,
  arns: readonly string[],
): Promise<string[]> {
  const rules = await unless(describeRules(scope, listenerArn), 'ListenerNotFoundException');
  const ownPrefix = `:targetgroup/${targetGroupNamePrefix(scope.identity)}`;
  const others = (rules ?? []).filter(
    (rule) => !targetGroupArnsOf(rule).some((arn) => arn.includes(ownPrefix)),
  );
  const hostNames = others.flatMap(({ Conditions = [] }) => hostNamesIn(Conditions));
  const unused = await Promise.all(
    arns.map(async (arn) => {
      const described = await describeCertificate(scope, arn);
      const isUsed = hostNames.some((hostName) => flawOf(described, hostName) === undefined);
      return isUsed ? [] : [arn];
    }),
  );
  return unused.flat();
}

function recordedIn(tags: Tags, listenerArn: string): string[] {
  return Object.entries(tags)
    .filter(([key, arn]) => key === tagKey(listenerArn, arn))
    .map(([, arn]) => arn);
}

function tagKey(listenerArn: string, certificateArn: string): string {
  return `${TAG_PREFIX}${shortHash(listenerArn, 8)}-${shortHash(certificateArn, 8)}`;
}
