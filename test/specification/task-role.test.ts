/** The task role that is made: what a template may say of it, and how its policy changes. */
import { identityOf } from '../../src/express-service/identity/identity';
import { isMadeRole, madeRoleArn, madeRoleName } from '../../src/express-service/identity/made-roles';
import type { ResourceModel, TypeConfigurationModel } from '../../src/express-service/model';
import {
  mergedPolicy,
  withFormer,
  withoutFormer,
  type PolicyDocument,
  type PolicyStatement,
} from '../../src/express-service/properties/policy-document';
import { specificationOf } from '../../src/express-service/specification';

const location = (region: string) => ({ partition: 'aws', region, accountId: '123456789012' });
const identity = identityOf(location('eu-west-1'), 'default', 'web');
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

function specify(properties: object) {
  const model = {
    InfrastructureRoleArn: role('infrastructure'),
    ExecutionRoleArn: role('execution'),
    PrimaryContainer: { Image: 'example/hello:1' },
    ...properties,
  };
  const configuration = { BaseDomain: 'example.com', HostedZoneId: 'Z0' } as TypeConfigurationModel;
  return specificationOf({ model: model as ResourceModel, configuration, identity, tags: {} });
}

const READ: PolicyStatement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const WRITE: PolicyStatement = { Effect: 'Allow', Action: 's3:PutObject', Resource: '*' };
const DENY: PolicyStatement = { Effect: 'Deny', Action: 's3:*', Resource: '*' };
const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement }) as PolicyDocument;
const withPolicy = (...Statement: readonly object[]) => ({ TaskPolicy: policy(...Statement) });

describe('names of roles', () => {
  test('are those of the service, and of one in another Region others', () => {
    expect(madeRoleArn(identity, 'task')).toMatch(
      /^arn:aws:iam::123456789012:role\/org-ecs-express\/default-web-task-[0-9a-f]{8}$/,
    );
    const elsewhere = identityOf(location('us-east-1'), 'default', 'web');
    expect(madeRoleName(elsewhere, 'task')).not.toBe(madeRoleName(identity, 'task'));
    expect(isMadeRole(elsewhere, madeRoleArn(identity, 'task'))).toBe(false);
  });

  test('fit in what IAM takes', () => {
    const long = ['a', 'b'].map((end) =>
      identityOf(location('eu-west-1'), 'c'.repeat(255), 's'.repeat(254) + end),
    );
    const names = long.map((each) => madeRoleName(each, 'task'));
    expect(new Set(names).size).toBe(2);
    expect(names.map(({ length }) => length)).toEqual([64, 64]);
  });
});

test.each<[string, object, string | undefined]>([
  ['none', {}, undefined],
  ['that of the author', { TaskRoleArn: role('task') }, role('task')],
  ['one that is made for a policy', withPolicy(READ), madeRoleArn(identity, 'task')],
  [
    'one that is made for managed policies',
    { TaskPolicyArns: ['arn:aws:iam::aws:policy/a'] },
    madeRoleArn(identity, 'task'),
  ],
  ['none for an empty list of managed policies', { TaskPolicyArns: [] }, undefined],
])('the task role is %s', (_what, properties, expected) => {
  const { task } = specify(properties);
  expect(task.kind === 'managed' && task.definition.taskRoleArn).toBe(expected);
});

test.each<[string, object, string]>([
  [
    'beside a role of the author',
    { ...withPolicy(READ), TaskRoleArn: role('task') },
    'TaskPolicy: is of the task role that is made, and TaskRoleArn names another. Remove TaskRoleArn',
  ],
  [
    'managed policies beside a role of the author',
    { TaskPolicyArns: ['arn:aws:iam::aws:policy/a'], TaskRoleArn: role('task') },
    'TaskPolicyArns: is of the task role that is made, and TaskRoleArn names another.',
  ],
  [
    'with a task definition of the author',
    {
      ...withPolicy(READ),
      PrimaryContainer: undefined,
      ExecutionRoleArn: undefined,
      TaskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1',
    },
    'TaskPolicy: cannot be given together with TaskDefinitionArn.',
  ],
  [
    'another member',
    { TaskPolicy: { ...policy(READ), Statements: [] } },
    'TaskPolicy/Statements: is no member that is known here. Give Version, Id, Statement only.',
  ],
  ['no statement', { TaskPolicy: { Version: '2012-10-17' } }, 'TaskPolicy/Statement: is missing.'],
  ['an empty list', withPolicy(), 'TaskPolicy/Statement: is missing.'],
  [
    'a statement that is a text',
    { TaskPolicy: { Statement: ['a'] } },
    'TaskPolicy/Statement/0: is not an object.',
  ],
  [
    'no effect',
    { TaskPolicy: { Statement: { Action: 'a', Resource: '*' } } },
    'TaskPolicy/Statement/Effect: is neither Allow nor Deny.',
  ],
  [
    'no action',
    withPolicy(READ, { Effect: 'Allow', Resource: '*' }),
    'TaskPolicy/Statement/1: has neither Action nor NotAction. Give one of the two.',
  ],
  [
    'two kinds of resources',
    withPolicy({ ...READ, NotResource: '*' }),
    'TaskPolicy/Statement/0: has both Resource and NotResource.',
  ],
  [
    'an action that is no text',
    withPolicy({ ...READ, Action: [{}] }),
    'TaskPolicy/Statement/0/Action: is neither a text nor a list of texts.',
  ],
  [
    'a principal',
    withPolicy({ ...READ, Principal: '*' }),
    'TaskPolicy/Statement/0: names a principal, and the policy of a role is about that role alone.',
  ],
  [
    'an unknown member of a statement',
    withPolicy({ ...READ, Conditions: {} }),
    'TaskPolicy/Statement/0/Conditions: is no member that is known here.',
  ],
  [
    'a Sid twice',
    withPolicy({ ...READ, Sid: 'A' }, { ...WRITE, Sid: 'A' }),
    'TaskPolicy/Statement/1/Sid: "A" appears twice.',
  ],
  [
    'a Sid with a blank',
    withPolicy({ ...READ, Sid: 'A B' }),
    'TaskPolicy/Statement/0/Sid: is not of letters and digits alone.',
  ],
  [
    'a Sid of ours',
    withPolicy({ ...READ, Sid: 'Former0x1' }),
    'TaskPolicy/Statement/0/Sid: begins with Former,',
  ],
  [
    'a document that is too long',
    withPolicy({ ...READ, Resource: `arn:aws:s3:::${'a'.repeat(10_240)}` }),
    'more than the 10240 that IAM takes. Move statements to a managed policy, and name it in TaskPolicyArns.',
  ],
  [
    'commands without a role',
    { EnableExecuteCommand: true },
    'EnableExecuteCommand: needs a task role. Give TaskPolicy or TaskPolicyArns, so that one is made,',
  ],
])('is refused: %s', (_what, properties, message) => {
  expect(() => specify(properties)).toThrow(message);
});

