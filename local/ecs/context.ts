/** What every part of the ECS engine works with. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import type { Moments } from '../moments';
import type { InvocationResult } from '../lambda';
import type { ClientOptions } from '../moto';
import type { RoleChanges } from '../role-changes';
import type { AwsRequest, Structure } from '../service';
import type { ContainerLogs } from './container-logs';
import type { EventBus } from './event-bus';
import type { Flows } from './flow';
import type { Identifiers } from './identifiers';
import type { State } from './state';

/** Clients for the services that ECS calls on behalf of its users, in one Region. */
export interface AwsClients {
  readonly elasticLoadBalancing: ElasticLoadBalancingV2Client;
  readonly ec2: EC2Client;
  readonly cloudWatch: CloudWatchClient;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly s3: S3Client;
  readonly serviceDiscovery: ServiceDiscoveryClient;
  readonly ssm: SSMClient;
}

export interface EcsContext {
  readonly clock: Clock;
  readonly moments: Moments;
  readonly answers: Answers;
  readonly state: State;
  readonly identifiers: Identifiers;
  readonly flows: Flows;
  readonly containerLogs: ContainerLogs;
  /** Clients of a Region; made when first asked for. */
  readonly aws: (region: string) => AwsClients;
  /** Told after every change that ECS makes to target groups and listener rules. */
  readonly loadBalancingChanged: () => void;
  /** @throws AwsError InvalidParameterException as long as the account lacks the service-linked role. */
  readonly checkServiceLinkedRole: () => Promise<void>;
  /** How long ago roles were changed. */
  readonly roleChanges: RoleChanges;
  readonly eventBus: EventBus;
  readonly invokeFunction: InvokeFunction;
}

/** Runs a Lambda function. @throws AwsError ResourceNotFoundException when there is none of this ARN. */
export type InvokeFunction = (
  functionArn: string,
  event: unknown,
) => Promise<Pick<InvocationResult, 'payload' | 'functionError'>>;

/** One operation of the API. @throws AwsError for every refusal. */
export type Operation = (request: AwsRequest) => Structure | Promise<Structure>;

/** Operations by name. */
export type Operations = Readonly<Record<string, Operation>>;

/** Virtual time as a Date, as timestamps of descriptions are given. */
export function now(context: EcsContext): Date {
  return new Date(context.clock.now());
}

/** A call that ECS makes of another service, on its way through the checks that everybody's calls pass. */
export type Guarded = <T>(
  call: Pick<AwsRequest, 'service' | 'operation' | 'region' | 'input'>,
  forward: () => Promise<T>,
) => Promise<{ output: Structure } | { forwarded: T }>;

/**
 * A function that gives the clients of a Region, each made once.
 *
 * @param guarded carries out the calls to Elastic Load Balancing.
 */
export function createAwsClients(options: ClientOptions, guarded: Guarded): (region: string) => AwsClients {
  const made = new Map<string, AwsClients>();
  return (region) => {
    const existing = made.get(region);
    if (existing) return existing;
    const regional = { ...options, region };
    const clients = {
      elasticLoadBalancing: new ElasticLoadBalancingV2Client(regional),
      ec2: new EC2Client(regional),
      cloudWatch: new CloudWatchClient(regional),
      iam: new IAMClient(regional),
      logs: new CloudWatchLogsClient(regional),
      s3: new S3Client({ ...regional, forcePathStyle: true }),
      serviceDiscovery: new ServiceDiscoveryClient(regional),
      ssm: new SSMClient(regional),
    };
    guardCalls(clients.elasticLoadBalancing, region, guarded);
    made.set(region, clients);
    return clients;
  };
}

function guardCalls(client: ElasticLoadBalancingV2Client, region: string, guarded: Guarded): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const operation = commandName!.replace(/Command$/, '');
        const call = { service: 'elasticloadbalancing', operation, region, input: args.input };
        const answer = await guarded(call, () => next(args));
        return 'forwarded' in answer ? answer.forwarded : { output: answer.output as never, response: {} };
      },
    { step: 'initialize', name: 'guards' },
  );
}
