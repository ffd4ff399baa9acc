/** Smithy RPC v2 with CBOR: operation in the path, input and output as CBOR documents. */
import { cbor as codec, tag } from '@smithy/core/cbor';
import { AwsError, type Structure } from '../../service';
import { shapeOf, type ServiceModel, type ShapeReference } from '../models';
import { errorMembers, errorNames } from './json';
import { items, setMembers } from './members';
import type { HttpAnswer, Protocol } from './protocol';

/** CBOR's tag for seconds since the epoch (RFC 8949, section 3.4.2). */
const EPOCH_SECONDS = 1;

function toCbor(model: ServiceModel, reference: ShapeReference, value: unknown, path: string): unknown {
  const shape = shapeOf(model, reference);
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        setMembers(shape, value, path).map(([name, member, item]) => [
          name,
          toCbor(model, member, item, `${path}.${name}`),
        ]),
      );
    case 'list':
      return items(value, path).map((item, index) => toCbor(model, shape.member!, item, `${path}[${index}]`));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as Structure).map(([key, item]) => [
          key,
          toCbor(model, shape.value!, item, `${path}.${key}`),
        ]),
      );
    case 'timestamp':
      return tag({
        tag: EPOCH_SECONDS,
        value: value instanceof Date ? value.getTime() / 1000 : Number(value),
      });
    default:
      return value;
  }
}

function fromCbor(model: ServiceModel, reference: ShapeReference, value: any): any {
  const shape = shapeOf(model, reference);
  if (value === null || typeof value !== 'object') {
    return shape.type === 'timestamp'
      ? new Date(Number(value) * 1000)
      : typeof value === 'bigint'
        ? Number(value)
        : value;
  }
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== null)
          .map(([name, member]) => [
            name,
            shape.members![name] ? fromCbor(model, shape.members![name], member) : member,
          ]),
      );
    case 'list':
      return Array.isArray(value) ? value.map((item) => fromCbor(model, shape.member!, item)) : value;
    case 'map':
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, fromCbor(model, shape.value!, item)]),
      );
    case 'timestamp':
      return value instanceof Date ? value : new Date(Number(value.value) * 1000);
    default:
      return value;
  }
}

function answer(
  status: number,
  document: unknown,
  requestId: string,
  header: Record<string, string> = {},
): HttpAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/cbor',
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-requestid': requestId,
      ...header,
    },
    // The codec hands out a view of a buffer that it will use again.
    body: Uint8Array.from(codec.serialize(document)),
  };
}

export const cbor: Protocol = {
  operationName: (_model, message) => /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(message.path)?.[1],
  decode(model, operation, message) {
    if (!operation.input || message.body.length === 0) return {};
    try {
      return fromCbor(model, operation.input, codec.deserialize(message.body));
    } catch {
      throw new AwsError('SerializationException', 'The request body is not valid CBOR.');
    }
  },
  encode: (model, operation, output, requestId) =>
    answer(200, operation.output ? toCbor(model, operation.output, output, operation.name) : {}, requestId),
  encodeError(model, error, requestId) {
    const { type, header } = errorNames(model, error);
    return answer(
      error.status,
      { __type: type, message: error.message, ...(errorMembers(model, error) as object) },
      requestId,
      header,
    );
  },
};
