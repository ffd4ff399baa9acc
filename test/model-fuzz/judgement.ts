/** What the provider may answer to a model, valid or not. */
import { ResourceType, type ResourceTypeSchema } from '../../local/registry/resource-type';
import type { Structure } from '../../local/service';
import { entrypoint } from '../../src/express-service/handlers';
import { ACCOUNT_ID, REGION } from '../support/account';
import type { Account } from './account';
import { PROVIDER_CREDENTIALS, type FirstChange } from './first-change';
import { SCHEMA } from './schema';

export type Action = 'CREATE' | 'UPDATE' | 'READ' | 'DELETE';

/** One model on its way to the provider. */
export interface Case {
  readonly action: Action;
  readonly model: unknown;
  /** The model before, in an UPDATE. */
  readonly previous?: unknown;
}

/** Accepted: the provider went on to what AWS says. */
export interface Judgement {
  readonly accepted: boolean;
  /** What the provider must not do; undefined when it did nothing of the kind. */
  readonly problem?: string;
}

/** Longest time for one invocation, in milliseconds: what CloudFormation waits for, cut to what a test can. */
const PATIENCE = 20_000;
/** Invocations until something is changed: the first one never changes anything, and roles are looked at several times. */
const MAXIMUM_INVOCATIONS = 8;
/** CloudFormation's limit. */
const LONGEST_MESSAGE = 1_024;

const type = new ResourceType(SCHEMA as unknown as ResourceTypeSchema);
/** A service that does not exist. */
const NOBODY = `arn:aws:ecs:${REGION}:${ACCOUNT_ID}:service/default/nobody`;

/** Send a model to the provider, and look at what it does. */
export async function judge(
  { action, model, previous }: Case,
  account: Account,
  changes: FirstChange,
): Promise<Judgement> {
  changes.stopped.length = 0;
  const members = { action, properties: identified(action, model), previous: identified(action, previous) };
  const answer = await outcome(members, account, changes);
  if (typeof answer === 'string') return { accepted: false, problem: answer };
  const accepted = isAccepted(answer, action, changes);
  return {
    accepted,
    problem: accepted ? wronglyAccepted(action, model) : wronglyRefused(answer, model, changes),
  };
}

/** The last answer of an operation, or what is wrong with it. */
async function outcome(
  members: { action: Action; properties: unknown; previous: unknown },
  { typeConfiguration }: Account,
  { stopped }: FirstChange,
): Promise<Structure | string> {
  let resourceProperties = members.properties;
  let callbackContext: unknown;
  for (let invocation = 0; invocation < MAXIMUM_INVOCATIONS; invocation++) {
    const event = {
      action: members.action,
      awsAccountId: ACCOUNT_ID,
      bearerToken: 'f3390613-b2b5-4c31-a4c6-66813dff96a6',
      region: REGION,
      callbackContext,
      requestData: {
        logicalResourceId: 'Service',
        resourceProperties,
        previousResourceProperties: members.previous,
        typeConfiguration,
        callerCredentials: PROVIDER_CREDENTIALS,
      },
    };
    const answer = await inTime(entrypoint(JSON.parse(JSON.stringify(event))));
    if (answer === undefined) return 'gave no answer in time';
    if (answer instanceof Error) return `threw ${answer.name}: ${answer.message}`;
    if (answer.status !== 'IN_PROGRESS') return answer;
    if (stopped.length > 0) return answer;
    ({ resourceModel: resourceProperties, callbackContext } = answer);
  }
  return 'came to no change';
}

/** The answer, what was thrown, or undefined when neither came in time. */
async function inTime(answer: Promise<Structure>): Promise<Structure | Error | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), PATIENCE)));
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    return error as Error;
  } finally {
    clearTimeout(timer);
  }
}

function isAccepted({ status, errorCode }: Structure, action: Action, { stopped }: FirstChange): boolean {
  if (status !== 'FAILED') return true;
  return stopped.length > 0 ? errorCode === 'AccessDenied' : action !== 'CREATE' && errorCode === 'NotFound';
}

/** CloudFormation checks the schema itself, but whoever invokes the function directly must not get further either. */
function wronglyAccepted(action: Action, model: unknown): string | undefined {
  if (action === 'READ' || action === 'DELETE') return undefined;
  const [violation] = type.violations(
    type.withoutReadOnly(withoutNulls(structuredClone(model)) as Structure),
  );
  return violation && `accepted what the schema refuses: ${violation}`;
}

const REFUSALS: ReadonlySet<string> = new Set(['InvalidRequest', 'NotUpdatable']);

function wronglyRefused(
  { errorCode, message = '' }: Structure,
  model: unknown,
  { stopped }: FirstChange,
): string | undefined {
  const said = `${errorCode}: ${message}`;
  if (stopped.length > 0) return `refused after it had called ${stopped.join(', ')}: ${said}`;
  if (!REFUSALS.has(errorCode)) return `answered ${said}`;
  if (message.length > LONGEST_MESSAGE) return `said too much (${message.length} characters)`;
  if (/\n\s+at /.test(message)) return `showed its stack: ${said}`;
  if (!/[.!?…] \S/.test(message)) return `gave no remedy: ${said}`;
  return namesProperty(message, model) ? undefined : `named no property: ${said}`;
}

function namesProperty(message: string, model: unknown): boolean {
  if (/^The event is malformed: requestData\/(r|previousR)esourceProperties must be /.test(message))
    return true;
  const [first = ''] = message.split(/[:/]/, 1);
  if (Object.hasOwn(SCHEMA.properties, first)) return true;
  // A member that the schema does not know is named as it is, on one line.
  return Object.keys(model as Structure).some((name) => JSON.stringify(name).includes(first.slice(0, 50)));
}

function identified(action: Action, model: unknown): unknown {
  const isMap = model !== null && typeof model === 'object' && !Array.isArray(model);
  return action !== 'CREATE' && isMap ? { ...model, ServiceArn: NOBODY } : model;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  );
}
