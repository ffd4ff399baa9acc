/** Which tags a template may give beside those that are kept here. */
import { invalid } from '../../core/failure';
import type { Tag, Tags } from '../identity/tags';
import { RESERVED_TAG_PREFIX } from './formats';

/** Tags of one resource, in all services used. */
const TAGS_PER_RESOURCE = 50;
/**
 * Tags of the service's security group that are this resource type's own in any case: whose it is, the version, and up to
 * four exposures while the service moves.
 */
const OWN_TAGS = 6;

/**
 * Check the tags of a template.
 *
 * @param tags of the resource.
 * @param all those of the stack, overlaid with them.
 * @param recorded those that record the domains and the template.
 * @throws HandlerError InvalidRequest.
 */
export function checkTags(tags: readonly Tag[] | undefined, all: Tags, recorded: Tags): void {
  const count = Object.keys(all).length;
  const most = TAGS_PER_RESOURCE - OWN_TAGS - Object.keys(recorded).length;
  if (count > most) {
    throw invalid('Tags', `are ${count} with those of the stack`, `Give at most ${most} in all`);
  }
  const keys = new Set<string>();
  for (const [index, { Key }] of (tags ?? []).entries()) {
    if (!Key) throw invalid(`Tags/${index}/Key`, 'is missing', 'Name the tag');
    if (/^aws:/i.test(Key) || Key.startsWith(RESERVED_TAG_PREFIX)) {
      throw invalid(`Tags/${index}/Key`, `"${Key}" begins with a reserved prefix`, 'Choose another key');
    }
    if (keys.has(Key)) throw invalid(`Tags/${index}/Key`, `"${Key}" appears twice`, 'Give each key once');
    keys.add(Key);
  }
}
