/**
 * The listeners of a Network Load Balancer. They have no rules: ECS moves the weights of their default actions, so that to
 * everything else they are what listener rules are elsewhere.
 */
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  DeleteListenerCommand,
  DescribeListenersCommand,
  DescribeTagsCommand,
  ModifyListenerCommand,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Resolvable } from '../../../core/graph';
import { done, type Outcome } from '../../../core/outcome';
import { sessionValue } from '../../../aws/session';
import { unless } from '../../../aws/sdk-errors';
import type {
  ApplyScope,
  Component,
  ComponentResource,
  DesiredScope,
  PlanScope,
  Scope,
} from '../../composition/component';
import { onePart } from '../../composition/part';
import {
  asRule,
  rememberRules,
  servingTargetGroup,
  TRAFFIC_WEIGHT_ACTIONS,
} from '../../deployments/traffic-weights';
import { tagList, tagRecord, type ResourceTag, type Tags } from '../../identity/tags';
import { isManaged, managedTags } from '../../memory/ownership';
import { isServing } from '../../memory/recorded-exposures';
import { isTestRule, testRuleTag } from '../../memory/resource-marks';
import { domainsOf } from '../../properties/domains';
import type { NetworkListenerSpec, NetworkProtocol } from '../../properties/network-load-balancer';
import type { ServiceSpec } from '../../specification';
import type { ObservedCertificate } from '../certificate-manager/certificate';
import type { ObservedLoadBalancerSecurityGroup } from '../ec2/load-balancer-security-group';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';
import type { ObservedHostNames } from '../route-53/host-names';
import { leaveListener, pollDraining, type DrainingToken } from './listener-rule';
import {
  furtherCertificates,
  plannedCertificates,
  RELEASE_PERMISSIONS,
  releaseCertificates,
  SECURITY_POLICY,
  waitForOthers,
  type ListenerCertificate,
  type ListenerCertificateProperties,
} from './listeners';
import type { ObservedLoadBalancer } from './load-balancer';
import { forwardConfig, servingGroup } from './rule-claim';
import {
  plannedActions,
  type ListenerRuleProperties,
  type NetworkListenerState,
  type ObservedListenerRule,
} from './service-rule';
import { changeElbTags, type ObservedTargetGroups } from './target-groups';
import type { ObservedTestListenerRule } from './test-listener-rule';

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancerSecurityGroup: ObservedLoadBalancerSecurityGroup;
  LoadBalancer: ObservedLoadBalancer;
  HostNames: ObservedHostNames;
  Certificate: ObservedCertificate;
  TargetGroups: ObservedTargetGroups;
};

interface ListenerProperties {
  readonly LoadBalancerArn: string;
  readonly Protocol: NetworkProtocol;
  readonly Port: number;
  readonly SslPolicy?: string;
  readonly Certificates?: readonly ListenerCertificate[];
  readonly DefaultActions: ListenerRuleProperties['Actions'];
  readonly Tags: readonly ResourceTag[];
}

type Properties = ListenerProperties | ListenerCertificateProperties;

const TYPE = 'AWS::ElasticLoadBalancingV2::Listener';

const NEEDS = [
  'ServiceSecurityGroup',
  'LoadBalancerSecurityGroup',
  'LoadBalancer',
  'HostNames',
  'Certificate',
  'TargetGroups',
] as const;

const PERMISSIONS = {
  observe: [
    'elasticloadbalancing:DescribeListenerCertificates',
    'elasticloadbalancing:DescribeListeners',
    'elasticloadbalancing:DescribeTags',
  ],
  apply: [
    ...TRAFFIC_WEIGHT_ACTIONS,
    ...RELEASE_PERMISSIONS,
    'elasticloadbalancing:AddListenerCertificates',
    'elasticloadbalancing:AddTags',
    'elasticloadbalancing:CreateListener',
    'elasticloadbalancing:DeleteListener',
    'elasticloadbalancing:RemoveTags',
  ],
  remove: ['elasticloadbalancing:DeleteListener'],
} as const;

