import { ACMClient } from '@aws-sdk/client-acm';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { Route53Client } from '@aws-sdk/client-route-53';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { WAFV2Client } from '@aws-sdk/client-wafv2';
import type { ClientConfiguration } from './client-configuration';
import { rememberFailedOperations } from './failed-operation';

const constructors = {
  acm: ACMClient,
  applicationAutoScaling: ApplicationAutoScalingClient,
  cloudWatch: CloudWatchClient,
  cloudWatchLogs: CloudWatchLogsClient,
  ec2: EC2Client,
  ecs: ECSClient,
  elasticLoadBalancing: ElasticLoadBalancingV2Client,
  eventBridge: EventBridgeClient,
  iam: IAMClient,
  route53: Route53Client,
  serviceDiscovery: ServiceDiscoveryClient,
  wafv2: WAFV2Client,
};

/** How often the SDK tries a call: enough to ride out throttling that lasts seconds; CloudFormation covers minutes. */
export const MAX_ATTEMPTS = 5;

/** One SDK client for each service the provider calls; a client is made when it is first used. */
export type Clients = {
  readonly [Name in keyof typeof constructors]: InstanceType<(typeof constructors)[Name]>;
};

/** The clients of one invocation, with the credentials that CloudFormation sent for it. */
export function createClients(configuration: ClientConfiguration): Clients {
  const made = new Map<string, unknown>();
  return new Proxy({} as Clients, {
    get(_target, name: keyof typeof constructors) {
      if (!made.has(name)) {
        const client = new constructors[name]({ ...configuration, maxAttempts: MAX_ATTEMPTS });
        made.set(name, rememberFailedOperations(client));
      }
      return made.get(name);
    },
  });
}
