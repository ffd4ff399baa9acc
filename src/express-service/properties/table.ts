/** Rows of this type's properties, bound to its schema. */
import schema from '../../../schema/org-ecs-expressservice.json';
import type { BaseModel } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import type { Properties } from '../../cloudformation/extension';
import { tableOf, type Rows, type Table } from '../../core/property';
import type { Inputs } from '../model';

/** What rows of this type say beside what all rows say. */
export interface TypeRow {
  /**
   * How a refusal of AWS is known that speaks of the property. The first row of a table whose words match counts: in lists of
   * containers, that of the primary one.
   */
  readonly refused?: Refusal;
}

/** See refused-properties.ts. */
export interface Refusal {
  /** In the message of the refusal. */
  readonly words?: RegExp;
  /** Name of an error that speaks of nothing else, whatever its words are. */
  readonly errorName?: string;
  /** One sentence: what to do. */
  readonly remedy: string;
}

/** Rows of properties of the resource itself that go to one API shape. */
export type InputRows<Api, More = object> = Partial<Rows<Inputs, Api, TypeRow & More>>;

/** The table of properties of the resource itself. */
export function inputTable<Api, More = object>(
  rows: InputRows<Api, More>,
): Table<Partial<Inputs>, Api, TypeRow & More> {
  return tableOf<Inputs, Api, TypeRow & More>(schema, schema, rows);
}

/** The table of a definition of the schema. */
export function table<Model extends BaseModel, Api = object>(
  definition: keyof typeof schema.definitions,
  rows: Rows<Properties<Model>, Api, TypeRow>,
): Table<Properties<Model>, Api, TypeRow> {
  return tableOf<Properties<Model>, Api, TypeRow>(schema, schema.definitions[definition], rows);
}
