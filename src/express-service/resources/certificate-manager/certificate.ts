import {
  AddTagsToCertificateCommand,
  RemoveTagsFromCertificateCommand,
  RequestCertificateCommand,
  type CertificateDetail,
} from '@aws-sdk/client-acm';
import type { ApplyScope, Component, Scope } from '../../composition/component';
import { partInStatus, type PartStatus } from '../../composition/part';
import { allOf } from '../../../core/all-of';
import { domainPath, domainsOf, type Domain } from '../../properties/domains';
import { needsCertificates } from '../../properties/load-balancer-settings';
import { HandlerError } from '../../../core/failure';
import { isManagedHost, isSameHost, regionalHosts, type ManagedHost } from '../../memory/hosts';
import { shortHash } from '../../identity/identity';
import { isLeaving, isOfOperation, operationTag } from '../../memory/resource-marks';
import { done, wait, waitedFor, type Outcome, type Wait } from '../../../core/outcome';
import {
  describeCertificate,
  LIST_CERTIFICATE_PERMISSIONS,
  listManagedCertificates,
  REMOVE_PERMISSIONS,
  removeManagedCertificates,
  validate,
  type ManagedCertificate,
} from './managed-certificates';
import type { ServiceSpec } from '../../specification';
import { tagChanges, tagList, tagRecord, type ResourceTag } from '../../identity/tags';
import { managedTags } from '../../memory/ownership';
import type { ObservedServiceSecurityGroup } from '../ec2/service-security-group';

/** The certificates of the service. */
export interface ObservedCertificate {
  /** Of the endpoint; undefined when none is there yet, or the author sees to it. */
  readonly arn?: string;
  /** All that the service uses, that of the endpoint first; those that are not among {@link managed} were given. */
  readonly arns: readonly string[];
  /** Those that were requested for the service, former ones too. */
  readonly managed: readonly ManagedCertificate[];
}

/** Of a certificate that is waited for: its ARN, and the hosted zone with the record that validates it. */
interface Pending {
  readonly arn: string;
  readonly hostedZoneId: string;
}

/** What is kept while certificates are waited for. */
interface Token {
  readonly certificates: readonly Pending[];
}

interface CertificateProperties {
  readonly DomainName: string;
  readonly ValidationMethod: 'DNS';
  readonly DomainValidationOptions: readonly {
    readonly DomainName: string;
    readonly HostedZoneId: string;
  }[];
  readonly Tags: readonly ResourceTag[];
}

type Needs = {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
};

/** ACM takes no longer name as a certificate's first one (ACM API reference, RequestCertificate). */
const LONGEST_DOMAIN_NAME = 64;
/** Seconds between looks at a certificate: ACM takes a minute or two to see the DNS record. */
const SECONDS_BETWEEN_LOOKS = 15;
/** Seconds after which the record of a certificate that is not issued is made once more. */
const SECONDS_BETWEEN_RECORDS = 300;
/** Minutes for which a certificate is waited for. A name server that was changed is known everywhere after less. */
const MOST_MINUTES = 60;

const FAILED: readonly (string | undefined)[] = ['FAILED', 'VALIDATION_TIMED_OUT', 'REVOKED', 'EXPIRED'];

const PART_STATUS: Readonly<Record<string, PartStatus>> = {
  ISSUED: 'ACTIVE',
  PENDING_VALIDATION: 'PROVISIONING',
};

