/** AWS CloudFormation: stacks, change sets and the registry, on the virtual clock and in the background. */
import { setTimeout } from 'node:timers/promises';
import type { CloudFormationClientConfig } from '@aws-sdk/client-cloudformation';
import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import type { HookHandler } from '../extension/hook-handler';
import type { ResourceHandler } from '../extension/resource-handler';
import type { Lambda } from '../lambda';
import type { Registry } from '../registry';
import { AwsError, type AwsService } from '../service';
import type { Environment } from './engine/environment';
import { EventRecorder } from './events';
import { changeSetOperations } from './operations/change-sets';
import type { Context, Operations } from './operations/context';
import { driftOperations } from './operations/drift';
import { hookResultOperations } from './operations/hook-results';
import { resourceOperations } from './operations/resources';
import { stackSetOperations } from './operations/stack-sets';
import { stackOperations } from './operations/stacks';
import { templateOperations } from './operations/templates';
import { apiProvider } from './providers/api';
import { bucketPolicyProvider } from './providers/bucket-policy';
import { cdkMetadataProvider } from './providers/cdk-metadata';
import { lambdaFunctionProvider } from './providers/lambda-function';
import { lambdaHookProvider } from './providers/lambda-hook';
import { withSecrets } from './dynamic-references';
import { motoProvider } from './providers/moto';
import { nestedStackProvider } from './providers/nested-stack';
import { registryProvider } from './providers/registry';
import { snsProvider } from './providers/sns';
import { waitConditionProvider } from './providers/wait-condition';
import { isBusy, Stacks, type Stack } from './stack';
import { readParameters } from './parameter-store';
import { putObject, readTemplate } from './s3';
import { validationError } from './template/parse';

/**
 * Real milliseconds for which a waiter is held until the operation has ended. The waiters of the AWS CLI ask every 30 s
 * only, which is long when virtual time is fast; they do not mind an answer that comes late.
 */
const WAITER_PATIENCE = 25_000;

export interface CloudFormationOptions {
  readonly clock: Clock;
  readonly answers: Answers;
  readonly lambda: Lambda;
  readonly registry: Registry;
  readonly resourceHandler: ResourceHandler;
  readonly hooks: HookHandler;
  /** URL of the local endpoint. */
  readonly endpoint: () => string;
  /** SDK client configuration that points straight at moto. */
  readonly motoOptions: CloudFormationClientConfig & { readonly endpoint: string };
  /** Told of each resource that moto has made. */
  readonly onMade?: (typeName: string, physicalId: string) => void;
}

export interface CloudFormation {
  readonly service: AwsService;
  /** Resolves when nothing runs for a stack any more; at once when there is no such stack. */
  settled(stackNameOrId: string, region?: string): Promise<void>;
}

export function createCloudFormation(options: CloudFormationOptions): CloudFormation {
  const { clock, registry, hooks } = options;
  const stacks = new Stacks();
  const functions = lambdaFunctionProvider({
    clock,
    lambda: options.lambda,
    motoUrl: options.motoOptions.endpoint,
  });
  const environment: Environment = {
    now: () => clock.now(),
    answers: options.answers,
    registry,
    hooks,
    providers: [
      withSecrets(registryProvider(options.resourceHandler), options.motoOptions),
      nestedStackProvider({
        call: (operation, input, { region, accountId }) =>
          operations[operation]!({
            ...{ service: 'cloudformation', operation, input, region, accountId },
            accessKeyId: 'cloudformation',
          }),
        find: (id) => stacks.byId(id),
        settled: (id, region) => settled(id, region),
      }),
      waitConditionProvider({ clock, endpoint: options.endpoint, motoUrl: options.motoOptions.endpoint }),
      lambdaHookProvider(registry),
      functions,
      cdkMetadataProvider,
      bucketPolicyProvider({ clock, motoUrl: options.motoOptions.endpoint }),
      snsProvider({ clock, motoUrl: options.motoOptions.endpoint }),
      apiProvider(options),
      motoProvider(options),
    ],
    importValue(stack, exportName) {
      const found = stacks.exporter(exportName, stack.region);
      if (!found) throw validationError(`No export named ${exportName} found. Rollback requested by user.`);
      return found.value;
    },
    owner: (typeName, physicalId, region) => stacks.owner(typeName, physicalId, region),
    exporter(stack, exportName) {
      const found = stacks.exporter(exportName, stack.region)?.stack;
      return found === stack ? undefined : found?.name;
    },
    publish: (name, document) =>
      clock.work(() => putObject(options.motoOptions.endpoint, 'hook-payloads', name, document)),
    importers: (stack, exportName) => stacks.importers(exportName, stack.region).map(({ name }) => name),
  };

  async function settled(stackNameOrId: string, region = 'us-east-1'): Promise<void> {
    const stack = stacks.find(stackNameOrId, region);
    for (let running; running !== stack?.running;) await (running = stack?.running);
  }

  const context: Context = {
    clock,
    stacks,
    environment,
    fetchTemplate: (url) => readTemplate(options.motoOptions.endpoint, url),
    readParameters: (region, names) => readParameters(options.motoOptions.endpoint, region, names),
    async awaitEnd(stack) {
      if (!stack.running || !isBusy(stack)) return;
      const limit = new AbortController();
      const end = Promise.race([
        stack.running,
        setTimeout(WAITER_PATIENCE, undefined, { signal: limit.signal }),
      ]);
      await clock.pause(end.finally(() => limit.abort()));
    },
    start(stack, operation) {
      stack.running = operation().catch((error) => fail(stack, error));
    },
  };

  /** The last resort, so that no stack hangs: an error that no part of the engine expected. */
  function fail(stack: Stack, error: unknown): void {
    const reason = `Internal failure of the local AWS: ${(error as Error).message}`;
    new EventRecorder(stack, environment.now).stackStatus(
      stack.status.replace(/_IN_PROGRESS$/, '_FAILED'),
      reason,
    );
  }

  const stackSets = stackSetOperations(context, {
    call: (operation, input, request, region) =>
      operations[operation]!({ ...request, operation, input, region }),
    settled,
  });
  const operations: Operations = {
    ...stackOperations(context),
    ...stackSets.operations,
    ...resourceOperations(context),
    ...templateOperations(context),
    ...changeSetOperations(context),
    ...driftOperations(context),
    ...hookResultOperations(hooks),
    ...registry.operations,
  };

  return {
    service: {
      signingName: 'cloudformation',
      async handle(request) {
        const operation = operations[request.operation];
        if (operation) return operation(request);
        throw new AwsError(
          'NotImplemented',
          `The local AWS has no CloudFormation operation ${request.operation}.`,
          501,
        );
      },
      reset() {
        stacks.clear();
        stackSets.reset();
        functions.reset();
        registry.reset();
        hooks.reset();
      },
    },
    settled,
  };
}
