/** Reading a template: YAML with short function tags, or JSON. */
import { TemplateError } from '../../../src/cloudformation/template/template-error';
import { parseYaml } from '../../../src/cloudformation/template/yaml-document';
import { AwsError, type Structure } from '../../service';

/** One entry of `Resources`. */
export interface ResourceDefinition {
  readonly Type: string;
  readonly Properties?: Structure;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: DeletionPolicy;
  readonly UpdateReplacePolicy?: DeletionPolicy;
  readonly Metadata?: Structure;
}

export type DeletionPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';

/** One entry of `Parameters`. */
export interface ParameterDefinition {
  readonly Type: string;
  readonly Default?: string | number | boolean;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly ConstraintDescription?: string;
  readonly Description?: string;
  readonly MinLength?: number;
  readonly MaxLength?: number;
  readonly MinValue?: number;
  readonly MaxValue?: number;
  readonly NoEcho?: boolean | string;
}

/** One entry of `Outputs`. */
export interface OutputDefinition {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

export interface Template {
  readonly Description?: string;
  readonly Metadata?: Structure;
  readonly Parameters: Readonly<Record<string, ParameterDefinition>>;
  readonly Mappings: Readonly<Record<string, Structure>>;
  readonly Conditions: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, ResourceDefinition>>;
  readonly Outputs: Readonly<Record<string, OutputDefinition>>;
  readonly Transform?: unknown;
}

/** An error of the template, as CloudFormation reports it. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

const SECTIONS = new Set([
  ...[
    'AWSTemplateFormatVersion',
    'Description',
    'Metadata',
    'Parameters',
    'Rules',
    'Mappings',
    'Conditions',
    'Transform',
  ],
  ...['Resources', 'Outputs', 'Hooks'],
]);

/** Sections that a template has for its transform. */
const SECTIONS_OF_TRANSFORMS: Readonly<Record<string, readonly string[]>> = {
  'AWS::Serverless-2016-10-31': ['Globals'],
};

/**
 * Read a template.
 *
 * @param body YAML or JSON.
 * @throws AwsError ValidationError when the text is neither, or its sections do not have the form of a template.
 */
export function parseTemplate(body: string): Template {
  const content = body.trimStart().startsWith('{') ? parseJson(body) : readYaml(body);
  if (!isMap(content)) throw validationError('Template format error: unsupported structure.');
  const further = [content.Transform ?? []]
    .flat()
    .flatMap((name) => SECTIONS_OF_TRANSFORMS[String(name)] ?? []);
  const unknown = Object.keys(content).filter(
    (section) => !SECTIONS.has(section) && !further.includes(section),
  );
  if (unknown.length > 0)
    throw validationError(`Invalid template property or properties [${unknown.join(', ')}]`);
  refuseNulls(content, '');
  for (const section of ['Parameters', 'Mappings', 'Conditions', 'Resources', 'Outputs']) {
    if (content[section] !== undefined && !isMap(content[section])) {
      throw validationError(`Template format error: ${section} is not an object.`);
    }
  }
  if (Object.keys(content.Resources ?? {}).length === 0) {
    throw validationError('Template format error: At least one Resources member must be defined.');
  }
  return { Parameters: {}, Mappings: {}, Conditions: {}, Outputs: {}, ...content } as Template;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw validationError(`Template format error: JSON not well-formed. ${(error as Error).message}`);
  }
}

function readYaml(body: string): unknown {
  try {
    return parseYaml(body).content;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { position, message } = error;
    throw validationError(
      position === undefined
        ? `Template format error: ${message}`
        : `Template format error: YAML not well-formed. (line ${position.line}, column ${position.column})`,
    );
  }
}

function refuseNulls(content: unknown, path: string): void {
  if (content === null || content === undefined)
    throw validationError(`[${path}] 'null' values are not allowed in templates`);
  if (typeof content !== 'object') return;
  for (const [key, item] of Object.entries(content as object)) refuseNulls(item, `${path}/${key}`);
}

function isMap(content: unknown): content is Structure {
  return typeof content === 'object' && content !== null && !Array.isArray(content);
}
