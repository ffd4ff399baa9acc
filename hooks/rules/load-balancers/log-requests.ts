import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import {
  isLoadBalancerOfType,
  LOAD_BALANCER,
  loadBalancerAttribute,
} from '../../resources/elastic-load-balancing';
import { ORGANISATION_SERVICE } from '../../resources/containers';
import {
  atEachLoadBalancer,
  hasSharedLoadBalancer,
  isOrganisationService,
  unlessDefault,
} from '../../resources/organisation-service';

export const rule = defineRule({
  id: 'ELB-07',
  title: 'Load balancers log requests',
  severity: 'MEDIUM',
  targets: [LOAD_BALANCER, ORGANISATION_SERVICE],
  level: 'resource',
  equivalents: {
    'AWS Config': ['elb-logging-enabled'],
    'Control Tower': ['CT.ELASTICLOADBALANCING.PR.6'],
    'Security Hub': ['ELB.5'],
    checkov: ['CKV_AWS_91'],
    cfn_nag: ['W52'],
    'cdk-nag': ['AwsSolutions-ELB2'],
    'Guard rules registry': ['ELB_LOGGING_ENABLED'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-5',
  rationale:
    'Without access logs nobody can tell who asked for what, neither in an incident nor in a dispute.',
  remedy:
    'Set the attribute access_logs.s3.enabled to true, with access_logs.s3.bucket; of Org::ECS::ExpressService, LoadBalancerConfiguration.AccessLogs.',
  check: ({ resource }) => {
    if (isOrganisationService(resource)) {
      return atEachLoadBalancer(resource, (reached) => {
        const bucket = reached.at('LoadBalancerConfiguration.AccessLogs.Bucket');
        return when(hasSharedLoadBalancer(reached), () =>
          requires(bucket.isSet(), 'requests are not logged', unlessDefault(resource, bucket)),
        );
      });
    }
    return when(isLoadBalancerOfType(resource, 'application', 'network'), () =>
      requires(
        loadBalancerAttribute(resource, 'access_logs.s3.enabled').equals(true),
        'requests are not logged',
      ),
    );
  },
});

const loadBalancer = (LoadBalancerAttributes: unknown, rest?: object) =>
  single(LOAD_BALANCER, { LoadBalancerAttributes }, rest);

export const examples = (): Examples => ({
  pass: [
    {
      title: 'an organisation service',
      template: single(ORGANISATION_SERVICE, {
        LoadBalancerConfiguration: { AccessLogs: { Bucket: 'logs' } },
      }),
    },
    { title: 'enabled', template: loadBalancer([{ Key: 'access_logs.s3.enabled', Value: 'true' }]) },
  ],
  fail: [
    {
      title: 'an organisation service with a load balancer beside that writes none',
      template: single(ORGANISATION_SERVICE, {
        LoadBalancerConfiguration: { AccessLogs: { Bucket: 'logs' } },
        AdditionalLoadBalancers: [{ Name: 'internal', LoadBalancerConfiguration: { Scheme: 'internal' } }],
      }),
    },
    { title: 'an organisation service without access logs', template: single(ORGANISATION_SERVICE, {}) },
    { title: 'no attributes', template: single(LOAD_BALANCER, {}) },
    { title: 'disabled', template: loadBalancer([{ Key: 'access_logs.s3.enabled', Value: false }]) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: loadBalancer([{ Key: 'access_logs.s3.enabled', Value: { Ref: 'Logs' } }], {
        Parameters: { Logs: { Type: 'String' } },
      }),
    },
  ],
});
