/**
 * A double for the AWS clients that stops the provider at its first call that would change something. Reading calls go to
 * the local AWS, each once: nothing changes, so the same question has the same answer. Without it, each of ten thousand
 * accepted models would cost the life of a service, where only the model is to be judged.
 */
import { ECSClient } from '@aws-sdk/client-ecs';

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: unknown;
}

interface Client {
  readonly config: { readonly credentials: () => Promise<{ readonly accessKeyId: string }> };
}

type Send = (this: Client, command: Command, ...rest: unknown[]) => Promise<unknown>;

/** Credentials of the provider: the local AWS, in the same process, has clients too. */
export const PROVIDER_CREDENTIALS = {
  accessKeyId: 'provider',
  secretAccessKey: 'provider-secret-key',
  sessionToken: 'provider-session-token',
};

/** What all SDK clients inherit from. */
const clients = Object.getPrototypeOf(ECSClient.prototype) as { send: Send };

/** Name of the error that the first change is answered with. */
const FIRST_CHANGE = 'AccessDeniedException';

export interface FirstChange {
  /** Operations that were stopped, since this was last cleared. */
  readonly stopped: string[];
  restore(): void;
}

/** Put the double before every SDK client of this process, until it is restored. */
export function stopAtFirstChange(): FirstChange {
  const { send } = clients;
  const stopped: string[] = [];
  const answers = new Map<string, Promise<unknown>>();
  clients.send = async function (command, ...rest) {
    const { accessKeyId } = await this.config.credentials();
    if (accessKeyId !== PROVIDER_CREDENTIALS.accessKeyId) return send.call(this, command, ...rest);
    const operation = command.constructor.name.replace(/Command$/, '');
    if (!/^(Describe|Get|List)/.test(operation)) {
      stopped.push(operation);
      throw denied(operation);
    }
    const question = `${operation} ${JSON.stringify(command.input)}`;
    let answer = answers.get(question);
    if (!answer) answers.set(question, (answer = send.call(this, command, ...rest)));
    return answer;
  };
  return {
    stopped,
    restore: () => {
      clients.send = send;
    },
  };
}

function denied(operation: string): Error {
  const error = new Error(`${operation} is stopped`);
  error.name = FIRST_CHANGE;
  return Object.assign(error, { $metadata: { httpStatusCode: 400 } });
}
