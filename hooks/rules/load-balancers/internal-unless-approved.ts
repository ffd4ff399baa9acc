import { forbids } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { isPublicLoadBalancer, LOAD_BALANCER } from '../../resources/elastic-load-balancing';
import { ORGANISATION_SERVICE } from '../../resources/containers';
import { all, any, not, type Test } from '../../engine/truth';
import type { Value } from '../../engine/value';
import {
  atEachLoadBalancer,
  hasManagedLoadBalancer,
  isOrganisationService,
} from '../../resources/organisation-service';

export const rule = defineRule({
  id: 'ELB-01',
  title: 'Load balancers are internal unless approved',
  severity: 'HIGH',
  targets: [LOAD_BALANCER, ORGANISATION_SERVICE],
  level: 'resource',
  equivalents: { trivy: ['AWS-0053'] },
  source:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html',
  rationale:
    'A public load balancer puts what is behind it on the internet; that decision belongs to the organisation.',
  remedy: 'Set Scheme to internal, or get an exemption as the approval.',
  // Public load balancers are ordinary; ELB-02 refuses those without a web ACL. Strict profiles ask for approval.
  mode: 'warn',
  check: ({ resource }) => {
    const judge = (isPublic: Test) => forbids(isPublic, 'the internet reaches this load balancer');
    if (!isOrganisationService(resource)) {
      return judge(isPublicLoadBalancer(resource, 'application', 'network'));
    }
    return atEachLoadBalancer(resource, (reached) =>
      judge(
        all(isPublicScheme(reached.at('LoadBalancerConfiguration.Scheme')), hasManagedLoadBalancer(reached)),
      ),
    );
  },
});

/** Without a scheme the route tables of the subnets decide. */
function isPublicScheme(scheme: Value): Test {
  return any(
    scheme.equals('internet-facing'),
    all(not(scheme.isSet()), scheme.undecided('without a scheme the subnets decide')),
  );
}

const loadBalancer = (properties: object, rest?: object) => single(LOAD_BALANCER, { ...properties }, rest);

export const examples = (): Examples => ({
  pass: [
    {
      title: 'an internal organisation service',
      template: single(ORGANISATION_SERVICE, { LoadBalancerConfiguration: { Scheme: 'internal' } }),
    },
    {
      title: 'an organisation service on a listener that stands elsewhere',
      template: single(ORGANISATION_SERVICE, {
        LoadBalancerConfiguration: {
          ListenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/a/b/c',
        },
      }),
    },
    {
      title: 'an organisation service without a load balancer',
      template: single(ORGANISATION_SERVICE, { LoadBalancerConfiguration: { Type: 'none' } }),
    },
    { title: 'internal', template: loadBalancer({ Scheme: 'internal' }) },
    { title: 'a Gateway Load Balancer, which has no scheme', template: loadBalancer({ Type: 'gateway' }) },
  ],
  fail: [
    {
      title: 'an organisation service behind a public Network Load Balancer',
      template: single(ORGANISATION_SERVICE, {
        LoadBalancerConfiguration: { Type: 'network', Scheme: 'internet-facing' },
      }),
    },
    {
      title: 'an internal organisation service with a public load balancer beside',
      template: single(ORGANISATION_SERVICE, {
        LoadBalancerConfiguration: { Scheme: 'internal' },
        AdditionalLoadBalancers: [
          { Name: 'public', LoadBalancerConfiguration: { Scheme: 'internet-facing' } },
        ],
      }),
    },
    {
      title:
        'a public organisation service that only a prefix list reaches: whose addresses are in it is not visible',
      template: single(ORGANISATION_SERVICE, {
        LoadBalancerConfiguration: {
          Scheme: 'internet-facing',
          AllowedPrefixListIds: ['pl-0123456789abcdef0'],
        },
      }),
    },
    {
      title: 'a public organisation service',
      template: single(ORGANISATION_SERVICE, { LoadBalancerConfiguration: { Scheme: 'internet-facing' } }),
    },
    { title: 'internet-facing', template: loadBalancer({ Scheme: 'internet-facing' }) },
    { title: 'absent, which means internet-facing', template: loadBalancer({}) },
    { title: 'a Network Load Balancer', template: loadBalancer({ Type: 'network' }) },
  ],
  indeterminate: [
    { title: 'an organisation service without scheme', template: single(ORGANISATION_SERVICE, {}) },
    {
      title: 'a parameter without value',
      template: loadBalancer({ Scheme: { Ref: 'Scheme' } }, { Parameters: { Scheme: { Type: 'String' } } }),
    },
  ],
});
