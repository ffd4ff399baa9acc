/** Tags of ECS resources, and the operations on them. */
import { AwsError } from '../service';
import { parseEcsArn } from './arns';
import type { EcsContext, Operations } from './context';
import type { Tag } from './state';

/** Quota "Tags per resource" of ECS. */
const TAGS_PER_RESOURCE = 50;

interface Tagged {
  tags: Tag[];
}

/**
 * The tags of a request, checked.
 *
 * @throws AwsError InvalidParameterException for reserved or repeated keys and for more than 50 tags.
 */
export function checkTags(tags: readonly Tag[] | undefined): Tag[] {
  const checked = [...(tags ?? [])];
  const keys = checked.map(({ key }) => key);
  if (keys.some((key) => /^aws:/i.test(key))) refuse('Tag keys must not start with "aws:".');
  if (new Set(keys).size < keys.length)
    refuse('Duplicate tag keys found. Please note that tag keys are case sensitive.');
  if (keys.length > TAGS_PER_RESOURCE) refuse(`The maximum number of tags is ${TAGS_PER_RESOURCE}.`);
  return checked;
}

/** `existing` with `added` put in; a tag of the same key is replaced. */
export function mergeTags(existing: readonly Tag[], added: readonly Tag[]): Tag[] {
  return [...new Map([...existing, ...added].map((tag) => [tag.key, tag])).values()];
}

/** TagResource, UntagResource and ListTagsForResource. */
export function tagOperations({ state }: EcsContext): Operations {
  const finders: Readonly<Record<string, (arn: string, parts: string[]) => Tagged | undefined>> = {
    cluster: (arn) => state.clusters.get(arn),
    service: (arn, [cluster, name]) => {
      const service = state.clusters.get(clusterArn(arn, cluster!))?.services.get(name!);
      return service?.status === 'INACTIVE' ? undefined : service;
    },
    task: (arn, [cluster, id]) => state.clusters.get(clusterArn(arn, cluster!))?.tasks.get(id!),
    'task-definition': (arn) => state.taskDefinitions.get(arn),
  };

  function find(arn: string): Tagged {
    const parsed = parseEcsArn(arn);
    const finder = parsed && finders[parsed.kind];
    if (!parsed || !finder) refuse(`Invalid resource ARN: ${arn}`);
    const resource = finder(arn, parsed.parts);
    if (!resource) {
      throw new AwsError(
        'InvalidParameterException',
        'The specified resource cannot be found. Specify a valid resource ARN and try again.',
      );
    }
    return resource;
  }

  return {
    TagResource({ input }) {
      const resource = find(input.resourceArn);
      const tags = mergeTags(resource.tags, checkTags(input.tags));
      if (tags.length > TAGS_PER_RESOURCE) refuse(`The maximum number of tags is ${TAGS_PER_RESOURCE}.`);
      resource.tags = tags;
      return {};
    },
    UntagResource({ input }) {
      const resource = find(input.resourceArn);
      resource.tags = resource.tags.filter(({ key }) => !input.tagKeys.includes(key));
      return {};
    },
    ListTagsForResource: ({ input }) => ({ tags: find(input.resourceArn).tags }),
  };
}

function clusterArn(arn: string, cluster: string): string {
  return `${arn.split(':').slice(0, 5).join(':')}:cluster/${cluster}`;
}

function refuse(message: string): never {
  throw new AwsError('InvalidParameterException', message);
}
