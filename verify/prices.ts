/** What experiments cost, roughly. */
import type { Experiment, Priced } from './experiment';

/**
 * US dollars an hour in us-east-1, on demand, without taxes, data and requests. Read on 2026-11-28 from the pricing pages of
 * Elastic Load Balancing, AWS Fargate and AWS WAF; a web ACL costs $5 a month, prorated by the hour.
 */
export const HOURLY_PRICES: Readonly<Record<Priced, number>> = {
  'Application Load Balancer': 0.0225,
  'Fargate task (0.25 vCPU, 0.5 GB)': 0.25 * 0.04048 + 0.5 * 0.004445,
  'Web ACL': 5 / 730,
};

/** Load balancers and web ACLs are billed by the hour that has begun. */
const LEAST_HOURS: Readonly<Record<Priced, number>> = {
  'Application Load Balancer': 1,
  'Fargate task (0.25 vCPU, 0.5 GB)': 0,
  'Web ACL': 1,
};

/** US dollars that an experiment costs, roughly. */
export function costOf({ uses, minutes }: Experiment): number {
  return uses.reduce(
    (sum, { resource, count }) =>
      sum + count * HOURLY_PRICES[resource] * Math.max(LEAST_HOURS[resource], minutes / 60),
    0,
  );
}
