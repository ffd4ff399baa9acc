/** A small resource type and its events, for the tests of the runtime. */
import { BaseModel } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib/dist/interface';
import { Expose, Transform } from 'class-transformer';
import {
  createEntrypoints,
  type Action,
  type Handler,
  type HandlerRequest,
  type LambdaContext,
  OperationStatus,
  ProgressEvent,
  type Properties,
} from '../../src/cloudformation/extension';
import { toBoolean, toNumber } from '../../src/cloudformation/extension/recast';

export class Example extends BaseModel {
  static override readonly TYPE_NAME: string = 'Org::Test::Example';
  static readonly WRITE_ONLY_PROPERTIES: readonly string[] = ['/properties/Password'];
  static readonly TAG_PROPERTY: string | undefined = '/properties/Tags';

  constructor(properties?: Properties<Example>) {
    super(properties);
  }

  @Expose() declare Id?: string;
  @Expose() declare Name?: string;
  @Expose() @Transform(toNumber, { toClassOnly: true }) declare Count?: number;
  @Expose() @Transform(toBoolean, { toClassOnly: true }) declare Enabled?: boolean;
  @Expose() declare Password?: string;
  @Expose() declare Environment?: { Name: string; Value: string }[];
  @Expose() declare Tags?: { Key: string; Value: string }[];

  getPrimaryIdentifier(): Record<string, unknown> | null {
    return this.Id === undefined ? null : { '/properties/Id': this.Id };
  }
}

export class ExampleConfiguration extends BaseModel {
  static override readonly TYPE_NAME: string = 'Org::Test::Example';
  @Expose() declare Domain?: string;
}

const TEXT = { type: 'string' };
const EXAMPLE_SCHEMA = {
  properties: {
    Id: TEXT,
    Name: TEXT,
    Count: { type: 'integer' },
    Enabled: { type: 'boolean' },
    Password: TEXT,
    Environment: { type: 'array', items: { type: 'object', properties: { Name: TEXT, Value: TEXT } } },
    Tags: { type: 'array', items: { type: 'object', properties: { Key: TEXT, Value: TEXT } } },
  },
};

export type ExampleRequest = HandlerRequest<Example, ExampleConfiguration>;
export type ExampleHandler = Handler<Example, ExampleConfiguration>;

/** Progress with a model; `undefined` members are left out. */
export function progress(members: Partial<ProgressEvent<Example>>): ProgressEvent<Example> {
  return new ProgressEvent(members as Partial<ProgressEvent>) as ProgressEvent<Example>;
}

export const success: ExampleHandler = async ({ desired }) =>
  progress({
    status: OperationStatus.Success,
    resourceModel: new Example({ ...desired, Id: 'example-1' }),
    resourceModels: [new Example({ Id: 'example-1' })],
  });

/** Run one handler, whatever the event's action, and answer as Lambda would. */
export async function invoke(handler: ExampleHandler, input: unknown, context?: LambdaContext): Promise<any> {
  return entrypoints(handler).entrypoint(input, context);
}

export function entrypoints(handler: ExampleHandler) {
  return createEntrypoints({
    model: Example,
    typeConfiguration: ExampleConfiguration,
    schema: EXAMPLE_SCHEMA,
    sensitivePaths: ['Environment/*/Value', 'Password'],
    handlers: { CREATE: handler, READ: handler, UPDATE: handler, DELETE: handler, LIST: handler },
  });
}

/** An event of the protocol; `members` and `requestData` replace what it would have. */
export function event(action: `${Action}`, members: object = {}, requestData: object = {}) {
  return {
    action,
    awsAccountId: '123456789012',
    bearerToken: 'f3390613-b2b5-4c31-a4c6-66813dff96a6',
    region: 'eu-west-1',
    resourceType: 'Org::Test::Example',
    requestData: {
      resourceProperties: { Name: 'hello' },
      logicalResourceId: 'Hello',
      callerCredentials: {
        accessKeyId: 'AKIACALLERCALLERCALL',
        secretAccessKey: 'caller-secret-access-key',
        sessionToken: 'caller-session-token',
      },
      ...requestData,
    },
    ...members,
  };
}
