/** AWS's own service models, read from the JSON files that botocore ships, each parsed once when it is first needed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Reference to a shape, with what belongs to this use of it (names on the wire, location in the HTTP request). */
export interface ShapeReference {
  readonly shape: string;
  readonly location?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';
  readonly locationName?: string;
  readonly queryName?: string;
  readonly flattened?: boolean;
  readonly xmlAttribute?: boolean;
  readonly xmlNamespace?: { readonly uri: string } | string;
  readonly timestampFormat?: 'iso8601' | 'unixTimestamp' | 'rfc822';
  readonly idempotencyToken?: boolean;
}

/** A shape of a service model, as botocore writes it. */
export interface Shape {
  readonly type:
    | 'structure'
    | 'list'
    | 'map'
    | 'string'
    | 'blob'
    | 'boolean'
    | 'integer'
    | 'long'
    | 'float'
    | 'double'
    | 'timestamp'
    | 'character'
    | 'bigdecimal'
    | 'biginteger'
    | 'short';
  readonly members?: Readonly<Record<string, ShapeReference>>;
  readonly required?: readonly string[];
  readonly member?: ShapeReference;
  readonly key?: ShapeReference;
  readonly value?: ShapeReference;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly flattened?: boolean;
  readonly payload?: string;
  readonly document?: boolean;
  readonly union?: boolean;
  readonly exception?: boolean;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
  readonly locationName?: string;
  readonly timestampFormat?: ShapeReference['timestampFormat'];
}

export interface Operation {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string; readonly responseCode?: number };
  readonly input?: ShapeReference;
  readonly output?: ShapeReference & { readonly resultWrapper?: string };
  readonly deprecated?: boolean;
}

export type WireProtocol = 'json' | 'query' | 'ec2' | 'rest-json' | 'rest-xml' | 'smithy-rpc-v2-cbor';

export interface ServiceModel {
  readonly metadata: {
    readonly apiVersion: string;
    readonly endpointPrefix: string;
    readonly protocol: WireProtocol;
    readonly protocols?: readonly WireProtocol[];
    readonly jsonVersion?: string;
    readonly targetPrefix?: string;
    readonly serviceId: string;
    readonly xmlNamespace?: string;
    readonly awsQueryCompatible?: unknown;
  };
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Signing names whose folder of models is called differently. */
const FOLDERS: Readonly<Record<string, string>> = {
  cloudcontrolapi: 'cloudcontrol',
  elasticfilesystem: 'efs',
  elasticloadbalancing: 'elbv2',
  email: 'sesv2',
  monitoring: 'cloudwatch',
  states: 'stepfunctions',
  tagging: 'resourcegroupstaggingapi',
};

const models = new Map<string, ServiceModel | undefined>();

/** The model of the service with this SigV4 signing name, or undefined when AWS has none of that name. */
export function serviceModel(signingName: string): ServiceModel | undefined {
  if (!models.has(signingName)) models.set(signingName, load(signingName));
  return models.get(signingName);
}

function load(signingName: string): ServiceModel | undefined {
  if (!/^[a-z0-9.-]+$/.test(signingName) || signingName.startsWith('.')) return undefined;
  const folder = join(dataFolder(), FOLDERS[signingName] ?? signingName);
  if (!existsSync(folder)) return undefined;
  const latest = readdirSync(folder).sort().at(-1)!;
  return JSON.parse(gunzipSync(readFileSync(join(folder, latest, 'service-2.json.gz'))).toString());
}

let data: string | undefined;

function dataFolder(): string {
  if (!data) {
    const libraries = join(__dirname, '..', '..', '.venv', 'lib');
    const python = existsSync(libraries) && readdirSync(libraries).find((name) => name.startsWith('python3'));
    if (!python) {
      throw new Error(
        'botocore is not installed in .venv: run `node scripts/setup.mjs` in the repository first.',
      );
    }
    data = join(libraries, python, 'site-packages', 'botocore', 'data');
  }
  return data;
}

const EMPTY: Shape = { type: 'structure', members: {} };

/** The shape that a reference points to; no reference is the empty structure. */
export function shapeOf(model: ServiceModel, reference: ShapeReference | undefined): Shape {
  return reference ? model.shapes[reference.shape]! : EMPTY;
}

/** An error shape of the model, found by its name or by the code it has on the wire. */
export function errorShape(model: ServiceModel, code: string): { name: string; shape: Shape } | undefined {
  const named = model.shapes[code];
  if (named?.exception || named?.error) return { name: code, shape: named };
  const [name, shape] = Object.entries(model.shapes).find(([, other]) => other.error?.code === code) ?? [];
  return name && shape ? { name, shape } : undefined;
}
