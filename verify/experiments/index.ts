/** All experiments, cheap ones first, and the claims that none of them looks at. */
import type { ClaimId } from '../../local/claims';
import type { Experiment } from '../experiment';
import { infrastructureRole } from './infrastructure-role';
import { loadBalancer } from './load-balancer';
import { managedRuleGroups } from './managed-rule-groups';
import { refusals } from './refusals';
import { rolling } from './rolling';
import { routingPolicy } from './routing-policy';
import { serviceDeployments } from './service-deployments';
import { stacks } from './stacks';
import { twoLoadBalancers } from './two-load-balancers';

export const EXPERIMENTS: readonly Experiment[] = [
  refusals,
  managedRuleGroups,
  routingPolicy,
  stacks,
  loadBalancer,
  rolling,
  infrastructureRole,
  twoLoadBalancers,
  serviceDeployments,
];

const NEEDS_REGISTERED_TYPE = 'needs a type or a hook that is registered in the account';

const NEEDS_HOOKS = 'needs deployments with lifecycle hooks, and a Lambda function';
const NEEDS_NETWORK_LOAD_BALANCER = 'needs a Network Load Balancer, and deployments of an hour behind it';
const NEEDS_IPV6 = 'needs a VPC with blocks of IPv6 addresses';
const NEEDS_PROVIDER = 'needs an HTTPS listener, and with it a domain, and an identity provider';
const NEEDS_TASKS_THAT_FAIL = 'needs a deployment whose tasks never start';
const NEEDS_NAMESPACE = 'needs a namespace of AWS Cloud Map, and services in it';
const NEEDS_CLIENT_TASK = 'needs a task whose container sends requests through Service Connect';
const NEEDS_EVENT_RULE = 'needs a rule and a queue for events';

/** The document that the claim names states it, and no run could say more. */
const DOCUMENTED = 'is stated by the document that it names';
const MAY_HAPPEN = 'says what may happen, which no run can contradict';
const A_TIME = 'is a time, for which AWS gives no figure';

