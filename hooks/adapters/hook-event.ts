import { isObject, type Node } from '../engine/scope';

/** What a hook is asked to judge. */
export type HookTarget =
  | {
      readonly kind: 'resource';
      readonly logicalId: string;
      readonly type: string;
      readonly properties: Node;
    }
  | { readonly kind: 'payload'; readonly target: 'STACK' | 'CHANGE_SET'; readonly url: string };

/** A hook invocation, as far as it matters here. */
export interface HookEvent {
  /** Returned with the answer; null where the event has none. */
  readonly clientRequestToken: string | null;
  readonly account?: string;
  readonly region?: string;
  /** Name of the stack, when CloudFormation calls. */
  readonly stack?: string;
  /** Undefined when something is deleted, so that there is nothing to judge. */
  readonly target?: HookTarget;
}

/** Thrown for an event that cannot be read; the message is fit to be shown and holds nothing of the event's values. */
export class HookEventError extends Error {
  override readonly name = 'HookEventError';
}

/** The token of any event, however malformed. */
export function clientRequestTokenOf(event: unknown): string | null {
  if (!isObject(event)) return null;
  return textOf(event['clientRequestToken']) ?? textOf(event['clientRequesttoken']) ?? null;
}

/**
 * Read the event of a managed hook (RESOURCE, STACK, CHANGE_SET, or a Cloud Control call). Keys that are not needed are
 * ignored, whatever they hold.
 *
 * @throws HookEventError when the event does not say what to judge.
 */
export function readHookEvent(event: unknown): HookEvent {
  if (!isObject(event)) throw new HookEventError('The event is not an object.');
  const request = event['requestData'];
  if (!isObject(request)) throw new HookEventError('The event has no requestData.');
  const stackId = textOf(event['stackId']) ?? textOf(event['stackID']);
  return {
    clientRequestToken: clientRequestTokenOf(event),
    account: textOf(event['awsAccountId']),
    region: textOf(event['region']),
    // arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>
    stack: stackId?.split('/')[1],
    target: String(event['actionInvocationPoint']).startsWith('DELETE') ? undefined : readTarget(request),
  };
}

function readTarget(request: Readonly<Record<string, Node>>): HookTarget {
  // CloudFormation puts the type's name into targetType and Cloud Control the word RESOURCE: only targetName is reliable.
  const target = textOf(request['targetName']);
  if (target === undefined) throw new HookEventError('requestData.targetName is missing.');
  if (target === 'STACK' || target === 'CHANGE_SET') {
    const url = textOf(request['payload']);
    if (url === undefined)
      throw new HookEventError(`requestData.payload is missing, which a ${target} target needs.`);
    return { kind: 'payload', target, url };
  }
  const model = request['targetModel'];
  const properties = isObject(model) ? model['resourceProperties'] : undefined;
  if (!isObject(properties))
    throw new HookEventError('requestData.targetModel.resourceProperties is not an object.');
  return {
    kind: 'resource',
    logicalId: textOf(request['targetLogicalId']) ?? 'the resource',
    type: target,
    properties,
  };
}

function textOf(value: Node): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
