/** A laptop-sized AWS: one endpoint for every service, in one process and a moto process behind it. */
import { Answers, type AnswerSheet } from './claims/answers';
import './sdk-notices';
import { Clock, type ClockMode } from './clock';
import { ACCOUNT_ID, startEndpoint } from './endpoint';
import { CallLog } from './endpoint/call-log';
import { CallerRegistry } from './endpoint/callers';
import { createControl } from './endpoint/control';
import { Faults } from './faults';
import { createGuards, LIMITS, type Limits } from './guards';
import { createCloudControl, type CloudControl } from './cloudcontrol';
import { createCloudFormation, type CloudFormation } from './cloudformation';
import { createEcs } from './ecs';
import { HealthChecks } from './dns/health-checks';
import { Resolver } from './dns/resolver';
import { createHookHandler } from './extension/hook-handler';
import { registerRepository } from './extension/repository';
import { createResourceHandler } from './extension/resource-handler';
import { createLambda, type Lambda, type NodeRuntime } from './lambda';
import { startLoadBalancerDataPlane, type LoadBalancerDataPlane } from './load-balancer';
import { Moments } from './moments';
import { startMoto, type ClientOptions, type Moto } from './moto';
import { RoleChanges } from './role-changes';
import { createRegistry, type Registry } from './registry';
import type { AwsService } from './service';
import { createServiceConnectDataPlane, type ServiceConnectDataPlane } from './service-connect';

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
  /** Claims about AWS that are not confirmed, with whether they hold; those left out hold. See `local/claims/`. */
  readonly answers?: AnswerSheet;
  /** Whether the account has never used ECS, so that it lacks ECS's service-linked role; default false. */
  readonly isNewAccount?: boolean;
  /** Runtime of Lambda functions; default: the Node.js that runs this process. */
  readonly runtime?: NodeRuntime;
}

export interface LocalAws {
  /** Base URL of every service, e.g. `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  /** Base URL at which all load balancers answer; the Host header selects the service. */
  readonly dataPlaneUrl: string;
  /** The same of the load balancers of another Region. */
  dataPlaneIn(region: string): Promise<string>;
  /** Requests from one task to another. */
  readonly serviceConnect: ServiceConnectDataPlane;
  /** What names lead to. */
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly answers: Answers;
  readonly calls: CallLog;
  readonly moments: Moments;
  readonly faults: Faults;
  readonly callers: CallerRegistry;
  readonly lambda: Lambda;
  readonly registry: Registry;
  readonly cloudFormation: CloudFormation;
  readonly cloudControl: CloudControl;
  readonly moto: Moto;
  /** Options for SDK clients that call the endpoint, as users do. */
  clientOptions(): ClientOptions;
  /** Forget all resources, calls, faults and waiting events; answers are again those of the start. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Start everything and wait until it answers.
 *
 * @throws Error that says what to do, when a port is taken or the Python environment is missing; nothing is left running.
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  const region = options.region ?? 'us-east-1';
  const answers = new Answers(options.answers);
  const moto = await startMoto(region);
  const running: { close(): Promise<void> | void }[] = [moto];
  const close = async () => {
    for (const part of running.splice(0).reverse()) await part.close();
  };
  try {
    return await startAround(moto, region, answers, options, running, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Signing names of the services that decide which way requests go. */
const ROUTED_BY: ReadonlySet<string> = new Set(['ec2', 'elasticloadbalancing', 'wafv2']);

/** Longest time, in milliseconds, that closing waits for work that is under way. */
const QUIESCE_MILLISECONDS = 5_000;

/** Let what is at work come to its end: connections that are cut under it would be reported to nobody who listens. */
async function quiesce(clock: Clock): Promise<void> {
  let giveUp: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (giveUp = setTimeout(resolve, QUIESCE_MILLISECONDS)));
  await Promise.race([clock.settled(), patience]);
  clearTimeout(giveUp);
}

