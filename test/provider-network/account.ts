/**
 * An AWS account with a hosted zone and a wildcard certificate, in which the network half of services is made and removed
 * by the reconciler, without the ECS half. Waits pass on the virtual clock.
 */
import type { MiddlewareStack } from '@smithy/types';
import { randomUUID } from 'node:crypto';
import { startLocalAws, type LocalAws, type LocalAwsOptions } from '../../local';
import { issueCertificate } from '../../local/account';
import { takeInventory } from '../../local/inventory';
import { createClients, type Clients } from '../../src/aws/clients';
import type { AnyComponent, ApplyScope, Scope } from '../../src/express-service/composition/component';
import { certificate } from '../../src/express-service/resources/certificate-manager/certificate';
import { dnsRecord } from '../../src/express-service/resources/route-53/dns-record';
import { hostNames } from '../../src/express-service/resources/route-53/host-names';
import { listenerRule } from '../../src/express-service/resources/elastic-load-balancing/listener-rule';
import { listeners } from '../../src/express-service/resources/elastic-load-balancing/listeners';
import { loadBalancer } from '../../src/express-service/resources/elastic-load-balancing/load-balancer';
import { loadBalancerSecurityGroup } from '../../src/express-service/resources/ec2/load-balancer-security-group';
import { securityGroupRules } from '../../src/express-service/resources/ec2/security-group-rules';
import { serviceSecurityGroup } from '../../src/express-service/resources/ec2/service-security-group';
import { testListenerRule } from '../../src/express-service/resources/elastic-load-balancing/test-listener-rule';
import { targetGroupSettings } from '../../src/express-service/resources/elastic-load-balancing/target-group-attributes';
import { targetGroups } from '../../src/express-service/resources/elastic-load-balancing/target-groups';
import { webAclAssociation } from '../../src/express-service/resources/waf/web-acl-association';
import { ecsServiceOf, identityOf, type Identity } from '../../src/express-service/identity/identity';
import { loadBalancerSpec } from '../../src/express-service/properties/load-balancer-settings';
import { discoverNetwork, type Network } from '../../src/express-service/network/network';
import { done } from '../../src/core/outcome';
import {
  convergeExposures,
  observeExposures,
  teardownExposures,
  type ExposureConvergence,
} from '../../src/express-service/move';
import { BEGINNING, type OperationTime } from '../../src/core/outcome';
import type { Observations } from '../../src/express-service/composition/component';
import { clientConfiguration } from '../../src/aws/client-configuration';
import type { ServiceSpec } from '../../src/express-service/specification';
import { dnsSpec } from '../../src/express-service/properties/dns';
import { specifiedTargetGroup } from '../../src/express-service/properties/target-group-settings';
import { ACCOUNT_ID, BASE_DOMAIN, giveCertifiedBaseDomain, REGION } from '../support/account';
import type { ExposureContinuation } from '../../src/express-service/memory/callback-context';
import { Session } from '../../src/aws/session';

/** More than any operation needs. */
const MOST_INVOCATIONS = 60;

export { BASE_DOMAIN } from '../support/account';

/** What a test says of a service. */
export interface Wish {
  readonly containerPort?: number;
  readonly hostName?: string;
  /** `own` has a certificate requested; the default is the wildcard certificate of the account. */
  readonly certificate?: 'own' | 'wildcard';
  readonly certificateArn?: string;
  /** `none` leaves the DNS record to the author. */
  readonly hostedZoneId?: string;
  readonly additionalDomains?: ServiceSpec['additionalDomains'];
  readonly pathPatterns?: ServiceSpec['pathPatterns'];
  readonly subnetIds?: readonly string[];
  /** The property LoadBalancerConfiguration. */
  readonly loadBalancer?: Parameters<typeof loadBalancerSpec>[0];
  readonly webAclArn?: string;
  readonly healthCheckPath?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly removedTagKeys?: readonly string[];
  /** What an update comes from. */
  readonly previous?: Wish;
}

/** The call at which the process of an operation dies: by name, for calls that run side by side change their order. */
export interface Crash {
  /** Any when absent. */
  readonly operation?: string;
  /** Which of these calls, counted from 1. */
  readonly occurrence: number;
  /** Whether the call still takes effect; default `after` it has. */
  readonly effect?: 'before' | 'after';
}

/** What happens between two calls of an operation. */
export interface Interlude {
  /** The call that it comes before. */
  readonly before: Crash;
  readonly happens: () => Promise<unknown>;
}

/** The n-th call of an operation, counted from 0, by its name. */
export function crashAt(operations: readonly string[], n: number, effect: Crash['effect'] = 'after'): Crash {
  const operation = operations[n]!;
  const occurrence = operations.slice(0, n + 1).filter((name) => name === operation).length;
  return { operation, occurrence, effect };
}

