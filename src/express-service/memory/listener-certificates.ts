/** What tags of a service's security group say of certificates that it has added to a listener of the author's. */
import { shortHash } from '../identity/identity';
import type { Tags } from '../identity/tags';
import { TAGS } from './formats';

/** A certificate that a service has added to a listener. */
export interface ListenerCertificate {
  readonly arn: string;
  /** Whether the service is taking it off. */
  readonly isLeaving: boolean;
}

/** In the value of a tag: the service is taking the certificate off. */
const LEAVING = ' leaving';

/** Key of the tag of a certificate on a listener. */
export function listenerCertificateTagKey(listenerArn: string, certificateArn: string): string {
  return `${TAGS.listenerCertificate.key}${shortHash(listenerArn, 8)}-${shortHash(certificateArn, 8)}`;
}

/** The tag of a certificate on a listener. */
export function listenerCertificateTag(listenerArn: string, { arn, isLeaving }: ListenerCertificate): Tags {
  return { [listenerCertificateTagKey(listenerArn, arn)]: isLeaving ? arn + LEAVING : arn };
}

/** The certificates on a listener that tags speak of. */
export function listenerCertificatesIn(tags: Tags, listenerArn: string): ListenerCertificate[] {
  return Object.entries(tags).flatMap(([key, value]) => {
    const isLeaving = value.endsWith(LEAVING);
    const arn = isLeaving ? value.slice(0, -LEAVING.length) : value;
    return key === listenerCertificateTagKey(listenerArn, arn) ? [{ arn, isLeaving }] : [];
  });
}
