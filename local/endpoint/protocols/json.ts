/** JSON values, and the protocols JSON 1.0 and 1.1: operation in X-Amz-Target, input and output as JSON documents. */
import { AwsError, type Structure } from '../../service';
import { errorShape, shapeOf, type ServiceModel, type ShapeReference } from '../models';
import { items, setMembers } from './members';
import type { HttpMessage, Protocol } from './protocol';
import { readTimestamp, timestampFormat, writeTimestamp } from './timestamps';

/** Turn parsed JSON into a value of the model: names of the model, Dates, Buffers; null members are left out. */
export function fromJson(model: ServiceModel, reference: ShapeReference, value: any): any {
  const shape = shapeOf(model, reference);
  if (shape.document) return value;
  switch (shape.type) {
    case 'structure': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      const names = wireNames(model, reference);
      const result: Structure = {};
      for (const [wire, member] of Object.entries(value)) {
        if (member === null) continue;
        const name = names.get(wire) ?? wire;
        const known = shape.members![name];
        result[name] = known ? fromJson(model, known, member) : member;
      }
      return result;
    }
    case 'list':
      return Array.isArray(value) ? value.map((item) => fromJson(model, shape.member!, item)) : value;
    case 'map':
      if (typeof value !== 'object' || Array.isArray(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, fromJson(model, shape.value!, item)]),
      );
    case 'blob':
      return typeof value === 'string' ? Buffer.from(value, 'base64') : value;
    case 'timestamp':
      return readTimestamp(value);
    default:
      return value;
  }
}

const NAMES = new WeakMap<object, Map<string, string>>();

function wireNames(model: ServiceModel, reference: ShapeReference): Map<string, string> {
  const shape = shapeOf(model, reference);
  let names = NAMES.get(shape);
  if (!names) {
    names = new Map(
      Object.entries(shape.members ?? {}).map(([name, member]) => [member.locationName ?? name, name]),
    );
    NAMES.set(shape, names);
  }
  return names;
}

/** Turn a value of the model into what JSON.stringify writes as AWS would. @throws Error when it does not fit. */
export function toJson(
  model: ServiceModel,
  reference: ShapeReference,
  value: unknown,
  path: string,
): unknown {
  const shape = shapeOf(model, reference);
  if (shape.document) return value;
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        setMembers(shape, value, path).map(([name, member, item]) => [
          member.locationName ?? name,
          toJson(model, member, item, `${path}.${name}`),
        ]),
      );
    case 'list':
      return items(value, path).map((item, index) => toJson(model, shape.member!, item, `${path}[${index}]`));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as Structure).map(([key, item]) => [
          key,
          toJson(model, shape.value!, item, `${path}.${key}`),
        ]),
      );
    case 'blob':
      return Buffer.from(value as Uint8Array | string).toString('base64');
    case 'timestamp':
      return writeTimestamp(value, timestampFormat(reference, shape, 'unixTimestamp'));
    default:
      return value;
  }
}

/** Parse a JSON body; an empty one is the empty structure. @throws AwsError SerializationException. */
export function parseJson(body: Buffer): any {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
}

/**
 * Names under which a JSON error goes out: the shape's name in the document, and for services that once spoke the query
 * protocol also that protocol's code in a header.
 */
export function errorNames(
  model: ServiceModel | undefined,
  error: AwsError,
): { type: string; header: Record<string, string> } {
  const modelled = model && errorShape(model, error.code);
  const code = modelled?.shape.error?.code ?? error.code;
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  return {
    type: modelled?.name ?? error.code,
    header: model?.metadata.awsQueryCompatible ? { 'x-amzn-query-error': `${code};${fault}` } : {},
  };
}

/** Members of a modelled error, as JSON; those of an error that is not modelled go out as they are. */
export function errorMembers(model: ServiceModel | undefined, error: AwsError): unknown {
  const modelled = model && errorShape(model, error.code);
  return modelled ? toJson(model, { shape: modelled.name }, error.members, error.code) : error.members;
}

function contentType(model: ServiceModel | undefined): string {
  return `application/x-amz-json-${model?.metadata.jsonVersion ?? '1.1'}`;
}

export const json: Protocol = {
  operationName: (_model, message: HttpMessage) => String(message.headers['x-amz-target']).split('.').at(-1),
  decode: (model, operation, message) =>
    operation.input ? fromJson(model, operation.input, parseJson(message.body)) : {},
  encode: (model, operation, output, requestId) => ({
    status: 200,
    headers: { 'content-type': contentType(model), 'x-amzn-requestid': requestId },
    body: JSON.stringify(operation.output ? toJson(model, operation.output, output, operation.name) : {}),
  }),
  encodeError(model, error, requestId) {
    const { type, header } = errorNames(model, error);
    return {
      status: error.status,
      headers: { 'content-type': contentType(model), 'x-amzn-requestid': requestId, ...header },
      body: JSON.stringify({
        __type: type,
        message: error.message,
        Message: error.message,
        ...(errorMembers(model, error) as object),
      }),
    };
  },
};
