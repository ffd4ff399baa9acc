/**
 * What READ has to know of the template and AWS holds nowhere: kept in one tag of the service's security group. A
 * record that is missing or incomplete costs nothing but drift that is none.
 */
import { createHash } from 'node:crypto';
import { RESERVED_TAG_PREFIX } from '../identity/identity';
import { spelledOutDefaults } from '../../core/item-defaults';
import { PROPERTIES } from '../properties/rows';
import type { ResourceModel } from '../model';
import type { Scaling } from '../properties/scaling';
import type { Tags } from '../identity/tags';
import { defined } from '../../core/unset';

/** Key of the tag. */
export const RECORD_TAG = `${RESERVED_TAG_PREFIX}template`;

/** The longest value that a tag takes. */
const LONGEST_VALUE = 256;
/** Characters of a hash, each of 6 bits: enough to tell the few dozen keys and paths of one template apart. */
const HASH_LENGTH = 3;

/** The numbers of tasks in the template, which scheduled actions change in AWS. */
export type RecordedTaskCounts = Pick<Scaling, 'minTaskCount' | 'maxTaskCount'>;

/** See the head of this file. */
export interface TemplateRecord {
  /** Undefined when nothing is recorded. */
  readonly taskCounts?: RecordedTaskCounts;
  /** Whether a tag comes from the stack rather than from the resource. */
  isStackTag(key: string): boolean;
  /** Whether the template spells out subnets, or a default in an item of a list, at a path (see item-defaults.ts). */
  isSpelledOut(path: string): boolean;
}

/**
 * The tag of a template; none when there is nothing to record. Its value: the numbers of tasks where there are scheduled
 * actions, hashes of the keys of stack tags, hashes of the paths of what is spelled out as far as they fit in.
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
  const paths = [...givenSubnets(model), ...spelledOutDefaults(PROPERTIES, model)];
  const head = `${counts}/${hashes(stackTags)}/`;
  const room = Math.floor((LONGEST_VALUE - head.length) / HASH_LENGTH);
  const value = `${head}${hashes(paths.slice(0, Math.max(0, room)))}`;
  return value === '//' ? {} : { [RECORD_TAG]: value };
}

/** Properties with a list of subnets, which READ answers only when the template names them. */
const WITH_SUBNETS = ['NetworkConfiguration', 'LoadBalancerConfiguration'] as const;

/**
 * Paths of the lists of subnets that a template names. Whoever names none follows the default VPC; were its subnets read
 * back and given again, as Cloud Control does with every update, the service would no longer follow it.
 */
function givenSubnets(model: ResourceModel): string[] {
  return WITH_SUBNETS.filter((name) => model[name]?.Subnets).map(subnetsPath);
}

function subnetsPath(name: (typeof WITH_SUBNETS)[number]): string {
  return `${name}/Subnets`;
}

/** A property as READ answers it: without subnets that the template does not name. */
export function withGivenSubnets<Value extends { Subnets?: unknown }>(
  name: (typeof WITH_SUBNETS)[number],
  value: Value | undefined,
  record: TemplateRecord,
): Value | undefined {
  return value && !record.isSpelledOut(subnetsPath(name)) ? defined({ ...value, Subnets: undefined }) : value;
}

/** What the tags of the service's security group record. */
export function recordOf(tags: Tags = {}): TemplateRecord {
  const [counts = '', stackTags = '', paths = ''] = (tags[RECORD_TAG] ?? '').split('/');
  const [minTaskCount, maxTaskCount] = counts.split('-').map(Number);
  return {
    taskCounts: maxTaskCount === undefined ? undefined : { minTaskCount: minTaskCount!, maxTaskCount },
    isStackTag: (key) => includes(stackTags, key),
    isSpelledOut: (path) => includes(paths, path),
  };
}

function hashes(texts: readonly string[]): string {
  return texts.map(hash).sort().join('');
}

function includes(all: string, text: string): boolean {
  const wanted = hash(text);
  for (let at = 0; at < all.length; at += HASH_LENGTH) {
    if (all.startsWith(wanted, at)) return true;
  }
  return false;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, HASH_LENGTH);
}
