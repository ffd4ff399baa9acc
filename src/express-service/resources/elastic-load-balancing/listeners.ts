import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  ModifyListenerCommand,
  paginateDescribeListenerCertificates,
  RemoveListenerCertificatesCommand,
  type CreateListenerCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { allOf } from '../../../core/all-of';
import type { ApplyScope, Component, DesiredScope, PlanScope, Scope } from '../../composition/component';
import { isSharedExposure, onePart } from '../../composition/part';
import type { Resolvable } from '../../../core/graph';
import { domainsOf } from '../../properties/domains';
import { describeListeners, HTTP_LISTENER, rememberListeners } from '../../sharing/load-balancer-closing';
import { done, wait, waitedFor, type Outcome } from '../../../core/outcome';
import { allItems } from '../../../aws/pages';
import { isSdkError, unless } from '../../../aws/sdk-errors';
import type { ResourceTag } from '../../identity/tags';
import type { ManagedCertificate } from '../certificate-manager/managed-certificates';
import type { ObservedCertificate } from '../certificate-manager/certificate';
import type { ObservedLoadBalancer } from './load-balancer';
import {
  PLACE_PERMISSIONS,
  placeOnNext,
  type ObservedServiceSecurityGroup,
} from '../ec2/service-security-group';

/** The listeners of a shared load balancer. */
export interface ObservedListeners {
  /** HTTPS on port 443; undefined when it is absent. */
  readonly httpsArn?: string;
  /** HTTP on port 80, which redirects to HTTPS; undefined when it is absent. */
  readonly httpArn?: string;
  /** Certificate for clients that name no host, or an unknown one. */
  readonly defaultCertificateArn?: string;
  /** Further certificates, chosen by the host that a client names. */
  readonly certificateArns: readonly string[];
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
  LoadBalancer: ObservedLoadBalancer;
  Certificate: ObservedCertificate;
};

export interface ListenerCertificate {
  readonly CertificateArn: string;
}

interface ListenerProperties {
  readonly LoadBalancerArn: string;
  readonly Protocol: 'HTTP' | 'HTTPS';
  readonly Port: number;
  readonly SslPolicy?: string;
  readonly Certificates?: readonly ListenerCertificate[];
  readonly DefaultActions: NonNullable<CreateListenerCommandInput['DefaultActions']>;
  readonly Tags: readonly ResourceTag[];
}

/** Certificates beside the default one. */
export interface ListenerCertificateProperties {
  readonly ListenerArn: string;
  readonly Certificates: readonly ListenerCertificate[];
}

/** TLS 1.3 and 1.2 with forward secrecy and post-quantum key exchange: what AWS recommends (ELB User Guide, "Security policies"). */
export const SECURITY_POLICY = 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09';

/** What the HTTPS listener answers when no rule matches. */
const NOT_FOUND: ListenerProperties['DefaultActions'] = [
  {
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain', MessageBody: 'Not Found' },
  },
];

type Properties = ListenerProperties | ListenerCertificateProperties;
type ListenerScope = DesiredScope<Properties>;

/** IAM actions of {@link releaseCertificates}. */
export const RELEASE_PERMISSIONS = [
  'elasticloadbalancing:ModifyListener',
  'elasticloadbalancing:RemoveListenerCertificates',
] as const;

/** How long a certificate that is issued may stay invisible to ELB. */
const CERTIFICATE_SEEN = { what: 'the certificate to be seen by the load balancer', seconds: 300 };

