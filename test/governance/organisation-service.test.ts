/** Which rules concern which property of Org::ECS::ExpressService, and that they judge it. */
import { evaluate } from '../../hooks/engine/evaluate';
import { templateInput } from '../../hooks/engine/inputs';
import { policyOf } from '../../hooks/engine/policy';
import { PROFILES } from '../../hooks/profiles';
import { rules } from '../../hooks/rules';
import schema from '../../schema/org-ecs-expressservice.json';

const TYPE = 'Org::ECS::ExpressService';

/** Flaws by property: each has the rule that refuses it. */
const FLAWS: readonly (readonly [property: string, flaw: object, rule: string])[] = [
  ['PrimaryContainer', { PrimaryContainer: { User: 'root' } }, 'TD-02'],
  ['PrimaryContainer', { PrimaryContainer: { ReadonlyRootFilesystem: false } }, 'TD-06'],
  ['PrimaryContainer', { PrimaryContainer: { Environment: [{ Name: 'PASSWORD', Value: 'x' }] } }, 'TD-08'],
  ['PrimaryContainer', { PrimaryContainer: { Image: 'app:latest' } }, 'TD-11'],
  [
    'PrimaryContainer',
    { PrimaryContainer: { LinuxParameters: { Capabilities: { Add: ['SYS_PTRACE'] } } } },
    'TD-12',
  ],
  ['SidecarContainers', { SidecarContainers: [{ User: '0' }] }, 'TD-02'],
  ['SidecarContainers', { SidecarContainers: [{ ReadonlyRootFilesystem: 'false' }] }, 'TD-06'],
  [
    'SidecarContainers',
    { SidecarContainers: [{ Environment: [{ Name: 'PASSWORD', Value: 'x' }] }] },
    'TD-08',
  ],
  ['SidecarContainers', { SidecarContainers: [{ Image: 'app' }] }, 'TD-11'],
  [
    'Volumes',
    { Volumes: [{ EFSVolumeConfiguration: { FilesystemId: 'fs-1', TransitEncryption: 'DISABLED' } }] },
    'TD-09',
  ],
  ['TaskRoleArn', { TaskRoleArn: 'r', ExecutionRoleArn: 'r' }, 'TD-13'],
  ['ExecutionRoleArn', { TaskRoleArn: 'r', ExecutionRoleArn: 'r' }, 'TD-13'],
  ['TaskPolicy', { TaskPolicy: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } }, 'IAM-02'],
  ['TaskPolicy', { TaskPolicy: { Statement: { Effect: 'Allow', Action: 's3:*', Resource: '*' } } }, 'IAM-03'],
  ['TaskPolicyArns', { TaskPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }, 'IAM-02'],
  ['NetworkConfiguration', {}, 'NET-03'],
  ['LoadBalancerConfiguration', { LoadBalancerConfiguration: { Scheme: 'internet-facing' } }, 'ELB-01'],
  ['LoadBalancerConfiguration', {}, 'ELB-07'],
  ['ScalingTarget', { ScalingTarget: { MinTaskCount: 0 } }, 'AAS-01'],
  [
    'AdditionalLoadBalancers',
    { AdditionalLoadBalancers: [{ LoadBalancerConfiguration: { Scheme: 'internet-facing' } }] },
    'ELB-01',
  ],
  ['PropagateTags', { PropagateTags: 'NONE' }, 'SVC-04'],
  ['PlatformVersion', { PlatformVersion: '1.3.0' }, 'SVC-01'],
  ['EnableExecuteCommand', { EnableExecuteCommand: true }, 'SVC-02'],
  [
    'DeploymentConfiguration',
    { DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: false } } },
    'SVC-03',
  ],
  ['DeploymentConfiguration', { DeploymentConfiguration: { Alarms: { Rollback: false } } }, 'SVC-05'],
  ['LogRetentionInDays', { LogRetentionInDays: 1 }, 'LOG-02'],
];

/** Properties that other rules judge only as undecided or by parameters of a profile. */
const JUDGED_ELSEWHERE: Readonly<Record<string, string>> = {
  WebAclArn: 'EXP-01: absent is undecided, since the configuration of the type may name one',
  Tags: 'TAG-01: by the tags that a profile asks for',
};

