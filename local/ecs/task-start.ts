/** What ECS needs before the containers of a task can start: the roles, the secrets, and files of variables. */
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Structure } from '../service';
import { lastPart } from './arns';
import { isAssumable, mayCall } from './assumed-role';
import type { EcsContext } from './context';
import type { TaskDefinition } from './state';
import { TIMINGS } from './timings';
import { statementsOf, trusts } from './trust';

const PRINCIPAL = 'ecs-tasks.amazonaws.com';

const SECRETS_FAILURE =
  'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ';

const ENVIRONMENT_FILES_FAILURE =
  'ResourceInitializationError: failed to download env files: file download command: non empty error stream: NoSuchKey: The specified key does not exist.';

/** The first of the roles of a task definition that ECS cannot assume: too new, absent, or without trust. */
export async function unassumableRole(
  { aws, roleChanges }: EcsContext,
  { definition }: TaskDefinition,
): Promise<string | undefined> {
  const { iam } = aws('us-east-1');
  for (const roleArn of [definition.executionRoleArn, definition.taskRoleArn]) {
    if (roleArn === undefined) continue;
    const RoleName = lastPart(roleArn);
    if (roleChanges.age(RoleName) < TIMINGS.rolePropagation) return roleArn;
    const found = await iam.send(new GetRoleCommand({ RoleName })).catch(() => undefined);
    const trust = found ? statementsOf(found.Role!.AssumeRolePolicyDocument!) : [];
    if (!trust.some((statement) => trusts(statement, PRINCIPAL))) return roleArn;
  }
  return undefined;
}

/** Why the secrets of a task cannot be had, as Fargate words it; undefined when all can. */
export async function secretsFailure(
  { aws }: EcsContext,
  region: string,
  { definition }: TaskDefinition,
): Promise<string | undefined> {
  const { ssm } = aws(region);
  const containers = definition.containerDefinitions as Structure[];
  const references = containers.flatMap(({ secrets = [] }) => secrets as Structure[]);
  for (const { valueFrom } of references) {
    const failure = /^arn:[^:]*:secretsmanager:/.test(valueFrom)
      ? secretFailure(valueFrom)
      : await parameterFailure(ssm, valueFrom);
    if (failure) return SECRETS_FAILURE + failure;
  }
  return undefined;
}

/** Why the environment files of a task cannot be had, as Fargate words it; undefined when all can. */
export async function environmentFilesFailure(
  { aws }: EcsContext,
  region: string,
  { definition }: TaskDefinition,
): Promise<string | undefined> {
  const { s3 } = aws(region);
  const containers = definition.containerDefinitions as Structure[];
  for (const { value } of containers.flatMap(
    ({ environmentFiles = [] }) => environmentFiles as Structure[],
  )) {
    const [Bucket, ...key] = (value as string).split(':').at(-1)!.split('/');
    const found = await s3.send(new HeadObjectCommand({ Bucket, Key: key.join('/') })).catch(() => undefined);
    if (!found) return ENVIRONMENT_FILES_FAILURE;
  }
  return undefined;
}

/** What ECS calls to make a volume for a task (AmazonECSInfrastructureRolePolicyForVolumes). */
const VOLUME_ACTIONS = [
  'ec2:CreateVolume',
  'ec2:CreateTags',
  'ec2:DescribeVolumes',
  'ec2:AttachVolume',
  'ec2:DetachVolume',
  'ec2:DeleteVolume',
];

/** Why the volumes that are made for each task cannot be had, as ECS words it; undefined when all can. */
export async function volumeFailure(
  context: EcsContext,
  { volumeConfigurations = [] }: Structure,
): Promise<string | undefined> {
  for (const { managedEBSVolume } of volumeConfigurations as Structure[]) {
    const { roleArn } = managedEBSVolume;
    if ((await isAssumable(context, roleArn)) && (await mayCall(context, roleArn, VOLUME_ACTIONS))) continue;
    return `ECS was unable to assume the configured ECS Infrastructure Role '${roleArn}'. Please verify that the role being passed has the proper trust relationship with Amazon ECS`;
  }
  return undefined;
}

/** Only the form is looked at, not whether the secret exists. */
function secretFailure(valueFrom: string): string | undefined {
  const selector = valueFrom.split(':').slice(7);
  return selector.length === 0 || selector.length === 3
    ? undefined
    : 'unable to retrieve secret from asm: service call has been retried 1 time(s): unexpected ARN format with parameters when trying to retrieve ASM secret';
}

async function parameterFailure(ssm: SSMClient, valueFrom: string): Promise<string | undefined> {
  // In an ARN the first / of the name is that after "parameter".
  const path = /:parameter(\/.+)$/.exec(valueFrom)?.[1];
  const names = path === undefined ? [valueFrom] : [path, path.slice(1)];
  for (const name of names) if ((await valueOf(ssm, name)) !== undefined) return undefined;
  return `unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: ${valueFrom}`;
}

async function valueOf(ssm: SSMClient, Name: string): Promise<string | undefined> {
  const answer = await ssm
    .send(new GetParameterCommand({ Name, WithDecryption: true }))
    .catch(() => undefined);
  return answer?.Parameter?.Value;
}
