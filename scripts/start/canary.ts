import {
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { requestHost } from '../../local/http-request';

/** Answers that were given while the listener rule had one pair of weights. */
export interface Share {
  /** Per cent of the traffic that the two target groups get, highest first, e.g. `95/5`. */
  readonly weights: string;
  answers: number;
  /** Answers of the new image. */
  renewed: number;
  /** Answers other than 200. */
  failed: number;
}

/** What is requested, and how an answer of the new image is told. */
export interface Traffic {
  readonly dataPlaneUrl: string;
  readonly host: string;
  readonly ruleArn: string;
  readonly isNew: (body: string) => boolean;
}

/** Requests between two looks at the weights. */
const BATCH = 10;

/**
 * Request a service without pause until `ended` says so.
 *
 * @param onShift is told each new pair of weights.
 * @returns the answers under each pair of weights, in the order in which the pairs appeared.
 */
export async function observeCanary(
  client: ElasticLoadBalancingV2Client,
  traffic: Traffic,
  ended: () => boolean,
  onShift: (weights: string) => void,
): Promise<Share[]> {
  const shares: Share[] = [];
  let before = '';
  while (!ended()) {
    const batch = await requestBatch(traffic);
    const weights = await readWeights(client, traffic.ruleArn);
    if (weights !== before) {
      // The weights moved during this batch: it belongs to neither pair.
      onShift(weights);
      shares.push({ weights, answers: 0, renewed: 0, failed: 0 });
      before = weights;
      continue;
    }
    const share = shares.at(-1)!;
    share.answers += BATCH;
    share.renewed += batch.renewed;
    share.failed += batch.failed;
  }
  return shares;
}

async function requestBatch({
  dataPlaneUrl,
  host,
  isNew,
}: Traffic): Promise<{ renewed: number; failed: number }> {
  const count = { renewed: 0, failed: 0 };
  for (let n = 0; n < BATCH; n++) {
    const { status, body } = await requestHost(dataPlaneUrl, host);
    if (status !== 200) count.failed++;
    else if (isNew(body)) count.renewed++;
  }
  return count;
}

async function readWeights(client: ElasticLoadBalancingV2Client, ruleArn: string): Promise<string> {
  const { Rules: [rule] = [] } = await client.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }));
  const groups = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  const weights = groups.map(({ Weight = 0 }) => Weight).sort((a, b) => b - a);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => Math.round((100 * weight) / Math.max(1, whole))).join('/');
}
