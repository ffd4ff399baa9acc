import {
  DescribeRulesCommand,
  type ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { requestHost } from '../../local/http-request';

/** Answers that were given while the listener rule sent the requests one way. */
export interface Share {
  /** Per cent of the requests that each version gets, e.g. `v1 95 %, v2 5 %`. */
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
 * Request a service without pause until `ended` says so. The version that has the requests when this begins is v1.
 *
 * @param onShare is told the share at work after every batch.
 * @returns the answers under each pair of weights, in the order in which the pairs appeared.
 */
export async function observeCanary(
  client: ElasticLoadBalancingV2Client,
  traffic: Traffic,
  ended: () => boolean,
  onShare: (share: Share) => void,
): Promise<Share[]> {
  const shares: Share[] = [];
  const versions = versionsBy((await readWeights(client, traffic.ruleArn))[0]?.targetGroupArn);
  let before = '';
  while (!ended()) {
    const batch = await requestBatch(traffic);
    const weights = versions(await readWeights(client, traffic.ruleArn));
    if (weights !== before) {
      // The weights moved during this batch: it belongs to neither pair.
      shares.push({ weights, answers: 0, renewed: 0, failed: 0 });
      before = weights;
    } else {
      const share = shares.at(-1)!;
      share.answers += BATCH;
      share.renewed += batch.renewed;
      share.failed += batch.failed;
    }
    onShare(shares.at(-1)!);
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

interface Weight {
  readonly targetGroupArn: string;
  readonly percent: number;
}

/** The target groups of a rule, that with most of the requests first. */
async function readWeights(client: ElasticLoadBalancingV2Client, ruleArn: string): Promise<Weight[]> {
  const { Rules: [rule] = [] } = await client.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }));
  const groups = rule?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  const whole = groups.reduce((sum, { Weight = 0 }) => sum + Weight, 0);
  return groups
    .map(({ TargetGroupArn, Weight = 0 }) => ({
      targetGroupArn: TargetGroupArn!,
      percent: Math.round((100 * Weight) / Math.max(1, whole)),
    }))
    .sort((one, other) => other.percent - one.percent);
}

/** Words for weights. @param first target group of v1; the other one is that of v2. */
function versionsBy(first: string | undefined): (weights: readonly Weight[]) => string {
  return (weights) =>
    weights
      .map(({ targetGroupArn, percent }) => `${targetGroupArn === first ? 'v1' : 'v2'} ${percent} %`)
      .sort()
      .join(', ');
}
