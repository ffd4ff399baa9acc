import { startLocalAws } from './local/index';
import { CloudFormation, waitUntilStackCreateComplete } from '@aws-sdk/client-cloudformation';
import { readFileSync } from 'node:fs';
async function main() {
  const t0 = performance.now();
  const aws = await startLocalAws();
  console.log('start', performance.now() - t0);
  const dir = '/work/main/test/cloudformation/fixtures/';
  aws.lambda.register({ name: 'Sample', bundle: dir + 'sample-handlers.js', handler: 'entrypoint' });
  aws.registry.registerResourceType(JSON.parse(readFileSync(dir + 'sample-type.json', 'utf8')), 'Sample');
  const cfn = new CloudFormation(aws.clientOptions());
  const body = `
Parameters: { Days: { Type: Number, Default: 7 } }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: sts:AssumeRole }] }
  Book:
    Type: Sample::Logs::Notebook
    Properties: { Name: !Sub '\${AWS::StackName}-\${Role}', RetentionInDays: !Ref Days }
Outputs:
  Code: { Value: !GetAtt Book.Status.Code }
  Arn: { Value: !GetAtt Role.Arn }
`;
  const run = async (what: string, f: () => Promise<any>) => {
    const t = performance.now();
    try { await f(); } catch (e) { console.log(what, 'ERROR', (e as Error).name, (e as Error).message); }
    await aws.cloudFormation.settled('hello').catch((e) => console.log(e.message));
    console.log(what, Math.round(performance.now() - t), 'ms');
  };
  const show = async () => {
    const { Stacks } = await cfn.describeStacks({});
    console.log(JSON.stringify(Stacks?.map((s) => [s.StackName, s.StackStatus, s.StackStatusReason, s.Outputs]), null, 1));
    if (!Stacks?.length) return;
    const { StackEvents } = await cfn.describeStackEvents({ StackName: 'hello' });
    for (const e of StackEvents!.reverse()) console.log(e.Timestamp?.toISOString(), e.LogicalResourceId, e.ResourceStatus, e.ResourceStatusReason ?? '', e.PhysicalResourceId);
  };
  await run('create', () => cfn.createStack({ StackName: 'hello', TemplateBody: body, Capabilities: ['CAPABILITY_IAM'] }));
  await show();
  await run('update', () => cfn.updateStack({ StackName: 'hello', TemplateBody: body, Capabilities: ['CAPABILITY_IAM'], Parameters: [{ ParameterKey: 'Days', ParameterValue: '30' }] }));
  await run('delete', () => cfn.deleteStack({ StackName: 'hello' }));
  await show();
  console.log(aws.calls.query ? '' : '', JSON.stringify((aws.calls as any).list?.({}) ?? Object.getOwnPropertyNames(Object.getPrototypeOf(aws.calls))).slice(0, 3000));
  await aws.close();
}
main().catch((e) => { console.error(e); process.exit(1); });
