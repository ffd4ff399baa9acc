/** What a guard is: the behaviour of AWS that moto lacks, put in front of single operations. */
import type { Clock } from '../clock';
import type { ClientOptions } from '../moto';
import type { AwsRequest, AwsService, Structure, TaskNetwork } from '../service';
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
  /** Runs before the first call of the service after a start or reset. */
  prepare?(): Promise<void>;
  readonly operations: Readonly<Record<string, OperationGuard>>;
  /** Forget what the guard remembers. */
  reset?(): void;
}

/** What guards can use. */
export interface GuardContext {
  readonly clock: Clock;
  readonly limits: Limits;
  /** For SDK clients straight to moto. */
  readonly motoOptions: ClientOptions;
  /** The simulated tasks, once there are any. */
  readonly network: TaskNetwork | undefined;
  /** Services that are implemented here. */
  readonly services: ReadonlyMap<string, AwsService>;
}
