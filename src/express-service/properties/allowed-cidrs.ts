/** Who may reach a load balancer. Pure: no call to AWS. */
import { canonicalCidr, ipVersionOf } from '../../aws/cidr';
import { invalid } from '../../core/failure';

const PATH = 'LoadBalancerConfiguration/AllowedCidrs';

/** Rules of a security group for each direction and IP version (Amazon VPC quotas). */
const RULES_OF_SECURITY_GROUP = 60;

/** What each range needs. */
export interface RulesOfRange {
  /** How many rules. */
  readonly count: number;
  /** What for, in a message. */
  readonly what: string;
  /** What to do where there are too many. */
  readonly remedy: string;
}

/**
 * Ranges as EC2 writes them, sorted.
 *
 * @throws HandlerError InvalidRequest for what is no range, and for more than a security group takes.
 */
export function allowedCidrs(
  given: readonly string[],
  { count: rules, what, remedy }: RulesOfRange,
): string[] {
  for (const [index, cidr] of given.entries()) {
    const canonical = canonicalCidr(cidr);
    if (canonical === undefined) {
      throw invalid(
        `${PATH}/${index}`,
        `"${cidr}" is no range of IP addresses`,
        'Write it like 203.0.113.0/24 or 2001:db8::/32',
      );
    }
    // EC2 would answer the canonical form, which CloudFormation would take for drift.
    if (canonical !== cidr)
      throw invalid(`${PATH}/${index}`, `"${cidr}" means ${canonical}`, `Write ${canonical}`);
  }
  const most = RULES_OF_SECURITY_GROUP / rules;
  for (const version of [4, 6]) {
    const count = given.filter((cidr) => ipVersionOf(cidr) === version).length;
    if (count <= most) continue;
    const problem = `has ${count} IPv${version} ranges, but a security group takes ${most} for ${what}`;
    throw invalid(PATH, problem, remedy);
  }
  return [...given].sort();
}
