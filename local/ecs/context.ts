/** What every part of the ECS engine works with. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import type { ClientOptions } from '../moto';
import type { AwsRequest, Structure } from '../service';
import type { ContainerLogs } from './container-logs';
import type { Flows } from './flow';
import type { Identifiers } from './identifiers';
import type { State } from './state';

/** Clients for the services that ECS calls on behalf of its users, in one Region. */
export interface AwsClients {
  readonly elasticLoadBalancing: ElasticLoadBalancingV2Client;
  readonly ec2: EC2Client;
  readonly cloudWatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
}

export interface EcsContext {
  readonly clock: Clock;
  readonly answers: Answers;
  readonly state: State;
  readonly identifiers: Identifiers;
  readonly flows: Flows;
  readonly containerLogs: ContainerLogs;
  /** Clients of a Region; made when first asked for. */
  readonly aws: (region: string) => AwsClients;
  /** Told after every change that ECS makes to target groups and listener rules. */
  readonly loadBalancingChanged: () => void;
}

/** One operation of the API. @throws AwsError for every refusal. */
export type Operation = (request: AwsRequest) => Structure | Promise<Structure>;

/** Operations by name. */
export type Operations = Readonly<Record<string, Operation>>;

/** Virtual time as a Date, as timestamps of descriptions are given. */
export function now(context: EcsContext): Date {
  return new Date(context.clock.now());
}

/** A function that gives the clients of a Region, each made once. */
export function createAwsClients(options: ClientOptions): (region: string) => AwsClients {
  const made = new Map<string, AwsClients>();
  return (region) => {
    const existing = made.get(region);
    if (existing) return existing;
    const regional = { ...options, region };
    const clients = {
      elasticLoadBalancing: new ElasticLoadBalancingV2Client(regional),
      ec2: new EC2Client(regional),
      cloudWatch: new CloudWatchClient(regional),
      logs: new CloudWatchLogsClient(regional),
    };
    made.set(region, clients);
    return clients;
  };
}
