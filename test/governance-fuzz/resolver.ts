/**
 * A small resolver of templates that shares no code with the engine: it takes one value for everything that the
 * template leaves open, and gives the template that CloudFormation would then deploy. It only has to understand what
 * the fuzzer writes, and it may take its time.
 */

/** Anything in a template. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A template as an object. */
export interface Document {
  readonly Transform?: Json;
  readonly 'Fn::Transform'?: Json;
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly Conditions?: Readonly<Record<string, Json>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;
  readonly Resources: Readonly<Record<string, Json>>;
}

/** A parameter, as far as its values matter. */
export interface ParameterDeclaration {
  readonly Type?: string;
  readonly Default?: Json;
  readonly AllowedValues?: readonly Json[];
  readonly MinLength?: Json;
}

/** Picks one of several values for something that the template leaves open; the same name gets the same pick. */
export type Pick = (name: string, count: number) => number;

/** CloudFormation would refuse the template with these values. */
export class Refused extends Error {}

/** Values for what can have any: those that rules object to, those that they ask for, and others. */
const ANY_TEXT = [
  ...['x', 'root', '0', '1000', 'ENABLED', 'DISABLED', 'HTTP', 'HTTPS', 'true', 'false', 'internal', 'host'],
  ...[
    '0.0.0.0/0',
    '10.0.0.0/8',
    '22',
    '443',
    'latest',
    '1.4.0',
    '*',
    'application',
    'network',
    'prod',
    'large',
  ],
  'arn:aws:acm:eu-west-1:111122223333:certificate/1',
];
const PSEUDO_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  'AWS::Region': ['eu-west-1', 'us-east-1', 'cn-north-1'],
  'AWS::Partition': ['aws', 'aws-cn'],
  'AWS::AccountId': ['111122223333', '444455556666'],
  'AWS::StackName': ['app', 'prod'],
  'AWS::StackId': ['arn:aws:cloudformation:eu-west-1:111122223333:stack/app/1'],
  'AWS::URLSuffix': ['amazonaws.com', 'amazonaws.com.cn'],
};

/** The account id that a resolution takes. */
export function accountOf(pick: Pick): string {
  const accounts = PSEUDO_PARAMETERS['AWS::AccountId']!;
  return accounts[pick('AWS::AccountId', accounts.length)]!;
}

/** What a transform may add: settings that rules object to, and those that they ask for. */
const TRANSFORMED: readonly Record<string, Json>[] = [
  {},
  { AssignPublicIp: 'ENABLED' },
  { Privileged: true, User: 'root', ReadonlyRootFilesystem: false },
  { EnableExecuteCommand: true, PlatformVersion: '1.3.0' },
  { Scheme: 'internet-facing', Type: 'application' },
  { CidrIp: '0.0.0.0/0', FromPort: 22, ToPort: 22, IpProtocol: 'tcp' },
  { Effect: 'Allow', Action: '*', Resource: '*', Principal: '*' },
  { Value: 'false', Name: 'DB_PASSWORD' },
  { Protocol: 'HTTP', TransitEncryption: 'DISABLED', NetworkMode: 'host', PidMode: 'host' },
];

