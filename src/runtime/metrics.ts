/** Metrics of an invocation, collected and sent with one call. Names and dimensions are those of the official library. */
import { PutMetricDataCommand, type CloudWatchClient, type MetricDatum } from '@aws-sdk/client-cloudwatch';
import {
  MetricTypes,
  StandardUnit,
  type Action,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';

/** Takes the place of the library's MetricsPublisherProxy, which sends every metric on its own and waits for it. */
export class InvocationMetrics {
  private readonly data: MetricDatum[] = [];

  /** @param resourceType type name, e.g. `Org::ECS::ExpressService`. */
  constructor(private readonly resourceType: string) {}

  /** An invocation has begun. */
  async publishInvocationMetric(timestamp: Date, action: Action): Promise<void> {
    this.add(MetricTypes.HandlerInvocationCount, StandardUnit.Count, 1, timestamp, action);
  }

  /** An invocation has ended, after this many milliseconds. */
  async publishDurationMetric(timestamp: Date, action: Action, milliseconds: number): Promise<void> {
    this.add(
      MetricTypes.HandlerInvocationDuration,
      StandardUnit.Milliseconds,
      milliseconds,
      timestamp,
      action,
    );
  }

  /** An invocation has failed; the handler error code is a dimension. */
  async publishExceptionMetric(
    timestamp: Date,
    action: Action,
    error: Error & { code?: string },
  ): Promise<void> {
    this.add(MetricTypes.HandlerException, StandardUnit.Count, 1, timestamp, action, {
      DimensionKeyExceptionType: error.code ?? error.name,
    });
  }

  /**
   * Send everything collected.
   *
   * @throws the SDK's error when CloudWatch refuses.
   */
  async deliver(client: CloudWatchClient, abortSignal: AbortSignal): Promise<void> {
    const Namespace = `AWS/CloudFormation/${this.resourceType.replaceAll('::', '/')}`;
    await client.send(new PutMetricDataCommand({ Namespace, MetricData: this.data }), { abortSignal });
  }

  private add(
    metric: MetricTypes,
    unit: StandardUnit,
    value: number,
    timestamp: Date,
    action: Action,
    dimensions: Record<string, string> = {},
  ): void {
    const all = {
      DimensionKeyActionType: action,
      ...dimensions,
      DimensionKeyResourceType: this.resourceType,
    };
    this.data.push({
      MetricName: metric,
      Dimensions: Object.entries(all).map(([Name, Value]) => ({ Name, Value })),
      Unit: unit,
      Timestamp: timestamp,
      Value: value,
    });
  }
}
