/** The REST protocols: operation in method and path, input spread over path, query, headers and body. */
import { type Structure } from '../../service';
import { errorShape, shapeOf, type Operation, type ServiceModel, type ShapeReference } from '../models';
import { errorMembers, errorNames, fromJson, parseJson, toJson } from './json';
import type { HttpAnswer, HttpMessage, Protocol } from './protocol';
import { scalarFromText } from './scalars';
import { timestampFormat, writeTimestamp } from './timestamps';
import { escapeXml, fromXml, parseXml, XML_DECLARATION, xmlMembers } from './xml';

interface Route {
  readonly operation: Operation;
  readonly method: string;
  readonly path: RegExp;
  readonly labels: readonly string[];
  /** Query parameters that must be there, with their value when it is fixed. */
  readonly query: readonly (readonly [string, string])[];
  /** Headers that must be there: what tells some operations of S3 apart. */
  readonly headers: readonly string[];
  /** How much is fixed: the more, the closer the match. */
  readonly weight: number;
}

const ROUTES = new WeakMap<ServiceModel, Route[]>();

function routes(model: ServiceModel): Route[] {
  let known = ROUTES.get(model);
  if (!known) {
    known = Object.values(model.operations)
      .map((operation) => route(model, operation))
      .sort((a, b) => b.weight - a.weight);
    ROUTES.set(model, known);
  }
  return known;
}

function route(model: ServiceModel, operation: Operation): Route {
  const [path = '', query = ''] = operation.http.requestUri.split('?');
  const labels: string[] = [];
  const pattern = path
    .replace(/\/$/, '')
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const label = /^\{(.+?)(\+?)\}$/.exec(part);
      if (!label) return part.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
      labels.push(label[1]!);
      return label[2] ? '(.+)' : '([^/]+)';
    })
    .join('');
  const input = shapeOf(model, operation.input);
  const required = (input.required ?? []).map((name) => [name, input.members![name]!] as const);
  const placed = (location: ShapeReference['location']) =>
    required
      .filter(([, member]) => member.location === location)
      .map(([name, member]) => member.locationName ?? name);
  const parameters = [
    ...new URLSearchParams(query),
    ...placed('querystring').map((name): [string, string] => [name, '']),
  ];
  const headers = placed('header').map((name) => name.toLowerCase());
  return {
    operation,
    method: operation.http.method,
    path: new RegExp(`^${pattern}/?$`),
    labels,
    query: parameters,
    headers,
    // Of two operations at one address the older one is deprecated.
    weight:
      path.replace(/\{[^}]+\}/g, '').length +
      (parameters.length + headers.length) * 1000 -
      (operation.deprecated ? 0.5 : 0),
  };
}

function match(
  model: ServiceModel,
  message: HttpMessage,
): { operation: Operation; labels: Structure } | undefined {
  for (const { operation, method, path, labels, query, headers } of routes(model)) {
    if (method !== message.method) continue;
    const found = path.exec(message.path);
    if (!found || headers.some((name) => message.headers[name] === undefined)) continue;
    if (
      !query.every(
        ([name, value]) => message.query.has(name) && (!value || message.query.get(name) === value),
      )
    )
      continue;
    return {
      operation,
      labels: Object.fromEntries(
        labels.map((label, index) => [label, decodeURIComponent(found[index + 1]!)]),
      ),
    };
  }
  return undefined;
}

/** The members that travel outside the body. */
function outsideBody(model: ServiceModel, operation: Operation, message: HttpMessage): Structure {
  const labels = match(model, message)?.labels ?? {};
  const result: Structure = {};
  for (const [name, reference] of Object.entries(shapeOf(model, operation.input).members ?? {})) {
    const shape = shapeOf(model, reference);
    const wire = reference.locationName ?? name;
    if (reference.location === 'uri') {
      result[name] = scalarFromText(shape, labels[wire]);
    } else if (reference.location === 'header') {
      const text = message.headers[wire.toLowerCase()];
      if (text !== undefined)
        result[name] =
          shape.type === 'list' ? String(text).split(/,\s*/) : scalarFromText(shape, String(text));
    } else if (reference.location === 'querystring' && message.query.has(wire)) {
      result[name] =
        shape.type === 'list'
          ? message.query.getAll(wire).map((text) => scalarFromText(shapeOf(model, shape.member), text))
          : scalarFromText(shape, message.query.get(wire)!);
    }
  }
  return result;
}

type ReadBody = (model: ServiceModel, reference: ShapeReference, body: Buffer) => any;