/** Where the service receives its connections. */
export const networkListener: Component<ObservedListenerRule, Needs, Properties, DrainingToken> = {
  kind: 'ListenerRule',
  needs: NEEDS,
  per: 'exposure',
  staysWhileJoining: true,
  permissions: PERMISSIONS,

  desired(plan) {
    const listener = listenerSpec(plan.spec);
    return listener ? planned(plan, 'ListenerRule', listener.protocol, listener.port, managedTags(plan)) : [];
  },

  attributes: ({ arn }) => ({ '': { Ref: arn, ListenerArn: arn } }),

  parts: (_scope, observed) => onePart(TYPE, observed, ({ arn }) => arn),

  async observe(scope, found) {
    return (await look(scope, found)).production;
  },

  async apply(scope, needs, current) {
    const wanted = scope.desired[''] as ListenerProperties;
    return current ? change(scope, needs, current, wanted, portBefore) : make(scope, needs, wanted);
  },

  leave: leaveListener,
  leavesAfter: ['DnsRecord'],
  poll: pollDraining,

  prune: (scope, { Certificate }, current) => releaseFormer(scope, Certificate, current),

  async remove(scope, _found, { arn }) {
    await deleteListener(scope, arn);
    return done(undefined);
  },
};

/** Where the new tasks of a deployment are tested: another port, for a Network Load Balancer tells connections by nothing else. */
export const networkTestListener: Component<
  ObservedTestListenerRule,
  Needs & { ListenerRule: ObservedListenerRule },
  Properties
> = {
  kind: 'TestListenerRule',
  needs: [...NEEDS, 'ListenerRule'],
  per: 'exposure',
  staysWhileJoining: true,
  permissions: PERMISSIONS,

  desired(plan) {
    const { protocol, testPort } = listenerSpec(plan.spec) ?? {};
    if (!protocol || testPort === undefined) return [];
    const tags = { ...managedTags(plan), ...testRuleTag() };
    return planned(plan, 'TestListenerRule', protocol, testPort, tags);
  },

  attributes: ({ rule }) => ({
    '': rule ? { Ref: rule.arn, ListenerArn: rule.arn } : {},
  }),

  parts: (_scope, observed) => (observed?.rule ? [{ type: TYPE, arn: observed.rule.arn }] : []),

  async observe(scope, found) {
    const { test } = await look(scope, found);
    return test && { rule: test };
  },

  async apply(scope, needs, current) {
    const wanted = scope.desired[''] as ListenerProperties | undefined;
    const rule = current?.rule;
    // It goes when the service does not know it any more.
    if (!wanted) return done({ former: rule ?? current?.former });
    const outcome = await (rule
      ? change(scope, needs, rule, wanted, testPortBefore)
      : make(scope, needs, wanted));
    return outcome.status === 'wait' ? outcome : done({ rule: outcome.value });
  },

  async prune(scope, { Certificate }, { rule, former }) {
    if (former) await deleteListener(scope, former.arn);
    return rule ? releaseFormer(scope, Certificate, rule) : done(undefined);
  },

  async remove(scope, _found, { rule }) {
    if (rule) await deleteListener(scope, rule.arn);
    return done(undefined);
  },
};

function listenerSpec({ loadBalancer }: ServiceSpec): NetworkListenerSpec | undefined {
  return loadBalancer.kind === 'network' ? loadBalancer.listener : undefined;
}

const portBefore = ({ port }: NetworkListenerSpec): number | undefined => port;
const testPortBefore = ({ testPort }: NetworkListenerSpec): number | undefined => testPort;

/** @param kind of the component whose listener it is. */
function planned(
  plan: PlanScope,
  kind: string,
  Protocol: NetworkProtocol,
  Port: number,
  tags: Tags,
): ComponentResource<ListenerProperties | ListenerCertificateProperties>[] {
  const [first, ...further] = Protocol === 'TLS' ? plannedCertificates(plan) : [];
  const properties: Resolvable<ListenerProperties> = {
    LoadBalancerArn: plan.refer('LoadBalancer', 'LoadBalancerArn'),
    Protocol,
    Port,
    ...(Protocol === 'TLS' && { SslPolicy: SECURITY_POLICY, Certificates: first ? [first] : [] }),
    DefaultActions: plannedActions(plan),
    Tags: tagList(tags),
  };
  const listener = { type: TYPE, properties };
  if (further.length === 0) return [listener];
  const ListenerArn = plan.refer(kind, 'ListenerArn');
  const type = 'AWS::ElasticLoadBalancingV2::ListenerCertificate';
  return [listener, { name: 'Certificates', type, properties: { ListenerArn, Certificates: further } }];
}

