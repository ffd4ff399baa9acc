/** A laptop-sized AWS: one endpoint for every service, in one process and a moto process behind it. */
import { Clock, type ClockMode } from './clock';
import { startEndpoint } from './endpoint';
import { CallLog } from './endpoint/call-log';
import { CallerRegistry } from './endpoint/callers';
import { createControl } from './endpoint/control';
import { Faults } from './faults';
import { createGuards, LIMITS, type Limits } from './guards';
import { createCloudControl, type CloudControl } from './cloudcontrol';
import { createCloudFormation, type CloudFormation } from './cloudformation';
import { createHookHandler } from './extension/hook-handler';
import { registerRepository } from './extension/repository';
import { createResourceHandler } from './extension/resource-handler';
import { createLambda, type Lambda } from './lambda';
import { startMoto, type ClientOptions, type Moto } from './moto';
import { createRegistry, type Registry } from './registry';
import type { AwsService, TaskNetwork } from './service';

export interface LocalAwsOptions {
  /** TCP port of the endpoint on 127.0.0.1; 0 (the default) takes a free one. */
  readonly port?: number;
  /** Port of the load balancers' data plane; 0 (the default) takes a free one. */
  readonly dataPlanePort?: number;
  /** How virtual time passes; default `jump`. */
  readonly clock?: ClockMode;
  /** Default Region of clients made with {@link LocalAws.clientOptions}; default us-east-1. */
  readonly region?: string;
  /** Quotas and delays that differ from {@link LIMITS}. */
  readonly limits?: Partial<Limits>;
}

export interface LocalAws {
  /** Base URL of every service, e.g. `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly clock: Clock;
  readonly calls: CallLog;
  readonly faults: Faults;
  readonly callers: CallerRegistry;
  readonly lambda: Lambda;
  readonly registry: Registry;
  readonly cloudFormation: CloudFormation;
  readonly cloudControl: CloudControl;
  readonly moto: Moto;
  /** Options for SDK clients that call the endpoint, as users do. */
  clientOptions(): ClientOptions;
  /** Forget all resources, calls, faults and waiting events. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const NO_TASKS: TaskNetwork = {
  request: async () => undefined,
  targetHealth: () => undefined,
  securityGroupsInUse: () => new Set(),
};

/** Start everything and wait until it answers. */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const region = options.region ?? 'us-east-1';
  const clock = new Clock(options.clock);
  const calls = new CallLog();
  const callers = new CallerRegistry();
  const faults = new Faults();
  const moto = await startMoto(region);
  const motoOptions = moto.clientOptions;
  const network = NO_TASKS;
  const lambda = createLambda({ endpoint: () => endpoint.url, region });
  const registry = createRegistry();
  const hooks = createHookHandler({ clock, lambda, registry });
  const resourceHandler = createResourceHandler({ clock, lambda, registry, callers });
  const cloudFormation = createCloudFormation({ clock, registry, hooks, resourceHandler, motoOptions });
  const cloudControl = createCloudControl({ clock, registry, hooks, resourceHandler });
  registerRepository({ lambda, registry });
  const services = new Map<string, AwsService>(
    [lambda.service, cloudFormation.service, cloudControl.service].map((service) => [service.signingName, service]),
  );
  const limits = { ...LIMITS, ...options.limits };
  const guards = createGuards({ clock, limits, motoOptions, network, services });

  async function reset(): Promise<void> {
    clock.reset();
    faults.clear();
    guards.reset();
    for (const service of services.values()) await service.reset();
    await moto.reset();
    callers.reset();
    calls.clear();
  }

  const endpoint = await startEndpoint({
    port: options.port ?? 0,
    motoUrl: moto.url,
    clock,
    faults,
    calls,
    callers,
    guards,
    services,
    control: createControl({ clock, faults, calls, reset }),
    onSuccess: () => undefined,
    onKill: ({ invocationId }) => lambda.kill(invocationId),
  }).catch(async (error) => {
    await moto.close();
    throw error;
  });

  return {
    endpoint: endpoint.url,
    clock,
    calls,
    faults,
    callers,
    lambda,
    registry,
    cloudFormation,
    cloudControl,
    moto,
    clientOptions: () => ({
      region,
      endpoint: endpoint.url,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    reset,
    async close() {
      clock.reset();
      await endpoint.close();
      lambda.close();
      await moto.close();
    },
  };
}
