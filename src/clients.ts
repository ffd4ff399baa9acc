import { ACMClient } from '@aws-sdk/client-acm';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { WAFV2Client } from '@aws-sdk/client-wafv2';

const constructors = {
  acm: ACMClient,
  applicationAutoScaling: ApplicationAutoScalingClient,
  cloudWatch: CloudWatchClient,
  cloudWatchLogs: CloudWatchLogsClient,
  ec2: EC2Client,
  ecs: ECSClient,
  elasticLoadBalancing: ElasticLoadBalancingV2Client,
  route53: Route53Client,
  wafv2: WAFV2Client,
};

/** One SDK client for each service the provider calls; a client is made when it is first used. */
export type Clients = {
  readonly [Name in keyof typeof constructors]: InstanceType<(typeof constructors)[Name]>;
};

/** Settings that all clients share. */
export interface ClientConfiguration {
  readonly region: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** The clients of one invocation, with the credentials that CloudFormation sent for it. */
export function createClients(configuration: ClientConfiguration): Clients {
  const made = new Map<string, unknown>();
  return new Proxy({} as Clients, {
    get(_target, name: keyof typeof constructors) {
      if (!made.has(name)) made.set(name, new constructors[name]({ ...configuration, maxAttempts: 5 }));
      return made.get(name);
    },
  });
}
