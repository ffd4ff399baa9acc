/** Reading a template: YAML with short function tags, or JSON. */
import { parseDocument, type CollectionTag, type ScalarTag, type Tags } from 'yaml';
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

const SCALAR_FUNCTIONS = ['Base64', 'GetAZs', 'ImportValue', 'Sub', 'Transform', 'ToJsonString', 'Length', 'Split'];
const LIST_FUNCTIONS = [
  ...['And', 'Cidr', 'Equals', 'FindInMap', 'GetAtt', 'If', 'Join', 'Not', 'Or', 'Select', 'Split', 'Sub', 'ToJsonString', 'Length'],
];
const MAP_FUNCTIONS = ['Base64', 'ImportValue', 'Transform', 'ToJsonString', 'GetAZs', 'Length'];

const shortTags: Tags = [
  scalar('!Ref', (text) => ({ Ref: text })),
  scalar('!Condition', (text) => ({ Condition: text })),
  scalar('!GetAtt', (text) => ({ 'Fn::GetAtt': splitAttribute(text) })),
  ...SCALAR_FUNCTIONS.map((name) => scalar(`!${name}`, (text) => ({ [`Fn::${name}`]: text }))),
  ...LIST_FUNCTIONS.map((name) => collection(`!${name}`, 'seq')),
  ...MAP_FUNCTIONS.map((name) => collection(`!${name}`, 'map')),
];

function scalar(tag: string, resolve: (text: string) => unknown): ScalarTag {
  return { tag, resolve };
}

function collection(tag: string, kind: 'seq' | 'map'): CollectionTag {
  return {
    tag,
    collection: kind,
    // The node stays as it is; the reader below puts the function's name around it.
    resolve: (value) => value,
  } as CollectionTag;
}

/** `Resource.Attribute.Of.It` names the resource up to the first dot. */
export function splitAttribute(text: string): [string, string] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}
