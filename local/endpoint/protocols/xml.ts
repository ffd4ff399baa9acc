/** XML documents that follow a service model. */
import { parseXML } from '@aws-sdk/xml-builder';
import { AwsError, type Structure } from '../../service';
import { shapeOf, type ServiceModel, type Shape, type ShapeReference } from '../models';
import { items, setMembers } from './members';
import { scalarFromText } from './scalars';
import { timestampFormat, writeTimestamp } from './timestamps';

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

/** Text that may stand in an element or in an attribute. Characters that XML does not allow are left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '')
    .replace(/[&<>"\r]/g, (character) => ENTITIES[character]!);
}

/** Where the dialects of XML differ: the name of an item in a list that does not say. */
const ITEM = { query: 'member', ec2: 'item', rest: 'member' } as const;
type Dialect = keyof typeof ITEM;

/** The set members of a structure as a row of elements. @throws Error when the value does not fit the model. */
export function xmlMembers(
  model: ServiceModel,
  reference: ShapeReference,
  value: unknown,
  path: string,
  dialect: Dialect,
): string {
  return setMembers(shapeOf(model, reference), value, path)
    .filter(([, member]) => !member.location)
    .map(([name, member, item]) =>
      element(model, member, member.locationName ?? name, item, `${path}.${name}`, dialect),
    )
    .join('');
}

function element(
  model: ServiceModel,
  reference: ShapeReference,
  name: string,
  value: unknown,
  path: string,
  dialect: Dialect,
): string {
  const shape = shapeOf(model, reference);
  const wrap = (content: string) => `<${name}>${content}</${name}>`;
  switch (shape.type) {
    case 'structure':
      return wrap(xmlMembers(model, reference, value, path, dialect));
    case 'list': {
      const flat = shape.flattened ?? reference.flattened;
      const itemName = flat
        ? (shape.member!.locationName ?? name)
        : (shape.member!.locationName ?? ITEM[dialect]);
      const rows = items(value, path).map((item, index) =>
        element(model, shape.member!, itemName, item, `${path}[${index}]`, dialect),
      );
      return flat ? rows.join('') : wrap(rows.join(''));
    }
    case 'map': {
      const flat = shape.flattened ?? reference.flattened;
      const entry = flat ? name : 'entry';
      const rows = Object.entries(value as Structure).map(
        ([key, item]) =>
          `<${entry}>` +
          element(model, shape.key!, shape.key!.locationName ?? 'key', key, path, dialect) +
          element(
            model,
            shape.value!,
            shape.value!.locationName ?? 'value',
            item,
            `${path}.${key}`,
            dialect,
          ) +
          `</${entry}>`,
      );
      return flat ? rows.join('') : wrap(rows.join(''));
    }
    case 'timestamp':
      return wrap(String(writeTimestamp(value, timestampFormat(reference, shape, 'iso8601'))));
    case 'blob':
      return wrap(Buffer.from(value as Uint8Array | string).toString('base64'));
    default:
      return wrap(escapeXml(String(value)));
  }
}

/** Parse a document: what its root element holds. @throws AwsError SerializationException. */
export function parseXml(body: Buffer): unknown {
  try {
    return Object.values(parseXML(body.toString()))[0];
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid XML.');
  }
}

/** Turn a parsed element into a value of the model. */
export function fromXml(model: ServiceModel, reference: ShapeReference, node: any): any {
  const shape = shapeOf(model, reference);
  switch (shape.type) {
    case 'structure':
      return structure(model, shape, node);
    case 'list': {
      const flat = shape.flattened ?? reference.flattened;
      const rows = flat ? node : node?.[shape.member!.locationName ?? 'member'];
      return list(rows).map((row) => fromXml(model, shape.member!, row));
    }
    case 'map': {
      const rows = (shape.flattened ?? reference.flattened) ? node : node?.entry;
      const [key, value] = [shape.key!.locationName ?? 'key', shape.value!.locationName ?? 'value'];
      return Object.fromEntries(
        list(rows).map((row) => [
          String((row as any)[key]),
          fromXml(model, shape.value!, (row as any)[value]),
        ]),
      );
    }
    default: {
      const text = typeof node === 'object' && node !== null ? (node['#text'] ?? '') : node;
      return scalarFromText(shape, String(text));
    }
  }
}

function structure(model: ServiceModel, shape: Shape, node: any): any {
  if (typeof node !== 'object' || node === null) return node === '' ? {} : node;
  const result: Structure = {};
  const left = new Set(
    Object.keys(node).filter((name) => !name.startsWith('xmlns') && !name.startsWith('xsi:')),
  );
  for (const [name, reference] of Object.entries(shape.members ?? {})) {
    const member = shapeOf(model, reference);
    const flat = member.type === 'list' && (member.flattened ?? reference.flattened);
    const wire = (flat && member.member!.locationName) || (reference.locationName ?? name);
    left.delete(wire);
    if (node[wire] !== undefined) result[name] = fromXml(model, reference, node[wire]);
  }
  for (const name of left) result[name] = node[name];
  return result;
}

function list(rows: unknown): unknown[] {
  if (rows === undefined || rows === '') return [];
  return Array.isArray(rows) ? rows : [rows];
}
