/** Creating and changing listeners. */
import type { CreateListenerCommandInput, Listener } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../service';
import type { CertificateIssuance } from '../certificate-issuance';
import type { GuardContext, ServiceGuard } from '../guard';
import { checkCertificate } from './certificates';
import { loadBalancerArnOf, type Inventory } from './inventory';
import { checkActions, checkListener, isNetwork } from './network-load-balancers';
import type { TargetGroupChecks } from './target-group-checks';

const SECURE = new Set(['HTTPS', 'TLS']);

export function listeners(
  { limits }: GuardContext,
  inventory: Inventory,
  issuance: CertificateIssuance,
  checks: TargetGroupChecks,
): ServiceGuard['operations'] {
  async function checkCertificates(
    region: string,
    protocol: string | undefined,
    input: CreateListenerCommandInput,
  ) {
    const arns = (input.Certificates ?? []).map(({ CertificateArn }) => CertificateArn!);
    if (arns.length > 1)
      throw new AwsError(
        'ValidationError',
        'Up to 1 certificates can be specified; use AddListenerCertificates for more',
      );
    const isSecure = protocol !== undefined && SECURE.has(protocol);
    if (isSecure && arns.length === 0) {
      throw new AwsError('ValidationError', `A certificate must be specified for ${protocol} listeners`);
    }
    if (protocol !== undefined && !isSecure && arns.length > 0) {
      throw new AwsError(
        'InvalidConfigurationRequest',
        `Certificates cannot be specified for ${protocol} listeners`,
      );
    }
    if (protocol !== undefined && !isSecure && input.SslPolicy !== undefined) {
      throw new AwsError(
        'InvalidConfigurationRequest',
        `A security policy cannot be specified for ${protocol} listeners`,
      );
    }
    for (const arn of arns) await checkCertificate(issuance, region, arn);
  }

  function refuseDuplicate(arn: string): never {
    throw new AwsError(
      'DuplicateListener',
      `A listener already exists on this port for this load balancer '${arn}'`,
    );
  }

  return {
    async CreateListener({ region, input }) {
      const wanted = input as CreateListenerCommandInput;
      const arn = wanted.LoadBalancerArn!;
      checkListener(await inventory.loadBalancer(region, arn), wanted.Protocol);
      if (isNetwork(arn)) checkActions(wanted.DefaultActions!);
      await checkCertificates(region, wanted.Protocol, wanted);
      const existing = await inventory.listeners(region, arn);
      const onPort = existing.find(({ Port }) => Port === wanted.Port);
      if (onPort) return isSame(onPort, wanted) ? { Listeners: [onPort] } : refuseDuplicate(arn);
      if (existing.length >= limits.listenersPerLoadBalancer) {
        throw new AwsError(
          'TooManyListeners',
          `The quota for the number of listeners of '${arn}' has been reached`,
        );
      }
      await checks.check(region, arn, wanted.DefaultActions!, wanted.Protocol);
      return undefined;
    },

    async ModifyListener({ region, input }) {
      const arn = loadBalancerArnOf(input.ListenerArn);
      const existing = await inventory.listeners(region, arn);
      const current = existing.find(({ ListenerArn }) => ListenerArn === input.ListenerArn);
      if (!current) return undefined;
      if (existing.some((other) => other !== current && other.Port === input.Port)) refuseDuplicate(arn);
      const keepsCertificate = input.Certificates === undefined && (current.Certificates?.length ?? 0) > 0;
      if (!keepsCertificate)
        await checkCertificates(
          region,
          input.Protocol ?? current.Protocol,
          input as CreateListenerCommandInput,
        );
      if (input.Protocol) checkListener(await inventory.loadBalancer(region, arn), input.Protocol);
      const kept = input.Protocol ? current.DefaultActions : [];
      const actions = input.DefaultActions ?? kept ?? [];
      if (isNetwork(arn)) checkActions(actions);
      await checks.check(region, arn, actions, input.Protocol ?? current.Protocol);
      return undefined;
    },
  };
}

function isSame(listener: Listener, wanted: CreateListenerCommandInput): boolean {
  return (
    listener.Protocol === wanted.Protocol &&
    (wanted.SslPolicy === undefined || listener.SslPolicy === wanted.SslPolicy) &&
    listener.Certificates?.[0]?.CertificateArn === wanted.Certificates?.[0]?.CertificateArn &&
    JSON.stringify(actions(listener.DefaultActions)) === JSON.stringify(actions(wanted.DefaultActions))
  );
}

/** Actions in comparable form: moto may add an order, and members in another sequence. */
function actions(list: Listener['DefaultActions'] = []): unknown {
  return list.map(({ Order, ...action }) => sorted(action));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
