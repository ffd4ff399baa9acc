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
] as const satisfies readonly Claim[];
