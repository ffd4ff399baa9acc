/** All guards, and the way of a request through its guard to moto. */
import type { AwsRequest, Structure } from '../service';
import { certificateManager } from './acm';
import { applicationAutoScaling } from './application-autoscaling';
import { CertificateIssuance } from './certificate-issuance';
import { DefaultVpc } from './default-vpc';
import { ec2 } from './ec2';
import { eventBridge } from './events';
import { elasticLoadBalancing } from './elasticloadbalancing';
import type { GuardContext, ServiceGuard } from './guard';
import { LoadBalancerTimes } from './load-balancer-times';
import { logs } from './logs';
import { route53 } from './route53';
import { Serial } from './serial';
import { serviceDiscovery } from './servicediscovery';
import { wafv2 } from './wafv2';

export type { GuardContext } from './guard';
export { LIMITS, type Limits } from './limits';

export interface Guards {
  /**
   * Carry out a call with AWS's checks around it. Calls that change something run one after the other within a service.
   *
   * @param forward lets moto answer.
   * @returns the guard's own output, or what `forward` gave.
   * @throws AwsError to refuse.
   */
  around<T>(
    request: AwsRequest,
    forward: () => Promise<T>,
  ): Promise<{ output: Structure } | { forwarded: T }>;
  /** Forget everything remembered. */
  reset(): void;
}

export function createGuards(context: GuardContext): Guards {
  const issuance = new CertificateIssuance(context);
  const times = new LoadBalancerTimes(context);
  const defaultVpc = new DefaultVpc(context);
  const guards: ReadonlyMap<string, ServiceGuard> = new Map(
    [
      applicationAutoScaling(context),
      certificateManager(context, issuance),
      ec2(context, times, defaultVpc),
      elasticLoadBalancing(context, times, issuance, defaultVpc),
      eventBridge(context),
      logs(context),
      route53(context),
      serviceDiscovery(context),
      wafv2(context, times),
    ].map((guard) => [guard.service, guard]),
  );
  const prepared = new Map<string, Promise<void> | undefined>();
  const serial = new Serial();

  async function prepare(guard: ServiceGuard, region: string): Promise<void> {
    const key = `${guard.service} ${region}`;
    if (!prepared.has(key)) prepared.set(key, guard.prepare?.(region));
    await prepared.get(key);
  }

  return {
    async around(request, forward) {
      const guard = guards.get(request.service);
      if (!guard) return { forwarded: await forward() };
      await prepare(guard, request.region);
      const guarded = async () => {
        const output = await guard.operations[request.operation]?.(request);
        return output ? { output } : { forwarded: await forward() };
      };
      const readsOnly = /^(Describe|Get|List)/.test(request.operation);
      return readsOnly ? guarded() : serial.run(`${request.service} ${request.region}`, guarded);
    },
    reset() {
      prepared.clear();
      issuance.reset();
      times.reset();
      defaultVpc.reset();
      for (const guard of guards.values()) guard.reset?.();
    },
  };
}