/** The listeners of the service on its load balancer; others there were added by hand. */
interface ManagedListeners {
  readonly production?: ObservedListenerRule;
  readonly test?: ObservedListenerRule;
}

/** By the ARN of the load balancer. */
const seen = sessionValue((_: Scope) => new Map<string, Promise<ManagedListeners>>());

function look(
  scope: Scope,
  { LoadBalancer, ServiceSecurityGroup }: Partial<Needs>,
): Promise<ManagedListeners> {
  if (!LoadBalancer) return Promise.resolve({});
  const known = seen(scope).get(LoadBalancer.arn);
  if (known) return known;
  const looking = find(scope, LoadBalancer.arn, ServiceSecurityGroup);
  seen(scope).set(LoadBalancer.arn, looking);
  return looking;
}

async function find(
  scope: Scope,
  LoadBalancerArn: string,
  group: ObservedServiceSecurityGroup | undefined,
): Promise<ManagedListeners> {
  const { elasticLoadBalancing } = scope.clients;
  const answer = await unless(
    elasticLoadBalancing.send(new DescribeListenersCommand({ LoadBalancerArn })),
    'LoadBalancerNotFoundException',
  );
  const listeners = answer?.Listeners ?? [];
  if (listeners.length === 0) return {};
  const ResourceArns = listeners.map(({ ListenerArn }) => ListenerArn!);
  const { TagDescriptions = [] } = await elasticLoadBalancing.send(new DescribeTagsCommand({ ResourceArns }));
  const hostNames = (group?.domains ?? []).map(({ hostName }) => hostName);
  const managed = await Promise.all(
    listeners.map(async (listener) => {
      const described = TagDescriptions.find(({ ResourceArn }) => ResourceArn === listener.ListenerArn);
      const tags = tagRecord(described?.Tags);
      return isManaged(scope.identity, tags) ? [await observed(scope, listener, tags, hostNames)] : [];
    }),
  );
  rememberRules(scope, listeners.map(asRule));
  const all = managed.flat();
  return {
    production: all.find(({ tags }) => !isTestRule(tags)),
    test: all.find(({ tags }) => isTestRule(tags)),
  };
}

async function observed(
  scope: Scope,
  listener: Listener,
  tags: Tags,
  hostNames: readonly string[],
): Promise<ObservedListenerRule> {
  const { ListenerArn, Protocol, Port, Certificates = [] } = listener;
  return {
    arn: ListenerArn!,
    priority: 0,
    conditions: [],
    // It reads none: whatever leads to it is answered.
    hostNames,
    paths: [],
    servingTargetGroupArn: servingTargetGroup(asRule(listener)),
    tags,
    listener: {
      protocol: Protocol as NetworkProtocol,
      port: Port!,
      defaultCertificateArn: Certificates[0]?.CertificateArn,
      certificateArns:
        Protocol === 'TLS' && !scope.isRemoval ? await furtherCertificates(scope, ListenerArn!) : [],
    },
  };
}

async function make(
  scope: DesiredScope<Properties>,
  { Certificate: { arns }, LoadBalancer, TargetGroups }: Needs,
  { Tags, DefaultActions: _, ...wanted }: ListenerProperties,
): Promise<Outcome<ObservedListenerRule>> {
  const [first, ...further] = wanted.Protocol === 'TLS' ? arns : [];
  const serving = await servingGroup(scope, TargetGroups);
  try {
    const { Listeners = [] } = await scope.clients.elasticLoadBalancing.send(
      new CreateListenerCommand({
        ...wanted,
        Certificates: first ? [{ CertificateArn: first }] : undefined,
        DefaultActions: [{ Type: 'forward', ForwardConfig: forwardConfig(scope, TargetGroups, serving) }],
        Tags: [...Tags],
      }),
    );
    const hostNames = domainsOf(scope.spec).map(({ hostName }) => hostName);
    const made = await observed(scope, Listeners[0]!, tagRecord(Tags), hostNames);
    return done(await withCertificates(scope, made, further));
  } catch (error) {
    return waitForOthers(scope, error, LoadBalancer.name);
  }
}

