import { requires } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';

const CLASSIC = ['AWS::WAF::WebACL', 'AWS::WAFRegional::WebACL', 'AWS::WAF::Rule', 'AWS::WAFRegional::Rule'];

export const rule = defineRule({
  id: 'WAF-03',
  title: 'Web ACLs and rules of AWS WAF Classic are not empty',
  severity: 'MEDIUM',
  targets: CLASSIC,
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.WAF.PR.1', 'CT.WAF.PR.2', 'CT.WAF-REGIONAL.PR.1', 'CT.WAF-REGIONAL.PR.2'],
    'Security Hub': ['WAF.2', 'WAF.4', 'WAF.6', 'WAF.8'],
    'AWS Config': [
      'waf-global-webacl-not-empty',
      'waf-regional-webacl-not-empty',
      'waf-global-rule-not-empty',
      'waf-regional-rule-not-empty',
    ],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-4',
  rationale: 'An empty web ACL satisfies a check and stops nobody.',
  remedy: 'Add rules, or better move to AWS WAF: WAF Classic ends.',
  check: ({ resource }) =>
    requires(resource.at(resource.type.endsWith('Rule') ? 'Predicates' : 'Rules').isSet(), 'it stops nobody'),
});

export const examples = (): Examples => ({
  pass: [
    {
      title: 'a rule',
      template: single('AWS::WAFRegional::WebACL', { Rules: [{ RuleId: 'r', Priority: 1 }] }),
    },
    {
      title: 'a rule with a condition',
      template: single('AWS::WAF::Rule', { Predicates: [{ DataId: 'd', Type: 'IPMatch' }] }),
    },
  ],
  fail: [
    { title: 'no rules', template: single('AWS::WAF::WebACL', {}) },
    { title: 'no conditions', template: single('AWS::WAFRegional::Rule', { Predicates: [] }) },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: single(
        'AWS::WAF::WebACL',
        { Rules: { Ref: 'Value' } },
        { Parameters: { Value: { Type: 'String' } } },
      ),
    },
  ],
});