/** What an operation cost. */
export interface Cost {
  readonly calls: number;
  /** Calls of which each began only after the one before it had ended; the longest such row. */
  readonly chain: number;
  readonly operations: readonly string[];
}

/** The process of an operation has died. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** The network half of a service, around a task definition that is just there. */
function componentsWith(containerPort: number | undefined): AnyComponent[] {
  const taskDefinition: AnyComponent = {
    kind: 'TaskDefinition',
    needs: [],
    permissions: { observe: [], apply: [], remove: [] },
    observe: async () => (containerPort === undefined ? undefined : { containerPort }),
    apply: async () => done({ containerPort }),
    remove: async () => done(undefined),
  };
  return [
    taskDefinition,
    serviceSecurityGroup,
    loadBalancerSecurityGroup,
    securityGroupRules,
    targetGroups,
    hostNames,
    certificate,
    loadBalancer,
    webAclAssociation,
    listeners,
    listenerRule,
    testListenerRule,
    targetGroupSettings,
    dnsRecord,
  ];
}

export class Account {
  hostedZoneId = '';
  wildcardArn = '';
  private beginning: ReadonlySet<string> = new Set();
  /** Of the last operation. */
  cost: Cost = { calls: 0, chain: 0, operations: [] };

  private constructor(readonly aws: LocalAws) {}

  /** @param limits delays of the local AWS that differ from the usual ones. */
  static async open(limits: LocalAwsOptions['limits'] = {}): Promise<Account> {
    const aws = await startLocalAws({ limits });
    process.env.AWS_ENDPOINT_URL = aws.endpoint;
    const account = new Account(aws);
    await account.prepare();
    return account;
  }

  async reset(): Promise<void> {
    await this.aws.reset();
    await this.prepare();
  }

  async close(): Promise<void> {
    delete process.env.AWS_ENDPOINT_URL;
    await this.aws.close();
  }

  /** Clients of somebody who looks or meddles. */
  clients(): Clients {
    const { region, credentials } = this.aws.clientOptions();
    return createClients(clientConfiguration(region, credentials));
  }

  identity(serviceName: string): Identity {
    return identityOf({ partition: 'aws', region: REGION, accountId: ACCOUNT_ID }, 'default', serviceName);
  }

