/** What the execution role that is made may do: what the template names, and nothing else. */
import { identityOf } from '../../src/express-service/identity/identity';
import { isMadeRole, madeRoleArn } from '../../src/express-service/identity/made-roles';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import { repositoryOf } from '../../src/express-service/properties/container-image';
import { executionRole } from '../../src/express-service/resources/iam/execution-role';
import { logGroupName } from '../../src/express-service/resources/logs/log-group';
import { specificationOf } from '../../src/express-service/specification';
import type { PlanScope } from '../../src/express-service/composition/component';

const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const identity = identityOf(location, 'default', 'web');
const LOGS = {
  Sid: 'Logs',
  Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  Resource: [`arn:aws:logs:eu-west-1:123456789012:log-group:${logGroupName(identity)}:*`],
};
const secret = (name: string) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`;
const parameter = (name: string) => `arn:aws:ssm:eu-west-1:123456789012:parameter/${name}`;
const repository = (name: string, account = '123456789012', region = 'eu-west-1') =>
  `arn:aws:ecr:${region}:${account}:repository/${name}`;
const ECR = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const TOKEN = { Sid: 'RegistryToken', Action: ['ecr:GetAuthorizationToken'], Resource: ['*'] };
const IMAGES = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

function specify(properties: object) {
  const model = { PrimaryContainer: { Image: 'example/hello:1' }, ...properties };
  const configuration = { BaseDomain: 'example.com', HostedZoneId: 'Z0' } as TypeConfigurationModel;
  const InfrastructureRoleArn = 'arn:aws:iam::123456789012:role/infrastructure';
  return specificationOf({
    model: { InfrastructureRoleArn, ...model } as ResourceModel,
    configuration,
    identity,
    tags: {},
  });
}

/** Statements of the policy, without their effect; undefined when no role is made. */
function statementsFor(properties: object): unknown[] | undefined {
  const [role] = executionRole.desired!({ identity, spec: specify(properties) } as PlanScope, {}, undefined);
  if (!role) return undefined;
  const { Policies } = role.properties as unknown as {
    Policies: { PolicyDocument: { Statement: { Effect: string }[] } }[];
  };
  const [policy, ...others] = Policies;
  expect(others).toEqual([]);
  return policy!.PolicyDocument.Statement.map(({ Effect, ...statement }) => {
    expect(Effect).toBe('Allow');
    return statement;
  });
}

const container = (more: object) => ({ PrimaryContainer: { Image: 'example/hello:1', ...more } });
const secrets = (...references: string[]) => ({
  Secrets: references.map((ValueFrom, index) => ({ Name: `S${index}`, ValueFrom })),
});

test.each<[string, object, object[]]>([
  ['an image of a public registry: logs', {}, [LOGS]],
  [
    'an image in Amazon ECR',
    container({ Image: `${ECR}/team/hello:1` }),
    [TOKEN, { Sid: 'Images', Action: IMAGES, Resource: [repository('team/hello')] }, LOGS],
  ],
  [
    'images of all containers, each repository once',
    {
      ...container({ Image: `${ECR}/hello@sha256:${'a1'.repeat(32)}` }),
      SidecarContainers: [
        { Name: 'a', Image: `${ECR}/hello:2` },
        { Name: 'b', Image: '210987654321.dkr.ecr.us-east-1.amazonaws.com/proxy' },
        { Name: 'c', Image: 'public.ecr.aws/nginx/nginx:1' },
      ],
    },
    [
      TOKEN,
      {
        Sid: 'Images',
        Action: IMAGES,
        Resource: [repository('hello'), repository('proxy', '210987654321', 'us-east-1')].sort(),
      },
      LOGS,
    ],
  ],
  [
    'secrets, without what selects a value of them',
    container(secrets(secret('db-AbCdEf'), secret('db-AbCdEf:password::'), secret('api-key'))),
    [
      {
        Sid: 'Secrets',
        Action: ['secretsmanager:GetSecretValue'],
        Resource: [secret('api-key-??????'), secret('db-AbCdEf')],
      },
      LOGS,
    ],
  ],
  [
    'parameters, by name and by ARN',
    container(secrets('/app/db', 'token', '/app/db:3', parameter('app/key'))),
    [
      {
        Sid: 'Parameters',
        Action: ['ssm:GetParameters'],
        Resource: [parameter('app/db'), parameter('app/key'), parameter('token')],
      },
      LOGS,
    ],
  ],
  [
    'credentials of a private registry',
    container({ RepositoryCredentials: { CredentialsParameter: secret('registry-AbCdEf') } }),
    [
      {
        Sid: 'Secrets',
        Action: ['secretsmanager:GetSecretValue'],
        Resource: [secret('registry-AbCdEf')],
      },
      LOGS,
    ],
  ],
  [
    'environment files',
    container({ EnvironmentFiles: [{ Type: 's3', Value: 'arn:aws:s3:::settings/web/a.env' }] }),
    [
      { Sid: 'EnvironmentFiles', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::settings/web/a.env'] },
      {
        Sid: 'BucketsOfEnvironmentFiles',
        Action: ['s3:GetBucketLocation'],
        Resource: ['arn:aws:s3:::settings'],
      },
      LOGS,
    ],
  ],
  [
    'a log group of the author',
    container({ AwsLogsConfiguration: { LogGroup: 'team', LogStreamPrefix: 'web' } }),
    [{ ...LOGS, Resource: ['arn:aws:logs:eu-west-1:123456789012:log-group:team:*'] }],
  ],
])('%s', (_what, properties, expected) => {
  expect(statementsFor(properties)).toEqual(expected);
});

test.each<[string, object, string | undefined]>([
  ['one that is made', {}, madeRoleArn(identity, 'execution')],
  [
    'that of the author',
    { ExecutionRoleArn: 'arn:aws:iam::123456789012:role/execution' },
    'arn:aws:iam::123456789012:role/execution',
  ],
])('the execution role is %s', (_what, properties, arn) => {
  const { task } = specify(properties);
  expect(task.kind === 'managed' && task.definition.executionRoleArn).toBe(arn);
  expect(statementsFor(properties) !== undefined).toBe(isMadeRole(identity, arn));
});

test('none is made beside a task definition of the author', () => {
  const TaskDefinitionArn = 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1';
  expect(statementsFor({ PrimaryContainer: undefined, TaskDefinitionArn })).toBeUndefined();
});

test('more secrets than a policy has room for are refused', () => {
  const many = Array.from({ length: 120 }, (_, index) =>
    secret(`db-${String(index).padStart(30, 'x')}-AbCdEf`),
  );
  expect(() => statementsFor(container(secrets(...many)))).toThrow(
    /^ExecutionRoleArn: is missing, and the policy of the role that would be made has \d+ characters, more than the 10240 that IAM takes\. Name fewer secrets/,
  );
});

test.each<[string, object | undefined]>([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b:1', { region: 'eu-west-1', repository: 'a/b' }],
  ['123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a', { region: 'us-gov-west-1', repository: 'a' }],
  ['123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a', { region: 'cn-north-1', repository: 'a' }],
  ['123456789012.dkr-ecr.eu-west-1.on.aws/a', { region: 'eu-west-1', repository: 'a' }],
  ['public.ecr.aws/nginx/nginx:1.27', undefined],
  ['nginx', undefined],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com.example.com/a', undefined],
])('the repository in Amazon ECR of %s', (image, expected) => {
  expect(repositoryOf(image)).toEqual(expected && { accountId: '123456789012', ...expected });
});
