import { type Outcome, PASS, requires } from '../../engine/outcome';
import { defineRule, type Examples, single, texts } from '../../engine/rule';
import { all, any, not } from '../../engine/truth';

const WEB_ACL = 'AWS::WAFv2::WebACL';
const RULE_GROUP = 'AWS::WAFv2::RuleGroup';

export const rule = defineRule({
  id: 'WAF-01',
  title: 'Web ACLs and rule groups have rules that count',
  severity: 'MEDIUM',
  targets: [WEB_ACL, RULE_GROUP],
  level: 'resource',
  equivalents: {
    'Control Tower': ['CT.WAFV2.PR.1', 'CT.WAFV2.PR.2'],
    'Security Hub': ['WAF.10'],
    checkov: ['CKV_AWS_192'],
  },
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-10',
  rationale: 'An empty web ACL, or one that only counts, satisfies a check and stops nobody.',
  remedy: 'Add the rules; let managed rule groups act with OverrideAction None.',
  parameters: {
    mandatedRuleGroups: texts('Names of managed rule groups that every web ACL has to enforce.', []),
  },
  check: ({ resource, parameters: { mandatedRuleGroups } }): Outcome => {
    const rules = resource.at('Rules');
    return [
      ...requires(rules.isSet(), 'there are no rules'),
      ...(rules.isSet().truth === false
        ? PASS
        : requires(
            any(
              rules.some((each) =>
                not(any(each.at('OverrideAction.Count').isPresent(), each.at('Action.Count').isPresent())),
              ),
              resource.at('DefaultAction.Block').isPresent(),
            ),
            'every rule only counts, so that nothing is stopped',
          )),
      ...(resource.type === WEB_ACL ? mandatedRuleGroups : []).flatMap((name) =>
        rules.isSet().truth === false
          ? PASS
          : requires(
              rules.some((each) =>
                all(
                  each.at('Statement.ManagedRuleGroupStatement.Name').equals(name),
                  not(each.at('OverrideAction.Count').isPresent()),
                ),
              ),
              `the managed rule group ${name} is missing or only counts`,
            ),
      ),
    ];
  },
});

const acl = (Rules: unknown, rest?: object) => single(WEB_ACL, { Rules }, rest);
const managed = (action: object) => ({
  OverrideAction: action,
  Statement: { ManagedRuleGroupStatement: { VendorName: 'AWS', Name: 'AWSManagedRulesCommonRuleSet' } },
});
const parameters = { mandatedRuleGroups: ['AWSManagedRulesCommonRuleSet'] };

export const examples = (): Examples => ({
  pass: [
    { title: 'a rule', template: acl([{ Name: 'limit' }]) },
    { title: 'the mandated rule group', template: acl([managed({ None: {} })]), parameters },
    {
      title: 'a rule group, which has no mandate',
      template: single(RULE_GROUP, { Rules: [{ Name: 'limit' }] }),
      parameters,
    },
  ],
  fail: [
    { title: 'no rules', template: acl(undefined) },
    { title: 'rules that only count', template: acl([managed({ Count: {} })]) },
    { title: 'an empty rule group', template: single(RULE_GROUP, { Rules: [] }) },
    { title: 'the mandated rule group is missing', template: acl([{ Name: 'limit' }]), parameters },
    { title: 'the mandated rule group only counts', template: acl([managed({ Count: {} })]), parameters },
  ],
  indeterminate: [
    {
      title: 'rules under a condition',
      template: acl(
        { 'Fn::If': ['Filtered', [{ Name: 'limit' }], []] },
        { Conditions: { Filtered: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'eu-west-1'] } } },
      ),
    },
  ],
});
