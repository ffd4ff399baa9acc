/** Where the handlers run: in this process from their sources or their bundle, or in processes of the local Lambda. */
import { TYPE_FUNCTION } from '../../local/extension/repository';
import type { InvocationResult, Lambda } from '../../local/lambda';
import type { LocalAws } from '../../local';
import { REGION } from './account';
import { HandlerFunction } from './handler-function';

/** The Lambda function of the resource type. */
export interface Handlers {
  /** Everything that they have written to their log, where it is kept. */
  readonly log: string;
  invoke(event: unknown, invocationId: string): Promise<InvocationResult>;
  /** Whatever their process holds in memory is lost. @throws Error where that cannot be done. */
  die(): void;
  close(): void;
}

/** Makes handlers that call an AWS. */
export type HandlersOf = (aws: LocalAws) => Handlers;

/** A bundle, in this process, which can be started anew. @param path of the CommonJS file that exports `entrypoint`. */
export const fromBundle =
  (path: string): HandlersOf =>
  (aws) => {
    const handlers = new HandlerFunction(path, {
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_REGION: REGION,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    });
    return {
      get log() {
        return handlers.log;
      },
      invoke: async (event, invocationId) => ({
        invocationId,
        payload: await handlers.invoke(event, invocationId),
        output: '',
      }),
      die: () => handlers.die(),
      close: () => handlers.die(),
    };
  };

/** A bundle, in processes as Lambda starts them. @param timeoutSeconds real time for one invocation. */
export const inLambda =
  (bundle: string, timeoutSeconds: number): HandlersOf =>
  ({ lambda }) => {
    lambda.register({ name: TYPE_FUNCTION, bundle, handler: 'entrypoint', timeoutSeconds });
    return {
      log: '',
      invoke: (event, invocationId) => lambda.invoke(TYPE_FUNCTION, event, { invocationId, timeoutSeconds }),
      die() {
        throw new Error('Processes of the local Lambda die by the fault processKill.');
      },
      close: () => undefined,
    };
  };

/** The part of the local Lambda that CloudFormation needs. */
export function asLambda(
  invoke: (event: unknown, invocationId: string) => Promise<InvocationResult>,
): Lambda {
  return {
    invoke: (_function: string, event: unknown, { invocationId }: { invocationId: string }) =>
      invoke(event, invocationId),
  } as unknown as Lambda;
}
