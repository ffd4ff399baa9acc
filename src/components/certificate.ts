import {
  AddTagsToCertificateCommand,
  RemoveTagsFromCertificateCommand,
  RequestCertificateCommand,
  type CertificateDetail,
} from '@aws-sdk/client-acm';
import type { ApplyScope, Component, Scope } from '../component';
import { HandlerError } from '../errors';
import { isSameHost } from '../hosts';
import { RESERVED_TAG_PREFIX, shortHash } from '../identity';
import { done, wait, type Outcome } from '../outcome';
import {
  describeCertificate,
  LIST_PERMISSIONS,
  listOwnCertificates,
  REMOVE_PERMISSIONS,
  removeOwnCertificates,
  validate,
  type OwnCertificate,
} from '../own-certificates';
import { ownedTags, tagChanges, tagList } from '../tags';
import type { ObservedServiceSecurityGroup } from './service-security-group';

/** The certificates of the service. */
export interface ObservedCertificate {
  /** The one that the service uses; undefined when none is there yet. */
  readonly arn?: string;
  /** Whether it was given, by the author or for the whole account, rather than requested for the service. */
  readonly isGiven: boolean;
  /** Those that were requested for the service, former ones too. */
  readonly own: readonly OwnCertificate[];
}

interface Needs {
  ServiceSecurityGroup: ObservedServiceSecurityGroup;
}

/** Tag: in which operation a certificate was requested. */
const OPERATION_TAG = `${RESERVED_TAG_PREFIX}operation`;
/** ACM takes no longer name as a certificate's first one (ACM API reference, RequestCertificate). */
const LONGEST_DOMAIN_NAME = 64;
/** Seconds between looks at a certificate: ACM takes a minute or two to see the DNS record. */
const SECONDS_BETWEEN_LOOKS = 15;

const FAILED: readonly (string | undefined)[] = ['FAILED', 'VALIDATION_TIMED_OUT', 'REVOKED', 'EXPIRED'];

/** The certificate that the service uses: one that was given, or one that is requested for its host and validated by DNS. */
export const certificate: Component<ObservedCertificate, Needs> = {
  kind: 'Certificate',
  needs: ['ServiceSecurityGroup'],
  permissions: {
    observe: [...LIST_PERMISSIONS],
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

  async observe(scope, { ServiceSecurityGroup }) {
    const domain = scope.spec?.domain;
    const [own] = await Promise.all([
      listOwnCertificates(scope, ServiceSecurityGroup?.hosts ?? []),
      domain?.certificateArn !== undefined && checkGiven(scope, domain.certificateArn, domain.hostName),
    ]);
    if (domain && domain.certificateArn === undefined) checkLength(domain.hostName);
    const given = domain ? domain.certificateArn : ServiceSecurityGroup?.certificateArn;
    if (given !== undefined) {
      return { arn: given, isGiven: true, own: own.map((each) => ({ ...each, isObsolete: true })) };
    }
    const used = own.find((each) => isUsable(scope, each));
    if (!used && own.length === 0) return undefined;
    return {
      arn: used?.arn,
      isGiven: false,
      own: own.map((each) => ({ ...each, isObsolete: each !== used })),
    };
  },

  async apply(scope, _needs, current) {
    if (current?.isGiven) return done(current);
    const used = current?.own.find(({ isObsolete }) => !isObsolete);
    if (!used) return request(scope);
    await changeTags(scope, used);
    if (used.status === 'ISSUED') return done(current!);
    if (FAILED.includes(used.status))
      throw failure(await describeCertificate(scope, used.arn), used.host.hostName);
    const validated = await validate(scope, used.arn, used.host);
    return validated.status === 'wait' ? validated : waitForIssue(used.host.hostName, used.arn);
  },

  async poll(scope, arn) {
    const described = await describeCertificate(scope, arn);
    const hostName = described?.DomainName ?? arn;
    if (described?.Status === 'ISSUED') return done(undefined);
    if (!described || FAILED.includes(described.Status)) throw failure(described, hostName);
    return waitForIssue(hostName, arn);
  },

  prune(scope, _needs, { own }) {
    const obsolete = own.filter(({ isObsolete }) => isObsolete);
    return removeOwnCertificates(scope, obsolete);
  },

  remove(scope, _found, { own }) {
    return removeOwnCertificates(scope, own);
  },
};

/** @throws HandlerError InvalidRequest when the certificate cannot serve the host. */
async function checkGiven(scope: Scope, arn: string, hostName: string): Promise<void> {
  const described = await describeCertificate(scope, arn);
  const problem = flawOf(described, hostName);
  if (problem) {
    throw new HandlerError('InvalidRequest', `certificate ${arn} ${problem}`, {
      propertyPath: 'CertificateArn',
      remedy: `Name an issued certificate of this account and Region that covers ${hostName}, or leave CertificateArn out to have one requested`,
    });
  }
}

/** Why a certificate cannot serve a host, as the end of a sentence; undefined when it can. */
export function flawOf(described: CertificateDetail | undefined, hostName: string): string | undefined {
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

function checkLength(hostName: string): void {
  if (hostName.length <= LONGEST_DOMAIN_NAME) return;
  throw new HandlerError(
    'InvalidRequest',
    `ACM issues no certificate for a host name of more than ${LONGEST_DOMAIN_NAME} characters, and ${hostName} has ${hostName.length}`,
    { propertyPath: 'DomainName', remedy: 'Choose a shorter one, or give CertificateArn' },
  );
}

/** Whether a certificate is for the present host; one that failed in an earlier operation is replaced. */
function isUsable(scope: Scope, { host, status, tags }: OwnCertificate): boolean {
  if (!scope.spec) return true;
  if (!isSameHost(host, scope.spec.domain)) return false;
  return !FAILED.includes(status) || tags[OPERATION_TAG] === operationOf(scope as ApplyScope);
}

async function request(scope: ApplyScope): Promise<Outcome<never>> {
  const { hostName, hostedZoneId } = scope.spec.domain;
  const operation = operationOf(scope);
  const { CertificateArn } = await scope.clients.acm.send(
    new RequestCertificateCommand({
      DomainName: hostName,
      ValidationMethod: 'DNS',
      // The same for all attempts of this operation, which then make one certificate between them.
      IdempotencyToken: shortHash(`${operation} ${hostName}`, 32),
      Tags: tagList({ ...ownedTags(scope), [OPERATION_TAG]: operation }),
    }),
  );
  const validated = await validate(scope, CertificateArn!, { hostName, hostedZoneId });
  return validated.status === 'wait' ? validated : waitForIssue(hostName, CertificateArn!);
}

function operationOf({ operationToken }: ApplyScope): string {
  return shortHash(operationToken, 16);
}

async function changeTags(scope: ApplyScope, { arn, tags }: OwnCertificate): Promise<void> {
  const { set, remove } = tagChanges(tags, ownedTags(scope), scope.removedTagKeys);
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

function waitForIssue(hostName: string, arn: string): Outcome<never> {
  return wait(`certificate of ${hostName} to be issued`, SECONDS_BETWEEN_LOOKS, arn);
}

function failure(described: CertificateDetail | undefined, hostName: string): HandlerError {
  const reason = described?.FailureReason ?? described?.Status ?? 'it was deleted';
  return new HandlerError('NotStabilized', `the certificate of ${hostName} was not issued: ${reason}`, {
    propertyPath: 'DomainName',
    remedy:
      'Check that the hosted zone is the public one that serves the domain, and that its CAA records permit amazon.com; then try again',
  });
}
