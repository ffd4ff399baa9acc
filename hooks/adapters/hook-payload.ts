import { parseTemplate } from '../../src/cloudformation/template/document';
import { type ChangedResource, changeSetInput, templateInput } from '../engine/inputs';
import type { Input } from '../engine/report';
import { isObject, type Node } from '../engine/scope';
import type { KnownValues } from '../engine/template';

/** Thrown when a payload cannot be fetched or read; the message never holds the URL, which is a credential. */
export class HookPayloadError extends Error {
  override readonly name = 'HookPayloadError';
}

/** Limits of fetching a payload. */
export interface FetchLimits {
  /** Time for each attempt, in milliseconds. */
  readonly attemptMilliseconds: number;
  /** Time for all attempts, in milliseconds. */
  readonly totalMilliseconds: number;
  /** Size of the payload in bytes. A template has at most 1 MB, and a payload holds up to three and the contexts. */
  readonly maximumBytes: number;
}

/** Within the 30 seconds of an invocation, two attempts that run into their time limit leave room for the rules. */
export const FETCH_LIMITS: FetchLimits = {
  attemptMilliseconds: 10_000,
  totalMilliseconds: 22_000,
  maximumBytes: 16_000_000,
};

const ATTEMPTS = 3;
const PAUSE_MILLISECONDS = 200;

/**
 * Fetch the payload of a STACK or CHANGE_SET invocation. Server errors, lost connections and time-outs are tried again.
 *
 * @throws HookPayloadError when it cannot be had within the limits.
 */
export async function fetchPayload(url: string, limits: FetchLimits = FETCH_LIMITS): Promise<Node> {
  const end = Date.now() + limits.totalMilliseconds;
  for (let attempt = 1; ; attempt++) {
    const left = end - Date.now();
    const answer = await attemptFetch(url, Math.min(limits.attemptMilliseconds, left), limits.maximumBytes);
    if (answer.text !== undefined) return parseJson(answer.text);
    const pause = PAUSE_MILLISECONDS * attempt;
    if (!answer.isTransient || attempt === ATTEMPTS || Date.now() + pause >= end) {
      throw new HookPayloadError(`The payload could not be fetched: ${answer.problem}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

type Answer =
  | { readonly text: string }
  | { readonly text?: undefined; readonly problem: string; readonly isTransient: boolean };

async function attemptFetch(url: string, milliseconds: number, maximumBytes: number): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(milliseconds), redirect: 'error' });
  } catch (error) {
    return transportProblem(error);
  }
  if (!response.ok) {
    await response.body?.cancel();
    return { problem: `the server answered ${response.status}`, isTransient: response.status >= 500 };
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maximumBytes)
        return { problem: `it has more than ${maximumBytes} bytes`, isTransient: false };
      chunks.push(chunk);
    }
  } catch (error) {
    return transportProblem(error);
  }
  return { text: Buffer.concat(chunks).toString('utf8') };
}

function transportProblem(error: unknown): Answer {
  const timedOut = (error as Error).name === 'TimeoutError';
  return { problem: timedOut ? 'the server took too long' : 'the connection failed', isTransient: true };
}

function parseJson(text: string): Node {
  try {
    return JSON.parse(text) as Node;
  } catch {
    throw new HookPayloadError('The payload is not JSON.');
  }
}

/**
 * The input that a payload describes. Its keys are accepted in lowerCamel and in UpperCamel.
 *
 * @throws HookPayloadError when it holds no template; TemplateError when the template cannot be read.
 */
export async function payloadInput(
  target: 'STACK' | 'CHANGE_SET',
  payload: Node,
  known: KnownValues,
): Promise<Input> {
  const content = await templateOf(field(payload, 'template'));
  if (content === undefined) throw new HookPayloadError('The payload holds no template.');
  const resolved = await templateOf(field(payload, 'resolvedTemplate'));
  if (target === 'STACK') return templateInput(content, known, resolved);
  const changes = field(payload, 'changedResources');
  if (!Array.isArray(changes))
    throw new HookPayloadError('The payload of the change set holds no changedResources.');
  return changeSetInput(content, changes.map(readChange), known, resolved);
}

function readChange(change: Node): ChangedResource {
  const logicalId = field(change, 'logicalResourceId');
  const type = field(change, 'resourceType');
  if (typeof logicalId !== 'string' || typeof type !== 'string') {
    throw new HookPayloadError('A changed resource of the payload has no logicalResourceId or resourceType.');
  }
  const context = field(change, 'afterContext');
  const after = typeof context === 'string' && context !== '' ? parseJson(context) : context;
  return {
    logicalId,
    type,
    action: String(field(change, 'action')),
    properties: isObject(after) ? after['Properties'] : undefined,
  };
}

async function templateOf(template: Node): Promise<Node> {
  return typeof template === 'string' ? (await parseTemplate(template)).content : template;
}

function field(payload: Node, name: string): Node {
  if (!isObject(payload)) return undefined;
  return payload[name] ?? payload[name[0]!.toUpperCase() + name.slice(1)];
}