/** Properties that no rule concerns, and why. */
const UNCONCERNED: Readonly<Record<string, string>> = {
  ServiceName: 'a name',
  Cluster: 'a name; the cluster is judged where it is declared',
  InfrastructureRoleArn: 'a role of Amazon ECS; it is judged where it is declared',
  TaskDefinitionArn: 'the task definition is judged where it is declared',
  Cpu: 'a size',
  Memory: 'a size, which limits the containers too',
  CpuArchitecture: 'a choice of price',
  EphemeralStorage: 'a size; Fargate encrypts it',
  HealthCheckPath: 'a path',
  TargetGroupConfiguration: 'health checks, and time-outs within the VPC',
  HealthCheckGracePeriodSeconds: 'a time',
  AvailabilityZoneRebalancing: 'where tasks run within the zones of the service',
  EnableECSManagedTags:
    'names of the cluster and the service, which are no tags that an organisation asks for',
  CapacityProviderStrategy: 'Fargate or Fargate Spot',
  ForceNewDeployment: 'a trigger',
  DomainName: 'a name; the listener takes TLS with a certificate of ACM in any case',
  HostedZoneId: 'a zone',
  CertificateArn: 'a certificate of ACM, which the schema demands',
  AdditionalDomains: 'names with certificates of ACM',
  PathPatterns: 'paths',
  TestTraffic: 'requests that the service answers in any case',
  RequiredHttpHeader: 'requests that the service does not answer',
  DnsConfiguration: 'which Region answers',
  Version: 'a name',
  Traffic: 'which versions answer; each is judged when a template describes it',
  VersionTraffic: 'which version answers',
  Standby: 'versions that were judged when a template described them',
  EventBusName: 'news of versions, without secrets',
  Authentication: 'how users sign in',
  Monitoring: 'how often metrics come',
  ServiceConnectConfiguration: 'how services of a namespace reach each other within the VPC',
  LogGroupDeletionPolicy: 'what becomes of logs after the service',
};

const profile = PROFILES['strict']!;
const everything = policyOf(
  {
    ...profile,
    rules: Object.fromEntries(rules.map(({ id }) => [id, { ...profile.rules?.[id], mode: 'fail' as const }])),
  },
  rules,
);

const problemsOf = (properties: object, rule: string) =>
  evaluate(
    templateInput({ Resources: { Web: { Type: TYPE, Properties: properties } } }).template,
    everything.rules,
  ).find(({ active }) => active.rule.id === rule);

test.each(FLAWS)('%s %j is refused by %s', (_, flaw, rule) => {
  expect(problemsOf(flaw, rule)?.status).toBe('fail');
});

test('every property that can be written is judged, or said to concern no rule', () => {
  const readOnly = new Set(schema.readOnlyProperties.map((path) => path.split('/')[2]));
  const writable = Object.keys(schema.properties).filter((name) => !readOnly.has(name));
  const known = new Set([
    ...FLAWS.map(([property]) => property),
    ...Object.keys(JUDGED_ELSEWHERE),
    ...Object.keys(UNCONCERNED),
  ]);
  expect([...known].sort()).toEqual(writable.sort());
});

test('what is left to the defaults of the type is refused by no rule of the profile org-default', () => {
  const policy = policyOf(PROFILES['org-default']!, rules);
  const smallest = {
    PrimaryContainer: { Image: 'public.ecr.aws/docker/library/httpd:2.4' },
    ExecutionRoleArn: 'arn:aws:iam::123456789012:role/execution',
    InfrastructureRoleArn: 'arn:aws:iam::123456789012:role/infrastructure',
  };
  const { template } = templateInput({ Resources: { Web: { Type: TYPE, Properties: smallest } } });
  const certain = evaluate(template, policy.rules)
    .filter(({ status, active }) => status === 'fail' && active.mode === 'fail')
    .flatMap(({ active, problems }) => problems.map(({ severity }) => severity ?? active.severity));
  expect(new Set(certain)).toEqual(new Set(['LOW']));
});
