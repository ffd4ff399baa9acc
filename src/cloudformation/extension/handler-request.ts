/** What a handler receives. */
import type {
  Action,
  BaseModel,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import type { ProgressEvent } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/proxy';
import type { ClientConfiguration } from '../../aws/client-configuration';
import type { Deadline } from './deadline';
import type { Logger } from './logger';

/** Plain JSON that CloudFormation keeps between the invocations of one operation; empty at the first. */
export type CallbackContext = { readonly [key: string]: unknown };

/** One invocation of a handler, typed, with everything that the protocol sends. */
export interface HandlerRequest<Model extends BaseModel, TypeConfiguration extends BaseModel> {
  readonly action: Action;
  /**
   * The model to reach; for READ and DELETE the identifier, at re-invocations the model last returned. A copy: handlers
   * may change it. A CREATE that throws makes CloudFormation delete the resource if this carries the primary identifier
   * by then, so a handler sets it once something of its own may exist, and never before.
   */
  readonly desired: Model;
  /** The model before, in UPDATE only; absent when today's schema does not allow it any more. */
  readonly previous?: Model;
  /** The same for all invocations of one operation: the base of idempotency tokens. */
  readonly clientRequestToken: string;
  readonly logicalResourceIdentifier?: string;
  /** Tags to reach: those of the stack, overlaid with the model's own. */
  readonly desiredTags: Readonly<Record<string, string>>;
  /** Tags before, in UPDATE only; made in the same way. */
  readonly previousTags: Readonly<Record<string, string>>;
  /** `aws:cloudformation:…` tags. */
  readonly systemTags: Readonly<Record<string, string>>;
  readonly stackId?: string;
  /** Where LIST goes on. */
  readonly nextToken?: string;
  readonly region: string;
  /** `aws`, `aws-cn`, `aws-us-gov`, … */
  readonly partition: string;
  readonly accountId: string;
  /** Configuration of the type in this account and Region; an empty one when none is set. */
  readonly configuration: TypeConfiguration;
  readonly callbackContext: CallbackContext;
  readonly clientConfiguration: ClientConfiguration;
  readonly deadline: Deadline;
  readonly logger: Logger;
}

/**
 * A handler of one action.
 *
 * @throws anything: what is not a HandlerError is translated by `toHandlerError`.
 */
export type Handler<Model extends BaseModel, TypeConfiguration extends BaseModel> = (
  request: HandlerRequest<Model, TypeConfiguration>,
) => Promise<ProgressEvent<Model, CallbackContext>>;