/** Start what stands around moto. Whatever has to be closed is added to `running` as soon as it runs. */
async function startAround(
  moto: Moto,
  region: string,
  answers: Answers,
  options: LocalAwsOptions,
  running: { close(): Promise<void> | void }[],
  close: () => Promise<void>,
): Promise<LocalAws> {
  const motoOptions = moto.clientOptions;
  const clock = new Clock(options.clock);
  const calls = new CallLog();
  const moments = new Moments();
  const callers = new CallerRegistry();
  const faults = new Faults(() => clock.now());

  const roleChanges = new RoleChanges(clock);
  const ecs = createEcs({
    clock,
    answers,
    motoOptions,
    isNewAccount: options.isNewAccount,
    loadBalancingChanged: () => invalidate(),
    guarded: (call, forward) =>
      guards.around({ ...call, accountId: ACCOUNT_ID, accessKeyId: 'ecs' }, forward),
    invokeFunction: (functionArn, event) => lambda.invoke(functionArn, event),
    roleChanges,
    moments,
  });
  const { network, containerOutput } = ecs;
  const healthChecks = new HealthChecks({ clock, motoOptions, network, accountId: ACCOUNT_ID });
  const lambda = createLambda({
    endpoint: () => endpoint.url,
    dataPlaneUrl: () => dataPlane.url,
    region,
    runtime: options.runtime,
  });
  running.push(lambda);
  const registry = createRegistry({ accountId: ACCOUNT_ID, region });
  const hooks = createHookHandler({ clock, lambda, registry });
  const resourceHandler = createResourceHandler({ clock, lambda, registry, callers });
  const cloudFormation = createCloudFormation({
    clock,
    lambda,
    registry,
    hooks,
    resourceHandler,
    motoOptions,
    onMade: (typeName, physicalId) => {
      if (typeName === 'AWS::IAM::Role') roleChanges.changed(physicalId);
    },
    endpoint: () => endpoint.url,
    answers,
  });
  const cloudControl = createCloudControl({ clock, answers, registry, hooks, resourceHandler });
  registerRepository({ lambda, registry });

  const services = new Map<string, AwsService>(
    [lambda.service, ecs.service, cloudFormation.service, cloudControl.service].map((service) => [
      service.signingName,
      service,
    ]),
  );
  const limits = { ...LIMITS, ...options.limits };
  const guards = createGuards({
    clock,
    answers,
    isNewAccount: options.isNewAccount ?? false,
    limits,
    moments,
    motoOptions,
    healthChecks,
    network,
    containerOutput,
    services,
  });

  async function forget(): Promise<void> {
    clock.reset();
    for (const service of services.values()) await service.reset();
    guards.reset();
    healthChecks.reset();
    moments.reset();
    roleChanges.reset();
  }

  async function reset(): Promise<void> {
    await forget();
    await moto.reset();
    invalidate();
    answers.reset();
    faults.clear();
    callers.reset();
    calls.clear();
  }

  /** Data planes by Region; one but that of the default Region is started when it is asked for. */
  const dataPlanes = new Map<string, Promise<LoadBalancerDataPlane>>();
  const started: LoadBalancerDataPlane[] = [];
  const invalidate = () => started.forEach((each) => each.invalidate());

  async function startDataPlane(of: string, port?: number): Promise<LoadBalancerDataPlane> {
    const plane = await startLoadBalancerDataPlane({
      motoOptions: { ...motoOptions, region: of },
      network,
      clock,
      answers,
      port,
    });
    // Closed after all that may still send requests.
    running.splice(1, 0, plane);
    started.push(plane);
    return plane;
  }

  function dataPlaneOf(of: string): Promise<LoadBalancerDataPlane> {
    const plane = dataPlanes.get(of) ?? startDataPlane(of);
    dataPlanes.set(of, plane);
    return plane;
  }

  const dataPlane = await startDataPlane(region, options.dataPlanePort);
  dataPlanes.set(region, Promise.resolve(dataPlane));
  const endpoint = await startEndpoint({
    port: options.port ?? 0,
    moto,
    clock,
    faults,
    calls,
    callers,
    guards,
    services,
    control: createControl({ clock, answers, faults, calls, reset }),
    onSuccess: ({ service, operation, region: calledIn, input }) => {
      if (ROUTED_BY.has(service) && !/^(Describe|Get|List)/.test(operation)) invalidate();
      if (service === 'iam') roleChanges.called(operation, input);
      if (operation === 'ModifyTargetGroup') ecs.healthCheckChanged(calledIn, input.TargetGroupArn);
    },
    onKill: ({ invocationId }) => lambda.kill(invocationId),
  });
  running.push(endpoint, { close: () => quiesce(clock) }, { close: forget });

  return {
    endpoint: endpoint.url,
    dataPlaneUrl: dataPlane.url,
    dataPlaneIn: async (of) => (await dataPlaneOf(of)).url,
    serviceConnect: createServiceConnectDataPlane(ecs.findRoute, network, motoOptions),
    resolver: new Resolver(motoOptions, healthChecks),
    clock,
    answers,
    calls,
    moments,
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
    close,
  };
}
