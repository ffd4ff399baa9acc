import type { ErrorObject } from 'ajv';

/** Problems that are named at most; a file with more is mended in rounds. */
const MAXIMUM_PROBLEMS = 5;

/**
 * What is wrong with a document by a JSON Schema, each problem with its property path; empty when nothing is. The validator
 * is loaded only when there is something to check.
 */
export async function problemsOf(document: unknown, schema: object): Promise<readonly string[]> {
  const { default: Ajv } = await import('ajv');
  const check = new Ajv({ allErrors: true, strict: false, formats: { date: isDate } }).compile(schema);
  return check(document) ? [] : (check.errors ?? []).slice(0, MAXIMUM_PROBLEMS).map(describe);
}

function describe({ instancePath, message, params }: ErrorObject): string {
  const path = instancePath === '' ? 'the document' : instancePath.slice(1).replaceAll('/', '.');
  const detail = (params as { additionalProperty?: string; allowedValues?: unknown[] }) ?? {};
  if (detail.additionalProperty !== undefined)
    return `${path} has an unknown property "${detail.additionalProperty}"`;
  const allowed = detail.allowedValues === undefined ? '' : ` (${detail.allowedValues.join(', ')})`;
  return `${path} ${message ?? 'is wrong'}${allowed}`;
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
}
