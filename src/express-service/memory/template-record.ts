/**
 * What READ has to know of the template and AWS holds nowhere: kept in one tag of the service's security group. Where the
 * record is missing or incomplete, drift is reported that is none, and nothing else happens.
 *
 * Keys and paths are kept as hashes, because the keys and paths of a few containers do not fit in the tag. A hash is as long
 * as there is room: of up to thirty keys and paths it has 48 bits, so that READ practically never takes something else for
 * one of them. Of 18 bits, as in version 1, it does so in one of eighteen templates with fifty of them.
 */
import { createHash } from 'node:crypto';
import { spelledOut } from '../../core/spelled-out';
import { PROPERTIES } from '../properties/rows';
import type { ResourceModel } from '../model';
import type { Scaling } from '../properties/scaling';
import type { Tags } from '../identity/tags';
import { LONGEST_TAG_VALUE, TAGS } from './formats';

/** Key of the tag. */
export const RECORD_TAG = TAGS.template.key;

/** Characters of a hash, each of 6 bits. */
const HASH_LENGTH = { most: 8, least: 3 };

/** The numbers of tasks in the template, which scheduled actions change in AWS. */
export type RecordedTaskCounts = Pick<Scaling, 'minTaskCount' | 'maxTaskCount'>;

/** See the head of this file. */
export interface TemplateRecord {
  /** Undefined when nothing is recorded. */
  readonly taskCounts?: RecordedTaskCounts;
  /** Whether a tag comes from the stack rather than from the resource. */
  isStackTag(key: string): boolean;
  /** Whether the template spells out what stands at a path (see core/spelled-out.ts). */
  isSpelledOut(path: string): boolean;
}

/**
 * The tag of a template; none when there is nothing to record. Its value: the numbers of tasks where there are scheduled
 * actions, the length of a hash, hashes of the keys of stack tags, and hashes of the paths of what is spelled out as far as
 * they fit in.
 *
 * @param tags of the stack, overlaid with the model's own.
 */
export function templateRecord(
  model: ResourceModel,
  tags: Tags,
  { scheduledActions, minTaskCount, maxTaskCount }: Scaling,
): Tags {
  const own = new Set((model.Tags ?? []).map(({ Key }) => Key));
  const stackTags = Object.keys(tags).filter((key) => !own.has(key));
  const counts = scheduledActions ? `${minTaskCount}-${maxTaskCount}` : '';
  const paths = spelledOut(PROPERTIES, model);
  if (!counts && stackTags.length + paths.length === 0) return {};
  const room = LONGEST_TAG_VALUE - `${counts}/${HASH_LENGTH.most}//`.length;
  const fitting = Math.floor(room / (stackTags.length + paths.length));
  const length = Math.max(HASH_LENGTH.least, Math.min(HASH_LENGTH.most, fitting));
  const most = Math.max(0, Math.floor(room / length) - stackTags.length);
  const fields = [counts, length, hashes(stackTags, length), hashes(paths.slice(0, most), length)];
  return { [RECORD_TAG]: fields.join('/') };
}

/** What the tags of the service's security group record. */
export function recordOf(tags: Tags = {}): TemplateRecord {
  const [counts = '', ...fields] = (tags[RECORD_TAG] ?? '').split('/');
  // Version 1 does not say how long a hash is.
  const [length, stackTags = '', paths = ''] =
    fields.length === 3 ? fields : [String(HASH_LENGTH.least), ...fields];
  const [minTaskCount, maxTaskCount] = counts.split('-').map(Number);
  return {
    taskCounts: maxTaskCount === undefined ? undefined : { minTaskCount: minTaskCount!, maxTaskCount },
    isStackTag: (key) => includes(stackTags, key, Number(length)),
    isSpelledOut: (path) => includes(paths, path, Number(length)),
  };
}

function hashes(texts: readonly string[], length: number): string {
  return texts
    .map((text) => hash(text, length))
    .sort()
    .join('');
}

function includes(all: string, text: string, length: number): boolean {
  const wanted = hash(text, length);
  for (let at = 0; at < all.length; at += length) {
    if (all.startsWith(wanted, at)) return true;
  }
  return false;
}

function hash(text: string, length: number): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, length);
}