/** The two listeners, shared like their load balancer, and the certificate of the service among those of the HTTPS one. */
export const listeners: Component<ObservedListeners, Needs, Properties> = {
  kind: 'Listeners',
  needs: ['ServiceSecurityGroup', 'LoadBalancer', 'Certificate'],
  shared: true,
  per: 'load balancer',
  staysWhileJoining: true,
  permissions: {
    observe: ['elasticloadbalancing:DescribeListenerCertificates', 'elasticloadbalancing:DescribeListeners'],
    apply: [
      'elasticloadbalancing:AddListenerCertificates',
      'elasticloadbalancing:AddTags',
      'elasticloadbalancing:CreateListener',
      ...PLACE_PERMISSIONS,
      ...RELEASE_PERMISSIONS,
    ],
    remove: [...RELEASE_PERMISSIONS],
  },

  desired({ exposure, spec, refer }) {
    if (exposure.kind !== 'shared') return [];
    const [first, ...further] = plannedCertificates({ spec, refer });
    const type = 'AWS::ElasticLoadBalancingV2::Listener';
    const LoadBalancerArn = refer('LoadBalancer', 'LoadBalancerArn');
    return [
      {
        name: 'Https',
        type,
        shared: true,
        properties: {
          LoadBalancerArn,
          Protocol: 'HTTPS',
          Port: 443,
          SslPolicy: SECURITY_POLICY,
          Certificates: first ? [first] : [],
          DefaultActions: NOT_FOUND,
          Tags: HTTP_LISTENER.Tags,
        },
      },
      {
        name: 'Http',
        type,
        shared: true,
        properties: { ...HTTP_LISTENER, LoadBalancerArn },
      },
      ...(further.length > 0
        ? [
            {
              name: 'Certificates',
              type: 'AWS::ElasticLoadBalancingV2::ListenerCertificate',
              properties: {
                ListenerArn: refer('Listeners', 'ListenerArn', { name: 'Https' }),
                Certificates: further,
              },
            },
          ]
        : []),
    ];
  },

  attributes: ({ httpsArn, httpArn }) => ({
    Https: { Ref: httpsArn, ListenerArn: httpsArn },
    Http: { Ref: httpArn, ListenerArn: httpArn },
  }),

  parts(scope, observed) {
    const type = 'AWS::ElasticLoadBalancingV2::Listener';
    if (!isSharedExposure(scope)) return [];
    return [
      ...onePart(type, observed?.httpsArn, (arn) => arn),
      ...(observed?.httpArn === undefined ? [] : [{ type, arn: observed.httpArn }]),
    ];
  },

  async observe(scope, { ServiceSecurityGroup, LoadBalancer }) {
    if (!LoadBalancer) return undefined;
    // Of a service that is not placed yet no certificate can be there.
    return look(scope, LoadBalancer.arn, ServiceSecurityGroup !== undefined && !scope.isRemoval);
  },

  async apply(scope, { ServiceSecurityGroup, LoadBalancer, Certificate }, current) {
    try {
      const [https, httpArn] = await allOf([
        applyHttps(scope, Certificate.arns, current),
        applyHttp(scope, current),
      ]);
      return done({ ...https, httpArn });
    } catch (error) {
      // Certificates that were given to services which have left stay, and may use up the quota.
      if (scope.exposure?.kind === 'shared' && isSdkError(error, 'TooManyCertificatesException')) {
        return placeOnNext(scope, ServiceSecurityGroup, scope.exposure);
      }
      return waitForOthers(scope, error, LoadBalancer.name);
    }
  },

  /** Take former certificates of the service off the listener. */
  async prune(scope, { Certificate }, current) {
    const obsolete = Certificate.managed.filter(({ isObsolete }) => isObsolete);
    return releaseCertificates(scope, current, obsolete);
  },

  /**
   * Take the service's own certificates off the listener; a certificate that was given stays while the listener lives,
   * because other services may use it. The listeners themselves go with their load balancer.
   */
  async remove(scope, { Certificate, LoadBalancer }, current) {
    if (!LoadBalancer) return done(undefined);
    const removesSome = Certificate && Certificate.managed.length > 0;
    const now = removesSome ? await look(scope, LoadBalancer.arn, true) : current;
    if (now) rememberListeners(scope, LoadBalancer.arn, now);
    return now && removesSome ? releaseCertificates(scope, now, Certificate.managed) : done(undefined);
  },
};

/** The certificates of the hosts, that of the endpoint first. */
export function plannedCertificates({
  spec,
  refer,
}: Pick<PlanScope, 'spec' | 'refer'>): Resolvable<ListenerCertificate>[] {
  return domainsOf(spec).flatMap((domain): Resolvable<ListenerCertificate>[] => {
    const { hostName, hostedZoneId, certificateArn } = domain;
    if (certificateArn !== undefined) return [{ CertificateArn: certificateArn }];
    if (hostedZoneId === undefined) return [];
    return [{ CertificateArn: refer('Certificate', 'Ref', { name: hostName }) }];
  });
}

/** @param withCertificates whether those beside the default one are looked at too. */
async function look(
  scope: Scope,
  loadBalancerArn: string,
  withCertificates: boolean,
): Promise<ObservedListeners | undefined> {
  const found = await unless(describeListeners(scope, loadBalancerArn), 'LoadBalancerNotFoundException');
  if (!found) return undefined;
  const httpsArn = found.https?.ListenerArn;
  return {
    httpsArn,
    httpArn: found.http?.ListenerArn,
    defaultCertificateArn: found.https?.Certificates?.[0]?.CertificateArn,
    certificateArns: httpsArn && withCertificates ? await furtherCertificates(scope, httpsArn) : [],
  };
}

/**
 * Take certificates off the HTTPS listener. When one is the default, another takes its place; when there is no other,
 * it stays, and goes with the load balancer, of which this was the last service.
 */
