/**
 * Runs operations of the resource type against the local AWS as CloudFormation does: events, re-invocations on the
 * virtual clock, checks of the protocol.
 */
import { randomUUID } from 'node:crypto';
import { startLocalAws, type LocalAws, type LocalAwsOptions } from '../../local';
import {
  createResourceHandler,
  type HandlerOutcome,
  type HandlerRequest,
  type ResourceHandler,
} from '../../local/extension/resource-handler';
import { takeInventory } from '../../local/inventory';
import type { InvocationResult } from '../../local/lambda';
import type { Structure } from '../../local/service';
import {
  ACCOUNT_ID,
  createRoles,
  giveCertifiedBaseDomain,
  REGION,
  ROLES,
  TYPE_NAME,
  type Roles,
} from './account';
import { asLambda, type Handlers, type HandlersOf } from './handlers';
import { withLateInvocations } from './late-invocations';

/** Signing names that differ from the prefix of the service's IAM actions. */
const IAM_PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

export interface DriverOptions extends LocalAwsOptions {
  /** Where the handlers run; default: in this process, from their sources. */
  readonly handlers?: HandlersOf;
  /** Whether moto draws the same ids after each start and reset, so that names that depend on them are equal; default false. */
  readonly isSeeded?: boolean;
  /** Whether CloudFormation comes when it is asked to; default false, see late-invocations.ts. */
  readonly isPunctual?: boolean;
  /** Whether CloudFormation waits for ever; default false. */
  readonly withoutTimeouts?: boolean;
}

/** How to run an operation. */
export interface Options {
  readonly stackTags?: Record<string, string>;
  readonly previousStackTags?: Record<string, string>;
  readonly logicalResourceId?: string;
  readonly nextToken?: string;
  /** Default: that of the service, else {@link REGION}. */
  readonly region?: string;
  /** Aborted when CloudFormation gives the operation up. */
  readonly signal?: AbortSignal;
  /** Told of each IN_PROGRESS answer. */
  readonly onProgress?: HandlerRequest['onProgress'];
}

/** What a disturbance of the process is asked at the end of each invocation. */
export interface Watch {
  /** @returns whether the process dies now, and whether its answer still arrives. */
  ended(): 'goes on' | 'dies with its answer' | 'dies without answer';
}

/** The resource type at work, on an AWS of its own. */
export class Driver {
  readonly roles: Roles = ROLES;
  /** Id of the hosted zone of the base domain. */
  hostedZoneId = '';
  /** Invocations of the last operation. */
  invocations = 0;
  /** Set while an operation is disturbed. */
  watch: Watch | undefined;
  readonly handlers: Handlers;
  private readonly handle: ResourceHandler;
  private readonly isSeeded: boolean;
  private logStart = 0;

  private constructor(
    readonly aws: LocalAws,
    handlers: HandlersOf,
    { withoutTimeouts = false, isSeeded = false, isPunctual = false }: DriverOptions,
  ) {
    this.isSeeded = isSeeded;
    this.handlers = handlers(aws);
    const { clock, registry, callers } = aws;
    const lambda = asLambda(this.invoke.bind(this));
    if (!isPunctual) lambda.invoke = withLateInvocations(lambda.invoke);
    const handle = createResourceHandler({ clock, registry, callers, lambda });
    this.handle = withoutTimeouts
      ? (request) =>
          handle({
            ...request,
            type: Object.create(request.type, { timeout: { value: () => Infinity } }),
          })
      : handle;
  }

  /** An AWS with what an account has before its first service: two roles, a hosted zone and a wildcard certificate. */
  static async start(options: DriverOptions = {}): Promise<Driver> {
    const aws = await startLocalAws(options);
    try {
      // Whoever runs a bundle cannot load the sources, perhaps.
      const handlers = options.handlers ?? (await import('./source-handlers')).fromSource;
      const driver = new Driver(aws, handlers, options);
      await driver.prepare();
      return driver;
    } catch (error) {
      await aws.close();
      throw error;
    }
  }

  /** Everything that the handlers have written to their log since the last reset. */
  get log(): string {
    return this.handlers.log.slice(this.logStart);
  }

