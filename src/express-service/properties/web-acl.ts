/** The rules of a service in the web ACL of its load balancer, as a template describes them. Pure: no call to AWS. */
import { canonicalCidr } from '../../aws/cidr';
import type { Properties } from '../../cloudformation/extension';
import { invalid } from '../../core/failure';
import { BlockPage, RateLimit, TypeConfigurationModel, WebAcl, type ResourceModel } from '../model';
import {
  BODY_RULE,
  COMMON_RULE_SET,
  DEFAULT_GROUPS,
  GROUP_NAMES,
  type ManagedRuleGroup,
} from './managed-rule-groups';
import { table } from './table';

type Input = Properties<WebAcl>;

/** Where a template names the web ACL of a load balancer. */
type WebAclInputs = Pick<ResourceModel, 'WebAcl' | 'WebAclArn'>;

/** They go to the web ACL and to IP sets, by code. */
export const WEB_ACL_ROW = {
  members: table<WebAcl>('WebAcl', {
    Enabled: {},
    RateLimit: {
      members: table<RateLimit>('RateLimit', { Limit: {}, EvaluationWindowSec: {} }),
    },
    AllowedCidrs: { check: checkRanges },
    BlockedCidrs: { check: checkRanges },
    ManagedRuleGroups: { default: [...DEFAULT_GROUPS].sort() },
    CountedRules: { check: checkCountedRules },
    LargeBodies: { check: checkLargeBodies },
    BlockPage: {
      members: table<BlockPage>('BlockPage', { Content: {}, ContentType: {} }),
    },
    Logging: {},
  }),
  check: checkOnly,
} as const;

/** What the service wants of the web ACL of its load balancer. */
export interface WebAclSpec {
  /** Whether the template asks for it; else it is what a service has that got rules by default. */
  readonly isNamed: boolean;
  /** Whether a new service on a public load balancer gets it though its template does not ask for it. */
  readonly isDefault: boolean;
  readonly rateLimit?: Required<Properties<RateLimit>>;
  /** Sorted. */
  readonly allowedCidrs: readonly string[];
  /** Sorted. */
  readonly blockedCidrs: readonly string[];
  /** In the order of their evaluation. */
  readonly groups: readonly ManagedRuleGroup[];
  /** Rules that count only, by their groups, sorted. */
  readonly counted: Readonly<Partial<Record<ManagedRuleGroup, readonly string[]>>>;
  readonly largeBodies: boolean;
  readonly blockPage?: Required<Properties<BlockPage>>;
  readonly logging: boolean;
}

/**
 * What a template asks for, or what a service has that got rules by default where it says nothing; undefined where it has none in any
 * case.
 *
 * @param configuration of the type, which may name a web ACL for services that say nothing, or switch the default off.
 */
export function webAclSpec(
  { WebAcl: given, WebAclArn }: WebAclInputs,
  configuration: Pick<TypeConfigurationModel, 'WebAclArn' | 'WebAclByDefault'>,
): WebAclSpec | undefined {
  if (given)
    return given.Enabled === false ? undefined : { ...knobs(given), isNamed: true, isDefault: false };
  if (WebAclArn !== undefined || configuration.WebAclArn !== undefined) return undefined;
  const { WebAclByDefault: isDefault = TypeConfigurationModel.DEFAULTS.WebAclByDefault } = configuration;
  return { ...knobs({}), isNamed: false, isDefault };
}

function knobs(given: Input): Omit<WebAclSpec, 'isNamed' | 'isDefault'> {
  const { RateLimit: rateLimit, BlockPage: page } = given;
  const groups = groupsOf(given);
  const { LargeBodies: largeBodies, Logging: logging } = { ...WebAcl.DEFAULTS, ...given };
  return {
    ...(rateLimit && { rateLimit: { ...RateLimit.DEFAULTS, ...rateLimit } as WebAclSpec['rateLimit'] }),
    allowedCidrs: [...(given.AllowedCidrs ?? [])].sort(),
    blockedCidrs: [...(given.BlockedCidrs ?? [])].sort(),
    groups,
    counted: countedOf(given.CountedRules ?? []),
    largeBodies,
    ...(page && { blockPage: { ...BlockPage.DEFAULTS, ...page } as WebAclSpec['blockPage'] }),
    logging,
  };
}

/** In the order of their evaluation. */
function groupsOf({ ManagedRuleGroups }: Input): ManagedRuleGroup[] {
  const named: readonly ManagedRuleGroup[] = ManagedRuleGroups ?? DEFAULT_GROUPS;
  return GROUP_NAMES.filter((name) => named.includes(name));
}

function countedOf(given: readonly string[]): WebAclSpec['counted'] {
  const counted: Partial<Record<ManagedRuleGroup, string[]>> = {};
  for (const each of [...given].sort()) {
    const [group, rule] = each.split('/') as [ManagedRuleGroup, string];
    (counted[group] ??= []).push(rule);
  }
  return counted;
}

/** Refuse a web ACL of the author's beside rules in one that is made here. */
function checkOnly(_given: Input, path: string, group: object): void {
  if ((group as WebAclInputs).WebAclArn == null) return;
  throw invalid(
    path,
    'cannot be given together with WebAclArn: a load balancer has one web ACL, and that one is the author’s',
    'Remove one of the two',
  );
}

function checkRanges(cidrs: readonly string[], path: string): void {
  for (const [index, cidr] of cidrs.entries()) {
    const at = `${path}/${index}`;
    const canonical = canonicalCidr(cidr);
    if (canonical === undefined) {
      throw invalid(
        at,
        `"${cidr}" is no range of IP addresses`,
        'Write it like 203.0.113.0/24 or 2001:db8::/32',
      );
    }
    // AWS WAF compares the canonical form alone.
    if (canonical !== cidr) throw invalid(at, `"${cidr}" means ${canonical}`, `Write ${canonical}`);
    if (!cidr.endsWith('/0')) continue;
    throw invalid(
      at,
      `"${cidr}" is all addresses, which AWS WAF takes into no IP set`,
      'Give ranges with a prefix of 1 bit at least',
    );
  }
}

function checkCountedRules(given: readonly string[], path: string, group: Input): void {
  const groups: readonly string[] = groupsOf(group);
  for (const [index, each] of given.entries()) {
    const at = `${path}/${index}`;
    const [name, rule] = each.split('/');
    if (!groups.includes(name!)) {
      throw invalid(
        at,
        `is of ${name}, which is none of ManagedRuleGroups`,
        'Name the group there, or remove the rule',
      );
    }
    if (rule === BODY_RULE)
      throw invalid(at, 'is the rule that blocks large bodies', 'Give LargeBodies instead');
  }
}

function checkLargeBodies(isGiven: boolean, path: string, group: Input): void {
  if (!isGiven || groupsOf(group).includes(COMMON_RULE_SET)) return;
  throw invalid(
    path,
    `is about a rule of ${COMMON_RULE_SET}, which is none of ManagedRuleGroups`,
    'Remove it: without that group bodies of any size pass',
  );
}
