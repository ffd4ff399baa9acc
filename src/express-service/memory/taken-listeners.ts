/**
 * What the tags of a listener say of who has taken it. Each service has a tag of its own, so that none writes over that of
 * another: who wants a listener writes its tag, and then looks for others.
 */
import { shortHash, type Identity } from '../identity/identity';
import type { Tags } from '../identity/tags';
import { isTagOf, TAGS } from './formats';

/** Who has taken a listener. */
export interface Takers {
  /** What it forwarded to before this service took it; undefined when the service has not taken it. */
  readonly before?: string;
  /** Whether another service has taken it, or is about to. */
  readonly hasOthers: boolean;
}

/** Key of the tag of a service on a listener that it takes. */
export function takenListenerTagKey({ serviceArn }: Pick<Identity, 'serviceArn'>): string {
  return TAGS.takenListener.key + shortHash(serviceArn, 16);
}

/** The tag of {@link takenListenerTagKey}. @param before ARN of the target group that the listener forwards to. */
export function takenListenerTag(identity: Pick<Identity, 'serviceArn'>, before: string): Tags {
  return { [takenListenerTagKey(identity)]: before };
}

/** What {@link takenListenerTag} has written, for this service and others. */
export function takersIn(tags: Tags, identity: Pick<Identity, 'serviceArn'>): Takers {
  const own = takenListenerTagKey(identity);
  const keys = Object.keys(tags).filter((key) => isTagOf(TAGS.takenListener, key));
  return { before: tags[own], hasOthers: keys.some((key) => key !== own) };
}
