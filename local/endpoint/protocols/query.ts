/** The query protocol and EC2's dialect of it: input as a form, output as XML. */
import { AwsError, type Structure } from '../../service';
import { errorShape, shapeOf, type ServiceModel, type Shape, type ShapeReference } from '../models';
import type { HttpMessage, Protocol } from './protocol';
import { scalarFromText } from './scalars';
import { escapeXml, XML_DECLARATION, xmlMembers } from './xml';

/** Form parameters as a tree: `A.member.1.B=x` is `{A: {member: {1: {B: 'x'}}}}`. */
interface Tree {
  [name: string]: Tree | string;
}

/** What EC2 does otherwise: names of members, and lists that are always flat. */
interface Dialect {
  memberName(name: string, reference: ShapeReference): string;
  readonly flatLists: boolean;
}

const QUERY: Dialect = { memberName: (name, reference) => reference.locationName ?? name, flatLists: false };
const EC2: Dialect = {
  memberName: (name, { queryName, locationName }) =>
    queryName ?? (locationName ? locationName[0]!.toUpperCase() + locationName.slice(1) : name),
  flatLists: true,
};

function form(message: HttpMessage): URLSearchParams {
  const form = new URLSearchParams(message.body.toString());
  for (const [name, value] of message.query) if (!form.has(name)) form.append(name, value);
  return form;
}

function tree(parameters: URLSearchParams): Tree {
  const root: Tree = {};
  for (const [name, value] of parameters) {
    if (name === 'Action' || name === 'Version' || name.startsWith('X-Amz-')) continue;
    const steps = name.split('.');
    const last = steps.pop()!;
    let node = root;
    for (const step of steps) {
      if (typeof node[step] !== 'object') node[step] = Object.create(null) as Tree;
      node = node[step] as Tree;
    }
    if (typeof node[last] !== 'object') node[last] = value;
  }
  return root;
}

/** The numbered children of a list or map, in order. An empty list is sent as the bare name. */
function numbered(node: Tree | string): (Tree | string)[] {
  if (typeof node === 'string') return [];
  return Object.keys(node)
    .map(Number)
    .filter((number) => number > 0)
    .sort((a, b) => a - b)
    .map((number) => node[number]!);
}

function structure(model: ServiceModel, shape: Shape, node: Tree | string, dialect: Dialect): Structure {
  const result: Structure = {};
  const left = new Set(Object.keys(node));
  for (const [name, reference] of Object.entries(shape.members ?? {})) {
    const member = shapeOf(model, reference);
    let wire = dialect.memberName(name, reference);
    if (isFlat(member, reference, dialect) && !dialect.flatLists && member.type === 'list') {
      wire = member.member!.locationName ?? wire;
    }
    const value = (node as Tree)[wire];
    left.delete(wire);
    if (value !== undefined) result[name] = fromTree(model, reference, value, dialect);
  }
  for (const name of left) result[name] = (node as Tree)[name];
  return result;
}

function isFlat(shape: Shape, reference: ShapeReference, dialect: Dialect): boolean {
  return dialect.flatLists || Boolean(shape.flattened ?? reference.flattened);
}

function fromTree(
  model: ServiceModel,
  reference: ShapeReference,
  node: Tree | string,
  dialect: Dialect,
): unknown {
  const shape = shapeOf(model, reference);
  const flat = isFlat(shape, reference, dialect);
  switch (shape.type) {
    case 'structure':
      return typeof node === 'string' ? (node === '' ? {} : node) : structure(model, shape, node, dialect);
    case 'list': {
      const list =
        flat || typeof node === 'string' ? node : (node[shape.member!.locationName ?? 'member'] ?? '');
      return numbered(list).map((item) => fromTree(model, shape.member!, item, dialect));
    }
    case 'map': {
      const entries = numbered(flat || typeof node === 'string' ? node : (node.entry ?? '')) as Tree[];
      const [key, value] = [shape.key!.locationName ?? 'key', shape.value!.locationName ?? 'value'];
      return Object.fromEntries(
        entries.map((entry) => [String(entry[key]), fromTree(model, shape.value!, entry[value]!, dialect)]),
      );
    }
    default:
      return typeof node === 'string' ? scalarFromText(shape, node) : node;
  }
}

function decode(
  model: ServiceModel,
  input: ShapeReference | undefined,
  message: HttpMessage,
  dialect: Dialect,
): Structure {
  return structure(model, shapeOf(model, input), tree(form(message)), dialect);
}

/** The code of an error in the query protocols, which may differ from the name of its shape. */
function wireCode(model: ServiceModel | undefined, error: AwsError): string {
  return (model && errorShape(model, error.code)?.shape.error?.code) ?? error.code;
}

const XML = { 'content-type': 'text/xml' };

function xmlns(model: ServiceModel | undefined): string {
  return model?.metadata.xmlNamespace ? ` xmlns="${model.metadata.xmlNamespace}"` : '';
}

export const query: Protocol = {
  operationName: (_model, message) => form(message).get('Action') ?? undefined,
  decode: (model, operation, message) => decode(model, operation.input, message, QUERY),
  encode(model, operation, output, requestId) {
    const wrapper = operation.output?.resultWrapper;
    const members = operation.output
      ? xmlMembers(model, operation.output, output, operation.name, 'query')
      : '';
    return {
      status: 200,
      headers: { ...XML, 'x-amzn-requestid': requestId },
      body:
        `${XML_DECLARATION}<${operation.name}Response${xmlns(model)}>` +
        (wrapper ? `<${wrapper}>${members}</${wrapper}>` : members) +
        `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation.name}Response>`,
    };
  },
  encodeError: (model, error, requestId) => ({
    status: error.status,
    headers: { ...XML, 'x-amzn-requestid': requestId },
    body:
      `${XML_DECLARATION}<ErrorResponse${xmlns(model)}><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>` +
      `<Code>${escapeXml(wireCode(model, error))}</Code><Message>${escapeXml(error.message)}</Message></Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`,
  }),
};

export const ec2: Protocol = {
  operationName: query.operationName,
  decode: (model, operation, message) => decode(model, operation.input, message, EC2),
  encode: (model, operation, output, requestId) => ({
    status: 200,
    headers: { ...XML, 'x-amzn-requestid': requestId },
    body:
      `${XML_DECLARATION}<${operation.name}Response${xmlns(model)}><requestId>${requestId}</requestId>` +
      (operation.output ? xmlMembers(model, operation.output, output, operation.name, 'ec2') : '') +
      `</${operation.name}Response>`,
  }),
  encodeError: (_model, error, requestId) => ({
    status: error.status,
    headers: { ...XML, 'x-amzn-requestid': requestId },
    body:
      `${XML_DECLARATION}<Response><Errors><Error><Code>${escapeXml(error.code)}</Code>` +
      `<Message>${escapeXml(error.message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`,
  }),
};
