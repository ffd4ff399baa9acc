/** What Elastic Load Balancing calls attributes: values by key, on its wire all of them texts. */
import { allProperties, type Table } from '../../core/property';

/** By the keys of ELB. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** An attribute on the wire. */
interface Listed {
  readonly Key?: string;
  readonly Value?: string;
}

const VALUES: Readonly<Record<string, (text: string) => string | number | boolean>> = {
  integer: Number,
  boolean: (text) => text === 'true',
};

/** The attributes that the properties of a table go to, from what ELB lists. An empty text is none. */
export function elbAttributesOf(table: Table, listed: readonly Listed[]): Attributes {
  const texts = new Map(listed.map(({ Key, Value }) => [Key, Value]));
  const values = allProperties(table).flatMap(([, { to, type }]) => {
    const text = to && texts.get(to);
    return text ? [[to, VALUES[type]?.(text) ?? text] as const] : [];
  });
  return Object.fromEntries(values);
}

/** Attributes as ELB takes them. */
export function attributeList(attributes: Attributes): { Key: string; Value: string }[] {
  return Object.entries(attributes).map(([Key, value]) => ({ Key, Value: String(value) }));
}
