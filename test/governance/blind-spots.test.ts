import { Exemptions } from '../../hooks/engine/exemptions';
import { templateInput } from '../../hooks/engine/inputs';
import { policyOf } from '../../hooks/engine/policy';
import { report } from '../../hooks/engine/report';
import { rules } from '../../hooks/rules';

/** Templates on which the Control Tower rules skip, pass or fail wrongly, with the answers that are right. */
interface BlindSpot {
  readonly input: string;
  readonly rule: string;
  readonly answers: readonly ('pass' | 'fail' | 'indeterminate')[];
  readonly type: string;
  readonly properties: object;
  readonly rest?: object;
}

const policy = policyOf({ name: 'all', description: '' }, rules);
const NO_VALUE = { Ref: 'AWS::NoValue' };
const stage = {
  Parameters: { Stage: { Type: 'String', Default: 'dev' } },
  Conditions: { IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
};
const parameter = (declaration: object) => ({ Parameters: { Value: { Type: 'String', ...declaration } } });
const Value = { Ref: 'Value' };

const loadBalancer = (properties: object) => ({
  type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  properties,
});
const group = (...SecurityGroupIngress: unknown[]) => ({
  type: 'AWS::EC2::SecurityGroup',
  properties: { GroupDescription: 'web', SecurityGroupIngress },
});
const ssh = (range: object = { CidrIp: '0.0.0.0/0' }) => ({
  IpProtocol: 'tcp',
  FromPort: 22,
  ToPort: 22,
  ...range,
});
const user = (User: unknown) => ({
  type: 'AWS::ECS::TaskDefinition',
  properties: { ContainerDefinitions: [{ Name: 'app', User }] },
});
const service = (AssignPublicIp: unknown) => ({
  type: 'AWS::ECS::Service',
  properties: { NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp } } },
});
const certificate = (CertificateArn: unknown) => ({
  type: 'AWS::ElasticLoadBalancingV2::Listener',
  properties: { Protocol: 'HTTPS', Certificates: [{ CertificateArn }] },
});
const environment = (Name: string) => ({
  type: 'AWS::ECS::TaskDefinition',
  properties: { ContainerDefinitions: [{ Name: 'app', Environment: [{ Name, Value: 'x' }] }] },
});

const BLIND_SPOTS: readonly BlindSpot[] = [
  {
    input: 'an ALB without Type that keeps invalid headers',
    rule: 'ELB-08',
    answers: ['fail'],
    ...loadBalancer({}),
  },
  {
    input: 'an ALB without Type that drops invalid headers',
    rule: 'ELB-08',
    answers: ['pass'],
    ...loadBalancer({
      LoadBalancerAttributes: [{ Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' }],
    }),
  },
  {
    input: 'SSH for everybody in an Fn::If',
    rule: 'SG-01',
    answers: ['fail', 'indeterminate'],
    ...group({ 'Fn::If': ['IsProduction', NO_VALUE, ssh()] }),
    rest: stage,
  },
  {
    input: 'SSH for everybody in the other branch',
    rule: 'SG-01',
    answers: ['fail', 'indeterminate'],
    ...group({ 'Fn::If': ['IsProduction', ssh(), NO_VALUE] }),
    rest: stage,
  },
  {
    input: 'SSH from half the world',
    rule: 'SG-01',
    answers: ['fail'],
    ...group(ssh({ CidrIp: '0.0.0.0/1' })),
  },
  {
    input: 'SSH from every IPv6 address, written out',
    rule: 'SG-01',
    answers: ['fail'],
    ...group(ssh({ CidrIpv6: '0:0:0:0:0:0:0:0/0' })),
  },
  {
    input: 'SSH from a range by parameter',
    rule: 'SG-01',
    answers: ['indeterminate'],
    ...group(ssh({ CidrIp: Value })),
    rest: parameter({}),
  },
  {
    input: 'root in an Fn::If',
    rule: 'TD-02',
    answers: ['fail', 'indeterminate'],
    ...user({ 'Fn::If': ['IsProduction', 'root', 'app'] }),
    rest: stage,
  },
  {
    input: 'root in the default branch',
    rule: 'TD-02',
    answers: ['fail'],
    ...user({ 'Fn::If': ['IsProduction', 'app', 'root'] }),
    rest: stage,
  },
  {
    input: 'a user by parameter',
    rule: 'TD-02',
    answers: ['indeterminate'],
    ...user(Value),
    rest: parameter({}),
  },
  {
    input: 'root by a parameter with default',
    rule: 'TD-02',
    answers: ['fail'],
    ...user(Value),
    rest: parameter({ Default: 'root' }),
  },
  { input: 'root with a space', rule: 'TD-02', answers: ['fail'], ...user(' root') },
  { input: 'user 00', rule: 'TD-02', answers: ['fail'], ...user('00') },
  {
    input: 'a public IP by a parameter with default DISABLED',
    rule: 'NET-01',
    answers: ['pass'],
    ...service(Value),
    rest: parameter({ Default: 'DISABLED' }),
  },
  {
    input: 'a public IP, DISABLED in both branches',
    rule: 'NET-01',
    answers: ['pass'],
    ...service({ 'Fn::If': ['IsProduction', 'DISABLED', 'DISABLED'] }),
    rest: stage,
  },
  { input: 'a public IP of no value', rule: 'NET-01', answers: ['pass'], ...service(NO_VALUE) },
  {
    input: 'a certificate by parameter',
    rule: 'ELB-06',
    answers: ['indeterminate'],
    ...certificate(Value),
    rest: parameter({}),
  },
  {
    input: 'a certificate by dynamic reference',
    rule: 'ELB-06',
    answers: ['indeterminate'],
    ...certificate('{{resolve:ssm:/tls/certificate:1}}'),
  },
  {
    input: 'retention by parameter',
    rule: 'LOG-01',
    answers: ['indeterminate'],
    type: 'AWS::Logs::LogGroup',
    properties: { RetentionInDays: Value, KmsKeyId: 'key' },
    rest: parameter({ Type: 'Number' }),
  },
  {
    input: 'a task set with a public IP',
    rule: 'NET-01',
    answers: ['fail'],
    type: 'AWS::ECS::TaskSet',
    properties: { NetworkConfiguration: { AwsVpcConfiguration: { AssignPublicIp: 'ENABLED' } } },
  },
  {
    input: 'a pinned platform through a FARGATE capacity provider',
    rule: 'SVC-01',
    answers: ['fail'],
    type: 'AWS::ECS::Service',
    properties: {
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
      PlatformVersion: '1.4.0',
    },
  },
  {
    input: 'an environment variable DB_PASSWORD',
    rule: 'TD-08',
    answers: ['fail'],
    ...environment('DB_PASSWORD'),
  },
];

describe('inputs that the Control Tower rules get wrong', () => {
  test.each(BLIND_SPOTS)('$rule on $input: $answers', ({ rule, answers, type, properties, rest }) => {
    const { template } = templateInput({
      ...rest,
      Resources: { Subject: { Type: type, Properties: properties } },
    });
    const { rules: summaries, findings } = report({ kind: 'template', template }, policy, new Exemptions());
    const summary = summaries.find((each) => each.rule.id === rule);
    const status =
      summary?.failed === 1
        ? 'fail'
        : summary?.indeterminate === 1
          ? 'indeterminate'
          : summary?.passed === 1
            ? 'pass'
            : 'none';
    expect(answers).toContain(status);
    // Whatever is not known is named.
    for (const finding of findings.filter((each) => each.rule === rule && each.status === 'indeterminate')) {
      expect(finding.message).toMatch(/parameter (Value|Stage)|dynamic reference/);
    }
  });
});
