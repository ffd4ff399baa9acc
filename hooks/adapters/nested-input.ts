import { parseTemplate } from '../../src/cloudformation/template/document';
import { templateInput } from '../engine/inputs';
import { literalParameters, nestedTemplates, withParentParameters } from '../engine/nested';
import type { Input } from '../engine/report';
import type { KnownValues } from '../engine/template';

/** Templates within templates within templates are judged to this depth. */
const MAXIMUM_DEPTH = 4;

/**
 * An input with the templates that it holds as literal texts, e.g. the TemplateBody of a stack set. A text that is no
 * template stays among the notices.
 */
export async function withNestedBodies(input: Input, known: KnownValues, depth = 0): Promise<Input> {
  if (depth >= MAXIMUM_DEPTH) return input;
  const nested: Input[] = [];
  for (const { resource, body, parameters } of nestedTemplates(input.template)) {
    if (body === undefined) continue;
    const within = input.within === undefined ? resource.logicalId : `${input.within}/${resource.logicalId}`;
    try {
      const { content } = await parseTemplate(body);
      const values = { ...known, parameters: literalParameters(parameters) };
      const child = templateInput(withParentParameters(content, parameters), values);
      nested.push(await withNestedBodies({ ...child, within }, known, depth + 1));
    } catch {
      continue;
    }
  }
  return nested.length === 0 ? input : { ...input, nested };
}
