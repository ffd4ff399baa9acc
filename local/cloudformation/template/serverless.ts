/** The transform AWS::Serverless-2016-10-31, run by AWS's own translator in a Python process. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Structure } from '../../service';
import { parseTemplate, validationError, type Template } from './parse';

/** Name of the transform in templates. */
export const SERVERLESS = 'AWS::Serverless-2016-10-31';

const PYTHON = join(__dirname, '..', '..', '..', '.venv-sam', 'bin', 'python');

/** Whether a template is to be transformed before it can be provisioned. */
export function isServerless({ Transform }: Template): boolean {
  return [Transform ?? []].flat().includes(SERVERLESS);
}

/**
 * The template that the transform makes of one.
 *
 * @param parameters values of the template's parameters.
 * @throws AwsError ValidationError with the translator's words, or saying how to install it.
 */
export async function transformServerless(
  template: Template,
  parameters: Structure,
  region: string,
): Promise<Template> {
  if (!existsSync(PYTHON)) {
    throw validationError(
      `Transform ${SERVERLESS} failed with: the SAM translator is not installed. Run \`node scripts/setup.mjs --sam\`.`,
    );
  }
  const { template: transformed, error } = await translate({ template, parameters, region });
  if (error !== undefined) throw validationError(`Transform ${SERVERLESS} failed with: ${error}`);
  const others = [template.Transform ?? []].flat().filter((name) => name !== SERVERLESS);
  return parseTemplate(JSON.stringify({ ...transformed, Transform: others.length > 0 ? others : undefined }));
}

function translate(request: Structure): Promise<{ template: Template; error?: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, [join(__dirname, 'serverless.py')], { stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    let trouble = '';
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (trouble = (trouble + chunk).slice(-1000)));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve(JSON.parse(String(Buffer.concat(output))))
        : reject(new Error(`The SAM translator ended with code ${code}: ${trouble}`)),
    );
    child.stdin.end(JSON.stringify(request));
  });
}
