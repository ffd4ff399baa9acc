/** Rule groups that AWS manages, as a template may name them. Pure: no call to AWS. */
import type { WebAcl } from '../model';

/** Name of a managed rule group. */
export type ManagedRuleGroup = NonNullable<WebAcl['ManagedRuleGroups']>[number];

/** What is known of a managed rule group. */
interface GroupFacts {
  /** Web ACL capacity units (AWS WAF Developer Guide, "AWS Managed Rules rule groups list"). */
  readonly capacity: number;
  /** Whether a service has it that names none. */
  readonly isDefault?: true;
}

/** Vendor of all of them, as AWS WAF names it. */
export const VENDOR = 'AWS';

/** In the order in which they are evaluated: what blocks most with the least effort comes first. */
export const MANAGED_RULE_GROUPS: Readonly<Record<ManagedRuleGroup, GroupFacts>> = {
  AWSManagedRulesAmazonIpReputationList: { capacity: 25, isDefault: true },
  AWSManagedRulesAnonymousIpList: { capacity: 50 },
  AWSManagedRulesKnownBadInputsRuleSet: { capacity: 200, isDefault: true },
  AWSManagedRulesCommonRuleSet: { capacity: 700, isDefault: true },
  AWSManagedRulesAdminProtectionRuleSet: { capacity: 100 },
  AWSManagedRulesSQLiRuleSet: { capacity: 200 },
  AWSManagedRulesLinuxRuleSet: { capacity: 200 },
  AWSManagedRulesUnixRuleSet: { capacity: 100 },
  AWSManagedRulesWindowsRuleSet: { capacity: 200 },
  AWSManagedRulesPHPRuleSet: { capacity: 100 },
  AWSManagedRulesWordPressRuleSet: { capacity: 100 },
};

/** All of them, in order. */
export const GROUP_NAMES = Object.keys(MANAGED_RULE_GROUPS) as readonly ManagedRuleGroup[];

/** Those of a service that names none, in order. */
export const DEFAULT_GROUPS = GROUP_NAMES.filter((name) => MANAGED_RULE_GROUPS[name].isDefault);

/** The group with the rule that blocks large bodies. */
export const COMMON_RULE_SET: ManagedRuleGroup = 'AWSManagedRulesCommonRuleSet';

/** The rule that blocks bodies of more than 8 KB (AWS WAF Developer Guide, "Baseline rule groups"). */
export const BODY_RULE = 'SizeRestrictions_BODY';

/** The label that it gives them. AWS WAF tells capitals apart, and writes those of a label otherwise than those of its rule. */
export const BODY_LABELS = ['SizeRestrictions_Body', BODY_RULE].map(
  (name) => `awswaf:managed:aws:core-rule-set:${name}`,
);