/** A certificate for each host of the service: one that was given, or one that is requested for it and validated by DNS. */
export const certificate: Component<ObservedCertificate, Needs, CertificateProperties, Token> = {
  kind: 'Certificate',
  needs: ['ServiceSecurityGroup'],
  per: 'additional load balancer',
  permissions: {
    observe: [...LIST_CERTIFICATE_PERMISSIONS],
    apply: [
      'acm:AddTagsToCertificate',
      'acm:DescribeCertificate',
      'acm:RemoveTagsFromCertificate',
      'acm:RequestCertificate',
      'route53:ChangeResourceRecordSets',
      ...REMOVE_PERMISSIONS,
    ],
    remove: [...REMOVE_PERMISSIONS],
  },

  desired(plan) {
    return requestedFor(plan.spec).map(({ hostName, hostedZoneId }) => ({
      name: hostName,
      type: 'AWS::CertificateManager::Certificate',
      properties: {
        DomainName: hostName,
        ValidationMethod: 'DNS',
        DomainValidationOptions: [{ DomainName: hostName, HostedZoneId: hostedZoneId }],
        Tags: tagList(managedTags(plan)),
      },
    }));
  },

  attributes: ({ managed }) =>
    Object.fromEntries(
      managed.filter(({ isObsolete }) => !isObsolete).map(({ host, arn }) => [host.hostName, { Ref: arn }]),
    ),

  parts: (_scope, observed) =>
    (observed?.managed ?? [])
      .filter(({ isObsolete }) => !isObsolete)
      .map(({ arn, status }) =>
        partInStatus(
          'AWS::CertificateManager::Certificate',
          arn,
          PART_STATUS[status] ?? 'FAILED',
          `ACM says ${status}`,
        ),
      ),

  async observe(scope, { ServiceSecurityGroup }) {
    const { spec } = scope;
    const domains = spec ? domainsOf(spec) : recordedDomains(scope, ServiceSecurityGroup);
    const [managed] = await Promise.all([
      listManagedCertificates(scope, ServiceSecurityGroup?.hosts ?? []),
      spec && checkGiven(scope, domains),
    ]);
    const isNeeded = !spec || needsCertificates(spec.loadBalancer);
    if (spec && isNeeded) checkLengths(domains);
    const used = isNeeded ? domains.map((domain) => certificateOf(scope, domain, managed)) : [];
    const arns = [...new Set(used.flatMap((arn) => arn ?? []))];
    if (arns.length === 0 && managed.length === 0) return undefined;
    return {
      arn: used[0],
      arns,
      managed: managed.map((each) => ({ ...each, isObsolete: !arns.includes(each.arn) })),
    };
  },

  async apply(scope, _needs, current) {
    const outcomes = await allOf(
      requestedFor(scope.spec).map((host) => {
        const used = current?.managed.find((each) => !each.isObsolete && isSameHost(each.host, host));
        return used ? goOn(scope, used) : request(scope, host, scope.desired[host.hostName]!);
      }),
    );
    return together(outcomes) ?? done(current ?? { arns: [], managed: [] });
  },

  async poll(scope, { certificates }) {
    const outcomes = await allOf(
      certificates.map(async (pending): Promise<Outcome<void, Token>> => {
        const described = await describeCertificate(scope, pending.arn);
        const hostName = described?.DomainName ?? pending.arn;
        if (described?.Status === 'ISSUED') return done(undefined);
        if (!described || FAILED.includes(described.Status)) throw failure(scope, described, hostName);
        return waitForIssue(scope, pending, described);
      }),
    );
    return together(outcomes) ?? done(undefined);
  },

  prune(scope, _needs, { managed }) {
    const obsolete = managed.filter(({ isObsolete }) => isObsolete);
    return removeManagedCertificates(scope, obsolete);
  },

  remove(scope, _found, { managed }) {
    return removeManagedCertificates(scope, managed);
  },
};

/** What the service answers at, as its record says: Regional names, too, which no template names. */
function recordedDomains(
  { identity }: Scope,
  group: ObservedServiceSecurityGroup | undefined,
): readonly Domain[] {
  return group ? [...group.domains, ...regionalHosts(group, identity.region)] : [];
}

/** Hosts of a specification for which certificates are requested. */
export function requestedFor(spec: ServiceSpec): readonly (Domain & ManagedHost)[] {
  if (!needsCertificates(spec.loadBalancer)) return [];
  return domainsOf(spec)
    .filter(isManagedHost)
    .filter(({ certificateArn }) => certificateArn === undefined);
}

/** The certificate that the service uses for a domain; undefined when there is none yet, or the author sees to it. */
function certificateOf(
  scope: Scope,
  domain: Domain,
  managed: readonly ManagedCertificate[],
): string | undefined {
  if (domain.certificateArn !== undefined) return domain.certificateArn;
  return managed.find((each) => isSameHost(each.host, domain) && isUsable(scope, each))?.arn;
}

