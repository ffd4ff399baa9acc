/** The templates in `inputs/`, and what refuses them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const INPUTS = join(__dirname, 'inputs');

/** Base domain of the type in their account. */
export const BASE_DOMAIN = 'example.com';

/** Text of a template in `inputs/`. */
export function inputText(file: string): string {
  return readFileSync(join(INPUTS, file), 'utf8');
}

/** The reason of an event in which a handler of the type refuses something, as CloudFormation words it. */
export function refusal(code: string, message: string) {
  return expect.stringMatching(
    new RegExp(
      `^Resource handler returned message: "${escaped(message)}" \\(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: ${code}\\)$`,
    ),
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
