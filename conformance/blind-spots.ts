import { single, type ExampleTemplate } from '../hooks/engine/rule';
import { TASK_DEFINITION } from '../hooks/resources/containers';
import { LISTENER, LOAD_BALANCER } from '../hooks/resources/elastic-load-balancing';
import type { Answer } from './judgement';

/** A template on which the Control Tower rules skip, pass or fail wrongly, with the answers that are right. */
export interface BlindSpot {
  readonly input: string;
  /** Id of our rule that answers. */
  readonly rule: string;
  readonly answers: readonly Answer[];
  readonly template: ExampleTemplate;
}

const NO_VALUE = { Ref: 'AWS::NoValue' };
const stage = {
  Parameters: { Stage: { Type: 'String', Default: 'dev' } },
  Conditions: { IsProduction: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
};
const parameter = (declaration: object) => ({ Parameters: { Value: { Type: 'String', ...declaration } } });
const Value = { Ref: 'Value' };

const group = (ingress: unknown, rest?: object) =>
  single('AWS::EC2::SecurityGroup', { GroupDescription: 'web', SecurityGroupIngress: [ingress] }, rest);
const ssh = (range: object = { CidrIp: '0.0.0.0/0' }) => ({
  IpProtocol: 'tcp',
  FromPort: 22,
  ToPort: 22,
  ...range,
});
const user = (User: unknown, rest?: object) =>
  single(TASK_DEFINITION, { ContainerDefinitions: [{ Name: 'app', User }] }, rest);
const service = (AssignPublicIp: unknown, rest?: object) =>
  single('AWS::ECS::Service', { NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp } } }, rest);
const certificate = (CertificateArn: unknown, rest?: object) =>
  single(LISTENER, { Protocol: 'HTTPS', Certificates: [{ CertificateArn }] }, rest);

/** The inputs that Control Tower's rules were measured to get wrong. */
export const BLIND_SPOTS: readonly BlindSpot[] = [
  {
    input: 'an ALB without Type that keeps invalid headers',
    rule: 'ELB-08',
    answers: ['fail'],
    template: single(LOAD_BALANCER, {}),
  },
  {
    input: 'an ALB without Type that drops invalid headers',
    rule: 'ELB-08',
    answers: ['pass'],
    template: single(LOAD_BALANCER, {
      LoadBalancerAttributes: [{ Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' }],
    }),
  },
  {
    input: 'SSH for everybody in an Fn::If',
    rule: 'SG-01',
    answers: ['fail', 'indeterminate'],
    template: group({ 'Fn::If': ['IsProduction', NO_VALUE, ssh()] }, stage),
  },
  {
    input: 'SSH for everybody in the other branch',
    rule: 'SG-01',
    answers: ['fail', 'indeterminate'],
    template: group({ 'Fn::If': ['IsProduction', ssh(), NO_VALUE] }, stage),
  },
  {
    input: 'SSH from half the world',
    rule: 'SG-01',
    answers: ['fail'],
    template: group(ssh({ CidrIp: '0.0.0.0/1' })),
  },
  {
    input: 'SSH from every IPv6 address, written out',
    rule: 'SG-01',
    answers: ['fail'],
    template: group(ssh({ CidrIpv6: '0:0:0:0:0:0:0:0/0' })),
  },
  {
    input: 'SSH from a range by parameter',
    rule: 'SG-01',
    answers: ['indeterminate'],
    template: group(ssh({ CidrIp: Value }), parameter({})),
  },
  {
    input: 'root in an Fn::If',
    rule: 'TD-02',
    answers: ['fail', 'indeterminate'],
    template: user({ 'Fn::If': ['IsProduction', 'root', 'app'] }, stage),
  },
  {
    input: 'root in the default branch',
    rule: 'TD-02',
    answers: ['fail'],
    template: user({ 'Fn::If': ['IsProduction', 'app', 'root'] }, stage),
  },
  {
    input: 'a user by parameter',
    rule: 'TD-02',
    answers: ['indeterminate'],
    template: user(Value, parameter({})),
  },
  {
    input: 'root by a parameter with default',
    rule: 'TD-02',
    answers: ['fail'],
    template: user(Value, parameter({ Default: 'root' })),
  },
  { input: 'root with a space', rule: 'TD-02', answers: ['fail'], template: user(' root') },
  { input: 'user 00', rule: 'TD-02', answers: ['fail'], template: user('00') },
  {
    input: 'a public IP by a parameter with default DISABLED',
    rule: 'NET-01',
    // A default may be overridden, unless the profile says that defaults count.
    answers: ['pass', 'indeterminate'],
    template: service(Value, parameter({ Default: 'DISABLED' })),
  },
  {
    input: 'a public IP, DISABLED in both branches',
    rule: 'NET-01',
    answers: ['pass'],
    template: service({ 'Fn::If': ['IsProduction', 'DISABLED', 'DISABLED'] }, stage),
  },
  { input: 'a public IP of no value', rule: 'NET-01', answers: ['pass'], template: service(NO_VALUE) },
  {
    input: 'a certificate by parameter',
    rule: 'ELB-06',
    answers: ['indeterminate'],
    template: certificate(Value, parameter({})),
  },
  {
    input: 'a certificate by dynamic reference',
    rule: 'ELB-06',
    answers: ['indeterminate'],
    template: certificate('{{resolve:ssm:/tls/certificate:1}}'),
  },
  {
    input: 'retention by parameter',
    rule: 'LOG-02',
    answers: ['indeterminate'],
    template: single(
      'AWS::Logs::LogGroup',
      { RetentionInDays: Value, KmsKeyId: 'key' },
      parameter({ Type: 'Number' }),
    ),
  },
  {
    input: 'a task set with a public IP',
    rule: 'NET-01',
    answers: ['fail'],
    template: single('AWS::ECS::TaskSet', {
      NetworkConfiguration: { AwsVpcConfiguration: { AssignPublicIp: 'ENABLED' } },
    }),
  },
  {
    input: 'a pinned platform through a FARGATE capacity provider',
    rule: 'SVC-01',
    answers: ['fail'],
    template: single('AWS::ECS::Service', {
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
      PlatformVersion: '1.4.0',
    }),
  },
  {
    input: 'an environment variable DB_PASSWORD',
    rule: 'TD-08',
    answers: ['fail'],
    template: single(TASK_DEFINITION, {
      ContainerDefinitions: [{ Name: 'app', Environment: [{ Name: 'DB_PASSWORD', Value: 'x' }] }],
    }),
  },
];
