/** A life in the course of which everything is persisted that the resource type persists. */
import { issueCertificate, createHostedZone } from '../../local/account';
import type { InvocationResult } from '../../local/lambda';
import type { Structure } from '../../local/service';
import { OwnLoadBalancer } from '../external-listener/external-load-balancer';
import { makePrivateSubnets } from '../support/account';
import { Driver, type DriverOptions } from '../support/driver';
import type { Handlers } from '../support/handlers';

/** One operation of the life. */
export interface Step {
  readonly operation: string;
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly template: Structure;
}

/** The account in which it is lived, and the operations in their order. */
export interface Life {
  readonly driver: Driver;
  readonly steps: readonly Step[];
}

/** Who sees the answers of all invocations, and may change them. */
export type OnAnswer = (payload: Structure) => Promise<Structure>;

const STACK_TAGS = { 'cost-centre': '42' };

/** @param onAnswer is told of each answer of the handlers. */
export async function beginLife(options: DriverOptions, onAnswer: OnAnswer): Promise<Life> {
  const { handlers: handlersOf = (await import('../support/source-handlers')).fromSource } = options;
  const driver = await Driver.start({
    ...options,
    handlers: (aws) => answering(handlersOf(aws), onAnswer),
  });
  const { aws } = driver;
  const zone = await createHostedZone(aws, 'example.org');
  const shop = await issueCertificate(aws, zone, 'shop.example.org');
  const listenerCertificate = await issueCertificate(aws, driver.hostedZoneId, 'author.apps.example.com');
  const { privateSubnetIds } = await makePrivateSubnets(aws);
  const author = await OwnLoadBalancer.make(driver, listenerCertificate);

  const common: Structure = driver.model({
    // Requested and validated here.
    DomainName: 'www.hello.apps.example.com',
    // Of which the author looks after the DNS record.
    AdditionalDomains: [{ DomainName: 'shop.example.org', CertificateArn: shop }],
    LogGroupDeletionPolicy: 'Retain',
    ScalingTarget: {
      MinTaskCount: 1,
      MaxTaskCount: 4,
      ScheduledActions: [{ Name: 'night', Schedule: 'cron(0 20 * * ? *)', MinTaskCount: 0 }],
    },
    SidecarContainers: [{ Name: 'agent', Image: 'example/agent:1', Essential: true }],
    Tags: [{ Key: 'team', Value: 'shop' }],
  });
  const another: Structure = { ...common, PrimaryContainer: { Image: 'example/hello:2' } };
  const { AdditionalDomains: _, ...alone } = another;
  return {
    driver,
    steps: [
      { operation: 'create', action: 'CREATE', template: common },
      { operation: 'update', action: 'UPDATE', template: another },
      {
        operation: 'update of the hosts',
        action: 'UPDATE',
        template: { ...alone, DomainName: 'hello.apps.example.com' },
      },
      {
        operation: 'move to another load balancer',
        action: 'UPDATE',
        template: { ...another, NetworkConfiguration: { Subnets: privateSubnetIds } },
      },
      {
        operation: 'move to a listener of the author’s',
        action: 'UPDATE',
        template: {
          ...another,
          NetworkConfiguration: { Subnets: privateSubnetIds },
          LoadBalancerConfiguration: { ListenerArn: author.listenerArn },
        },
      },
      { operation: 'delete', action: 'DELETE', template: {} },
    ],
  };
}

/** Carry out a step. @param model the model that the step before has answered. @returns the one of this step. */
export async function live(
  { driver }: Life,
  { action, template }: Step,
  model: Structure,
): Promise<Structure> {
  const { ServiceArn } = model;
  const outcome = await driver.run(
    action,
    action === 'CREATE' ? template : { ...template, ServiceArn },
    action === 'UPDATE' ? model : undefined,
    { stackTags: STACK_TAGS, previousStackTags: STACK_TAGS },
  );
  if (outcome.status === 'FAILED') throw new Error(`${action}: ${outcome.errorCode}: ${outcome.message}`);
  return action === 'DELETE' ? model : { ...template, ServiceArn: outcome.model!.ServiceArn };
}

/** What an answer waits for: the kinds of resources, or what it says in its first word. The same in all versions. */
export function phaseOf({ message = '', callbackContext }: Structure): string {
  const kinds = (callbackContext?.continuation?.pending ?? []).map(
    ({ kind }: Structure) => kind.split(' ')[0],
  );
  return kinds.length > 0 ? kinds.sort().join(', ') : message.split(' ')[0];
}

function answering(handlers: Handlers, onAnswer: OnAnswer): Handlers {
  return {
    get log() {
      return handlers.log;
    },
    async invoke(event, invocationId): Promise<InvocationResult> {
      const result = await handlers.invoke(event, invocationId);
      return result.payload ? { ...result, payload: await onAnswer(result.payload as Structure) } : result;
    },
    die: () => handlers.die(),
    close: () => handlers.close(),
  };
}
