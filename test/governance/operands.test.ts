/** Where several conditions make a finding, it names the one that decides: what whoever reads it changes. */
import { evaluate, RuleSet } from '../../hooks/engine/evaluate';
import { templateInput } from '../../hooks/engine/inputs';
import { policyOf } from '../../hooks/engine/policy';
import { ruleModules } from '../../hooks/rule-files';

/**
 * For each rule the properties that its findings may name, without the way to them; `(resource)` stands for the resource
 * itself, where nothing in it could be changed.
 */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  'AAS-01': ['MinCapacity', 'MaxCapacity', 'MinTaskCount', 'MaxTaskCount'],
  'CLB-02': ['AccessLoggingPolicy.Enabled', 'ConnectionDrainingPolicy.Enabled', 'CrossZone'],
  'CL-02': ['Logging', 'KmsKeyId'],
  'ECR-04': ['Principal', 'Principal.AWS'],
  'ELB-01': ['Scheme'],
  'ELB-02': ['(resource)'],
  'ELB-03': ['DefaultActions', 'Type', 'RedirectConfig.Protocol', 'Protocol'],
  'ELB-04': ['Protocol'],
  'ELB-06': ['Certificates', 'CertificateArn'],
  'EXP-01': ['Subnets', 'WebAclArn'],
  'GW-02': ['WebACLArn'],
  'IAM-02': ['Action', 'ManagedPolicyArns', 'TaskPolicyArns'],
  'IAM-03': ['Action'],
  'IAM-04': ['Resource', 'NotResource'],
  'IAM-05': ['NotAction', 'NotResource'],
  'IAM-06': ['Principal', 'Principal.AWS', 'NotPrincipal', 'Principal.Federated'],
  'NET-02': ['GatewayId', 'MapPublicIpOnLaunch', 'Subnets'],
  'NET-04': ['CidrIp', 'CidrIpv6'],
  'SC-01': ['IssuerCertificateAuthority'],
  'SG-01': ['FromPort', 'ToPort', 'IpProtocol'],
  'SG-02': ['SecurityGroupEgress', 'CidrIp', 'CidrIpv6', 'Description'],
  'SVC-01': ['PlatformVersion'],
  'SVC-03': ['Enable', 'Rollback'],
  'SVC-05': ['Enable', 'Rollback', 'AlarmNames'],
  'TD-04': ['User', 'Privileged'],
  'TD-08': ['Name', 'name', 'Value', 'value'],
  'TD-11': ['Image'],
  'TD-12': ['Add', 'SourcePath'],
  'TD-13': ['TaskRoleArn', 'ExecutionRoleArn', 'JobRoleArn', 'taskRoleArn'],
  'WAF-01': ['Rules', 'Count', 'Name'],
};

const cases = ruleModules().flatMap(({ rule, examples }) => {
  const named = NAMED[rule.id];
  return named === undefined ? [] : examples().fail.map((example) => ({ id: rule.id, named, rule, example }));
});

test.each(cases)('$id: $example.title', ({ rule, named, example }) => {
  const settings = { [rule.id]: { mode: 'fail' as const, parameters: example.parameters } };
  const policy = policyOf({ name: 'example', description: '', rules: settings }, [rule]);
  const { template } = templateInput(example.template);
  const paths = evaluate(template, new RuleSet(policy.rules.rules))
    .flatMap(({ problems }) => problems)
    .filter(({ status }) => status === 'fail')
    .map(({ at }) => at.path.replaceAll(/(^|\.)\d+(?=\.|$)/g, '') || '(resource)');
  expect(paths).not.toHaveLength(0);
  const others = paths.filter((path) => !named.some((name) => path === name || path.endsWith(`.${name}`)));
  expect(others).toEqual([]);
});

test('every rule with a conjunction is in the table', () => {
  const missing = ruleModules()
    .filter(({ rule }) => /\ball\)?\(/.test(rule.check.toString()) && NAMED[rule.id] === undefined)
    .map(({ rule }) => rule.id);
  expect(missing).toEqual([]);
});
