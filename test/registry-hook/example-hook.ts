/** A hook for tests of the runtime: what its handler does is set by each test. */
import {
  createHookEntrypoints,
  type HookHandler,
  type HookProgress,
  type HookSchema,
} from '../../hooks/registry/runtime';

const schema: HookSchema = {
  typeName: 'Org::Test::ExampleHook',
  typeConfiguration: {
    properties: {
      Strict: { type: 'boolean', default: false },
      Limit: { type: 'integer', default: 3 },
      Names: { type: 'array', items: { type: 'string' } },
      Zones: { type: 'object', patternProperties: { '^[a-z]-[0-9]$': { type: 'boolean' } } },
      Ports: {
        type: 'object',
        properties: { web: { type: 'integer' }, admin: { type: 'integer', default: 8443 } },
      },
    },
  },
  handlers: {
    preCreate: { targetNames: ['AWS::ECS::*', 'STACK'] },
    preUpdate: { targetNames: ['AWS::ECS::Service'] },
  },
};

export type ExampleHandler = HookHandler<Record<string, unknown>>;

/** Both entry points of the example hook with one handler for everything. */
export function exampleHook(handler: ExampleHandler) {
  const handlers = {
    CREATE_PRE_PROVISION: handler,
    UPDATE_PRE_PROVISION: handler,
    DELETE_PRE_PROVISION: handler,
  };
  return createHookEntrypoints<Record<string, unknown>>({ schema, handlers });
}

/** A handler that returns this. */
export const returns =
  (progress: unknown): ExampleHandler =>
  async () =>
    progress as HookProgress;

/** A handler that throws this. */
export const throws =
  (error: unknown): ExampleHandler =>
  async () => {
    throw error;
  };

export const STACK_ID = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1';

export const CALLER = {
  accessKeyId: 'AKIACALLERCALLER',
  secretAccessKey: 'caller-secret-access-key',
  sessionToken: 'caller-session-token',
};

/** An invocation event as CloudFormation sends it, with changes. */
export function event(changes: object = {}, requestData: object = {}): Record<string, any> {
  return {
    clientRequestToken: '3f1c2f0e-1111-2222-3333-444455556666',
    awsAccountId: '123456789012',
    region: 'eu-west-1',
    stackId: STACK_ID,
    changeSetId: null,
    hookTypeName: 'Org::Test::ExampleHook',
    hookTypeVersion: '00000001',
    hookModel: {},
    actionInvocationPoint: 'CREATE_PRE_PROVISION',
    requestData: {
      targetName: 'AWS::ECS::Service',
      targetType: 'RESOURCE',
      targetLogicalId: 'Orders',
      targetModel: { resourceProperties: { DesiredCount: '2' }, previousResourceProperties: null },
      callerCredentials: JSON.stringify(CALLER),
      providerCredentials: null,
      providerLogGroupName: null,
      hookEncryptionKeyArn: null,
      hookEncryptionKeyRole: null,
      ...requestData,
    },
    requestContext: { invocation: 1, callbackContext: null },
    ...changes,
  };
}
