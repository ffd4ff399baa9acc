/** Metrics of an invocation, collected and sent with one call. Names and dimensions are those of the official library. */
import { PutMetricDataCommand, type CloudWatchClient, type MetricDatum } from '@aws-sdk/client-cloudwatch';
import {
  MetricTypes,
  StandardUnit,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';

/** How the metrics of one extension are named. */
export interface MetricNames {
  readonly namespace: string;
  /** Name of the dimension that holds the action. */
  readonly actionDimension: string;
  /** Name of the dimension that holds the type name. */
  readonly typeDimension: string;
  readonly typeName: string;
}

/**
 * Names of the metrics of a resource type.
 *
 * @param typeName e.g. `Org::ECS::ExpressService`.
 */
export function resourceMetricNames(typeName: string): MetricNames {
  return {
    namespace: `AWS/CloudFormation/${typeName.replaceAll('::', '/')}`,
    actionDimension: 'DimensionKeyActionType',
    typeDimension: 'DimensionKeyResourceType',
    typeName,
  };
}

/** Takes the place of the library's MetricsPublisherProxy, which sends every metric on its own and waits for it. */
export class InvocationMetrics {
  private readonly data: MetricDatum[] = [];

  constructor(private readonly names: MetricNames) {}

  /** An invocation has begun. */
  async publishInvocationMetric(timestamp: Date, action: string): Promise<void> {
    this.add(MetricTypes.HandlerInvocationCount, StandardUnit.Count, 1, timestamp, action);
  }

  /** An invocation has ended, after this many milliseconds. */
  async publishDurationMetric(timestamp: Date, action: string, milliseconds: number): Promise<void> {
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
    action: string,
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
    const input = { Namespace: this.names.namespace, MetricData: this.data };
    await client.send(new PutMetricDataCommand(input), { abortSignal });
  }

  private add(
    metric: MetricTypes,
    unit: StandardUnit,
    value: number,
    timestamp: Date,
    action: string,
    dimensions: Record<string, string> = {},
  ): void {
    const { actionDimension, typeDimension, typeName } = this.names;
    const all = { [actionDimension]: action, ...dimensions, [typeDimension]: typeName };
    this.data.push({
      MetricName: metric,
      Dimensions: Object.entries(all).map(([Name, Value]) => ({ Name, Value })),
      Unit: unit,
      Timestamp: timestamp,
      Value: value,
    });
  }
}
