/** What the local AWS claims about Elastic Load Balancing (Application and Network Load Balancers). */
import type { Claim } from './claim';

export const ELASTIC_LOAD_BALANCING = [
  {
    id: 'elasticloadbalancing.sticky-targets-need-sticky-rule',
    statement:
      'A rule that forwards to several target groups must bind clients to one of them (TargetGroupStickinessConfig) as long as the targets of one are sticky: ModifyRule and ModifyTargetGroupAttributes refuse what would break that.',
    source:
      'The texts of the errors, "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups" among them, are known from public reports; no document states the rule.',
    state: 'inferred',
    otherwise: 'Both are accepted.',
    risk: 'None of itself. Together with a shift that drops the stickiness of the rule, deployments of services with sticky sessions fail, and say why.',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.rules-quota',
    statement: 'A load balancer has at most 100 rules, default rules not counted; one more is TooManyRules.',
    source: 'Elastic Load Balancing user guide, "Quotas for your Application Load Balancers".',
    state: 'confirmed',
    test: 'test/local/guards/listeners.test.ts',
  },
  {
    id: 'elasticloadbalancing.health-check-path-characters',
    statement:
      'CreateTargetGroup and ModifyTargetGroup take in the path of a health check only letters from a to z, digits and @:%_+.~#?&/=-; anything else is ValidationError.',
    source: 'The refusal that is quoted in github.com/apollographql/router, issue 1852.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.slow-start',
    statement:
      'ModifyTargetGroupAttributes takes a slow start of 30 to 900 seconds, or 0 for none, and none beside another algorithm than round_robin.',
    source:
      'Elastic Load Balancing user guide of Application Load Balancers, "Slow start mode"; the texts of the errors are not documented.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.provisioning-takes-minutes',
    statement: 'A load balancer is provisioning for two minutes before it is active.',
    source:
      'ELB says that it takes time (API reference, LoadBalancerState), not how long; two to three minutes are usual.',
    state: 'inferred',
    otherwise: 'It is active at once.',
    risk: 'None: its state is looked at.',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.create-load-balancer-idempotent',
    statement:
      'CreateLoadBalancer with the settings of an existing load balancer of that name returns it; with others it is DuplicateLoadBalancerName.',
    source: 'Elastic Load Balancing API reference, CreateLoadBalancer ("This operation is idempotent").',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.create-target-group-idempotent',
    statement:
      'CreateTargetGroup with the settings of an existing target group of that name returns it; with others it is DuplicateTargetGroupName.',
    source: 'Elastic Load Balancing API reference, CreateTargetGroup ("This operation is idempotent").',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.create-listener-idempotent',
    statement:
      'CreateListener with the settings of an existing listener on the port returns it; with others it is DuplicateListener.',
    source: 'Elastic Load Balancing API reference, CreateListener ("This operation is idempotent").',
    state: 'confirmed',
    test: 'test/local/guards/listeners.test.ts',
  },
  {
    id: 'elasticloadbalancing.two-zones',
    statement: 'An Application Load Balancer needs subnets in two Availability Zones, one in each.',
    source: 'Elastic Load Balancing API reference, CreateLoadBalancer, Subnets.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.ipv6-subnets',
    statement:
      'A load balancer with IPv6 addresses needs an IPv6 CIDR block in each of its subnets: CreateLoadBalancer, SetSubnets and SetIpAddressType refuse others with ValidationError.',
    source:
      'Elastic Load Balancing user guide, "Update the IP address types for your Application Load Balancer"; the refusal is quoted in github.com/kubernetes-sigs/aws-load-balancer-controller, issue 4852.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.internal-dualstack',
    statement: 'An internal Application Load Balancer may have the IP address type dualstack.',
    source:
      'Elastic Load Balancing user guide, "Update the IP address types for your Application Load Balancer", has one in its example; AWS whitepaper "IPv6 on AWS". The API reference of CreateLoadBalancer, which is older, says that internal load balancers must use ipv4.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.without-public-ipv4',
    statement:
      'Only an internet-facing Application Load Balancer takes the IP address type dualstack-without-public-ipv4.',
    source:
      'Elastic Load Balancing API reference, CreateLoadBalancer, IpAddressType; AWS Networking blog, "Introducing dual-stack without public IPv4 Application Load Balancer". The error is not documented.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.internet-gateway',
    statement: 'An internet-facing load balancer needs a VPC with an internet gateway.',
    source: 'Elastic Load Balancing API reference, CreateLoadBalancer, Scheme and the error InvalidSubnet.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.deletion-protection',
    statement:
      'A load balancer with deletion protection cannot be deleted; deleting one that is gone succeeds.',
    source: 'Elastic Load Balancing API reference, DeleteLoadBalancer.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.one-load-balancer-per-target-group',
    statement: 'A target group serves one load balancer, and cannot be deleted while a rule forwards to it.',
    source: 'Elastic Load Balancing API reference, TargetGroupAssociationLimit and ResourceInUse.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.weights',
    statement: 'A forward action has up to five target groups with weights from 0 to 999.',
    source:
      'Elastic Load Balancing API reference, TargetGroupTuple; user guide, "Quotas for your Application Load Balancers".',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.priorities',
    statement: 'A priority is used once on a listener; PriorityInUse refuses a second rule with it.',
    source: 'Elastic Load Balancing API reference, CreateRule.',
    state: 'confirmed',
    test: 'test/local/guards/listeners.test.ts',
  },
  {
    id: 'elasticloadbalancing.set-priorities-together',
    statement:
      'SetRulePriorities gives several rules their new priorities together, so that two can change places.',
    source: 'Elastic Load Balancing API reference, SetRulePriorities.',
    state: 'confirmed',
    test: 'test/local/guards/listeners.test.ts',
  },
  {
    id: 'elasticloadbalancing.condition-values',
    statement: 'A rule has at most five condition values.',
    source: 'Elastic Load Balancing user guide, "Quotas for your Application Load Balancers".',
    state: 'confirmed',
    test: 'test/local/guards/listeners.test.ts',
  },
  {
    id: 'elasticloadbalancing.regular-expressions-match-anywhere',
    statement:
      'A regular expression of a condition (RegexValues) is met where it matches any part of the host, path or header; ^ and $ bind it to the ends.',
    source:
      'Elastic Load Balancing user guide, "Listener rules for your Application Load Balancer", says what expressions must not contain, not how much of the value they must match; that anything matches is what is usual.',
    state: 'inferred',
    otherwise: 'An expression has to match the whole value.',
    risk: 'None: the expression by which a cookie asks for a version begins with ^ and ends with $, and matches whole values alone.',
    test: 'test/load-balancer/rules.test.ts',
  },
  {
    id: 'elasticloadbalancing.default-rule-stays',
    statement: 'The default rule of a listener can be neither modified with ModifyRule nor deleted.',
    source: 'Elastic Load Balancing API reference, ModifyRule and DeleteRule, OperationNotPermitted.',
    state: 'confirmed',
    test: 'test/local/guards/listeners.test.ts',
  },
  {
    id: 'elasticloadbalancing.issued-certificates',
    statement: 'A listener takes only a certificate that ACM has issued.',
    source: 'Elastic Load Balancing API reference, UnsupportedCertificate.',
    state: 'confirmed',
    test: 'test/local/guards/listeners.test.ts',
  },
  {
    id: 'elasticloadbalancing.certificates-quota',
    statement:
      'A load balancer has at most 25 certificates, default certificates not counted; the default one cannot be removed.',
    source:
      'Elastic Load Balancing user guide, "Quotas for your Application Load Balancers"; API reference, RemoveListenerCertificates.',
    state: 'confirmed',
    test: 'test/local/guards/listeners.test.ts',
  },
  {
    id: 'elasticloadbalancing.empty-group-503',
    statement:
      'A target group without targets answers 503 to its share of the requests; other target groups of the rule do not step in.',
    source:
      'Elastic Load Balancing user guide, "Troubleshoot your Application Load Balancers", HTTP 503; "Target groups for your Application Load Balancers", weights.',
    state: 'confirmed',
    test: 'test/load-balancer/forwarding.test.ts',
  },
  {
    id: 'elasticloadbalancing.idle-timeout',
    statement:
      'A target that does not answer within the idle timeout, 60 seconds by default, is answered for with 504.',
    source: 'Elastic Load Balancing user guide, "Troubleshoot your Application Load Balancers", HTTP 504.',
    state: 'confirmed',
    test: 'test/load-balancer/forwarding.test.ts',
  },
  {
    id: 'elasticloadbalancing.group-stickiness',
    statement:
      'A rule with target group stickiness binds a client to a target group by a cookie until it expires, whatever becomes of the weights.',
    source: 'Elastic Load Balancing user guide, "Sticky sessions for your Application Load Balancer".',
    state: 'confirmed',
    test: 'test/load-balancer/forwarding.test.ts',
  },
  {
    id: 'elasticloadbalancing.health-thresholds',
    statement:
      'A target is healthy after as many successful checks as HealthyThresholdCount, HealthCheckIntervalSeconds apart.',
    source: 'Elastic Load Balancing user guide, "Health checks for Application Load Balancer target groups".',
    state: 'confirmed',
    test: 'test/ecs-engine/health-checks.test.ts',
  },
  {
    id: 'elasticloadbalancing.deregistration-delay',
    statement: 'A target that is deregistered drains for deregistration_delay.timeout_seconds, at most 3600.',
    source: 'Elastic Load Balancing API reference, TargetGroupAttribute.',
    state: 'confirmed',
    test: 'test/ecs-engine/services.test.ts',
  },
  {
    id: 'elasticloadbalancing.unused-targets',
    statement: 'Targets of a target group that no rule forwards to are unused.',
    source: 'Elastic Load Balancing API reference, TargetHealth, Target.NotInUse.',
    state: 'confirmed',
    test: 'test/local/guards/load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.weightless-targets-are-checked',
    statement:
      'Targets of a target group that a rule forwards to are checked for health, also where its weight is 0 in every rule.',
    source:
      'Elastic Load Balancing user guide, "Target groups for your Application Load Balancers": health checks are performed on all targets of a target group that a listener rule names. AWS CodeDeploy leaves a target group at weight 0 for its health checks (quoted in github.com/traveloka/terraform-aws-alb-single-listener, pull request 47).',
    state: 'confirmed',
    test: 'test/ecs-engine/health-checks.test.ts',
  },
  {
    id: 'elasticloadbalancing.reach',
    statement: 'A load balancer reaches a target only through the security groups of both.',
    source: 'Elastic Load Balancing user guide, "Security groups for your Application Load Balancer".',
    state: 'confirmed',
    test: 'test/load-balancer/reach.test.ts',
  },
  {
    id: 'elasticloadbalancing.network-security-groups',
    statement:
      'A Network Load Balancer has security groups only if it is made with some; SetSecurityGroups refuses one that was made without.',
    source:
      'Elastic Load Balancing user guide, "Update the security groups for your Network Load Balancer"; the refusal is quoted in github.com/kubernetes-sigs/cluster-api-provider-aws, issue 4790.',
    state: 'confirmed',
    test: 'test/local/guards/network-load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.network-static-addresses',
    statement:
      'An internet-facing Network Load Balancer takes an Elastic IP address for each subnet when it is made; an address that something else has is ResourceInUse.',
    source:
      'Elastic Load Balancing API reference, SubnetMapping; the refusal is quoted in github.com/hashicorp/terraform-provider-aws, issue 15031.',
    state: 'confirmed',
    test: 'test/local/guards/network-load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.network-listeners',
    statement:
      'A listener of a Network Load Balancer is of TCP, TLS, UDP or TCP_UDP, has no rules but its default action, which forwards, and takes target groups of compatible protocols alone.',
    source:
      'Elastic Load Balancing API reference, CreateListener; user guide, "Listeners for your Network Load Balancers". The refusal IncompatibleProtocols is quoted in github.com/hashicorp/terraform-provider-aws, issue 4955; the others are documented without their texts.',
    state: 'confirmed',
    test: 'test/local/guards/network-load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.network-weights',
    statement:
      'The default action of a listener of a Network Load Balancer has several target groups with weights from 0 to 999, which new connections follow; connections that are open stay with their targets.',
    source:
      'AWS Networking blog, "Network Load Balancers now support Weighted Target Groups"; user guide, "Target groups for your Network Load Balancers".',
    state: 'confirmed',
    test: 'test/load-balancer/network.test.ts',
  },
  {
    id: 'elasticloadbalancing.network-health-checks',
    statement:
      'Target groups of Network Load Balancers are checked by TCP, HTTP or HTTPS, by TCP where nothing is said; a path and codes belong to HTTP and HTTPS.',
    source:
      'Elastic Load Balancing API reference, CreateTargetGroup; the texts of the errors are not documented.',
    state: 'confirmed',
    test: 'test/local/guards/network-load-balancers.test.ts',
  },
  {
    id: 'elasticloadbalancing.service-linked-role-of-a-new-account',
    statement:
      'CreateLoadBalancer in an account that has never had a load balancer makes the service-linked role, with the permissions of the caller, before it answers; it is not refused meanwhile.',
    source:
      'Elastic Load Balancing user guide, "Service-linked roles for Elastic Load Balancing": the role is created with the first load balancer, by whoever creates it. All refusals that were seen on AWS are missing permissions (such as github.com/kubernetes/kops, issue 16218).',
    state: 'confirmed',
    test: 'test/local/guards/new-account.test.ts',
  },
] as const satisfies readonly Claim[];
