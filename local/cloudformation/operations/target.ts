/** From the input of an API call to what a stack is to become. */
import type { Structure } from '../../service';
import { tagMap, type Stack, type StackTarget } from '../stack';
import { parameterValues } from '../template/parameters';
import { parseTemplate, validationError, type Template } from '../template/parse';
import { checkCapabilities, validateTemplate } from '../template/validate';
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

/** Parse a template and check all that needs no values. */
export function checkedTemplate(context: Context, body: string): Template {
  const template = parseTemplate(body);
  const { registry } = context.environment;
  validateTemplate(template, (typeName) => registry.resourceType(typeName) !== undefined);
  return template;
}

/** What CreateStack, UpdateStack and CreateChangeSet ask for. */
export async function targetOf(context: Context, input: Structure, stack?: Stack): Promise<StackTarget> {
  const current = stack?.target;
  const body = await templateBody(context, input, current);
  const template = checkedTemplate(context, body);
  const target: StackTarget = {
    body,
    template,
    parameters: parameterValues(template, input.Parameters, current?.parameters.given),
    tags: input.Tags === undefined ? (current?.tags ?? {}) : tagMap(input.Tags),
  };
  checkCapabilities(template, input.Capabilities);
  return target;
}