/** @param before tells the port that a former template asked for. */
async function change(
  scope: DesiredScope<Properties>,
  { Certificate: { arns }, LoadBalancer }: Needs,
  current: ObservedListenerRule,
  wanted: ListenerProperties,
  before: (spec: NetworkListenerSpec) => number | undefined,
): Promise<Outcome<ObservedListenerRule>> {
  const tags = await changeElbTags(scope, current);
  const hostNames = domainsOf(scope.spec).map(({ hostName }) => hostName);
  const live = current.listener!;
  // What was changed by hand stays where the template says the same as before.
  const previous = isServing(scope) && scope.previousSpec && listenerSpec(scope.previousSpec);
  const isKept = previous && previous.protocol === wanted.Protocol && before(previous) === wanted.Port;
  const isSame = live.protocol === wanted.Protocol && live.port === wanted.Port;
  const rule = { ...current, tags, hostNames };
  try {
    const changed =
      isKept || isSame
        ? rule
        : { ...rule, listener: await modify(scope, current.arn, live, wanted, arns[0]) };
    return done(
      changed.listener!.protocol === 'TLS' ? await withCertificates(scope, changed, arns) : changed,
    );
  } catch (error) {
    return waitForOthers(scope, error, LoadBalancer.name);
  }
}

async function modify(
  scope: ApplyScope,
  ListenerArn: string,
  live: NetworkListenerState,
  { Protocol, Port, SslPolicy }: ListenerProperties,
  certificateArn: string | undefined,
): Promise<NetworkListenerState> {
  const CertificateArn = Protocol === 'TLS' ? (live.defaultCertificateArn ?? certificateArn) : undefined;
  await scope.clients.elasticLoadBalancing.send(
    new ModifyListenerCommand({
      ListenerArn,
      Protocol,
      Port,
      SslPolicy,
      Certificates: CertificateArn ? [{ CertificateArn }] : undefined,
    }),
  );
  return {
    protocol: Protocol,
    port: Port,
    defaultCertificateArn: CertificateArn,
    certificateArns: Protocol === 'TLS' ? live.certificateArns : [],
  };
}

/** Add the certificates that a listener lacks. */
async function withCertificates(
  { clients }: ApplyScope,
  rule: ObservedListenerRule,
  arns: readonly string[],
): Promise<ObservedListenerRule> {
  const listener = rule.listener!;
  const missing = arns.filter(
    (arn) => arn !== listener.defaultCertificateArn && !listener.certificateArns.includes(arn),
  );
  if (missing.length === 0) return rule;
  await clients.elasticLoadBalancing.send(
    new AddListenerCertificatesCommand({
      ListenerArn: rule.arn,
      Certificates: missing.map((CertificateArn) => ({ CertificateArn })),
    }),
  );
  return { ...rule, listener: { ...listener, certificateArns: [...listener.certificateArns, ...missing] } };
}

/** Take former certificates of the service off a listener. */
function releaseFormer(
  scope: Scope,
  { managed }: ObservedCertificate,
  { arn, listener }: ObservedListenerRule,
): Promise<Outcome<void>> {
  const obsolete = managed.filter(({ isObsolete }) => isObsolete);
  if (obsolete.length === 0 || listener?.protocol !== 'TLS') return Promise.resolve(done(undefined));
  return releaseCertificates(scope, { httpsArn: arn, ...listener }, obsolete);
}

async function deleteListener({ clients }: Scope, ListenerArn: string): Promise<void> {
  await unless(
    clients.elasticLoadBalancing.send(new DeleteListenerCommand({ ListenerArn })),
    'ListenerNotFoundException',
  );
}
