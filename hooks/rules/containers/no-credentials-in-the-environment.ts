import { isCredentialName, isCredentialValue } from '../../engine/credentials';
import { forbids, type Outcome } from '../../engine/outcome';
import { defineRule, type Examples, single, texts } from '../../engine/rule';
import { all, any, not } from '../../engine/truth';
import type { Value } from '../../engine/value';
import {
  CONTAINER_DECLARATIONS,
  eachContainer,
  EXPRESS_SERVICE,
  ORGANISATION_SERVICE,
  TASK_DEFINITION,
} from '../../resources/containers';
import { eachLaunch, LAUNCHER_TYPES } from '../../resources/launchers';

export const rule = defineRule({
  id: 'TD-08',
  title: 'Credentials are no plain environment variables',
  severity: 'HIGH',
  targets: [...CONTAINER_DECLARATIONS, ...LAUNCHER_TYPES.filter((type) => !isDeclaration(type))],
  level: 'resource',
  equivalents: {
    'AWS Config': ['ecs-no-environment-secrets'],
    'Control Tower': ['CT.ECS.PR.12'],
    'Security Hub': ['ECS.8'],
    trivy: ['AWS-0036'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8',
  rationale:
    'Everybody who may describe task definitions can read environment variables, also dynamic references in them.',
  remedy:
    'Put the value into Secrets Manager or the Parameter Store and name it in Secrets instead of Environment.',
  parameters: {
    allowedNames: texts(
      'Names of environment variables that hold no credential although they look like it, `*` for any characters.',
      [],
    ),
    forbiddenNames: texts(
      'Further names of environment variables that hold credentials, `*` for any characters.',
      ['ECS_ENGINE_AUTH_DATA'],
    ),
  },
  check: ({ resource, parameters: { allowedNames, forbiddenNames } }): Outcome => {
    const judge = (name: Value, value: Value): Outcome => {
      const isNamedLikeCredential = any(name.resembles(isCredentialName), name.matches(...forbiddenNames));
      return forbids(
        all(
          any(all(isNamedLikeCredential, value.mayHoldSecret()), value.resembles(isCredentialValue)),
          not(name.matches(...allowedNames)),
        ),
        'this environment variable looks like a credential',
      );
    };
    const because = 'environment variables may hold no credentials';
    return [
      ...(isDeclaration(resource.type)
        ? eachContainer(resource, (container) =>
            container.at('Environment').each((each) => judge(each.at('Name'), each.at('Value')), because),
          )
        : []),
      ...eachLaunch(resource, ({ overrides }) =>
        overrides === undefined
          ? []
          : overrides.containers.each(
              (container) =>
                container
                  .at(overrides.environment)
                  .each((each) => judge(each.at(overrides.name), each.at(overrides.value)), because),
              because,
            ),
      ),
    ];
  },
});

function isDeclaration(type: string): boolean {
  return (CONTAINER_DECLARATIONS as readonly string[]).includes(type);
}

const task = (...Environment: unknown[]) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [{ Name: 'app', Environment }] });

export const examples = (): Examples => ({
  pass: [
    { title: 'an ordinary variable', template: task({ Name: 'STAGE', Value: 'prod' }) },
    {
      title: 'a name that says where the credential is',
      template: task({ Name: 'DB_SECRET_ARN', Value: 'arn:aws:secretsmanager:x' }),
    },
    {
      title: 'a name that the profile allows',
      template: task({ Name: 'TOKEN_ISSUER_SECRET', Value: 'x' }),
      parameters: { allowedNames: ['TOKEN_ISSUER_*'] },
    },
    {
      title: 'an Express service',
      template: single(EXPRESS_SERVICE, { PrimaryContainer: { Environment: [{ Name: 'A', Value: 'b' }] } }),
    },
  ],
  fail: [
    {
      title: 'a sidecar of an organisation service',
      template: single(ORGANISATION_SERVICE, {
        PrimaryContainer: { Image: 'app' },
        SidecarContainers: [{ Name: 'a', Environment: [{ Name: 'DB_PASSWORD', Value: 'x' }] }],
      }),
    },
    {
      title: 'a password that EventBridge gives to a task',
      template: single('AWS::Events::Rule', {
        Targets: [
          {
            EcsParameters: { TaskDefinitionArn: 'arn' },
            Input:
              '{"containerOverrides": [{"name": "app", "environment": [{"name": "DB_PASSWORD", "value": "x"}]}]}',
          },
        ],
      }),
    },
    {
      title: 'a password of a job of AWS Batch',
      template: single('AWS::Batch::JobDefinition', {
        EcsProperties: {
          TaskProperties: [{ Containers: [{ Environment: [{ Name: 'DB_PASSWORD', Value: 'x' }] }] }],
        },
      }),
    },
    { title: 'a password by its name', template: task({ Name: 'DB_PASSWORD', Value: 'x' }) },
    { title: 'an access key', template: task({ Name: 'AWS_ACCESS_KEY_ID', Value: 'x' }) },
    { title: 'an access key by its value', template: task({ Name: 'KEY', Value: 'AKIAIOSFODNN7EXAMPLE' }) },
    {
      title: 'a URL with a password',
      template: task({ Name: 'DATABASE_URL', Value: 'postgres://app:hunter2@db/app' }),
    },
    {
      title: 'an organisation service',
      template: single(ORGANISATION_SERVICE, {
        PrimaryContainer: { Environment: [{ Name: 'apiKey', Value: 'x' }] },
      }),
    },
  ],
  indeterminate: [
    {
      title: 'a value by a parameter without value',
      template: {
        ...task({ Name: 'SETTING', Value: { Ref: 'Setting' } }),
        Parameters: { Setting: { Type: 'String' } },
      },
    },
  ],
});
