/** What AWS tells of a managed rule group of AWS WAF. It makes nothing. */
import { DescribeManagedRuleGroupCommand } from '@aws-sdk/client-wafv2';
import type { Experiment } from '../experiment';

export const managedRuleGroups: Experiment = {
  name: 'managed-rule-groups',
  title: 'the labels of a managed rule group of AWS WAF',
  claims: ['wafv2.body-label'],
  uses: [],
  minutes: 1,
  async run({ clients: { wafv2 } }) {
    const { AvailableLabels = [] } = await wafv2.send(
      new DescribeManagedRuleGroupCommand({
        VendorName: 'AWS',
        Name: 'AWSManagedRulesCommonRuleSet',
        Scope: 'REGIONAL',
      }),
    );
    const labels = AvailableLabels.flatMap(({ Name }) => Name ?? []);
    const ofBodies = labels.filter((name) => /:SizeRestrictions_Body$/i.test(name));
    return {
      'wafv2.body-label': {
        holds: ofBodies.some((name) => name.endsWith(':SizeRestrictions_Body')),
        seen: `DescribeManagedRuleGroup lists ${ofBodies.join(', ') || 'no label of that rule'}`,
      },
    };
  },
};
