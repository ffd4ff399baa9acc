/** What Amazon ECS has to call to start the tasks of a template. Pure: no call to AWS. */
import type { ContainerDefinition } from '@aws-sdk/client-ecs';
import { repositoryOf } from './container-image';
import type { PolicyStatement } from './policy-document';
import type { ManagedTask } from './task';

/** Where tasks run, and where they write. */
export interface ExecutionPlace {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
  /** Name of the log group that is made. */
  readonly madeLogGroup: string;
}

/** One kind of calls: its actions, and the ARNs of what they are about. */
interface Need {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: (
    containers: readonly ContainerDefinition[],
    place: ExecutionPlace,
  ) => readonly string[];
}

/**
 * Sources: Amazon ECS Developer Guide, "Amazon ECS task execution IAM role", and of each row the part that it names. No key is here:
 * no template names the one that a secret is encrypted with.
 */
const NEEDS: readonly Need[] = [
  {
    // "Amazon ECR permissions": the token is that of the registry, which has no ARN.
    sid: 'RegistryToken',
    actions: ['ecr:GetAuthorizationToken'],
    resources: (containers, place) => (repositories(containers, place).length > 0 ? ['*'] : []),
  },
  {
    sid: 'Images',
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resources: repositories,
  },
  {
    // "Secrets Manager or Systems Manager permissions", and "Private registry authentication permissions".
    sid: 'Secrets',
    actions: ['secretsmanager:GetSecretValue'],
    resources: (containers) => [
      ...references(containers).filter(isSecret).map(secretPattern),
      ...containers.flatMap(({ repositoryCredentials: credentials }) =>
        credentials?.credentialsParameter ? [secretPattern(credentials.credentialsParameter)] : [],
      ),
    ],
  },
  {
    sid: 'Parameters',
    actions: ['ssm:GetParameters'],
    resources: (containers, place) =>
      references(containers)
        .filter((reference) => !isSecret(reference))
        .map((reference) => parameterArn(reference, place)),
  },
  {
    // "Amazon S3 file storage permissions".
    sid: 'EnvironmentFiles',
    actions: ['s3:GetObject'],
    resources: environmentFiles,
  },
  {
    sid: 'BucketsOfEnvironmentFiles',
    actions: ['s3:GetBucketLocation'],
    resources: (containers) => environmentFiles(containers).map((file) => file.slice(0, file.indexOf('/'))),
  },
];

/** Statements that allow what the containers of a task need, each resource once. */
export function executionStatements(task: ManagedTask, place: ExecutionPlace): PolicyStatement[] {
  const containers = [task.main, ...task.sidecars];
  const statements = NEEDS.map(({ sid, actions, resources }) =>
    statement(sid, actions, resources(containers, place)),
  );
  const { partition, region, accountId, madeLogGroup } = place;
  const logGroup = task.logs.logGroupName ?? madeLogGroup;
  const streams = `arn:${partition}:logs:${region}:${accountId}:log-group:${logGroup}:*`;
  return [...statements, statement('Logs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [streams])].filter(
    ({ Resource }) => Resource!.length > 0,
  );
}

function statement(Sid: string, Action: readonly string[], resources: readonly string[]): PolicyStatement {
  return { Sid, Effect: 'Allow', Action, Resource: [...new Set(resources)].sort() };
}

function repositories(containers: readonly ContainerDefinition[], { partition }: ExecutionPlace): string[] {
  return containers.flatMap(({ image }) => {
    const found = repositoryOf(image!);
    if (!found) return [];
    const { region, accountId, repository } = found;
    return [`arn:${partition}:ecr:${region}:${accountId}:repository/${repository}`];
  });
}

function references(containers: readonly ContainerDefinition[]): string[] {
  return containers.flatMap(({ secrets = [] }) => secrets.map(({ valueFrom }) => valueFrom!));
}

function environmentFiles(containers: readonly ContainerDefinition[]): string[] {
  return containers.flatMap(({ environmentFiles: files = [] }) => files.map(({ value }) => value!));
}

function isSecret(reference: string): boolean {
  return /^arn:[^:]*:secretsmanager:/.test(reference);
}

/**
 * A secret without what selects a value in it. One that is named without the six characters that Secrets Manager adds is any
 * with six more.
 */
function secretPattern(reference: string): string {
  const arn = reference.split(':').slice(0, 7).join(':');
  return /-[A-Za-z0-9]{6}$/.test(arn) ? arn : `${arn}-??????`;
}

/** Without the version or label that may follow the name, which IAM does not tell apart. */
function parameterArn(reference: string, { partition, region, accountId }: ExecutionPlace): string {
  if (reference.startsWith('arn:')) return reference.split(':').slice(0, 6).join(':');
  const [name = ''] = reference.split(':');
  return `arn:${partition}:ssm:${region}:${accountId}:parameter/${name.replace(/^\//, '')}`;
}