  spec(serviceName: string, wish: Wish): ServiceSpec {
    const certificateArn = wish.certificate === 'own' ? undefined : (wish.certificateArn ?? this.wildcardArn);
    return {
      createsCluster: true,
      infrastructureRoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/infrastructure`,
      task: { kind: 'external', taskDefinitionArn: 'unused' },
      subnetIds: wish.subnetIds ?? [],
      additionalSecurityGroupIds: [],
      targetGroup: specifiedTargetGroup({}, wish.healthCheckPath),
      settings: {},
      rollbackAlarm: {},
      scaling: { minTaskCount: 1, maxTaskCount: 20, metric: 'AVERAGE_CPU', targetValue: 60 },
      domain: {
        hostName: wish.hostName ?? `${serviceName}.${BASE_DOMAIN}`,
        hostedZoneId: wish.hostedZoneId === 'none' ? undefined : (wish.hostedZoneId ?? this.hostedZoneId),
        certificateArn,
      },
      additionalDomains: wish.additionalDomains ?? [],
      dns: dnsSpec({}, { additionalDomains: [] }, this.identity(serviceName)),
      pathPatterns: wish.pathPatterns ?? [],
      additionalLoadBalancers: {},
      loadBalancer: loadBalancerSpec(wish.loadBalancer, undefined),
      webAclArn: wish.webAclArn,
      tags: wish.tags ?? {},
      templateRecord: {},
    };
  }

  /** Create or update a service. */
  async apply(
    serviceName: string,
    wish: Wish = {},
    crash?: Crash,
    interlude?: Interlude,
  ): Promise<Observations> {
    const spec = this.spec(serviceName, wish);
    const operationToken = randomUUID();
    const meter = new Meter(crash, interlude);
    return this.repeat(meter, (clients, continuation, time) => {
      let network: Promise<Network> | undefined;
      const scope: ApplyScope = {
        identity: this.identity(serviceName),
        ecsService: ecsServiceOf(this.identity(serviceName)),
        clients,
        session: new Session(),
        log: () => undefined,
        spec,
        previousSpec: wish.previous && this.spec(serviceName, wish.previous),
        network: () => (network ??= discoverNetwork(clients, spec)),
        operationToken,
        time,
        removedTagKeys: wish.removedTagKeys ?? [],
      };
      return convergeExposures(
        () => componentsWith(wish.containerPort ?? 8080),
        scope,
        continuation,
        () => true,
      );
    });
  }

  async remove(serviceName: string, crash?: Crash): Promise<Observations> {
    return this.repeat(new Meter(crash), (clients, continuation, time) =>
      teardownExposures(
        () => componentsWith(undefined),
        { ...this.scope(serviceName, clients), time },
        continuation,
        () => true,
      ),
    );
  }

  read(serviceName: string): Promise<Observations> {
    return observeExposures(() => componentsWith(undefined), this.scope(serviceName, this.clients()));
  }

  private scope(serviceName: string, clients: Clients): Scope {
    return {
      identity: this.identity(serviceName),
      ecsService: ecsServiceOf(this.identity(serviceName)),
      clients,
      session: new Session(),
      log: () => undefined,
      time: BEGINNING,
    };
  }

  /** Invoke again and again until nothing is waited for, as CloudFormation does. */
  private async repeat(
    meter: Meter,
    invoke: (
      clients: Clients,
      continuation: ExposureContinuation,
      time: OperationTime,
    ) => Promise<ExposureConvergence>,
  ): Promise<Observations> {
    let continuation: ExposureContinuation = {};
    let elapsedSeconds = 0;
    for (let invocation = 0; invocation < MOST_INVOCATIONS; invocation += 1) {
      const clients = meter.meter(this.clients());
      const outcome = await this.aws.clock
        .work(() => invoke(clients, continuation, { elapsedSeconds, waits: continuation.waits ?? {} }))
        .finally(() => {
          this.cost = meter.cost();
        });
      if (outcome.status === 'done') return outcome.observations;
      // What is handed on is what CloudFormation would keep: JSON.
      continuation = JSON.parse(JSON.stringify(outcome.continuation));
      elapsedSeconds += outcome.seconds;
      await this.aws.clock.sleep(outcome.seconds * 1000);
    }
    throw new Error('the operation does not come to an end');
  }

  /** A certificate that is issued already, requested by somebody else. */
  issueCertificate(domainName: string): Promise<string> {
    return issueCertificate(this.aws, this.hostedZoneId, domainName);
  }

  /** Identifiers of everything in the account but what it had in the beginning. */
  async left(): Promise<readonly string[]> {
    const inventory = await takeInventory(this.aws.clientOptions());
    return inventory.filter((resource) => !this.beginning.has(resource));
  }

  private async prepare(): Promise<void> {
    ({ hostedZoneId: this.hostedZoneId, certificateArn: this.wildcardArn } = await giveCertifiedBaseDomain(
      this.aws,
    ));
    this.beginning = new Set(await takeInventory(this.aws.clientOptions()));
  }
}

/** Counts the AWS calls of an operation, and kills it at one of them. */
class Meter {
  private depthOfEnded = 0;
  private readonly operations: string[] = [];
  private isDead = false;

  constructor(
    private readonly crash?: Crash,
    private readonly interlude?: Interlude,
  ) {}

  cost(): Cost {
    return { calls: this.operations.length, chain: this.depthOfEnded, operations: [...this.operations] };
  }

  meter(clients: Clients): Clients {
    const metered = new Set<string>();
    return new Proxy(clients, {
      get: (target, name: keyof Clients) => {
        const client = target[name] as { middlewareStack: MiddlewareStack<object, object> };
        if (!metered.has(name)) {
          metered.add(name);
          client.middlewareStack.add(
            (next, { commandName }) =>
              (args) =>
                this.call(commandName ?? '', () => next(args)),
            { step: 'initialize', priority: 'high' },
          );
        }
        return client;
      },
    });
  }

  private async call<Answer>(name: string, next: () => Promise<Answer>): Promise<Answer> {
    if (this.isDead) throw new Killed();
    const operation = name.replace(/Command$/, '');
    this.operations.push(operation);
    const depth = this.depthOfEnded + 1;
    if (this.isAt(operation, this.crash)) {
      this.isDead = true;
      if (this.crash!.effect === 'before') throw new Killed();
    }
    if (this.isAt(operation, this.interlude?.before)) await this.interlude!.happens();
    try {
      const answer = await next();
      if (this.isDead) throw new Killed();
      return answer;
    } finally {
      this.depthOfEnded = Math.max(this.depthOfEnded, depth);
    }
  }

  /** Whether the latest call is this one. */
  private isAt(latest: string, call: Crash | undefined): boolean {
    if (!call || latest !== (call.operation ?? latest)) return false;
    const { operation, occurrence } = call;
    return this.operations.filter((name) => name === (operation ?? name)).length === occurrence;
  }
}
