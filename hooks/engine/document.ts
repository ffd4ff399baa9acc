import { jsonLocator } from './json-location';
import type { Node } from './scope';
import type { TemplateDocument } from './source';

/**
 * Read a template from JSON or YAML. The YAML parser is loaded only when it is needed.
 *
 * @throws TemplateError with line and column when the text is neither.
 */
export async function parseTemplate(text: string): Promise<TemplateDocument> {
  if (/^\s*\{/.test(text)) {
    try {
      return { content: JSON.parse(text) as Node, locate: jsonLocator(text) };
    } catch (error) {
      // A flow mapping of YAML also begins with a brace, and YAML's parser says better what is wrong.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const { parseYaml } = await import('./yaml-document');
  return parseYaml(text);
}
