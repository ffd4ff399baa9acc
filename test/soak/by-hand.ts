/** What somebody changes by hand: the next update is to leave it, or to make again what is gone. */
import type { Account } from './account';
import { ruleOf } from './invariants';
import type { Random } from './random';
import type { Service } from './services';

/** Change the weights of versions, or the record and a health check of a service with a routing policy; nothing of others. */
export async function changeByHand(account: Account, service: Service, random: Random): Promise<void> {
  if (service.kind.isVersioned) await changeWeights(account, service, random);
  if (service.isRouted) await changeRecord(account, service, random);
}

/** Only what has tasks can answer. */
async function changeWeights(
  account: Account,
  { hostName, versions }: Service,
  random: Random,
): Promise<void> {
  const rule = ruleOf(await account.placement(), hostName)!;
  const live = await account.liveTargetGroups(Object.keys(rule.weights));
  if (live.length < 2) return;
  const weights = Object.fromEntries(live.map((arn) => [arn, 1 + Math.floor(random.next() * 999)]));
  await account.setWeights(rule, weights);
  const { ecsServices } = await account.holdings();
  versions.setWeights(ecsServices, weights);
}

/** Weights by hand are others than those of templates. */
const LEAST_WEIGHT = 200;

async function changeRecord(account: Account, service: Service, random: Random): Promise<void> {
  const { hostName, model } = service;
  const { records, healthChecks } = await account.holdings();
  const record = records.find(({ Name, Type }) => Name === `${hostName}.` && Type === 'A')!;
  const check = healthChecks.find(({ Id }) => Id === record.HealthCheckId)!;
  await account.deleteHealthCheck(random.pick(check.HealthCheckConfig!.ChildHealthChecks!));
  if (model!.DnsConfiguration.RoutingPolicy !== 'WEIGHTED') return;
  service.weightByHand = LEAST_WEIGHT + Math.floor(random.next() * 50);
  await account.changeRecord({ ...record, Weight: service.weightByHand });
}
