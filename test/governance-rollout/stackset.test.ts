/** The roll-out to an organisation: what hooks/stackset.yml hands to the accounts, and that it can be deployed there. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseTemplate } from '../../src/cloudformation/template/document';
import { CODE_BUCKET_PREFIX, ROOT, service, startGovernedAccount, type GovernedAccount } from './account';

const read = async (file: string) =>
  (await parseTemplate(readFileSync(join(ROOT, file), 'utf8'))).content as Record<string, any>;

/** Values that somebody gives to the parameters of hooks/stackset.yml. */
const GIVEN: Readonly<Record<string, string>> = {
  CodeBucketPrefix: CODE_BUCKET_PREFIX,
  Release: '1.0.0',
  FailureMode: 'FAIL',
  LogRetentionDays: '365',
};
const BUS = 'arn:aws:events:eu-west-1:111122223333:event-bus/governance-audit';

let stackSet: Record<string, any>;
let template: Record<string, any>;
let member: Record<string, any>;
beforeAll(async () => {
  [template, member] = await Promise.all([read('hooks/stackset.yml'), read('template.yml')]);
  stackSet = template['Resources'].GovernanceStackSet.Properties;
});

/** The parameters of the stack set as they arrive in an account, from those that are given and the defaults. */
function memberParameters(): Record<string, string> {
  const value = (name: string) => String(GIVEN[name] ?? template['Parameters'][name].Default);
  const resolve = (expression: any): string => {
    if (typeof expression === 'string') return expression;
    if (expression.Ref) return value(expression.Ref);
    if (expression['Fn::Sub'])
      return expression['Fn::Sub'].replace(/\$\{(\w+)\}/g, (_: string, name: string) => value(name));
    return BUS;
  };
  return Object.fromEntries(
    stackSet['Parameters'].map((parameter: { ParameterKey: string; ParameterValue: unknown }) => [
      parameter.ParameterKey,
      resolve(parameter.ParameterValue),
    ]),
  );
}

test('cfn-lint finds nothing in the templates of the roll-out', async () => {
  const files = ['template.yml', 'hooks/stackset.yml', 'hooks/code-bucket.yml'];
  const lint = promisify(execFile)(join(ROOT, '.venv/bin/cfn-lint'), files, { cwd: ROOT });
  await expect(lint).resolves.toMatchObject({ stdout: '' });
});

test('accounts that join later get the hook, with the same values as the others', () => {
  expect(stackSet).toMatchObject({
    PermissionModel: 'SERVICE_MANAGED',
    AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
    ManagedExecution: { Active: true },
  });
  // AWS does not apply overrides of a unit to accounts that join it later.
  for (const group of stackSet['StackInstancesGroup']) expect(group).not.toHaveProperty('ParameterOverrides');
});

test('it warns first, and stops at the first account that fails', () => {
  expect(template['Parameters'].FailureMode.Default).toBe('WARN');
  expect(template['Parameters'].HookStatus.Default).toBe('ENABLED');
  expect(template['Parameters'].FailureTolerancePercentage.Default).toBe(0);
  expect(stackSet['OperationPreferences']).toMatchObject({ RegionConcurrencyType: 'SEQUENTIAL' });
});

test('every parameter that it hands on is one of template.yml, with what that allows', () => {
  for (const [name, value] of Object.entries(memberParameters())) {
    const { AllowedPattern = '.*', AllowedValues } = member['Parameters'][name] ?? {};
    expect(member['Parameters']).toHaveProperty(name);
    expect(value).toMatch(new RegExp(`^(?:${AllowedPattern})$`));
    if (AllowedValues) expect(AllowedValues.map(String)).toContain(value);
  }
});

describe('in an account', () => {
  let account: GovernedAccount;
  beforeAll(async () => {
    account = await startGovernedAccount();
  });
  afterAll(() => account?.close());

  test('the hook refuses, and changes to hooks are told to the bus of the organisation', async () => {
    expect(await account.deploy('governance', 'template.yml', memberParameters())).toMatchObject({ code: 0 });
    expect(await account.create('web', { Web: service('ENABLED') })).toMatchObject({
      StackStatus: 'ROLLBACK_COMPLETE',
    });

    const { StackResources } = await account.cloudFormation.describeStackResources({
      StackName: 'governance',
    });
    expect(StackResources!.map(({ ResourceType }) => ResourceType)).not.toContain('AWS::SNS::Topic');
    const rule = StackResources!.find(({ LogicalResourceId }) => LogicalResourceId === 'AuditRule')!;
    const { Targets } = await account.json(
      'events',
      'list-targets-by-rule',
      '--rule',
      rule.PhysicalResourceId!,
    );
    expect(Targets).toEqual([{ Id: 'bus', Arn: BUS, RoleArn: expect.stringContaining('AuditForwardRole') }]);
    const functionName = (await account.output('governance', 'GovernanceFunctionArn')).split(':').at(-1);
    const { EventPattern } = await account.json(
      'events',
      'describe-rule',
      '--name',
      rule.PhysicalResourceId!,
    );
    expect(JSON.parse(EventPattern).detail.$or).toEqual([
      {
        eventSource: ['cloudformation.amazonaws.com'],
        eventName: expect.arrayContaining(['SetTypeConfiguration', 'DeactivateType']),
      },
      expect.objectContaining({
        eventSource: ['lambda.amazonaws.com'],
        requestParameters: { functionName: [{ wildcard: `*${functionName}*` }] },
      }),
    ]);
    const { logGroups } = await account.json('logs', 'describe-log-groups');
    expect(logGroups.map(({ retentionInDays }: { retentionInDays: number }) => retentionInDays)).toEqual([
      365,
    ]);
  });
});
