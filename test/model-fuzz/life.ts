/** The whole life of a service from a fuzzed model: created, read, deleted, and nothing of it left. */
import type { Structure } from '../../local/service';
import { TYPE_NAME } from '../support/account';
import type { Driver } from '../support/driver';
import type { Account } from './account';
import { SCHEMA } from './schema';

export interface Life {
  /** Whether the service came to run. */
  readonly ran: boolean;
  /** What went wrong, if anything. */
  readonly problem?: string;
}

/** Create a service of this model, read it, delete it, and look for remains. */
export async function live(model: Structure, { aws, driver, typeConfiguration }: Account): Promise<Life> {
  aws.registry.setTypeConfiguration(TYPE_NAME, typeConfiguration);
  const before = await driver.inventory();
  const created = await driver.create(model);
  const ran = created.status === 'SUCCESS';
  const problem = ran
    ? await readProblem(model, created.model!, driver)
    : failureProblem(created.errorCode, created.message);
  // As CloudFormation does after a failure, too.
  const deleted = created.identifier && (await driver.delete(created.identifier));
  if (deleted && deleted.status === 'FAILED' && deleted.errorCode !== 'NotFound') {
    return { ran, problem: `could not be deleted: ${deleted.errorCode}: ${deleted.message}` };
  }
  const left = (await driver.inventory()).filter(
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
  driver: Driver,
): Promise<string | undefined> {
  const read = await driver.read(created.ServiceArn);
  if (read.status === 'FAILED') return `could not be read: ${read.errorCode}: ${read.message}`;
  if (canonical(read.model) !== canonical(created)) return 'reads otherwise than it was created';
  const lost = missing(model, read.model!, '');
  return lost && `reads without ${lost}`;
}

/** What no READ answers. */
const WRITE_ONLY: ReadonlySet<string> = new Set(
  (SCHEMA.writeOnlyProperties ?? []).map((pointer) => pointer.replace('/properties', '')),
);

/** Path of something that the template says and READ does not; undefined when there is nothing of the kind. */
function missing(given: unknown, read: unknown, path: string): string | undefined {
  if (isEmpty(given) || WRITE_ONLY.has(path)) return undefined;
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