/** One wait for all that is waited for; undefined when nothing is. */
function together(outcomes: readonly Outcome<unknown, Token>[]): Wait<Token> | undefined {
  // Those that something has to be done about come first.
  const waits = outcomes
    .filter((outcome) => outcome.status === 'wait')
    .sort((one, other) => Number(one.token !== undefined) - Number(other.token !== undefined));
  const [first] = waits;
  if (!first) return undefined;
  const tokens = waits.flatMap(({ token }) => token ?? []);
  const certificates = tokens.flatMap((token) => token.certificates);
  return {
    ...first,
    reason: waits.map(({ reason }) => reason).join('; '),
    seconds: Math.min(...waits.map(({ seconds }) => seconds)),
    token: tokens.length === waits.length ? { certificates } : undefined,
  };
}

/** @throws HandlerError InvalidRequest when a certificate that is given cannot serve its host. */
async function checkGiven(scope: Scope, domains: readonly Domain[]): Promise<void> {
  const described = new Map<string, ReturnType<typeof describeCertificate>>();
  const describeOnce = (arn: string) => {
    const looking = described.get(arn) ?? describeCertificate(scope, arn);
    described.set(arn, looking);
    return looking;
  };
  await allOf(
    domains.map(async ({ hostName, certificateArn: arn }, index) => {
      const problem = arn === undefined ? undefined : certificateFlaw(await describeOnce(arn), hostName);
      if (!problem) return;
      throw new HandlerError('InvalidRequest', `certificate ${arn} ${problem}`, {
        propertyPath: domainPath(index, domains, 'CertificateArn'),
        remedy: `Name an issued certificate of this account and Region that covers ${hostName}, or leave CertificateArn out to have one requested`,
      });
    }),
  );
}

/** Why a certificate cannot serve a host, as the end of a sentence; undefined when it can. */
export function certificateFlaw(
  described: CertificateDetail | undefined,
  hostName: string,
): string | undefined {
  if (!described) return 'does not exist';
  if (described.Status !== 'ISSUED') return `is ${described.Status}, not ISSUED`;
  const names = [described.DomainName!, ...(described.SubjectAlternativeNames ?? [])];
  return names.some((name) => covers(name, hostName)) ? undefined : `does not cover ${hostName}`;
}

/** Whether a name in a certificate covers a host: an asterisk stands for exactly one label (RFC 6125). */
function covers(name: string, hostName: string): boolean {
  const pattern = name.toLowerCase();
  return pattern.startsWith('*.')
    ? pattern.slice(1) === hostName.slice(hostName.indexOf('.'))
    : pattern === hostName;
}

function checkLengths(domains: readonly Domain[]): void {
  for (const [index, { hostName, hostedZoneId, certificateArn }] of domains.entries()) {
    if (certificateArn !== undefined || !hostedZoneId || hostName.length <= LONGEST_DOMAIN_NAME) continue;
    throw new HandlerError(
      'InvalidRequest',
      `ACM issues no certificate for a host name of more than ${LONGEST_DOMAIN_NAME} characters, and ${hostName} has ${hostName.length}`,
      {
        propertyPath: domainPath(index, domains, 'DomainName'),
        remedy: 'Choose a shorter one, or give CertificateArn',
      },
    );
  }
}

/** Whether a certificate can be used; one that failed in an earlier operation, or is being removed, is replaced. */
function isUsable(scope: Scope, certificate: ManagedCertificate): boolean {
  if (isLeaving(certificate)) return false;
  const { status, tags } = certificate;
  return !scope.spec || !FAILED.includes(status) || isOfOperation(tags, (scope as ApplyScope).operationToken);
}

/** Go on with a certificate that was requested. */
async function goOn(scope: ApplyScope, used: ManagedCertificate): Promise<Outcome<void, Token>> {
  await changeTags(scope, used);
  if (used.status === 'ISSUED') return done(undefined);
  if (FAILED.includes(used.status)) {
    throw failure(scope, await describeCertificate(scope, used.arn), used.host.hostName);
  }
  return validateAndWait(scope, used);
}

