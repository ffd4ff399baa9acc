/** Delivery of an invocation's log and metrics, beside the handler and without ever failing it. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { clientConfiguration, type Credentials } from '../../aws/client-configuration';
import { DELIVERY_MILLISECONDS } from './deadline';
import { LogDelivery } from './log-delivery';
import type { InvocationLogger } from './logger';
import type { InvocationMetrics } from './metrics';

/** Where the log and the metrics go. */
export interface DeliveryTarget {
  readonly credentials: Credentials;
  readonly region: string;
  readonly accountId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** What is kept of the handler's time for the answer itself. */
const ANSWER_MILLISECONDS = 500;

/** Begins when it is made: the log stream is prepared while the handler works. */
export class Delivery {
  private readonly abort = new AbortController();
  private readonly cloudWatch: CloudWatchClient;
  private readonly logDelivery: LogDelivery;
  private readonly prepared: Promise<unknown>;

  constructor({ credentials, region, accountId, logGroupName, logStreamName }: DeliveryTarget) {
    const configuration = { ...clientConfiguration(region, credentials), maxAttempts: 2 };
    this.cloudWatch = new CloudWatchClient(configuration);
    this.logDelivery = new LogDelivery(
      new CloudWatchLogsClient(configuration),
      logGroupName,
      logStreamName,
      `${accountId}-${region}`,
    );
    this.prepared = settled(this.logDelivery.prepare(this.abort.signal));
  }

  /**
   * Send everything, or give up when the time kept for it is over. Never throws: a failure goes to Lambda's own log.
   */
  async finish(logger: InvocationLogger, metrics: InvocationMetrics): Promise<void> {
    const timer = setTimeout(() => this.abort.abort(), DELIVERY_MILLISECONDS - ANSWER_MILLISECONDS);
    try {
      const failures = await Promise.all([
        settled(metrics.deliver(this.cloudWatch, this.abort.signal)),
        this.prepared.then(
          (failure) => failure ?? settled(this.logDelivery.deliver(logger.events, this.abort.signal)),
        ),
      ]);
      for (const error of failures) {
        if (error !== undefined) logger.log('log or metric delivery failed', { error });
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What the promise was rejected with, or undefined. */
async function settled(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error ?? new Error('rejected without a reason');
  }
}
