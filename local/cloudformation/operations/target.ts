/** From the input of an API call to what a stack is to become. */
import type { AwsRequest, Structure } from '../../service';
import { tagMap, type Stack, type StackTarget } from '../stack';
import { parameterValues, storedValues, type ParameterValues } from '../template/parameters';
import { parseTemplate, validationError, type Template } from '../template/parse';
import { isServerless, transformServerless } from '../template/serverless';
import { checkCapabilities, checkTransformCapability, validateTemplate } from '../template/validate';
import type { Context } from './context';

/** The text of the template that an input names. @throws AwsError ValidationError when it names none. */
export async function templateBody(
  context: Context,
  input: Structure,
  current?: StackTarget,
): Promise<string> {
  if (input.TemplateBody !== undefined) return input.TemplateBody;
  if (input.TemplateURL !== undefined) return context.fetchTemplate(input.TemplateURL);
  if (input.UsePreviousTemplate && current) return current.body;
  throw validationError('Either Template URL or Template Body must be specified.');
}

/** Parse a template and check all that needs no values. What a transform has still to write is not checked. */
export function checkedTemplate(context: Context, body: string): Template {
  const template = parseTemplate(body);
  if (!isServerless(template)) check(context, template);
  return template;
}

function check({ environment: { registry } }: Context, template: Template): void {
  validateTemplate(template, (typeName) => registry.resourceType(typeName) !== undefined);
}

/** What CreateStack, UpdateStack and CreateChangeSet ask for. */
export async function targetOf(
  context: Context,
  { operation, input, region }: AwsRequest,
  stack?: Stack,
): Promise<StackTarget> {
  const current = stack?.target;
  const body = await templateBody(context, input, current);
  const written = checkedTemplate(context, body);
  const parameters = await storedValues(
    written,
    parameterValues(written, input.Parameters, current?.parameters.given),
    (names) => context.readParameters(region, names),
  );
  // Who makes a change set sees what the transform has written before it is carried out.
  if (isServerless(written) && operation !== 'CreateChangeSet') checkTransformCapability(input.Capabilities);
  const template = await transformed(context, written, parameters, region);
  checkCapabilities(template, input.Capabilities);
  return {
    body,
    template,
    parameters,
    tags: input.Tags === undefined ? (current?.tags ?? {}) : tagMap(input.Tags),
  };
}

/** The template with the resources that its transform writes. */
async function transformed(
  context: Context,
  template: Template,
  { resolved }: ParameterValues,
  region: string,
): Promise<Template> {
  if (!isServerless(template)) return template;
  const result = await context.clock.work(() => transformServerless(template, resolved, region));
  check(context, result);
  return result;
}
