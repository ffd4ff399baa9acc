/** Who may reach a load balancer. Pure: no call to AWS. */
import { canonicalCidr, ipVersionOf } from '../../aws/cidr';
import { invalid } from '../../core/failure';
import type { Properties } from '../../cloudformation/extension';
import type { LoadBalancerConfiguration } from '../model';

const CIDRS = 'LoadBalancerConfiguration/AllowedCidrs';
const PREFIX_LISTS = 'LoadBalancerConfiguration/AllowedPrefixListIds';

/** Rules of a security group for each direction and IP version (Amazon VPC quotas). */
const RULES_OF_SECURITY_GROUP = 60;

/** All addresses. */
export const EVERYBODY: readonly string[] = ['0.0.0.0/0', '::/0'];

/** Who may reach a load balancer. */
export interface AllowedSources {
  /** Sorted, each as EC2 writes it. */
  readonly allowedCidrs: readonly string[];
  /** Sorted. */
  readonly allowedPrefixListIds: readonly string[];
}

/** What each source needs. */
export interface RulesOfSource {
  /** How many rules. */
  readonly count: number;
  /** What for, in a message. */
  readonly what: string;
  /** What to do where there are too many. */
  readonly remedy: string;
}

type Input = Pick<Properties<LoadBalancerConfiguration>, 'AllowedCidrs' | 'AllowedPrefixListIds'>;

/** The ranges of a template that names none. */
export function defaultCidrs({ AllowedPrefixListIds }: Input): string[] | undefined {
  return AllowedPrefixListIds ? undefined : [...EVERYBODY];
}

/**
 * Sources as EC2 writes them.
 *
 * @throws HandlerError InvalidRequest for what is no range, and for more ranges than a security group takes.
 */
export function allowedSources(given: Input, rules: RulesOfSource): AllowedSources {
  const { AllowedCidrs: cidrs = defaultCidrs(given) ?? [], AllowedPrefixListIds = [] } = given;
  for (const [index, cidr] of cidrs.entries()) {
    const canonical = canonicalCidr(cidr);
    if (canonical === undefined) {
      throw invalid(
        `${CIDRS}/${index}`,
        `"${cidr}" is no range of IP addresses`,
        'Write it like 203.0.113.0/24 or 2001:db8::/32',
      );
    }
    // EC2 would answer the canonical form, which CloudFormation would take for drift.
    if (canonical !== cidr)
      throw invalid(`${CIDRS}/${index}`, `"${cidr}" means ${canonical}`, `Write ${canonical}`);
  }
  const most = RULES_OF_SECURITY_GROUP / rules.count;
  for (const version of [4, 6] as const) {
    const count = rangesOf(version, cidrs);
    if (count <= most) continue;
    const problem = `has ${count} IPv${version} ranges, but a security group takes ${most} for ${rules.what}`;
    throw invalid(CIDRS, problem, rules.remedy);
  }
  return { allowedCidrs: [...cidrs].sort(), allowedPrefixListIds: [...AllowedPrefixListIds].sort() };
}

/** A prefix list as EC2 describes it. */
export interface PrefixList {
  readonly id: string;
  readonly name: string;
  readonly version: 4 | 6;
  /** Undefined of one that AWS manages. */
  readonly maxEntries?: number;
}

/**
 * Rules that a prefix list of AWS counts as, by the end of its name: EC2 does not answer them (Amazon VPC User Guide, "AWS-managed
 * prefix list weight").
 */
const WEIGHTS: Readonly<Record<string, number>> = {
  'cloudfront.origin-facing': 55,
  dynamodb: 1,
  'ec2-instance-connect': 2,
  groundstation: 5,
  'route53-healthchecks': 25,
  s3: 1,
  s3express: 6,
  'vpc-lattice': 10,
};

/** Of a name: what follows `com.amazonaws`, the Region or `global`, and perhaps `ipv6`. */
const NAME = /^com\.amazonaws\.[^.]+\.(?:ipv6\.)?(.+)$/;

/**
 * Refuse prefix lists that are not there, or that need more rules than a security group takes. One that AWS manages and of which
 * it is not known what it counts as is left to EC2.
 *
 * @param found of those that are named.
 * @throws HandlerError InvalidRequest.
 */
export function checkPrefixLists(
  { allowedCidrs, allowedPrefixListIds }: AllowedSources,
  found: readonly PrefixList[],
  rules: RulesOfSource,
): void {
  const unknown = allowedPrefixListIds.filter((id) => !found.some((list) => list.id === id));
  if (unknown.length > 0) {
    throw invalid(
      PREFIX_LISTS,
      `no prefix list ${unknown.join(', ')} exists in this account and Region`,
      'Name prefix lists that "aws ec2 describe-managed-prefix-lists" lists',
    );
  }
  for (const version of [4, 6] as const) {
    const lists = found.filter((list) => list.version === version);
    const weights = lists.map((list) => ({ ...list, weight: weightOf(list) }));
    const ranges = rangesOf(version, allowedCidrs);
    const count = weights.reduce((sum, { weight }) => sum + weight, ranges) * rules.count;
    if (lists.length === 0 || count <= RULES_OF_SECURITY_GROUP) continue;
    const parts = weights.map(({ id, name, weight }) => `${name || id} counts as ${weight}`);
    throw invalid(
      PREFIX_LISTS,
      `needs ${count} IPv${version} rules, but a security group takes ${RULES_OF_SECURITY_GROUP}: ${parts.join(', ')}${ranges > 0 ? `, AllowedCidrs are ${ranges}` : ''}${rules.count > 1 ? `, each for ${rules.what}` : ''}`,
      rules.remedy,
    );
  }
}

function weightOf({ name, maxEntries }: PrefixList): number {
  return maxEntries ?? WEIGHTS[NAME.exec(name)?.[1] ?? ''] ?? 0;
}

function rangesOf(version: 4 | 6, cidrs: readonly string[]): number {
  return cidrs.filter((cidr) => ipVersionOf(cidr) === version).length;
}
