/** template.yml in one account, as the governance team deploys, sets, mends, switches off and removes it. */
import { rules } from '../../hooks/rules';
import { CODE_BUCKET, CODE_BUCKET_PREFIX, CODE_KEY, service, startGovernedAccount } from './account';
import type { GovernedAccount } from './account';

const CODE = { CodeBucketPrefix: CODE_BUCKET_PREFIX, CodeKey: CODE_KEY };
const PROFILE = `s3://${CODE_BUCKET}/settings/profile.json`;
const EXEMPTIONS = 'ssm:/governance/exemptions';

interface Policy {
  readonly PolicyDocument: {
    readonly Statement: readonly { readonly Action: unknown; readonly Resource: unknown }[];
  };
}

let account: GovernedAccount;
beforeAll(async () => {
  account = await startGovernedAccount();
});
afterAll(() => account?.close());

/** Deploy the hook anew, with these parameters only. */
async function govern(parameters: Readonly<Record<string, string>>): Promise<void> {
  await remove('governance');
  const { code, stderr } = await account.deploy('governance', 'template.yml', { ...CODE, ...parameters });
  if (code !== 0) throw new Error(stderr);
}

async function remove(stackName: string): Promise<void> {
  await account.cloudFormation.deleteStack({ StackName: stackName });
  await account.aws.cloudFormation.settled(stackName);
}

/** Try to make a service with a public address; nothing of it stays. Answers what the hooks said. */
async function attempt(stackName = 'web') {
  await account.create(stackName, { Web: service('ENABLED') });
  const events = await account.events(stackName);
  await remove(stackName);
  return {
    refused: events.some(({ ResourceStatusReason }) => ResourceStatusReason?.includes('hook(s) failed')),
    hooks: events
      .filter(({ HookStatus }) => HookStatus && HookStatus !== 'HOOK_IN_PROGRESS')
      .map(({ HookType, HookStatus, HookStatusReason }) => `${HookType} ${HookStatus} ${HookStatusReason}`),
  };
}

test('warns by default, refuses on demand, is switched off by one parameter, and leaves nothing', async () => {
  await govern({});
  const warned = await attempt();
  expect(warned.refused).toBe(false);
  expect(warned.hooks).toEqual([
    expect.stringMatching(
      /^Org::ECS::StackGovernance HOOK_COMPLETE_FAILED .*NET-01 Web .*Set AssignPublicIp/,
    ),
    expect.stringMatching(/^Org::ECS::Governance HOOK_COMPLETE_FAILED .*NET-01 Web .*Set AssignPublicIp/),
  ]);

  expect(await account.deploy('governance', 'template.yml', { FailureMode: 'FAIL' })).toMatchObject({
    stderr: '',
    code: 0,
  });
  expect(await attempt()).toMatchObject({ refused: true, hooks: [expect.stringContaining('NET-01')] });

  expect(await account.deploy('governance', 'template.yml', { HookStatus: 'DISABLED' })).toMatchObject({
    stderr: '',
    code: 0,
  });
  expect(await attempt()).toEqual({ refused: false, hooks: [] });

  const functionArn = await account.output('governance', 'GovernanceFunctionArn');
  await remove('governance');
  expect(account.aws.registry.hooks()).toEqual([]);
  expect(account.aws.lambda.has(functionArn)).toBe(false);
});

test('looks at every type that has rules, at no deletion, and leaves its own stack and others alone', async () => {
  await govern({ FailureMode: 'FAIL', ExcludedStacks: 'legacy-*,sandbox' });
  const [resources, stacks] = account.aws.registry.hooks();
  expect(resources).toMatchObject({
    typeName: 'Org::ECS::Governance',
    targetOperations: ['RESOURCE', 'CLOUD_CONTROL'],
    targetFilters: {
      actions: ['CREATE', 'UPDATE'],
      targetNames: [...new Set(rules.flatMap(({ targets }) => targets))].sort(),
    },
  });
  expect(stacks).toMatchObject({
    typeName: 'Org::ECS::StackGovernance',
    targetOperations: ['STACK', 'CHANGE_SET'],
    targetFilters: { actions: ['CREATE', 'UPDATE'] },
  });
  for (const hook of [resources, stacks])
    expect(hook?.stackFilters?.stackNames?.exclude).toEqual(['governance', 'legacy-*', 'sandbox']);
  expect(await attempt('legacy-shop')).toEqual({ refused: false, hooks: [] });
  expect(await attempt('shop')).toMatchObject({ refused: true });
});

test('refuses through Cloud Control too', async () => {
  await govern({ FailureMode: 'FAIL' });
  const { ProgressEvent } = await account.json(
    ...['cloudcontrol', 'create-resource', '--type-name', 'Org::ECS::ExpressService', '--desired-state'],
    JSON.stringify({
      PrimaryContainer: { Image: 'example/hello:latest' },
      ExecutionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      InfrastructureRoleArn: 'arn:aws:iam::123456789012:role/infrastructure',
    }),
  );
  await account.aws.cloudControl.settled(ProgressEvent.RequestToken);
  const ended = await account.json(
    ...['cloudcontrol', 'get-resource-request-status', '--request-token', ProgressEvent.RequestToken],
  );
  expect(ended).toMatchObject({
    ProgressEvent: { OperationStatus: 'FAILED' },
    HooksProgressEvent: [
      { HookTypeName: 'Org::ECS::Governance', HookStatusMessage: expect.stringContaining('TD-11') },
    ],
  });
});

