/**
 * What the resource contract demands of an answer, whatever the handler returned or threw.
 * https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract.html
 */
import {
  Action,
  HandlerErrorCode,
  OperationStatus,
  type Dict,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import { ProgressEvent } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/proxy';
import type { HandlerError } from '../../core/failure';
import { checkContext, defect } from './callback-context';
import { removeProperties, type ResourceModel } from './model-class';

/** Actions that must end within one invocation. */
const SYNCHRONOUS: ReadonlySet<Action> = new Set([Action.Read, Action.List]);

/**
 * Errors after which CloudFormation must not be told of a model: with one it would delete the resource, which is
 * somebody else's or not there.
 */
const CODES_WITHOUT_MODEL: ReadonlySet<string> = new Set([
  HandlerErrorCode.AlreadyExists,
  HandlerErrorCode.NotFound,
]);

/** Longest status message that CloudFormation takes (StatusMessage of its RecordHandlerProgress operation). */
const MAXIMUM_MESSAGE_LENGTH = 1024;

/**
 * The answer to a successful or unfinished step, with everything removed that the contract forbids.
 *
 * @param writeOnly JSON pointers to properties that may not be returned.
 * @throws HandlerError InternalFailure when the handler's result breaks the contract.
 */
export function answerOf<Model extends ResourceModel>(
  progress: ProgressEvent<Model>,
  action: Action,
  writeOnly: readonly string[],
): ProgressEvent<Model> {
  const { message, resourceModel, resourceModels, callbackContext, callbackDelaySeconds, nextToken } =
    progress;
  const { status } = progress;
  if (status === OperationStatus.InProgress) {
    if (SYNCHRONOUS.has(action)) throw defect(`${action} must end within one invocation`);
    if (!resourceModel || !identifies(resourceModel)) {
      throw defect('The handler is in progress without a primary identifier');
    }
    if (!Number.isInteger(callbackDelaySeconds) || callbackDelaySeconds < 0) {
      throw defect('callbackDelaySeconds must be a whole number of seconds');
    }
    checkContext(callbackContext);
    return progressEvent({ status, message, resourceModel, callbackContext, callbackDelaySeconds });
  }
  if (status !== OperationStatus.Success) throw defect(`${status} is no status that a handler may return`);
  if (action === Action.Delete) return progressEvent({ status, message });
  if (action === Action.List) {
    if (!Array.isArray(resourceModels)) throw defect('LIST must return resourceModels');
    resourceModels.forEach((model) => removeProperties(model, writeOnly));
    return progressEvent({ status, message, resourceModels, nextToken });
  }
  if (!resourceModel || !identifies(resourceModel)) {
    throw defect(`${action} must return a model with its primary identifier`);
  }
  removeProperties(resourceModel, writeOnly);
  return progressEvent({ status, message, resourceModel });
}

/**
 * The answer to a failure. It carries a model where CloudFormation may have to clean up: after that of a CREATE it
 * deletes the resource.
 *
 * @param model of what the operation may have made or changed.
 */
export function failureOf<Model extends ResourceModel>(
  error: Pick<HandlerError, 'code' | 'message'>,
  action: Action,
  model: Model | undefined,
): ProgressEvent<Model> {
  const withModel =
    model && identifies(model) && !SYNCHRONOUS.has(action) && !CODES_WITHOUT_MODEL.has(error.code);
  return progressEvent({
    status: OperationStatus.Failed,
    errorCode: error.code as HandlerErrorCode,
    message: error.message,
    ...(withModel && { resourceModel: model }),
  });
}

/**
 * The library writes an event with class-transformer, which fails for members of some names, such as `constructor`. The
 * callback context may have them, because tags may; it is plain JSON and needs no transformer.
 */
class Answer extends ProgressEvent {
  override serialize(removeNull?: boolean): Dict {
    const { callbackContext } = this;
    const others = new ProgressEvent({ ...this, callbackContext: undefined } as Partial<ProgressEvent>);
    return { ...others.serialize(removeNull), ...(callbackContext && { callbackContext }) };
  }
}

function progressEvent<Model extends ResourceModel>(
  members: Partial<ProgressEvent<Model>>,
): ProgressEvent<Model> {
  const event = new Answer(members as Partial<ProgressEvent>) as ProgressEvent<Model>;
  if (event.message.length > MAXIMUM_MESSAGE_LENGTH) {
    event.message = `${event.message.slice(0, MAXIMUM_MESSAGE_LENGTH - 1)}…`;
  }
  return event;
}

function identifies(model: ResourceModel): boolean {
  return model.getPrimaryIdentifier() !== null;
}
