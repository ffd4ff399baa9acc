/**
 * One invocation: the official library's BaseResource, with the steps replaced that do not fit. The library keeps the
 * state of an invocation in its instance, so each invocation gets an instance of its own and none can leak into the
 * next one of a warm Lambda.
 */
import {
  Action,
  type Dict,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import type { BaseModel } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import type { ProgressEvent } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/proxy';
import { BaseResource } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/resource';
import { HandlerError } from '../../core/failure';
import { toHandlerError, type FindRefusedProperty } from '../../aws/handler-error';
import { answerOf, failureOf } from './answer';
import { clientConfiguration } from '../../aws/client-configuration';
import { startDeadline, type Deadline, type LambdaContext } from './deadline';
import { Delivery } from './delivery';
import type { RequestData, ResourceEvent } from './event';
import type { CallbackContext, Handler, HandlerRequest } from './handler-request';
import { InvocationLogger } from './logger';
import { InvocationMetrics, resourceMetricNames } from './metrics';
import { checkModel, checkTypeConfiguration, type ModelSchema } from './model-check';
import {
  deserialize,
  tagsOf,
  type ModelClass,
  type ResourceModel,
  type ResourceModelClass,
} from './model-class';
import { partitionOf } from '../../aws/partition';
import { Redaction } from './redaction';

/** A resource type: its models and its handlers. */
export interface ResourceType<Model extends ResourceModel, TypeConfiguration extends BaseModel> {
  readonly model: ResourceModelClass<Model>;
  readonly typeConfiguration: ModelClass<TypeConfiguration>;
  /** What models and configurations may hold. */
  readonly schema: ModelSchema;
  readonly handlers: Readonly<Record<Action, Handler<Model, TypeConfiguration>>>;
  /** Ends of property paths whose values are secret, `*` for a list index, e.g. that of an environment variable. */
  readonly sensitivePaths: readonly string[];
  /** Names the property that a refusal of AWS speaks of. */
  readonly findRefusedProperty?: FindRefusedProperty;
}

/** How long CloudFormation waits for the answer to an invocation. */
const LIMIT_MILLISECONDS: Readonly<Record<Action, number>> = {
  [Action.Create]: 60_000,
  [Action.Update]: 60_000,
  [Action.Delete]: 60_000,
  [Action.Read]: 30_000,
  [Action.List]: 30_000,
};

/** Actions whose model must be what the schema says; to read and to delete, an identifier is enough. */
const CHANGING: ReadonlySet<Action> = new Set([Action.Create, Action.Update]);

/** The members of BaseResource that are used or replaced here; its typings hide most of them as private. */
interface LibraryResource {
  metricsPublisherProxy: InvocationMetrics;
  castResourceRequest: (event: unknown) => unknown;
  castTypeConfigurationRequest: (event: unknown) => unknown;
  invokeHandler: (session: unknown, request: never, action: Action) => Promise<ProgressEvent>;
  initializeRuntime(): Promise<void>;
  publishExceptionMetric(action: Action, error: Error): Promise<void>;
  waitRunningProcesses(): Promise<void>;
  log(message: unknown, ...details: unknown[]): void;
  entrypoint(event: unknown, context?: LambdaContext): Promise<Dict>;
}

const Library = BaseResource as unknown as abstract new (
  typeName: string,
  modelTypeReference: unknown,
) => LibraryResource;

export class Invocation<Model extends ResourceModel, TypeConfiguration extends BaseModel> extends Library {
  readonly #type: ResourceType<Model, TypeConfiguration>;
  readonly #event: ResourceEvent;
  readonly #deadline: Deadline;
  readonly #redaction: Redaction;
  readonly #logger: InvocationLogger;
  #delivery: Delivery | undefined;

  constructor(
    type: ResourceType<Model, TypeConfiguration>,
    event: ResourceEvent,
    context: LambdaContext | undefined,
  ) {
    super(type.model.TYPE_NAME, type.model);
    this.#type = type;
    this.#event = event;
    this.#deadline = startDeadline(LIMIT_MILLISECONDS[event.action], context);
    this.#redaction = redactionOf(event, type.sensitivePaths);
    this.#logger = new InvocationLogger(this.#redaction, {
      requestId: context?.awsRequestId,
      action: event.action,
      logicalResourceId: event.requestData.logicalResourceId,
    });
    const typeName = event.resourceType ?? type.model.TYPE_NAME;
    this.metricsPublisherProxy = new InvocationMetrics(resourceMetricNames(typeName));
  }

  /** The library makes its request from a part of the event; ours is made in `invokeHandler`, from all of it. */
  override castResourceRequest = () => ({
    logicalResourceIdentifier: this.#event.requestData.logicalResourceId,
  });

  /** As above. */
  override castTypeConfigurationRequest = () => undefined;

  /** The library makes up to ten calls here, one after the other, before the handler may begin. */
  override async initializeRuntime(): Promise<void> {
    const { awsAccountId, region, stackId, requestData } = this.#event;
    const { providerCredentials, providerLogGroupName, logicalResourceId } = requestData;
    if (!providerCredentials || !providerLogGroupName) return;
    this.#delivery = new Delivery({
      credentials: providerCredentials,
      region,
      accountId: awsAccountId,
      logGroupName: providerLogGroupName,
      logStreamName:
        stackId && logicalResourceId ? `${stackId}/${logicalResourceId}` : `${awsAccountId}-${region}`,
    });
  }

  /** Never throws: every outcome is an answer that keeps to the contract. */
  override invokeHandler = async (
    _session: unknown,
    _request: never,
    action: Action,
  ): Promise<ProgressEvent> => {
    let model: Model | undefined;
    try {
      const request = this.#request();
      model = request.desired;
      const progress = await this.#type.handlers[action](request);
      if (!progress) throw new HandlerError('InternalFailure', 'The handler returned nothing');
      model = progress.resourceModel ?? model;
      if (progress.errorCode) {
        return await this.#failed(new HandlerError(progress.errorCode, progress.message), model);
      }
      progress.message = this.#redaction.text(progress.message ?? '');
      return answerOf(progress, action, this.#type.model.WRITE_ONLY_PROPERTIES);
    } catch (error) {
      return this.#failed(toHandlerError(error, this.#type.findRefusedProperty), model);
    }
  };

  /** The library waits a second here, whatever is pending. */
  override async waitRunningProcesses(): Promise<void> {
    await this.#delivery?.finish(this.#logger, this.metricsPublisherProxy);
  }

  override async publishExceptionMetric(action: Action, error: Error): Promise<void> {
    await this.metricsPublisherProxy.publishExceptionMetric(new Date(), action, error);
  }

  override log(message: unknown, ...details: unknown[]): void {
    this.#logger.log(String(message), details.length > 0 ? { details } : undefined);
  }

  async #failed(error: HandlerError, model: Model | undefined): Promise<ProgressEvent> {
    const { action } = this.#event;
    this.#logger.log('failed', { code: error.code, error });
    await this.publishExceptionMetric(action, error);
    return failureOf({ code: error.code, message: this.#redaction.text(error.message) }, action, model);
  }

  #request(): HandlerRequest<Model, TypeConfiguration> {
    const { action, awsAccountId, bearerToken, callbackContext, nextToken, region, stackId, requestData } =
      this.#event;
    const { model, typeConfiguration, schema } = this.#type;
    if (!requestData.callerCredentials) {
      throw new HandlerError('InvalidCredentials', 'CloudFormation sent no credentials for this type', {
        remedy: 'Activate or register the type with an execution role',
      });
    }
    if (CHANGING.has(action)) {
      checkModel(schema, requestData.resourceProperties);
      checkTypeConfiguration(schema, requestData.typeConfiguration);
    }
    const desired = deserialize(model, requestData.resourceProperties);
    const previous =
      requestData.previousResourceProperties && deserialize(model, requestData.previousResourceProperties);
    return {
      action,
      desired,
      previous: isModel(schema, requestData.previousResourceProperties) ? previous : undefined,
      clientRequestToken: bearerToken,
      logicalResourceIdentifier: requestData.logicalResourceId,
      desiredTags: { ...requestData.stackTags, ...tagsOf(desired, model.TAG_PROPERTY) },
      previousTags: { ...requestData.previousStackTags, ...tagsOf(previous, model.TAG_PROPERTY) },
      systemTags: requestData.systemTags ?? {},
      stackId: stackId ?? requestData.systemTags?.['aws:cloudformation:stack-id'],
      nextToken,
      region,
      partition: partitionOf(region),
      accountId: awsAccountId,
      configuration: deserialize(typeConfiguration, requestData.typeConfiguration),
      callbackContext: (callbackContext ?? {}) as CallbackContext,
      clientConfiguration: clientConfiguration(region, requestData.callerCredentials),
      deadline: this.#deadline,
      logger: this.#logger,
    };
  }
}

/** Whether the schema allows these properties; those of an earlier version of the type may be others. */
function isModel(schema: ModelSchema, properties: RequestData['resourceProperties']): boolean {
  try {
    checkModel(schema, properties);
    return true;
  } catch (error) {
    if (error instanceof HandlerError) return false;
    throw error;
  }
}

/** Knows every secret that the event carries. */
function redactionOf(event: ResourceEvent, sensitivePaths: readonly string[]): Redaction {
  const { bearerToken, requestData } = event;
  const redaction = new Redaction(sensitivePaths);
  redaction.addSecrets([bearerToken]);
  redaction.addSecrets(Object.values(requestData.callerCredentials ?? {}));
  redaction.addSecrets(Object.values(requestData.providerCredentials ?? {}));
  redaction.addSecretsOf(requestData.resourceProperties);
  redaction.addSecretsOf(requestData.previousResourceProperties);
  return redaction;
}
