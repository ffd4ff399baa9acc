/** What experiments cost, roughly. */
import { taskQuantities } from '../plan/inventory';
import { monthlyCost, PRICES, type Quantities } from '../plan/prices';
import type { Experiment, Priced } from './experiment';

const SMALL_TASK = { vcpus: 0.25, memoryGb: 0.5, ephemeralGb: 0, isArm: false, isPublic: false };

const hourly = (quantities: Quantities) => monthlyCost(quantities) / PRICES.hoursPerMonth;

/** US dollars an hour, on demand, without taxes, data and requests; see docs/cost.md. A web ACL is prorated by the hour. */
export const HOURLY_PRICES: Readonly<Record<Priced, number>> = {
  'Application Load Balancer': hourly({ applicationLoadBalancer: 1 }),
  'Fargate task (0.25 vCPU, 0.5 GB)': hourly(taskQuantities(SMALL_TASK, 1)),
  'Web ACL': hourly({ webAcl: 1 }),
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
