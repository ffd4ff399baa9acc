/** Which AWS operation an SDK error belongs to: the SDK's errors do not say, and a user needs the IAM action. */
import { isNativeError } from 'node:util/types';

/** What all SDK v3 clients have in common, as far as it is used here. */
interface AwsClient {
  readonly config: object;
  readonly middlewareStack: { add(middleware: any, options: any): void };
}

const operations = new WeakMap<object, string>();

/** Signing names that differ from the prefix of the service's IAM actions. */
const IAM_PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/**
 * Make the client remember, for every error it throws, the operation that failed.
 *
 * @param client any SDK v3 client; changed in place and returned.
 */
export function rememberFailedOperations<Client extends AwsClient>(client: Client): Client {
  const { defaultSigningName: signingName } = client.config as { defaultSigningName: string };
  const prefix = IAM_PREFIXES[signingName] ?? signingName;
  client.middlewareStack.add(
    (next: (args: any) => Promise<any>, context: { commandName?: string }) => async (args: any) => {
      try {
        return await next(args);
      } catch (error) {
        if (isNativeError(error)) {
          operations.set(error, `${prefix}:${context.commandName?.replace(/Command$/, '')}`);
        }
        throw error;
      }
    },
    { step: 'initialize', priority: 'high', name: 'rememberFailedOperation' },
  );
  return client;
}

/** The IAM action (`ecs:CreateService`) whose call threw this error, if a client remembered it. */
export function failedOperation(error: object): string | undefined {
  return operations.get(error);
}
