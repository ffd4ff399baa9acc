/**
 * Runs operations of the resource type against the local AWS as CloudFormation does: events, re-invocations on the
 * virtual clock, checks of the protocol. The handlers run in this process.
 */
import { randomUUID } from 'node:crypto';
import { entrypoint } from '../../src/handlers';
import { startLocalAws, type LocalAws, type LocalAwsOptions } from '../../local';
import { createHostedZone, createRole, issueCertificate } from '../../local/account';
import {
  createResourceHandler,
  type HandlerOutcome,
  type HandlerRequest,
  type ResourceHandler,
} from '../../local/extension/resource-handler';
import { takeInventory } from '../../local/inventory';
import type { Lambda } from '../../local/lambda';
import type { Structure } from '../../local/service';

export const TYPE_NAME = 'Org::ECS::ExpressService';
export const ACCOUNT_ID = '123456789012';
export const REGION = 'us-east-1';
const BASE_DOMAIN = 'apps.example.com';

/** Signing names that differ from the prefix of the service's IAM actions. */
const IAM_PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** When the process of an operation dies. */
export interface Crash {
  /** The AWS call of the operation, counted from 1 over all its invocations, at which it dies. */
  readonly call: number;
  /** Whether that call still takes its effect. */
  readonly effect: 'before' | 'after';
}

/** How to run an operation. */
export interface Options {
  readonly crash?: Crash;
  readonly stackTags?: Record<string, string>;
  readonly previousStackTags?: Record<string, string>;
  readonly logicalResourceId?: string;
  readonly nextToken?: string;
  /** Aborted when CloudFormation gives the operation up. */
  readonly signal?: AbortSignal;
  /** Told of each IN_PROGRESS answer. */
  readonly onProgress?: HandlerRequest['onProgress'];
}

/** The resource type at work, on an AWS of its own. */
export class Driver {
  /** Everything that the handlers have written to their log. */
  log = '';
  /** Invocations of the last operation. */
  invocations = 0;
  private crash: Crash | undefined;
  private readonly handler: ResourceHandler;

  private constructor(
    readonly aws: LocalAws,
    readonly roles: { readonly execution: string; readonly infrastructure: string },
  ) {
    const { clock, registry, callers } = aws;
    const lambda = { invoke: this.invoke.bind(this) } as unknown as Lambda;
    this.handler = createResourceHandler({ clock, registry, callers, lambda });
  }

  /** An AWS with what an account has before its first service: two roles, a hosted zone and a wildcard certificate. */
  static async start(options: LocalAwsOptions = {}): Promise<Driver> {
    const aws = await startLocalAws(options);
    process.env.AWS_ENDPOINT_URL = aws.endpoint;
    const role = (name: string) => `arn:aws:iam::${ACCOUNT_ID}:role/${name}`;
    const driver = new Driver(aws, { execution: role('execution'), infrastructure: role('infrastructure') });
    await driver.prepare();
    return driver;
  }

  /** Forget everything and prepare the account again. */
  async reset(): Promise<void> {
    await this.aws.reset();
    this.log = '';
    await this.prepare();
  }

  async close(): Promise<void> {
    delete process.env.AWS_ENDPOINT_URL;
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

  create(model: Structure, options: Options = {}): Promise<HandlerOutcome> {
    return this.run('CREATE', model, options);
  }

  /** @param previous properties of the template before, with the identifier. */
  update(previous: Structure, model: Structure, options: Options = {}): Promise<HandlerOutcome> {
    const { ServiceArn } = previous;
    return this.run('UPDATE', { ...model, ServiceArn }, options, previous);
  }

  delete(serviceArn: string, options: Options = {}): Promise<HandlerOutcome> {
    return this.run('DELETE', { ServiceArn: serviceArn }, options);
  }

  read(serviceArn: string): Promise<HandlerOutcome> {
    return this.run('READ', { ServiceArn: serviceArn }, {});
  }

  list(nextToken?: string): Promise<HandlerOutcome> {
    return this.run('LIST', {}, { nextToken });
  }

  /** Every resource of the account, shared ones included. */
  inventory(): Promise<string[]> {
    return takeInventory(this.aws.clientOptions() as Parameters<typeof takeInventory>[0]);
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

  private async run(
    action: 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'LIST',
    model: Structure,
    { crash, logicalResourceId = 'Service', ...options }: Options,
    previousModel?: Structure,
  ): Promise<HandlerOutcome> {
    this.invocations = 0;
    this.crash = crash;
    if (crash) this.plan(action, crash);
    try {
      return await this.handler({
        action,
        type: this.aws.registry.privateType(TYPE_NAME),
        model: structuredClone(model),
        previousModel,
        logicalResourceId,
        requestToken: randomUUID(),
        region: REGION,
        accountId: ACCOUNT_ID,
        ...options,
      });
    } finally {
      if (crash) this.aws.faults.clear();
    }
  }

  /** From the call at which the process dies on, no call of this invocation has any effect. */
  private plan(callerOperation: string, { call, effect }: Crash): void {
    const { faults } = this.aws;
    if (effect === 'after') faults.add({ kind: 'lostResponse', callerOperation, nth: call });
    const nth = effect === 'after' ? call + 1 : call;
    faults.add({ kind: 'accessDenied', callerOperation, nth, times: Number.MAX_SAFE_INTEGER });
  }

  private async invoke(_function: string, event: unknown, { invocationId }: { invocationId: string }) {
    this.invocations++;
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
      this.log += line;
      return true;
    });
    const payload = await entrypoint(event, { awsRequestId: invocationId }).finally(() =>
      write.mockRestore(),
    );
    if (this.crash && this.aws.faults.list().some(({ applied }) => applied > 0)) {
      this.crash = undefined;
      this.aws.faults.clear();
      // The answer of a process that has died never arrives.
      const errorMessage = 'Runtime exited';
      return { invocationId, payload: { errorMessage }, functionError: 'Unhandled' as const, output: '' };
    }
    return { invocationId, payload: JSON.parse(JSON.stringify(payload)), output: '' };
  }

  private async prepare(): Promise<void> {
    await Promise.all([
      createRole(this.aws, 'execution', 'ecs-tasks.amazonaws.com'),
      createRole(this.aws, 'infrastructure', 'ecs.amazonaws.com'),
    ]);
    const hostedZoneId = await createHostedZone(this.aws, BASE_DOMAIN);
    this.aws.registry.setTypeConfiguration(TYPE_NAME, {
      BaseDomain: BASE_DOMAIN,
      HostedZoneId: hostedZoneId,
      CertificateArn: await issueCertificate(this.aws, hostedZoneId, `*.${BASE_DOMAIN}`),
    });
  }
}