describe('with a profile in S3 and exemptions in Parameter Store', () => {
  const profile = (mode: string) => ({
    name: 'acme',
    description: 'What ACME asks for.',
    rules: { 'NET-01': { mode }, 'NET-02': { mode: 'off' } },
  });
  const exempt = (rule: string) =>
    account.json(
      ...[
        'ssm',
        'put-parameter',
        '--name',
        EXEMPTIONS.slice(4),
        '--type',
        'String',
        '--overwrite',
        '--value',
      ],
      JSON.stringify({
        exemptions: [{ rule, stack: 'web', reason: 'public', owner: 'team web', expires: '2999-12-31' }],
      }),
    );
  const settings = {
    Profile: PROFILE,
    Exemptions: EXEMPTIONS,
    SettingsRefreshSeconds: '0',
    FailureMode: 'FAIL',
  };

  test('the results name the versions, and a new version takes effect', async () => {
    const version = await account.upload('settings/profile.json', profile('fail'));
    await exempt('SVC-02');
    await govern(settings);
    const refused = await attempt();
    expect(refused.refused).toBe(true);
    expect(refused.hooks[0]).toMatch(
      new RegExp(`\\(profile acme version ${version}, exemptions version 1\\)$`),
    );

    await account.upload('settings/profile.json', profile('warn'));
    const warned = await attempt();
    expect(warned.refused).toBe(false);
    expect(warned.hooks[0]).toMatch(/HOOK_COMPLETE_SUCCEEDED .*Warnings only\. NET-01/);
  });

  test('an exemption lets the service pass, and the results say who granted it', async () => {
    await account.upload('settings/profile.json', profile('fail'));
    await exempt('NET-01');
    await govern(settings);
    const { refused, hooks } = await attempt();
    expect(refused).toBe(false);
    expect(hooks[0]).toContain('Complies, with exemptions from NET-01. (profile acme');
    const { HookResults } = await account.json('cloudformation', 'list-hook-results');
    const [{ HookResultId }] = HookResults;
    const result = await account.json('cloudformation', 'get-hook-result', '--hook-result-id', HookResultId);
    expect(result.Annotations).toContainEqual(
      expect.objectContaining({
        AnnotationName: 'NET-01',
        Status: 'PASSED',
        StatusMessage: expect.stringMatching(
          /^Exempt until 2999-12-31 \(central, team web\): public\. NET-01 Web /,
        ),
      }),
    );
  });

  test.each([
    ['FAIL_CLOSED', true, /HOOK_FAILED .*cannot be judged\. The hook's profile s3:.* is not JSON\. Upload/],
    [
      'LAST_KNOWN_GOOD',
      false,
      /SUCCEEDED .*\(profile acme version \w+, exemptions version \d+, as loaded at 20/,
    ],
  ])('a broken profile, %s: refused %s', async (SettingsLoadFailure, refused, message) => {
    await account.upload('settings/profile.json', profile('warn'));
    await exempt('SVC-02');
    await govern({ ...settings, SettingsLoadFailure });
    expect(await attempt()).toMatchObject({ refused: false });
    await account.upload('settings/profile.json', 'name: acme');
    expect(await attempt()).toMatchObject({
      refused,
      hooks: [expect.stringMatching(message), ...anything(refused)],
    });
  });

  test('the role of the function may write its logs and read these two documents, and nothing else', async () => {
    await govern(settings);
    const role = (await account.events('governance')).find(
      ({ LogicalResourceId, ResourceStatus }) =>
        LogicalResourceId === 'GovernanceFunctionRole' && ResourceStatus === 'CREATE_COMPLETE',
    );
    const { Policies } = JSON.parse(role!.ResourceProperties!) as { Policies: Policy[] };
    const statements = Policies.flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.map(({ Action, Resource }) => [Action, Resource]),
    );
    expect(statements).toEqual(
      expect.arrayContaining([
        [
          ['logs:CreateLogStream', 'logs:PutLogEvents'],
          expect.stringContaining(':log-group:governance-GovernanceLogs'),
        ],
        ['s3:GetObject', [`arn:aws:s3:::${CODE_BUCKET}/settings/profile.json`]],
        ['ssm:GetParameter', ['arn:aws:ssm:us-east-1:123456789012:parameter/governance/exemptions']],
      ]),
    );
    expect(statements).toHaveLength(3);
  });
});

/** After a refused stack hook nobody is asked; after an accepted one the resource hook is. */
function anything(refused: boolean): unknown[] {
  return refused ? [] : [expect.any(String)];
}

test.each([
  ['a key without object', 'CodeKey', 'none.zip', /S3 Error Code: NoSuchKey/],
  ['an object that is no zip file', 'CodeKey', 'text.zip', /Could not unzip uploaded file/],
])('%s fails the deployment with its reason', async (_, parameter, value, reason) => {
  await account.upload('text.zip', 'no zip file');
  await remove('governance');
  const { code } = await account.deploy('governance', 'template.yml', { ...CODE, [parameter]: value });
  expect(code).toBe(255);
  const events = await account.events('governance');
  expect(events.map(({ ResourceStatusReason }) => ResourceStatusReason)).toContainEqual(
    expect.stringMatching(reason),
  );
  await remove('governance');
});
