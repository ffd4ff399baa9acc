import { problemsOf } from '../settings/validation';
import { UsageError } from './usage-error';

/**
 * Check a document of the user against a JSON Schema.
 *
 * @param purpose what the document is, e.g. `profile mine.json`.
 * @throws UsageError that names the first violations with their property paths.
 */
export async function validate(document: unknown, schema: object, purpose: string): Promise<void> {
  const problems = await problemsOf(document, schema);
  if (problems.length > 0) throw new UsageError(`${purpose} is not valid: ${problems.join('; ')}.`);
}