test.each<[string, object, boolean]>([
  ['with commands', { EnableExecuteCommand: true }, true],
  ['without', {}, false],
])('a role %s', (_what, properties, executesCommands) => {
  expect(specify({ ...withPolicy(READ), ...properties }).taskRole).toEqual({
    policy: policy(READ),
    policyArns: [],
    executesCommands,
  });
});

const named = (Sid: string, statement: PolicyStatement = READ) => ({ ...statement, Sid });

test.each<
  [string, PolicyDocument | undefined, PolicyDocument | undefined, PolicyDocument | undefined, unknown]
>([
  ['is what the template says where there is none', policy(READ), undefined, undefined, policy(READ)],
  ['stays as somebody has changed it', policy(READ), policy(READ), policy(WRITE), policy(WRITE)],
  ['stays away', policy(READ), policy(READ), undefined, undefined],
  [
    'keeps a statement that was added by hand',
    policy(WRITE),
    policy(READ),
    policy(READ, DENY),
    policy(WRITE, DENY),
  ],
  [
    'loses what the template takes away',
    policy(READ),
    policy(READ, WRITE),
    policy(READ, WRITE),
    policy(READ),
  ],
  [
    'does without what somebody took away',
    policy(READ, WRITE, DENY),
    policy(READ, WRITE),
    policy(READ),
    policy(READ, DENY),
  ],
  [
    'follows the template in a statement that both have changed',
    policy(named('A', WRITE)),
    policy(named('A')),
    policy({ ...named('A'), Action: 's3:ListBucket' }),
    policy(named('A', WRITE)),
  ],
  [
    'keeps the resource that somebody has narrowed',
    policy(named('A', WRITE)),
    policy(named('A')),
    policy({ ...named('A'), Resource: 'arn:aws:s3:::a' }),
    policy({ ...named('A', WRITE), Resource: 'arn:aws:s3:::a' }),
  ],
  [
    'is written as the template writes it',
    { Statement: READ },
    { Statement: [READ] },
    { Statement: [READ] },
    { Statement: READ },
  ],
  ['is gone with the property', undefined, policy(READ), policy(READ, DENY), undefined],
  [
    'knows what is left of a former template',
    policy(READ),
    policy(READ),
    policy(READ, named('Former0x0', WRITE)),
    policy(READ),
  ],
])('a policy %s', (_what, desired, previous, live, expected) => {
  expect(mergedPolicy({ desired, previous, live })).toEqual(expected);
});

test.each<
  [
    string,
    PolicyDocument | undefined,
    PolicyDocument | undefined,
    number,
    ((of: number) => boolean) | undefined,
    unknown,
  ]
>([
  ['nothing where all is wanted', policy(READ), policy(READ), 0, undefined, policy(READ)],
  ['what was allowed', policy(READ), policy(WRITE), 2, undefined, policy(READ, named('Former2x0', WRITE))],
  [
    'not what was denied',
    policy(READ),
    policy(DENY, WRITE),
    0,
    undefined,
    policy(READ, named('Former0x0', WRITE)),
  ],
  [
    'what is wanted under another Sid once',
    policy(named('A')),
    policy(named('B')),
    0,
    undefined,
    policy(named('A')),
  ],
  [
    'who relied on it first',
    policy(READ),
    policy(named('Former1x7', WRITE)),
    4,
    undefined,
    policy(READ, named('Former1x0', WRITE)),
  ],
  [
    'nothing that no version needs',
    policy(READ),
    policy(named('Former1x0', WRITE)),
    4,
    (of) => of > 1,
    policy(READ),
  ],
  [
    'what was allowed where nothing is any more',
    undefined,
    policy(WRITE),
    0,
    undefined,
    policy(named('Former0x0', WRITE)),
  ],
  ['nothing at all', undefined, policy(WRITE), 0, () => false, undefined],
])('with what was before: %s', (_what, wanted, live, number, isNeeded, expected) => {
  const document = withFormer(wanted, live, number, isNeeded);
  expect(document).toEqual(expected);
  expect(document && withoutFormer(document)).toEqual(wanted);
});