async function request(
  scope: ApplyScope,
  host: ManagedHost,
  { DomainName, ValidationMethod, Tags }: CertificateProperties,
): Promise<Outcome<void, Token>> {
  const operation = operationOf(scope);
  const { CertificateArn } = await scope.clients.acm.send(
    new RequestCertificateCommand({
      DomainName,
      ValidationMethod,
      // The same for all attempts of this operation, which then make one certificate between them.
      IdempotencyToken: shortHash(`${operation} ${host.hostName}`, 32),
      Tags: tagList({ ...tagRecord(Tags), ...operationTag(scope.operationToken) }),
    }),
  );
  // Whether others share the record is known only now.
  return validateAndWait(scope, { arn: CertificateArn!, host, sharesRecord: true });
}

async function validateAndWait(
  scope: ApplyScope,
  certificate: Pick<ManagedCertificate, 'arn' | 'host' | 'sharesRecord'>,
): Promise<Outcome<void, Token>> {
  const validated = await validate(scope, certificate);
  if (validated.status === 'wait') return validated;
  const { arn, host } = certificate;
  return waitForIssue(scope, { arn, hostedZoneId: host.hostedZoneId }, validated.value);
}

function operationOf({ operationToken }: ApplyScope): string {
  return shortHash(operationToken, 16);
}

async function changeTags(scope: ApplyScope, { arn, tags }: ManagedCertificate): Promise<void> {
  const { set, remove } = tagChanges(tags, managedTags(scope), scope.removedTagKeys);
  const { acm } = scope.clients;
  if (Object.keys(set).length > 0) {
    await acm.send(new AddTagsToCertificateCommand({ CertificateArn: arn, Tags: tagList(set) }));
  }
  if (remove.length > 0) {
    await acm.send(
      new RemoveTagsFromCertificateCommand({ CertificateArn: arn, Tags: remove.map((Key) => ({ Key })) }),
    );
  }
}

/**
 * The wait for a certificate that has its record. Now and then the record is made again, in case somebody has deleted it.
 *
 * @param described with the record.
 */
function waitForIssue(scope: Scope, pending: Pending, described: CertificateDetail): Wait<Token> {
  const { arn, hostedZoneId } = pending;
  const hostName = described.DomainName!;
  const reason = `certificate of ${hostName} to be issued`;
  const { Name, Value } = described.DomainValidationOptions?.[0]?.ResourceRecord ?? {};
  const isTimeForRecord =
    waitedFor(scope.time, reason) % SECONDS_BETWEEN_RECORDS >=
    SECONDS_BETWEEN_RECORDS - SECONDS_BETWEEN_LOOKS;
  return wait(reason, SECONDS_BETWEEN_LOOKS, {
    token: isTimeForRecord ? undefined : { certificates: [pending] },
    limit: {
      what: reason,
      seconds: MOST_MINUTES * 60,
      problem: `ACM has not issued certificate ${arn} of ${hostName} within ${MOST_MINUTES} minutes: it has not found the CNAME record ${Name} with the value ${Value}, which is in hosted zone ${hostedZoneId}`,
      propertyPath: pathOf(scope, hostName),
      remedy: `Check the delegation: "dig +short CNAME ${Name}" must answer that value, and "dig +short NS" of the zone's name must answer the name servers that "aws route53 get-hosted-zone --id ${hostedZoneId}" lists. Correct the NS record in the parent zone or at the registrar, and try again, or give CertificateArn`,
    },
  });
}

/** Path of the property that names a host. */
function pathOf({ spec }: Scope, hostName: string): string {
  const all = spec ? domainsOf(spec) : [];
  const index = all.findIndex((domain) => domain.hostName === hostName);
  return domainPath(index, all, 'DomainName');
}

function failure(scope: Scope, described: CertificateDetail | undefined, hostName: string): HandlerError {
  const reason = described?.FailureReason ?? described?.Status ?? 'it was deleted';
  return new HandlerError('NotStabilized', `the certificate of ${hostName} was not issued: ${reason}`, {
    propertyPath: pathOf(scope, hostName),
    remedy:
      'Check that the hosted zone is the public one that serves the domain, and that its CAA records permit amazon.com; then try again',
  });
}