/** Ids of the claims that a run does not look at, each with the reason. */
export const UNSEEN: Readonly<Partial<Record<ClaimId, string>>> = {
  'acm.certificate-in-use': 'needs an issued certificate, and with it a domain',
  'acm.needs-delegation': 'needs a registered domain',
  'acm.validates-over-public-dns': 'needs a registered domain',
  'cloudformation.attributes-are-read-only-properties': NEEDS_REGISTERED_TYPE,
  'cloudformation.ecs-service-desired-count':
    'is what the CloudFormation template reference states word by word',
  'cloudformation.import-existing': NEEDS_REGISTERED_TYPE,
  'cloudformation.import-existing-by-name': NEEDS_REGISTERED_TYPE,
  'cloudformation.import-reads': NEEDS_REGISTERED_TYPE,
  'cloudformation.import-update-previous': NEEDS_REGISTERED_TYPE,
  'cloudformation.nested-stacks': 'needs a template in a bucket',
  'cloudformation.progress-messages': NEEDS_REGISTERED_TYPE,
  'cloudformation.type-configuration-by-region': NEEDS_REGISTERED_TYPE,
  'cloudformation.warn-mode': NEEDS_REGISTERED_TYPE,
  'ecs.deployment-history-90-days': 'needs a service that was deployed 90 days ago',
  'ecs.lifecycle-stage-limit': 'takes 24 hours',
  'ecs.repeated-events-hidden': 'takes six hours',
  'application-autoscaling.service-linked-role-of-a-new-account':
    'needs an account that has never scaled a service of Amazon ECS',
  'ecs.service-linked-role-of-a-new-account': 'needs an account that has never used Amazon ECS',
  'elasticloadbalancing.ipv6-subnets': NEEDS_IPV6,
  'elasticloadbalancing.internal-dualstack': NEEDS_IPV6,
  'elasticloadbalancing.without-public-ipv4': NEEDS_IPV6,
  'elasticloadbalancing.service-linked-role-of-a-new-account':
    'needs an account that has never had a load balancer',
  'ecs.secrets-read-at-start': NEEDS_TASKS_THAT_FAIL,
  'ecs.task-roles-assumed-at-launch': NEEDS_TASKS_THAT_FAIL,
  'ecs.volume-failure-is-the-stop-reason': NEEDS_TASKS_THAT_FAIL,
  'ecs.managed-volumes-match-the-task-definition': DOCUMENTED,
  'ecs.rules-may-authenticate': NEEDS_PROVIDER,
  'ecs.shift-keeps-authentication': NEEDS_PROVIDER,
  'ecs.monitoring-makes-a-revision': 'needs a service that runs, and costs a deployment',
  'iam.role-creation-eventual': MAY_HAPPEN,
  'iam.role-read-later': MAY_HAPPEN,
  'ecs.superseded-deployment-leaves-weights':
    'needs two deployments at once, whose times a run cannot choose',
  'ecs.rolling-deployment-follows-listener-rule':
    'needs a service that has changed its target group by another strategy before',
  'ecs.one-serving-target-group': DOCUMENTED,
  'ecs.lifecycle-stages': DOCUMENTED,
  'ecs.canary-configuration': DOCUMENTED,
  'ecs.bake-keeps-blue': DOCUMENTED,
  'ecs.alarm-at-start-ignored': DOCUMENTED,
  'ecs.alarm-rolls-back': DOCUMENTED,
  'ecs.advanced-configuration-for-all': DOCUMENTED,
  'ecs.create-service-idempotent': DOCUMENTED,
  'ecs.draining-service': DOCUMENTED,
  'ecs.cluster-in-use': DOCUMENTED,
  'ecs.stopped-tasks-for-an-hour': DOCUMENTED,
  'ecs.grace-period': DOCUMENTED,
  'ecs.throttled-restarts': 'takes hours',
  'ecs.scale-without-deployment': DOCUMENTED,
  'elasticloadbalancing.create-load-balancer-idempotent': DOCUMENTED,
  'elasticloadbalancing.create-listener-idempotent': DOCUMENTED,
  'elasticloadbalancing.internet-gateway': DOCUMENTED,
  'elasticloadbalancing.deletion-protection': DOCUMENTED,
  'elasticloadbalancing.weights': DOCUMENTED,
  'elasticloadbalancing.set-priorities-together': DOCUMENTED,
  'elasticloadbalancing.issued-certificates': 'needs a domain',
  'elasticloadbalancing.certificates-quota': 'needs a domain',
  'elasticloadbalancing.empty-group-503': DOCUMENTED,
  'elasticloadbalancing.idle-timeout': DOCUMENTED,
  'elasticloadbalancing.group-stickiness': DOCUMENTED,
  'elasticloadbalancing.regular-expressions-match-anywhere':
    'needs requests, which reach the load balancers of a run from within their security group alone',
  'elasticloadbalancing.health-thresholds': DOCUMENTED,
  'elasticloadbalancing.deregistration-delay': DOCUMENTED,
  'elasticloadbalancing.unused-targets': DOCUMENTED,
  'elasticloadbalancing.reach': DOCUMENTED,
  'application-autoscaling.deregister-takes-policies': DOCUMENTED,
  'cloudformation.replacement-for-create-only': NEEDS_REGISTERED_TYPE,
  'cloudformation.callback-delay': NEEDS_REGISTERED_TYPE,
  'cloudformation.read-answers-at-once': NEEDS_REGISTERED_TYPE,
  'cloudformation.delete-of-absent': NEEDS_REGISTERED_TYPE,
  'iam.role-change-later': A_TIME,
  'ec2.deleted-load-balancer-holds-groups': A_TIME,
  'ec2.default-vpc-public': DOCUMENTED,
  'ec2.task-interface-holds-group': DOCUMENTED,
  'acm.issued-within-a-minute': 'needs a domain',
  'acm.idempotency-token': DOCUMENTED,
  'acm.validation-record': 'needs a domain',
  'acm.validation-record-of-all-regions': DOCUMENTED,
  'route-53.batch-as-a-whole': DOCUMENTED,
  'route-53.caller-reference': DOCUMENTED,
  'route-53.copies-alarm-settings': DOCUMENTED,
  'route-53.answers-with-healthy-records': DOCUMENTED,
  'wafv2.lock-token': DOCUMENTED,
  'wafv2.new-ip-set-unavailable': MAY_HAPPEN,
  'wafv2.new-load-balancer-unavailable': MAY_HAPPEN,
  'wafv2.new-web-acl-unavailable': MAY_HAPPEN,
  'wafv2.one-web-acl': DOCUMENTED,
  'wafv2.unknown-resource': DOCUMENTED,
  'wafv2.used-ip-set': DOCUMENTED,
  'ecs.lambda-hook-event': DOCUMENTED,
  'ecs.lambda-hook-replies': DOCUMENTED,
  'ecs.hook-role': DOCUMENTED,
  'ecs.hooks-in-parallel': DOCUMENTED,
  'ecs.hook-timeouts': DOCUMENTED,
  'ecs.hook-limits': DOCUMENTED,
  'ecs.hooks-at-each-step': DOCUMENTED,
  'ecs.rollback-calls-shift-hooks': DOCUMENTED,
  'ecs.hook-events': DOCUMENTED,
  'ecs.deployment-events': DOCUMENTED,
  'ecs.hooks-on-first-deployments': NEEDS_HOOKS,
  'ecs.rolling-deployments-run-hooks': NEEDS_HOOKS,
  'ecs.shift-hooks-run-after-weights': NEEDS_HOOKS,
  'ecs.hook-weights-of-steps': NEEDS_HOOKS,
  'ecs.pre-production-stage-is-shown': NEEDS_HOOKS,
  'ecs.no-test-rule-no-test-stages': NEEDS_HOOKS,
  'ecs.rollback-calls-hooks-of-its-shifts': NEEDS_HOOKS,
  'ecs.failing-hook-does-not-stop-rollback': NEEDS_HOOKS,
  'ecs.hook-execution-id-is-kept': NEEDS_HOOKS,
  'ecs.ended-hooks-stay-listed': NEEDS_HOOKS,
  'ecs.pause-at-reconcile-service': NEEDS_HOOKS,
  'ecs.pause-hook-refuses-target': NEEDS_HOOKS,
  'ecs.hooks-read-back-as-given': NEEDS_HOOKS,
  'ecs.hook-event-types': NEEDS_EVENT_RULE,
  'ecs.failed-event-needs-circuit-breaker': NEEDS_EVENT_RULE,
  'ecs.deployment-events-are-no-service-actions': NEEDS_EVENT_RULE,
  'ecs.clients-know-earlier-endpoints': DOCUMENTED,
  'ecs.endpoints-are-unique': DOCUMENTED,
  'ecs.test-header-of-service-connect': DOCUMENTED,
  'ecs.test-header-from-test-traffic-shift': NEEDS_CLIENT_TASK,
  'ecs.proxies-shift-in-tenths': NEEDS_CLIENT_TASK,
  'ecs.namespace-as-given': NEEDS_NAMESPACE,
  'ecs.removes-endpoints': NEEDS_NAMESPACE,
  'ecs.endpoints-are-deployed-before-strategy': NEEDS_NAMESPACE,
  'ecs.service-connect-changes-in-every-strategy': NEEDS_NAMESPACE,
  'ecs.app-protocol-is-refused-to-change': NEEDS_NAMESPACE,
  'ecs.code-deploy-services-refuse-updates': DOCUMENTED,
  'ecs.controller-transitions': DOCUMENTED,
  'ecs.controller-change-starts-no-deployment': 'needs a service that runs under AWS CodeDeploy',
  'ecs.express-services-say-so': DOCUMENTED,
  'servicediscovery.namespace-in-use': DOCUMENTED,
  'servicediscovery.namespace-names-are-unique': DOCUMENTED,
  'servicediscovery.operations': DOCUMENTED,
  'eventbridge.sources-of-aws': DOCUMENTED,
  'eventbridge.absent-event-bus': DOCUMENTED,
  'ecs.network-load-balancer-shifts': DOCUMENTED,
  'ecs.network-load-balancer-delays': DOCUMENTED,
  'ecs.network-load-balancer-delays-shifts-alone': NEEDS_NETWORK_LOAD_BALANCER,
  'ecs.network-load-balancer-delays-each-step': NEEDS_NETWORK_LOAD_BALANCER,
  'ecs.network-load-balancer-delays-rollbacks': NEEDS_NETWORK_LOAD_BALANCER,
  'ecs.network-listeners-of-every-protocol': NEEDS_NETWORK_LOAD_BALANCER,
  'elasticloadbalancing.network-security-groups': DOCUMENTED,
  'elasticloadbalancing.network-static-addresses': DOCUMENTED,
  'elasticloadbalancing.network-listeners': DOCUMENTED,
  'elasticloadbalancing.network-weights': DOCUMENTED,
  'elasticloadbalancing.network-health-checks': DOCUMENTED,
};
