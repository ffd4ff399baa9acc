import { single } from '../../hooks/engine/rule';
import type { RuleCases } from '../labelled-case';

const GROUP = 'AWSManagedRulesKnownBadInputsRuleSet';
const acl = (Rules?: unknown) =>
  single('AWS::WAFv2::WebACL', { Scope: 'REGIONAL', DefaultAction: { Allow: {} }, Rules });
const managed = (Name: string, OverrideAction: object, excluded: readonly string[] = []) =>
  acl([
    {
      Name: 'managed',
      Priority: 1,
      OverrideAction,
      Statement: {
        ManagedRuleGroupStatement: {
          VendorName: 'AWS',
          Name,
          ExcludedRules: excluded.map((rule) => ({ Name: rule })),
        },
      },
    },
  ]);

export const cases: RuleCases = {
  rule: 'WAF-01',
  checks: [
    {
      tool: 'checkov',
      check: 'CKV_AWS_192',
      parameters: { mandatedRuleGroups: [GROUP] },
      pass: { 'other rules of the group excluded': managed(GROUP, { None: {} }, ['PROPFIND_METHOD']) },
      fail: {
        'no rules': acl(),
        'another group': managed('AWSManagedRulesAnonymousIpList', { None: {} }),
        'the rule against Log4j excluded': managed(GROUP, { None: {} }, ['Log4JRCE']),
        'the group only counts': managed(GROUP, { Count: {} }),
      },
    },
  ],
};
