/** Task definitions. */
import { AwsError, type Structure } from '../service';
import { ecsArn, type Scope } from './arns';
import { now, type EcsContext, type Operations } from './context';
import { parseCpu, parseMemory } from './fargate-sizes';
import { page } from './paging';
import type { TaskDefinition } from './state';
import { checkTags } from './tags';
import { checkTaskDefinition } from './task-definition-validation';

/** Most task definitions that one DeleteTaskDefinitions takes (API reference). */
const DELETED_AT_ONCE = 10;

/** Operations on task definitions. */
export function taskDefinitionOperations(context: EcsContext): Operations {
  const { state } = context;

  function find(scope: Scope, name: string, message: string): TaskDefinition {
    const found = state.findTaskDefinition(scope, name);
    if (!found) throw new AwsError('ClientException', message);
    return found;
  }

  function byFamily(region: string): TaskDefinition[][] {
    return [...state.families]
      .filter(([key]) => key.startsWith(`${region}/`))
      .map(([, revisions]) => revisions)
      .sort(([a], [b]) => (a!.family < b!.family ? -1 : 1));
  }

  return {
    RegisterTaskDefinition({ input, region, accountId }) {
      checkTaskDefinition(input, accountId);
      const tags = checkTags(input.tags);
      const key = `${region}/${input.family}`;
      const revisions = state.families.get(key) ?? [];
      const revision = (revisions.at(-1)?.revision ?? 0) + 1;
      const taskDefinition: TaskDefinition = {
        arn: ecsArn({ region, accountId }, 'task-definition', `${input.family}:${revision}`),
        family: input.family,
        revision,
        definition: withDefaults(input),
        tags,
        status: 'ACTIVE',
        registeredAt: now(context),
        registeredBy: `arn:aws:iam::${accountId}:root`,
      };
      state.families.set(key, [...revisions, taskDefinition]);
      state.taskDefinitions.set(taskDefinition.arn, taskDefinition);
      return { taskDefinition: describeTaskDefinition(taskDefinition), tags };
    },
    DescribeTaskDefinition({ input, ...scope }) {
      const found = find(scope, input.taskDefinition, 'Unable to describe task definition.');
      return {
        taskDefinition: describeTaskDefinition(found),
        ...(input.include?.includes('TAGS') && { tags: found.tags }),
      };
    },
    ListTaskDefinitions({ input, region }) {
      const status = input.status ?? 'ACTIVE';
      const arns = byFamily(region)
        .filter(([first]) => input.familyPrefix === undefined || first!.family === input.familyPrefix)
        .flatMap((revisions) =>
          revisions.filter((candidate) => candidate.status === status).map(({ arn }) => arn),
        );
      const { items, nextToken } = page(input.sort === 'DESC' ? arns.reverse() : arns, input, 100);
      return { taskDefinitionArns: items, nextToken };
    },
    ListTaskDefinitionFamilies({ input, region }) {
      const matches: Readonly<Record<string, (revisions: TaskDefinition[]) => boolean>> = {
        ALL: () => true,
        ACTIVE: (revisions) => revisions.some(({ status }) => status === 'ACTIVE'),
        INACTIVE: (revisions) => revisions.every(({ status }) => status !== 'ACTIVE'),
      };
      const families = byFamily(region)
        .filter(matches[input.status ?? 'ALL']!)
        .map(([first]) => first!.family)
        .filter((family) => family.startsWith(input.familyPrefix ?? ''));
      const { items, nextToken } = page(families, input, 100);
      return { families: items, nextToken };
    },
    DeregisterTaskDefinition({ input, ...scope }) {
      if (!/:\d+$/.test(input.taskDefinition)) {
        throw new AwsError(
          'ClientException',
          'The specified task definition must include a revision: family:revision.',
        );
      }
      const found = find(
        scope,
        input.taskDefinition,
        'The specified task definition does not exist. Specify a valid account, family, revision and try again.',
      );
      if (found.status === 'ACTIVE') {
        found.status = 'INACTIVE';
        found.deregisteredAt = now(context);
      }
      return { taskDefinition: describeTaskDefinition(found) };
    },
    DeleteTaskDefinitions({ input, ...scope }) {
      const names: string[] = input.taskDefinitions;
      if (names.length > DELETED_AT_ONCE) {
        throw new AwsError(
          'InvalidParameterException',
          `At most ${DELETED_AT_ONCE} task definitions can be deleted at once.`,
        );
      }
      const results = names.map((name) => ({ name, found: state.findTaskDefinition(scope, name) }));
      const deletable = results.flatMap(({ found }) => (found && found.status !== 'ACTIVE' ? [found] : []));
      for (const taskDefinition of deletable) {
        taskDefinition.status = 'DELETE_IN_PROGRESS';
        taskDefinition.deleteRequestedAt = now(context);
      }
      return {
        taskDefinitions: deletable.map(describeTaskDefinition),
        failures: results
          .filter(({ found }) => !found || !deletable.includes(found))
          .map(({ name, found }) => ({
            arn: found?.arn ?? name,
            reason: found
              ? 'The specified task definition is still in ACTIVE status. Please deregister the target and try again.'
              : 'MISSING',
          })),
      };
    },
  };
}

/** A task definition as the API returns it. */
export function describeTaskDefinition(taskDefinition: TaskDefinition): Structure {
  const { arn, definition, revision, status, registeredAt, registeredBy, deregisteredAt, deleteRequestedAt } =
    taskDefinition;
  return {
    taskDefinitionArn: arn,
    ...definition,
    revision,
    status,
    registeredAt,
    registeredBy,
    deregisteredAt,
    deleteRequestedAt,
  };
}

/** The members of a request as DescribeTaskDefinition returns them: what ECS fills in is filled in. */
function withDefaults({ tags: _tags, ...input }: Structure): Structure {
  const awsvpc = input.networkMode === 'awsvpc';
  return {
    ...input,
    ...(input.cpu && { cpu: String(parseCpu(input.cpu)) }),
    ...(input.memory && { memory: String(parseMemory(input.memory)) }),
    containerDefinitions: input.containerDefinitions.map((container: Structure) => ({
      ...container,
      cpu: container.cpu ?? 0,
      essential: container.essential ?? true,
      portMappings: (container.portMappings ?? []).map((mapping: Structure) => ({
        ...mapping,
        hostPort: mapping.hostPort ?? (awsvpc ? mapping.containerPort : 0),
        protocol: mapping.protocol ?? 'tcp',
      })),
      environment: container.environment ?? [],
      mountPoints: container.mountPoints ?? [],
      volumesFrom: container.volumesFrom ?? [],
      systemControls: container.systemControls ?? [],
    })),
    volumes: input.volumes ?? [],
    placementConstraints: input.placementConstraints ?? [],
    requiresAttributes: input.requiresAttributes ?? [],
    compatibilities: awsvpc ? ['EC2', 'FARGATE'] : ['EC2'],
  };
}