  /** Forget everything and prepare the account again. */
  async reset(): Promise<void> {
    await this.aws.reset();
    this.logStart = this.handlers.log.length;
    await this.prepare();
  }

  async close(): Promise<void> {
    this.handlers.close();
    await this.aws.close();
  }

  /** The smallest model: an image and two roles. */
  model(properties: Structure = {}): Structure {
    const { PrimaryContainer, ...others } = properties;
    return {
      ServiceName: 'hello',
      InfrastructureRoleArn: this.roles.infrastructure,
      ExecutionRoleArn: this.roles.execution,
      PrimaryContainer: { Image: 'example/hello:1', ...PrimaryContainer },
      ...others,
    };
  }

  create(model: Structure, options?: Options): Promise<HandlerOutcome> {
    return this.run('CREATE', model, undefined, options);
  }

  /** @param previous properties of the template before, with the identifier. */
  update(previous: Structure, model: Structure, options?: Options): Promise<HandlerOutcome> {
    const { ServiceArn } = previous;
    return this.run('UPDATE', { ...model, ServiceArn }, previous, options);
  }

  delete(serviceArn: string, options?: Options): Promise<HandlerOutcome> {
    return this.run('DELETE', { ServiceArn: serviceArn }, undefined, options);
  }

  read(serviceArn: string): Promise<HandlerOutcome> {
    return this.run('READ', { ServiceArn: serviceArn });
  }

  list(nextToken?: string): Promise<HandlerOutcome> {
    return this.run('LIST', {}, undefined, { nextToken });
  }

  /** Every resource of the account, shared ones included. */
  inventory(): Promise<string[]> {
    return takeInventory(this.aws.clientOptions());
  }

  /** IAM actions of the calls that the handlers have made since the log of calls was last cleared. */
  actions(callerOperation?: string): string[] {
    return this.aws.calls
      .list({ callerOperation })
      .filter(({ caller }) => caller)
      .map(({ service, operation }) => `${IAM_PREFIXES[service] ?? service}:${operation}`);
  }

  /** Model of a successful operation. @throws Error with the message of one that failed. */
  static modelOf(outcome: HandlerOutcome): Structure {
    if (outcome.status === 'FAILED') throw new Error(`${outcome.errorCode}: ${outcome.message}`);
    return outcome.model!;
  }

  /** What a template may say of what READ tells. */
  inputsOf(read: Structure): Structure {
    const { readOnlyProperties = [] } = this.aws.registry.privateType(TYPE_NAME).schema;
    const inputs = Object.entries(read).filter(
      ([name]) => !readOnlyProperties.includes(`/properties/${name}`),
    );
    return Object.fromEntries(inputs);
  }

  /** Carry out one operation. `previousModel` are the properties of the template before an update. */
  async run(
    action: 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'LIST',
    model: Structure,
    previousModel?: Structure,
    { logicalResourceId = 'Service', ...options }: Options = {},
  ): Promise<HandlerOutcome> {
    this.invocations = 0;
    return this.handle({
      action,
      type: this.aws.registry.privateType(TYPE_NAME),
      model: structuredClone(model),
      previousModel,
      logicalResourceId,
      requestToken: randomUUID(),
      region: model.ServiceArn?.split(':')[3] ?? REGION,
      accountId: ACCOUNT_ID,
      ...options,
    });
  }

  private async invoke(event: unknown, invocationId: string): Promise<InvocationResult> {
    this.invocations++;
    const result = await this.handlers.invoke(event, invocationId);
    const fate = this.watch?.ended() ?? 'goes on';
    if (fate !== 'goes on') this.handlers.die();
    if (fate !== 'dies without answer') return result;
    return {
      invocationId,
      payload: { errorMessage: 'Runtime exited' },
      functionError: 'Unhandled',
      output: '',
    };
  }

  private async prepare(): Promise<void> {
    if (this.isSeeded) await fetch(`${this.aws.moto.url}/moto-api/seed?a=1`, { method: 'POST' });
    await createRoles(this.aws);
    ({ hostedZoneId: this.hostedZoneId } = await giveCertifiedBaseDomain(this.aws));
  }
}
