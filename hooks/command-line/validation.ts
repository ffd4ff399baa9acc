import type { ErrorObject } from 'ajv';
import { UsageError } from './usage-error';

/**
 * Check a document of the user against a JSON Schema. The validator is loaded only when there is something to check.
 *
 * @param purpose what the document is, e.g. `profile mine.json`.
 * @throws UsageError that names the first violations with their property paths.
 */
export async function validate(document: unknown, schema: object, purpose: string): Promise<void> {
  const { default: Ajv } = await import('ajv');
  const check = new Ajv({ allErrors: true, strict: false, formats: { date: isDate } }).compile(schema);
  if (check(document)) return;
  const problems = (check.errors ?? []).slice(0, 5).map(describe);
  throw new UsageError(`${purpose} is not valid: ${problems.join('; ')}.`);
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
