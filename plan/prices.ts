/** What AWS asks for what a service is made of: data with a date, not an offer. */
import table from './prices.json';

/** A billable thing, by its key in prices.json. */
export type PriceName = keyof typeof table.prices;

/** How many of what there are all month. Decimals: a share of a load balancer, a part of a vCPU. */
export type Quantities = Partial<Record<PriceName, number>>;

/** Where and when the prices are from. */
export const PRICES = table;

/** US dollars a month. What depends on use (capacity units, logs) is not in it. */
export function monthlyCost(quantities: Quantities): number {
  return Object.entries(quantities).reduce((sum, [name, quantity]) => {
    const { usd, per } = table.prices[name as PriceName];
    return sum + quantity * usd * (per === 'hour' ? table.hoursPerMonth : 1);
  }, 0);
}

/** US dollars as people read them. */
export function dollars(usd: number): string {
  return `$${usd.toFixed(2)}`;
}
