import { commentIn } from './json-comments';
import { duplicateKeys } from './json-duplicates';
import { jsonLocator } from './json-location';
import { Lines, type Remark, type TemplateDocument } from './source';
import { TemplateError } from './template-error';

const BYTE_ORDER_MARK = '\ufeff';

/**
 * Read a template from JSON or YAML. The YAML parser is loaded only when it is needed.
 *
 * @throws TemplateError with line and column when the text is neither.
 */
export async function parseTemplate(source: string): Promise<TemplateDocument> {
  const hasMark = source.startsWith(BYTE_ORDER_MARK);
  const text = hasMark ? source.slice(1) : source;
  const document = await parse(text);
  return hasMark ? { ...document, remarks: [MARKED, ...document.remarks] } : document;
}

const MARKED: Remark = {
  line: 1,
  column: 1,
  because: 'the file begins with a byte order mark, which some tools refuse; save it as UTF-8 without one',
};

async function parse(text: string): Promise<TemplateDocument> {
  if (/^\s*\{/.test(text)) {
    try {
      const content = JSON.parse(text) as unknown;
      return { content, locate: jsonLocator(text), remarks: duplicateKeys(text) };
    } catch (error) {
      // A flow mapping of YAML also begins with a brace, and YAML's parser says better what is wrong.
      if (!(error instanceof SyntaxError)) throw error;
      const comment = commentIn(text);
      if (comment !== undefined) {
        const { line, column } = new Lines(text).positionOf(comment);
        throw new TemplateError(
          'JSON has no comments, and CloudFormation refuses them. Remove the comment, or write the template in YAML.',
          { line, column },
        );
      }
    }
  }
  const { parseYaml } = await import('./yaml-document');
  return parseYaml(text);
}