function decode(model: ServiceModel, operation: Operation, message: HttpMessage, read: ReadBody): Structure {
  const outside = outsideBody(model, operation, message);
  if (!operation.input) return outside;
  const { payload, members = {} } = shapeOf(model, operation.input);
  if (!payload) {
    const inside = message.body.length > 0 && Object.values(members).some((member) => !member.location);
    return { ...(inside ? read(model, operation.input, message.body) : {}), ...outside };
  }
  if (message.body.length === 0) return outside;
  const shape = shapeOf(model, members[payload]);
  const raw =
    shape.type === 'blob' ? message.body : shape.type === 'string' ? message.body.toString() : undefined;
  return { ...outside, [payload]: raw ?? read(model, members[payload]!, message.body) };
}

/** Status, headers and raw payload of an output; what is left for the body's format. */
function spread(model: ServiceModel, operation: Operation, output: Structure, requestId: string) {
  const shape = shapeOf(model, operation.output);
  const headers: Record<string, string> = { 'x-amzn-requestid': requestId };
  let status = operation.http.responseCode ?? 200;
  const body: Structure = {};
  for (const [name, value] of Object.entries(output)) {
    const reference = shape.members?.[name];
    if (value === undefined || value === null) continue;
    if (reference?.location === 'statusCode') status = Number(value);
    else if (reference?.location === 'header') {
      const member = shapeOf(model, reference);
      headers[(reference.locationName ?? name).toLowerCase()] =
        member.type === 'timestamp'
          ? String(writeTimestamp(value, timestampFormat(reference, member, 'rfc822')))
          : String(value);
    } else body[name] = value;
  }
  return { status, headers, body, payload: shape.payload };
}

const JSON_TYPE = { 'content-type': 'application/json' };

export const restJson: Protocol = {
  operationName: (model, message) => match(model, message)?.operation.name,
  decode: (model, operation, message) =>
    decode(model, operation, message, (_model, reference, body) =>
      fromJson(model, reference, parseJson(body)),
    ),
  encode(model, operation, output, requestId): HttpAnswer {
    const { status, headers, body, payload } = spread(model, operation, output, requestId);
    if (payload) {
      const reference = shapeOf(model, operation.output).members![payload];
      const raw = ['blob', 'string'].includes(shapeOf(model, reference).type);
      const value = body[payload];
      return {
        status,
        headers: { ...JSON_TYPE, ...headers },
        body: raw
          ? (value ?? '')
          : JSON.stringify(toJson(model, reference!, value ?? {}, `${operation.name}.${payload}`)),
      };
    }
    const document = operation.output ? toJson(model, operation.output, body, operation.name) : {};
    return {
      status,
      headers: { ...JSON_TYPE, ...headers },
      body: status === 204 ? '' : JSON.stringify(document),
    };
  },
  encodeError(model, error, requestId) {
    const { type, header } = errorNames(model, error);
    return {
      status: error.status,
      headers: { ...JSON_TYPE, 'x-amzn-requestid': requestId, 'x-amzn-errortype': type, ...header },
      body: JSON.stringify({
        message: error.message,
        Message: error.message,
        ...(errorMembers(model, error) as object),
      }),
    };
  },
};

export const restXml: Protocol = {
  operationName: restJson.operationName,
  decode: (model, operation, message) =>
    decode(model, operation, message, (_model, reference, body) => fromXml(model, reference, parseXml(body))),
  encode(model, operation, output, requestId) {
    const { status, headers, body } = spread(model, operation, output, requestId);
    const name = operation.output?.locationName ?? operation.output?.shape ?? `${operation.name}Response`;
    const members = operation.output ? xmlMembers(model, operation.output, body, operation.name, 'rest') : '';
    return {
      status,
      headers: { 'content-type': 'text/xml', ...headers },
      body: `${XML_DECLARATION}<${name} xmlns="${model.metadata.xmlNamespace ?? ''}">${members}</${name}>`,
    };
  },
  encodeError(model, error, requestId) {
    const code = (model && errorShape(model, error.code)?.shape.error?.code) ?? error.code;
    const members = Object.entries(error.members)
      .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
      .join('');
    return {
      status: error.status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body:
        `${XML_DECLARATION}<ErrorResponse><Error><Type>${error.status < 500 ? 'Sender' : 'Receiver'}</Type>` +
        `<Code>${escapeXml(code)}</Code><Message>${escapeXml(error.message)}</Message>${members}</Error>` +
        `<RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  },
};
