import type { GuardAnswer } from './control-tower';
import type { Answer } from './judgement';

const OVERRIDABLE = 'The tool takes the default; whoever deploys may override it.';

/** Why we answer otherwise than a public tool's tests do: by check, then by `label: input`. */
export const labelledDisagreements: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ALBWAFEnabled: {
    'fail: internal, no association': 'ELB-02 asks for a web ACL only where the internet gets in.',
  },
  CKV_AWS_103: {
    'fail: HTTP that forwards': 'ELB-05 judges TLS; ELB-03 refuses the clear HTTP.',
  },
  ELBv2ACMCertificateRequired: {
    'pass: any text as ARN': 'The check asks for some certificate, ELB-06 for one of ACM.',
    'fail: HTTP without certificate': 'HTTP takes no certificate; ELB-03 refuses the clear HTTP.',
    'fail: no protocol, no certificates': 'A listener without protocol is of a Gateway Load Balancer.',
  },
  CKV_AWS_62: {
    'skip: a document as text, under a condition that always holds':
      'The tool does not read the text; IAM-01 does, and it allows everything.',
  },
  CKV_AWS_63: {
    'skip: a document as text, under a condition that always holds':
      'The tool does not read the text; IAM-01 does, and it allows everything.',
  },
  IAMPolicyNoStatementsWithAdminAccess: {
    'pass: whole services':
      'IAM-01 covers whole services too (severity low), as the check for full access does.',
  },
  IAMNoWildcardPermissions: {
    'fail: every resource': 'Many actions know no resources; IAM-01 judges the actions.',
    'fail: a pattern of resources': 'Patterns of object names are how S3 permissions are scoped.',
  },
  VPCSubnetAutoAssignPublicIpDisabled: {
    'fail: IPv6 addresses':
      'An IPv6 address is public only with a route to an internet gateway, which NET-02 looks for.',
  },
  VPCNoUnrestrictedRouteToIGW: {
    'pass: to one address': 'AWS calls a subnet public when any route leads to an internet gateway.',
  },
  CKV_AWS_25: { 'pass: a private range by default': OVERRIDABLE },
  CKV_AWS_260: { 'pass: a private range by default': OVERRIDABLE },
  CKV_AWS_24: {
    'pass: a private range by default': OVERRIDABLE,
    'pass: a range from high to low':
      'EC2 refuses it; until it does, SG-01 sees ports that are not web ports.',
  },
  EC2RestrictedCommonPorts: {
    'pass: FTP over UDP': 'The check looks at TCP only; SG-01 admits the world to ports 80 and 443 only.',
  },
  CKV_AWS_23: {
    'pass: a text instead of rules':
      'CloudFormation reads a single value as a list of one: a rule without description.',
  },
  EC2SecurityGroupDescription: {
    'fail: white space': 'GroupDescription is required by EC2; SG-02 asks for descriptions of the rules.',
  },
  'AWS-0104': {
    'fail: TCP to everywhere':
      'Tasks call APIs on the internet; SG-02 objects to all protocols to everywhere.',
  },
  ECSTaskDefinitionUserForHostMode: {
    'fail: ordinary user, not privileged':
      'The check wants the container privileged; ECS.1 and CT.ECS.PR.8 accept an ordinary user without.',
    'fail: privileged, user 0': 'ECS.1 and CT.ECS.PR.8 accept it; TD-01 and TD-02 refuse it.',
    'fail: privileged, user 0 with group': 'ECS.1 and CT.ECS.PR.8 accept it; TD-01 and TD-02 refuse it.',
  },
  ECSTaskDefinitionNoEnvironmentVariables: {
    'fail: any variable': 'The check refuses all variables, TD-08 those that look like credentials.',
  },
  CKV_AWS_192: {
    'fail: the rule against Log4j excluded':
      'WAF-01 asks for the group as a whole, not for each of its rules.',
  },
  WAFv2LoggingEnabled: {
    'pass: by an ARN with its name': 'An ARN of a web ACL ends in an id that nobody knows before it exists.',
  },
};

/** Why our profile control-tower answers otherwise than Control Tower's own rules, for one kind of disagreement. */
export interface BlindnessExplanation {
  readonly rules: readonly string[];
  readonly guard: GuardAnswer;
  readonly ours: Answer;
  readonly because: string;
}

/** What Control Tower's rules do not see. Values that nobody knows are explained by our answer itself. */
export const controlTowerBlindness: readonly BlindnessExplanation[] = [
  {
    rules: ['ELB-07', 'ELB-08', 'ELB-09'],
    guard: 'SKIP',
    ours: 'fail',
    because:
      'They skip load balancers without Type, which are Application Load Balancers, and those of services.',
  },
  {
    rules: ['ELB-11'],
    guard: 'SKIP',
    ours: 'fail',
    because: 'They judge cross-zone load balancing only, ELB-11 also the number of subnets.',
  },
  {
    rules: ['IAM-02'],
    guard: 'PASS',
    ours: 'fail',
    because: 'They know neither *:* nor **.',
  },
  {
    rules: ['IAM-02'],
    guard: 'SKIP',
    ours: 'fail',
    because:
      'They read no documents that are written as text, no ManagedPolicyArns and no AWS::IAM::RolePolicy.',
  },
  {
    rules: ['NET-01'],
    guard: 'FAIL',
    ours: 'pass',
    because: 'They evaluate no intrinsic functions: whatever is not the text DISABLED fails.',
  },
  {
    rules: ['NET-01'],
    guard: 'SKIP',
    ours: 'fail',
    because: 'They judge services only, NET-01 task sets too.',
  },
  {
    rules: ['SG-01'],
    guard: 'FAIL',
    ours: 'pass',
    because: 'They ask for ToPort, and compare numbers with numbers only.',
  },
  {
    rules: ['SG-01'],
    guard: 'SKIP',
    ours: 'fail',
    because: 'They know two spellings of the whole world, no half of it, no intrinsic functions.',
  },
  {
    rules: ['SVC-01'],
    guard: 'SKIP',
    ours: 'fail',
    because:
      'They judge services with LaunchType FARGATE only: no capacity providers, no task sets, nothing else that starts tasks.',
  },
  {
    rules: ['LOG-02', 'TD-02', 'TD-06'],
    guard: 'SKIP',
    ours: 'fail',
    because: 'They judge task definitions and log groups, not services that make their own.',
  },
  {
    rules: ['TD-02'],
    guard: 'PASS',
    ours: 'fail',
    because: 'They know four spellings of root, no administrators of Windows, no intrinsic functions.',
  },
  {
    rules: ['TD-05'],
    guard: 'PASS',
    ours: 'fail',
    because: 'They judge PidMode only, TD-05 also IpcMode.',
  },
  {
    rules: ['TD-06'],
    guard: 'FAIL',
    ours: 'pass',
    because: 'They take no text for a boolean, and ask of Windows what it cannot do.',
  },
  {
    rules: ['TD-08'],
    guard: 'PASS',
    ours: 'fail',
    because: 'They know three names of variables, and look at no values.',
  },
  {
    rules: ['TD-08'],
    guard: 'SKIP',
    ours: 'fail',
    because: 'They judge task definitions only, TD-08 Express services too.',
  },
  {
    rules: ['WAF-01'],
    guard: 'PASS',
    ours: 'fail',
    because: 'They count rules; WAF-01 also asks that one of them does more than count.',
  },
];
