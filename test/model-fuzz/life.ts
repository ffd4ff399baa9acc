/** The whole life of a service from a fuzzed model: created, read, deleted, and nothing of it left. */
import { randomUUID } from 'node:crypto';
import { createResourceHandler, type HandlerOutcome } from '../../local/extension/resource-handler';
import { takeInventory } from '../../local/inventory';
import type { Lambda } from '../../local/lambda';
import type { Structure } from '../../local/service';
import { entrypoint } from '../../src/handlers';
import { ACCOUNT_ID, REGION, type Account } from './account';
import { SCHEMA } from './schema';

export interface Life {
  /** Whether the service came to run. */
  readonly ran: boolean;
  /** What went wrong, if anything. */
  readonly problem?: string;
}

/** Runs the handlers in this process. */
const lambda = {
  async invoke(_function: string, event: unknown, { invocationId }: { invocationId: string }) {
    const payload = await entrypoint(JSON.parse(JSON.stringify(event)), { awsRequestId: invocationId });
    return { invocationId, payload: JSON.parse(JSON.stringify(payload)), output: '' };
  },
} as unknown as Lambda;

/** Create a service of this model, read it, delete it, and look for remains. */
export async function live(model: Structure, { aws, typeConfiguration }: Account): Promise<Life> {
  aws.registry.setTypeConfiguration(SCHEMA.typeName, typeConfiguration);
  const { clock, registry, callers } = aws;
  const handler = createResourceHandler({ clock, registry, callers, lambda });
  const run = (action: 'CREATE' | 'READ' | 'DELETE', properties: Structure): Promise<HandlerOutcome> =>
    handler({
      action,
      type: registry.privateType(SCHEMA.typeName),
      model: structuredClone(properties),
      logicalResourceId: 'Service',
      requestToken: randomUUID(),
      region: REGION,
      accountId: ACCOUNT_ID,
    });

  const before = await takeInventory(aws.clientOptions());
  const created = await run('CREATE', model);
  const ran = created.status === 'SUCCESS';
  const problem = ran
    ? await readProblem(model, created.model!, run)
    : failureProblem(created.errorCode, created.message);
  // As CloudFormation does after a failure, too.
  const deleted = created.identifier && (await run('DELETE', { ServiceArn: created.identifier }));
  if (deleted && deleted.status === 'FAILED' && deleted.errorCode !== 'NotFound') {
    return { ran, problem: `could not be deleted: ${deleted.errorCode}: ${deleted.message}` };
  }
  const left = (await takeInventory(aws.clientOptions())).filter(
    (resource) => !before.includes(resource) && !isRetained(resource, model),
  );
  return { ran, problem: problem ?? (left.length > 0 ? `left ${left.join(', ')}` : undefined) };
}

/** Whether the model asks that this stays. */
function isRetained(resource: string, { LogGroupDeletionPolicy }: Structure): boolean {
  return LogGroupDeletionPolicy === 'Retain' && resource.startsWith('AWS::Logs::LogGroup ');
}

/** What AWS may have against a model that is right by itself: what it names is not there, or its image does not answer. */
const EXPECTED_FAILURES: ReadonlySet<string> = new Set(['InvalidRequest', 'NotStabilized']);

function failureProblem(errorCode: string, message: string): string | undefined {
  const namesProperty = /^\w+(\/\w+)*: .*[.!?…] \S/.test(message);
  return namesProperty && EXPECTED_FAILURES.has(errorCode)
    ? undefined
    : `could not be created: ${errorCode}: ${message}`;
}

async function readProblem(
  model: Structure,
  created: Structure,
  run: (action: 'READ', properties: Structure) => Promise<HandlerOutcome>,
): Promise<string | undefined> {
  const read = await run('READ', { ServiceArn: created.ServiceArn });
  if (read.status === 'FAILED') return `could not be read: ${read.errorCode}: ${read.message}`;
  if (canonical(read.model) !== canonical(created)) return 'reads otherwise than it was created';
  const lost = missing(model, read.model!, '');
  return lost && `reads without ${lost}`;
}

/** Path of something that the template says and READ does not; undefined when there is nothing of the kind. */
function missing(given: unknown, read: unknown, path: string): string | undefined {
  if (isEmpty(given)) return undefined;
  if (Array.isArray(given)) {
    const list = Array.isArray(read) ? read : [];
    const index = given.findIndex((item) => !list.some((other) => missing(item, other, path) === undefined));
    return index < 0 ? undefined : `${path}/${index}`;
  }
  if (typeof given === 'object') {
    return Object.entries(given!)
      .map(([name, member]) => missing(member, (read as Structure | undefined)?.[name], `${path}/${name}`))
      .find((lost) => lost !== undefined);
  }
  return same(given, read) ? undefined : `${path} (${JSON.stringify(read)})`;
}

/** Names stand for ARNs, and scalars for their texts. */
function same(given: unknown, read: unknown): boolean {
  const text = String(given);
  return text === String(read) || (text.startsWith('arn:') && text.endsWith(`/${String(read)}`));
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (typeof value === 'object' && Object.values(value).every((member) => isEmpty(member)))
  );
}

/** JSON with sorted members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