/** What a transform at the root, or among the resources, may add for a resource of a type that is there. */
const ADDED: Readonly<Record<string, (of: Json) => Json>> = {
  'AWS::EC2::SecurityGroup': (of) =>
    added('AWS::EC2::SecurityGroupIngress', { GroupId: of, IpProtocol: '-1', CidrIp: '0.0.0.0/0' }),
  'AWS::EC2::RouteTable': (of) =>
    added('AWS::EC2::Route', { RouteTableId: of, DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1' }),
  'AWS::EC2::Subnet': (of) =>
    added('AWS::EC2::SubnetRouteTableAssociation', { SubnetId: of, RouteTableId: 'rtb-1' }),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (of) =>
    added('AWS::WAFv2::WebACLAssociation', { ResourceArn: of, WebACLArn: 'arn:aws:wafv2:x' }),
  'AWS::IAM::Role': (of) =>
    added('AWS::IAM::Policy', {
      Roles: [of],
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    }),
  'AWS::ECS::TaskDefinition': (of) =>
    added('AWS::ECS::Service', { TaskDefinition: of, LaunchType: 'FARGATE' }),
};

function added(type: string, properties: Record<string, Json>): Json {
  return { Type: type, Properties: properties };
}

/** Transforms that only make what the template says, so that nothing of them is left once it is resolved. */
const isOfTemplate = (name: Json): boolean => name !== MACRO && nameOf(name) !== 'AWS::Include';

/** The fuzzer's macro. */
export const MACRO = 'FuzzMacro';

function nameOf(transform: Json): Json | undefined {
  return typeof transform === 'object' && transform !== null && !Array.isArray(transform)
    ? transform['Name']
    : transform;
}

/** Stands for AWS::NoValue until it is taken out. */
const NO_VALUE = Symbol('AWS::NoValue');
type Resolved = Json | typeof NO_VALUE;

/**
 * Resolve a template.
 *
 * @param pick chooses values; with `defaultsOnly` it is asked only for what has no default.
 * @throws Refused when CloudFormation would not accept it with these values.
 */
export function resolveDocument(document: Document, pick: Pick, defaultsOnly = false): Document {
  return new Resolver(document, pick, defaultsOnly).document();
}

class Resolver {
  private readonly evaluating = new Set<string>();
  private readonly existing: ReadonlySet<string>;
  private readonly resources: Readonly<Record<string, Json>>;

  constructor(
    private readonly source: Document,
    private readonly pick: Pick,
    private readonly defaultsOnly: boolean,
  ) {
    this.resources = this.expand(source.Resources);
    this.existing = new Set(
      Object.entries(this.resources)
        .filter(([, resource]) => this.exists(resource))
        .map(([logicalId]) => logicalId),
    );
  }

  document(): Document {
    const resources = [...this.existing].map((logicalId) => {
      const { Condition: _, ...resource } = this.resources[logicalId] as Record<string, Json>;
      const properties = resource['Properties'];
      return [
        logicalId,
        properties === undefined
          ? resource
          : { ...resource, Properties: this.rewritten(this.value(properties), logicalId) },
      ];
    });
    const transforms = [this.source.Transform ?? []].flat().filter(isOfTemplate);
    return {
      ...(transforms.length > 0 ? { Transform: transforms } : {}),
      Resources: { ...Object.fromEntries(resources), ...this.additions() },
    };
  }

  /** The transforms at the root and among the resources. By the template's defaults they do nothing. */
  private transforms(): Json[] {
    if (this.defaultsOnly) return [];
    const beside = [this.source['Fn::Transform'], this.source.Resources['Fn::Transform']];
    return [this.source.Transform, ...beside]
      .flatMap((each) => each ?? [])
      .filter((each) => !isOfTemplate(nameOf(each) === MACRO ? MACRO : each));
  }

  /** What a macro at the root makes of the properties of a resource. */
  private rewritten(value: Json, path: string): Json {
    if (typeof value !== 'object' || value === null) return value;
    if (!this.transforms().some((each) => nameOf(each) === MACRO)) return value;
    if (Array.isArray(value)) return value.map((item, index) => this.rewritten(item, `${path}.${index}`));
    const entries = Object.entries(value).map(([key, child]) => [
      key,
      this.rewritten(child, `${path}.${key}`),
    ]);
    return { ...Object.fromEntries(entries), ...this.any(`macro ${path}`, TRANSFORMED) };
  }

  private additions(): Record<string, Json> {
    if (this.transforms().length === 0) return {};
    const additions = [...this.existing].flatMap((logicalId) => {
      const { Type } = this.resources[logicalId] as Record<string, Json>;
      const addition = ADDED[String(Type)];
      const of = this.any<Json>(`reference to ${logicalId}`, [
        { Ref: logicalId },
        { 'Fn::GetAtt': [logicalId, 'GroupId'] },
      ]);
      const isAdded = addition !== undefined && this.pick(`added to ${logicalId}`, 2) === 0;
      return isAdded ? [[`FuzzAdded${logicalId}`, addition(of)]] : [];
    });
    return Object.fromEntries(additions) as Record<string, Json>;
  }

  private exists(resource: Json): boolean {
    const condition = (resource as Record<string, Json>)['Condition'];
    return typeof condition !== 'string' || this.condition(condition);
  }

  /** Write out loops over resources. */
  private expand(resources: Readonly<Record<string, Json>>): Record<string, Json> {
    const expanded: [string, Json][] = [];
    for (const [key, value] of Object.entries(resources)) {
      if (key === 'Fn::Transform') continue;
      if (!key.startsWith('Fn::ForEach::')) {
        expanded.push([key, value]);
        continue;
      }
      const [identifier, collection, body] = value as [string, Json, Record<string, Json>];
      const items = this.value(collection);
      if (!Array.isArray(items)) throw new Refused('the collection of a loop is no list');
      for (const item of items)
        expanded.push(...Object.entries(withItem(body, identifier, String(item)) as Record<string, Json>));
    }
    return Object.fromEntries(expanded);
  }

  private condition(name: string): boolean {
    const expression = this.source.Conditions?.[name];
    if (expression === undefined || this.evaluating.has(name)) throw new Refused(`no condition ${name}`);
    this.evaluating.add(name);
    const answer = this.holds(expression);
    this.evaluating.delete(name);
    return answer;
  }

  private holds(expression: Json): boolean {
    const [name, argument] = Object.entries(expression as Record<string, Json>)[0]!;
    const list = argument as Json[];
    if (name === 'Condition') return this.condition(String(argument));
    if (name === 'Fn::Not') return !this.holds(list[0]!);
    if (name === 'Fn::And') return list.map((each) => this.holds(each)).every(Boolean);
    if (name === 'Fn::Or') return list.map((each) => this.holds(each)).some(Boolean);
    if (name === 'Fn::Equals') return this.comparable(list[0]!) === this.comparable(list[1]!);
    throw new Refused(`${name} is no condition`);
  }

  private comparable(node: Json): string {
    const value = this.value(node);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }

  /** Resolve a node whose absence nobody handles. */
  private value(node: Json): Json {
    const value = this.resolve(node);
    return value === NO_VALUE ? null : value;
  }

  private resolve(node: Json): Resolved {
    if (typeof node === 'string') return this.withDynamicReferences(node);
    if (Array.isArray(node))
      return node.map((item) => this.resolve(item)).filter((item): item is Json => item !== NO_VALUE);
    if (typeof node !== 'object' || node === null) return node;
    if (node['Fn::Transform'] !== undefined) return this.transformed(node);
    const entries = Object.entries(node);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && (name === 'Ref' || name!.startsWith('Fn::')))
      return this.withDynamicReferencesOf(this.call(name!, argument!));
    if (entries.some(([key]) => key === 'Ref' || key.startsWith('Fn::')))
      throw new Refused('a function has other keys beside it');
    const resolved = entries.map(([key, value]): [string, Resolved] => [key, this.resolve(value)]);
    return Object.fromEntries(resolved.filter((entry): entry is [string, Json] => entry[1] !== NO_VALUE));
  }

  /** What a transform makes of an object: an include adds to it, a macro may also change what is there. */
  private transformed({ 'Fn::Transform': transform, ...beside }: Record<string, Json>): Resolved {
    const name = `transform ${JSON.stringify([transform, beside])}`;
    const isAlone = Object.keys(beside).length === 0;
    const added = this.any(name, isAlone ? [...TRANSFORMED, ...ANY_TEXT] : TRANSFORMED);
    if (typeof added !== 'object') return added;
    const isMacro = (transform as Record<string, Json>)['Name'] !== 'AWS::Include';
    return this.resolve(isMacro ? { ...beside, ...added } : { ...added, ...beside });
  }

  private call(name: string, argument: Json): Resolved {
    const list = Array.isArray(argument) ? argument : [argument];
    switch (name) {
      case 'Ref':
        return this.reference(String(argument));
      case 'Fn::GetAtt': {
        this.requireResource(String(list[0]).split('.')[0]!);
        return { [name]: argument };
      }
      case 'Fn::If':
        return this.resolve(this.condition(String(list[0])) ? list[1]! : list[2]!);
      case 'Fn::FindInMap':
        return this.findInMap(list);
      case 'Fn::Sub':
        return this.substitute(String(list[0]), (list[1] ?? {}) as Record<string, Json>);
      case 'Fn::Join': {
        const items = this.value(list[1]!);
        return Array.isArray(items) && items.every((item) => typeof item !== 'object')
          ? items.join(String(list[0]))
          : { [name]: [list[0]!, items] };
      }
      case 'Fn::Split': {
        const text = this.value(list[1]!);
        return typeof text === 'string' ? text.split(String(list[0])) : { [name]: [list[0]!, text] };
      }
      case 'Fn::Select': {
        const [index, items] = [this.value(list[0]!), this.value(list[1]!)];
        if (!Array.isArray(items)) return { [name]: [index, items] };
        const item = items[Number(index)];
        if (item === undefined) throw new Refused('Fn::Select beyond the end');
        return item;
      }
      case 'Fn::ImportValue':
        return this.any(`import ${JSON.stringify(argument)}`, ANY_TEXT);
      case 'Fn::Length': {
        const items = this.value(argument);
        return Array.isArray(items) ? items.length : { [name]: items };
      }
      case 'Fn::Base64': {
        const text = this.value(argument);
        return typeof text === 'string' ? Buffer.from(text).toString('base64') : { [name]: text };
      }
      default:
        return { [name]: this.value(argument) };
    }
  }

  private reference(name: string): Resolved {
    if (name === 'AWS::NoValue') return NO_VALUE;
    if (name.startsWith('AWS::')) return this.any(name, PSEUDO_PARAMETERS[name] ?? ANY_TEXT);
    const parameter = this.source.Parameters?.[name];
    if (parameter !== undefined) return this.parameter(name, parameter);
    this.requireResource(name);
    return { Ref: name };
  }

  private requireResource(logicalId: string): void {
    if (!this.existing.has(logicalId)) throw new Refused(`nothing is named ${logicalId}`);
  }

  private parameter(
    name: string,
    { Type = 'String', Default, AllowedValues, MinLength }: ParameterDeclaration,
  ): Json {
    const isList = Type === 'CommaDelimitedList' || Type.startsWith('List<');
    const read = (value: Json): Json =>
      isList
        ? String(value)
            .split(',')
            .map((item) => item.trim())
        : String(value);
    if (Default !== undefined && this.defaultsOnly) return read(Default);
    if (Type.startsWith('AWS::SSM::Parameter::Value')) return this.any(name, ANY_TEXT);
    if (AllowedValues !== undefined) return read(this.any(name, AllowedValues));
    if (Type === 'Number' || Type === 'List<Number>') return read(this.any(name, ['1', '22', '443', '5000']));
    return read(
      // By its defaults, a parameter without one gets a value that is not empty: an empty one nobody would call given.
      this.any(
        name,
        MinLength === undefined && !Type.startsWith('AWS::') && !this.defaultsOnly
          ? [...ANY_TEXT, '']
          : ANY_TEXT,
      ),
    );
  }

  private any<T>(name: string, values: readonly T[]): T {
    return values[this.pick(name, values.length)]!;
  }

  private findInMap(list: readonly Json[]): Resolved {
    const [name, first, second] = list.slice(0, 3).map((part) => String(this.value(part)));
    const found = this.source.Mappings?.[name!]?.[first!]?.[second!];
    if (found !== undefined) return this.resolve(found);
    const fallback = (list[3] as Record<string, Json> | undefined)?.['DefaultValue'];
    if (fallback === undefined) throw new Refused('the mapping has no such key');
    return this.resolve(fallback);
  }

  private substitute(template: string, variables: Readonly<Record<string, Json>>): Resolved {
    const open: Record<string, Json> = {};
    const text = template.replaceAll(/\$\{(!?)([^${}]+)\}/g, (whole, escaped: string, name: string) => {
      if (escaped !== '') return whole;
      const variable = name.trim();
      const value = Object.hasOwn(variables, variable)
        ? this.value(variables[variable]!)
        : this.value(variable.includes('.') ? { 'Fn::GetAtt': variable.split('.') } : { Ref: variable });
      if (typeof value !== 'object') return String(value);
      const key = `open${Object.keys(open).length}`;
      open[key] = value;
      return `\${${key}}`;
    });
    if (Object.keys(open).length > 0) return { 'Fn::Sub': [text, open] };
    return this.withDynamicReferences(text.replaceAll('${!', '${'));
  }

  private withDynamicReferencesOf(value: Resolved): Resolved {
    return typeof value === 'string' ? this.withDynamicReferences(value) : value;
  }

  private withDynamicReferences(text: string): string {
    return text.replaceAll(/\{\{resolve:[^{}]*\}\}/g, (reference) => this.any(reference, ANY_TEXT));
  }
}

function withItem(node: Json, identifier: string, item: string): Json {
  if (typeof node === 'string') return node.replaceAll(`\${${identifier}}`, item);
  if (Array.isArray(node)) return node.map((each) => withItem(each, identifier, item));
  if (typeof node !== 'object' || node === null) return node;
  if (node['Ref'] === identifier) return item;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key.replaceAll(`\${${identifier}}`, item),
      withItem(value, identifier, item),
    ]),
  );
}
