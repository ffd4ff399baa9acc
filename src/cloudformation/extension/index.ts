/** The extension runtime: everything between Lambda and the five handlers of a resource type. */
import type {
  BaseModel,
  Dict,
  HandlerErrorCode as LibraryErrorCode,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import { ProgressEvent } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/proxy';
import { toHandlerError } from '../../aws/handler-error';
import type { LambdaContext } from './deadline';
import { fromTestEvent, parseEvent, type ResourceEvent } from './event';
import { Invocation, type ResourceType } from './invocation';
import type { ResourceModel } from './model-class';

export {
  Action,
  OperationStatus,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
export { ProgressEvent } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/proxy';
export type { ClientConfiguration } from '../../aws/client-configuration';
export type { Deadline, LambdaContext } from './deadline';
export { rememberFailedOperations } from '../../aws/failed-operation';
export type { CallbackContext, Handler, HandlerRequest } from './handler-request';
export type { ResourceType } from './invocation';
export type { Logger } from './logger';
export type { Properties } from './properties';

/**
 * The event as the library gets it. It makes objects of all that is in an event, which fails for some names of members,
 * and uses none of these: the invocation has the event itself.
 */
function withoutModels({ callbackContext: _context, ...event }: ResourceEvent): ResourceEvent {
  const {
    resourceProperties: _properties,
    previousResourceProperties: _previous,
    typeConfiguration: _configuration,
    ...requestData
  } = event.requestData;
  return { ...event, requestData };
}

/** A Lambda entry point: event in, answer of the resource protocol out. Never rejects. */
export type Entrypoint = (event: unknown, context?: LambdaContext) => Promise<Dict>;

/**
 * The two Lambda entry points of a resource type.
 *
 * @returns `entrypoint`, which CloudFormation calls, and `testEntrypoint`, which takes the simpler event that is written
 *   by hand for `sam local invoke`.
 */
export function createEntrypoints<Model extends ResourceModel, TypeConfiguration extends BaseModel>(
  type: ResourceType<Model, TypeConfiguration>,
): { readonly entrypoint: Entrypoint; readonly testEntrypoint: Entrypoint } {
  const entrypointFor =
    (parse: (event: unknown) => ResourceEvent): Entrypoint =>
    async (event, context) => {
      try {
        const parsed = parse(event);
        return await new Invocation(type, parsed, context).entrypoint(withoutModels(parsed), context);
      } catch (error) {
        const { code, message } = toHandlerError(error);
        return ProgressEvent.failed(code as LibraryErrorCode, message).serialize();
      }
    };
  return {
    entrypoint: entrypointFor(parseEvent),
    testEntrypoint: entrypointFor((event) => parseEvent(fromTestEvent(event))),
  };
}
