/** What a guard is: the behaviour of AWS that moto lacks, put in front of single operations. */
import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import type { HealthChecks } from '../dns/health-checks';
import type { Moments } from '../moments';
import type { ClientOptions } from '../moto';
import type { AwsRequest, AwsService, ContainerOutput, Structure, TaskNetwork } from '../service';
import type { Limits } from './limits';

/**
 * Guards one operation. Throws an AwsError to refuse, answers in moto's place by returning the output, or returns
 * undefined to let moto have the request as it is.
 */
export type OperationGuard = (request: AwsRequest) => Promise<Structure | undefined>;

/** The guards of one service. */
export interface ServiceGuard {
  /** SigV4 signing name. */
  readonly service: string;
  /** Runs before the first call of the service in a Region after a start or reset. */
  prepare?(region: string): Promise<void>;
  readonly operations: Readonly<Record<string, OperationGuard>>;
  /** Forget what the guard remembers. */
  reset?(): void;
}

/** What guards can use. */
export interface GuardContext {
  readonly clock: Clock;
  readonly answers: Answers;
  /** Whether the account has never used any service. */
  readonly isNewAccount: boolean;
  readonly limits: Limits;
  readonly moments: Moments;
  /** For SDK clients straight to moto. */
  readonly motoOptions: ClientOptions;
  readonly healthChecks: HealthChecks;
  /** The simulated tasks. */
  readonly network: TaskNetwork;
  readonly containerOutput: ContainerOutput;
  /** Services that are implemented here, by signing name. */
  readonly services: ReadonlyMap<string, AwsService>;
}

/** A function that gives the SDK client of a Region, straight to moto, made when it is first needed. */
export function regional<Client>(
  create: new (options: ClientOptions) => Client,
  options: ClientOptions,
): (region: string) => Client {
  const clients = new Map<string, Client>();
  return (region) => {
    let client = clients.get(region);
    if (!client) clients.set(region, (client = new create({ ...options, region })));
    return client;
  };
}

/** An SDK response as the output structure of the operation. */
export function output({ $metadata, ...members }: Structure): Structure {
  return members;
}