export async function releaseCertificates(
  scope: Scope,
  listeners: ObservedListeners,
  certificates: readonly ManagedCertificate[],
): Promise<Outcome<void>> {
  try {
    await removeCertificates(
      scope,
      listeners,
      certificates.map(({ arn }) => arn),
    );
  } catch (error) {
    // The certificate that was to become the default has gone with its service a moment ago; or one to be taken off has
    // become the default, because another service has left.
    if (isSdkError(error, 'CertificateNotFoundException', 'OperationNotPermittedException')) {
      return wait('another certificate for the listener', 2);
    }
    if (!isSdkError(error, 'ListenerNotFoundException')) throw error;
  }
  return done(undefined);
}

async function removeCertificates(
  { clients: { elasticLoadBalancing } }: Scope,
  { httpsArn, defaultCertificateArn, certificateArns }: ObservedListeners,
  removed: readonly string[],
): Promise<void> {
  if (!httpsArn) return;
  const successor = certificateArns.find((arn) => !removed.includes(arn));
  if (defaultCertificateArn && removed.includes(defaultCertificateArn) && successor) {
    await elasticLoadBalancing.send(
      new ModifyListenerCommand({ ListenerArn: httpsArn, Certificates: [{ CertificateArn: successor }] }),
    );
  }
  const further = certificateArns.filter((arn) => removed.includes(arn));
  if (further.length > 0) {
    await elasticLoadBalancing.send(
      new RemoveListenerCertificatesCommand({
        ListenerArn: httpsArn,
        Certificates: further.map((CertificateArn) => ({ CertificateArn })),
      }),
    );
  }
}

/** Certificates of a listener beside its default one. */
export async function furtherCertificates({ clients }: Scope, listenerArn: string): Promise<string[]> {
  const found = await unless(
    allItems(
      paginateDescribeListenerCertificates(
        { client: clients.elasticLoadBalancing },
        { ListenerArn: listenerArn },
      ),
      ({ Certificates }) => Certificates,
    ),
    'ListenerNotFoundException',
  );
  return (found ?? []).filter(({ IsDefault }) => !IsDefault).map(({ CertificateArn }) => CertificateArn!);
}

/** The HTTPS listener with the service's certificates. */
async function applyHttps(
  scope: ListenerScope,
  arns: readonly string[],
  current: ObservedListeners | undefined,
): Promise<ObservedListeners> {
  if (current?.httpsArn) return addCertificates(scope, current, arns);
  const httpsArn = await create(scope, scope.desired.Https as ListenerProperties);
  return addCertificates(scope, { httpsArn, defaultCertificateArn: arns[0], certificateArns: [] }, arns);
}

/** The HTTP listener. */
async function applyHttp(scope: ListenerScope, current: ObservedListeners | undefined): Promise<string> {
  return current?.httpArn ?? create(scope, scope.desired.Http as ListenerProperties);
}

/** @returns the ARN. @throws DuplicateListenerException of the SDK when there is one at the port. */
async function create(
  { clients }: ApplyScope,
  { Certificates, Tags, ...wanted }: ListenerProperties,
): Promise<string> {
  const { Listeners = [] } = await clients.elasticLoadBalancing.send(
    new CreateListenerCommand({
      ...wanted,
      Certificates: Certificates && [...Certificates],
      Tags: [...Tags],
    }),
  );
  return Listeners[0]!.ListenerArn!;
}

/** Add the certificates that the HTTPS listener lacks. */
export async function addCertificates(
  { clients }: ApplyScope,
  current: ObservedListeners,
  arns: readonly string[],
): Promise<ObservedListeners> {
  const { httpsArn, defaultCertificateArn, certificateArns } = current;
  const missing = arns.filter((arn) => arn !== defaultCertificateArn && !certificateArns.includes(arn));
  if (missing.length === 0) return current;
  await clients.elasticLoadBalancing.send(
    new AddListenerCertificatesCommand({
      ListenerArn: httpsArn,
      Certificates: missing.map((CertificateArn) => ({ CertificateArn })),
    }),
  );
  return { ...current, certificateArns: [...certificateArns, ...missing] };
}

/** What to wait for after an error that says that another service is at work, or that a certificate is new. */
export function waitForOthers(scope: ApplyScope, error: unknown, name: string): Outcome<never> {
  if (
    isSdkError(
      error,
      'DuplicateListenerException',
      'ListenerNotFoundException',
      'LoadBalancerNotFoundException',
    )
  ) {
    return wait(`load balancer ${name}, which another service is making or removing`, 2);
  }
  // A certificate that has just been issued is not seen everywhere at once.
  if (
    isSdkError(error, 'CertificateNotFoundException', 'UnsupportedCertificateException') &&
    waitedFor(scope.time, CERTIFICATE_SEEN.what) < CERTIFICATE_SEEN.seconds
  ) {
    return wait(CERTIFICATE_SEEN.what, 5);
  }
  throw error;
}
