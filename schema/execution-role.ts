import { stringify } from 'yaml';
import type { ResourceSchema } from './resource-schema';
import { ROLE_PATH } from './role-path';

/** Minutes that CloudFormation gives a handler whose schema names no limit. */
const DEFAULT_TIMEOUT_MINUTES = 120;
/** Shortest and longest session of an IAM role, in seconds. */
const SESSION_SECONDS = { minimum: 3600, maximum: 43_200 };
/** Seconds of session for each minute of handler: some are lost between assuming the role and the last call. */
const SECONDS_PER_MINUTE = 70;

/** Passes a role to another service. */
const PASS_ROLE = 'iam:PassRole';
/** Changes roles: those alone that the handlers have made. */
const ROLE_CHANGE = /^iam:(?!CreateServiceLinkedRole$|Get|List|PassRole$)/;
const MADE_ROLES = `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role${ROLE_PATH}*`;

/** Who gets the roles that a template names: ECS for the service, and for its tasks. Nobody else may. */
const PASSED_TO = ['ecs.amazonaws.com', 'ecs-tasks.amazonaws.com'];

/**
 * `resource-role.yaml`, the template from which `cfn submit` makes the role that CloudFormation assumes to run the
 * handlers: exactly the permissions that the schema lists for them, of which roles can be passed to Amazon ECS alone, and no role can be
 * changed but those that the handlers have made.
 */
export function executionRoleTemplate(schema: ResourceSchema): string {
  const handlers = Object.values(schema.handlers);
  const minutes = handlers.map(({ timeoutInMinutes }) => timeoutInMinutes ?? DEFAULT_TIMEOUT_MINUTES);
  const seconds = Math.max(...minutes) * SECONDS_PER_MINUTE;
  const actions = new Set(handlers.flatMap(({ permissions }) => permissions));
  const passesRoles = actions.delete(PASS_ROLE);
  const roleChanges = [...actions].filter((action) => ROLE_CHANGE.test(action));
  for (const action of roleChanges) actions.delete(action);
  const types = 'arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:type/resource';
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Role that CloudFormation assumes to run the handlers of ${schema.typeName}`,
    Resources: {
      ExecutionRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          MaxSessionDuration: Math.min(Math.max(seconds, SESSION_SECONDS.minimum), SESSION_SECONDS.maximum),
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Service: 'resources.cloudformation.amazonaws.com' },
                Action: 'sts:AssumeRole',
                Condition: {
                  StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
                  StringLike: {
                    'aws:SourceArn': { 'Fn::Sub': `${types}/${schema.typeName.replaceAll('::', '-')}/*` },
                  },
                },
              },
            ],
          },
          Policies: [
            {
              PolicyName: 'Handlers',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  { Effect: 'Allow', Action: [...actions].sort(), Resource: '*' },
                  ...(roleChanges.length > 0
                    ? [{ Effect: 'Allow', Action: roleChanges.sort(), Resource: { 'Fn::Sub': MADE_ROLES } }]
                    : []),
                  ...(passesRoles ? [passRole()] : []),
                ],
              },
            },
          ],
        },
      },
    },
    Outputs: { ExecutionRoleArn: { Value: { 'Fn::GetAtt': 'ExecutionRole.Arn' } } },
  };
  // As YAML 1.1, which CloudFormation reads, so that the versions are quoted: unquoted they are dates there.
  const text = stringify(template, { version: '1.1', lineWidth: 0 });
  return `# Generated from the resource type's schema by "npm run generate". Do not edit: change the schema.\n${text}`;
}

function passRole() {
  return {
    Effect: 'Allow',
    Action: PASS_ROLE,
    Resource: '*',
    Condition: { StringEquals: { 'iam:PassedToService': PASSED_TO } },
  };
}
