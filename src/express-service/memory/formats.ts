/**
 * Everything that is persisted: what an operation leaves to later ones, to other services, and to later versions of this
 * resource type. The files of this room write and read it, each format in one place, and nothing else knows its grammar.
 *
 * The version stands in one tag of the service's security group, for that group is made before anything else, is removed
 * after everything else, and is looked at first by every operation. It counts for all tags of the service. A callback
 * context may be of another version than these tags, so that it has a version of its own. What other services read (owner,
 * shared, marks of rules, TXT records) has none: a word that is unknown there is refused by whoever meets it.
 */
import { HandlerError } from '../../core/failure';

/** The versions that there have been; the last one is written, all are read. */
export const VERSIONS = [
  {
    version: 1,
    since: '2026-11-21',
    change:
      'No tag says it. Hashes in the template record have three characters, tokens of waits are texts, and waits say since when.',
  },
  {
    version: 2,
    since: '2026-11-28',
    change:
      'Hashes in the template record are as long as there is room, tokens of waits are JSON, and waits say until when, too.',
  },
  {
    version: 3,
    since: '2026-11-28',
    change:
      'A second listener rule of the service, for test requests, bears a tag that tells it from the first.',
  },
  {
    version: 4,
    since: '2026-11-28',
    change:
      'A service may be reached elsewhere than on an Application Load Balancer, or nowhere; tags name the namespaces in AWS Cloud Map that it uses.',
  },
  {
    version: 5,
    since: '2026-11-29',
    change:
      'A service may have additional load balancers, each with a security group of its own that records it; its name ends the owner tags and the names of what is made for it.',
  },
  {
    version: 6,
    since: '2026-11-29',
    change:
      'A service may have versions, each an ECS service of its own, which tags record; rules by which one is reached bear a tag. A tag names the network profile of a service.',
  },
] as const;

/** The version that is written. */
export const VERSION: number = Math.max(...VERSIONS.map(({ version }) => version));

/** Prefix of the tag keys that this resource type keeps for itself. */
export const RESERVED_TAG_PREFIX = 'org-ecs-express:';

/** The longest value that a tag may have in any of the services used. */
export const LONGEST_TAG_VALUE = 256;

/** Where something is persisted. */
export interface Format {
  /** What it stands on or in. */
  readonly on: string;
  readonly says: string;
  /** Who reads it, and what for. */
  readonly readBy: string;
}

/** A tag. */
export interface TagFormat extends Format {
  /** Key; when it ends with `/`, a hash or a name follows, for there may be several. */
  readonly key: string;
}

const OWN_GROUP = 'security group of the service';

/** The tags, by what they are called here. */
export const TAGS = {
  version: {
    key: 'org-ecs-express:version',
    on: OWN_GROUP,
    says: 'version of all that the tags of the service say; none means 1',
    readBy: 'every operation, before anything else (version.ts)',
  },
  owner: {
    key: 'org-ecs-express:service',
    on: 'everything that belongs to one service',
    says: 'ARN of the service, or its hash',
    readBy: 'whoever finds the resource by its name, and LIST (ownership.ts)',
  },
  shared: {
    key: 'org-ecs-express:shared',
    on: 'load balancers that services share, their security groups, listeners, closing rules, web ACLs and log groups of these; a cluster or a namespace that was made here',
    says: 'what the services agree on, as a hash; else what it is',
    readBy: 'services that look for a place, and the last one that leaves (ownership.ts)',
  },
  attributes: {
    key: 'org-ecs-express:attributes',
    on: 'security group of a load balancer that services share',
    says: 'ARN of the load balancer that was given the attributes which services speak of',
    readBy: 'the next service there, which gives them no more (ownership.ts)',
  },
  template: {
    key: 'org-ecs-express:template',
    on: OWN_GROUP,
    says: 'task counts beside scheduled actions, keys of stack tags, what the template spells out',
    readBy: 'READ (template-record.ts)',
  },
  serving: {
    key: 'org-ecs-express:load-balancer',
    on: OWN_GROUP,
    says: 'exposure that clients are sent to',
    readBy: 'every operation, to find the network half of the service (recorded-exposures.ts)',
  },
  otherExposure: {
    key: 'org-ecs-express:load-balancer/',
    on: OWN_GROUP,
    says: 'exposure that the service joins or leaves',
    readBy: 'every operation (recorded-exposures.ts)',
  },
  additional: {
    key: 'org-ecs-express:additional-load-balancer/',
    on: OWN_GROUP,
    says: 'name of an additional load balancer that the service has, is about to have, or has not quite lost',
    readBy: 'every operation, to find what there is for it (additional-load-balancers.ts)',
  },
  serviceVersion: {
    key: 'org-ecs-express:service-version/',
    on: OWN_GROUP,
    says: 'number, state and label of a version that is an ECS service of its own; the hash of what it runs ends the key',
    readBy: 'every operation, to find what there is of it (service-versions.ts)',
  },
  versionSettings: {
    key: 'org-ecs-express:versions',
    on: OWN_GROUP,
    says: 'which versions stay without requests, in which steps requests move, and whether the template names those that answer',
    readBy: 'READ (service-versions.ts)',
  },
  infrastructureRole: {
    key: 'org-ecs-express:infrastructure-role',
    on: OWN_GROUP,
    says: 'ARN of the role of which ECS services with rolling deployments say nothing',
    readBy: 'READ (service-versions.ts)',
  },
  networkProfile: {
    key: 'org-ecs-express:network-profile',
    on: OWN_GROUP,
    says: 'name of the network profile that the service runs in, the hash of its subnets, and its security groups',
    readBy: 'READ, and updates, to see whether the profile has changed (network-profile.ts)',
  },
  host: {
    key: 'org-ecs-express:host/',
    on: OWN_GROUP,
    says: 'host of which something may be left; the id of its hosted zone ends the key',
    readBy: 'every operation, to find DNS records and certificates (hosts.ts)',
  },
  certificate: {
    key: 'org-ecs-express:certificate/',
    on: OWN_GROUP,
    says: 'ARN of the certificate that the template gives for a host',
    readBy: 'READ, and updates for which the configuration has lost it (hosts.ts)',
  },
  domains: {
    key: 'org-ecs-express:domains',
    on: OWN_GROUP,
    says: 'hosts in use, that of the endpoint first, each with what the template says of it',
    readBy: 'READ, and updates for which the configuration has lost them (hosts.ts)',
  },
  namespace: {
    key: 'org-ecs-express:namespace/',
    on: OWN_GROUP,
    says: 'namespace in AWS Cloud Map that the service uses by its name, and whether it is letting go of it',
    readBy: 'every operation, and other services that use the namespace (namespaces.ts)',
  },
  listenerCertificate: {
    key: 'org-ecs-express:listener-certificate/',
    on: OWN_GROUP,
    says: 'ARN of a certificate that was added to a listener of the author’s, and whether it is being taken off',
    readBy: 'this service and others on the listener (listener-certificates.ts)',
  },
  takenListener: {
    key: 'org-ecs-express:listener/',
    on: 'listener of a Network Load Balancer of the author’s',
    says: 'ARN of the target group that it forwarded to before the service took it; the hash of the service ends the key',
    readBy: 'services that want the listener, and the one that gives it back (taken-listeners.ts)',
  },
  hostMarks: {
    key: 'org-ecs-express:hosts',
    on: 'listener rule of the service',
    says: 'hosts that the service wants, or gives up, though the rule may match them',
    readBy: 'other services on the load balancer (host-marks.ts)',
  },
  testRule: {
    key: 'org-ecs-express:test-traffic',
    on: 'listener rule for test requests of the service',
    says: 'that it is that one',
    readBy: 'every operation of the service, to tell it from the rule for all requests (resource-marks.ts)',
  },
  versionRule: {
    key: 'org-ecs-express:version-traffic',
    on: 'listener rule by which one version of the service is reached',
    says: 'id of the version, and whether a header, a query string or a cookie asks for it',
    readBy: 'every operation of the service, to tell it from the rule for all requests (resource-marks.ts)',
  },
  requiredHeader: {
    key: 'org-ecs-express:required-header',
    on: 'listener rules of the service',
    says: 'name of the header that requests must have, whose values are secret',
    readBy:
      'READ, to tell it from conditions that tell test requests, and from those by hand (resource-marks.ts)',
  },
  deletionPolicy: {
    key: 'org-ecs-express:deletion-policy',
    on: 'log group of the service',
    says: 'that it stays when the service goes, or has stayed',
    readBy: 'DELETE, READ, and the next service of that ARN (resource-marks.ts)',
  },
  operation: {
    key: 'org-ecs-express:operation',
    on: 'certificate that was requested for the service',
    says: 'hash of the token of the operation that requested it',
    readBy: 'operations that find that it has failed (resource-marks.ts)',
  },
  leaving: {
    key: 'org-ecs-express:leaving',
    on: 'certificate that was requested for the service',
    says: 'that it is being removed',
    readBy: 'services with a certificate of that name (resource-marks.ts)',
  },
} as const satisfies Readonly<Record<string, TagFormat>>;

/** The rows of {@link TAGS}. */
export const FORMATS_OF_TAGS: readonly TagFormat[] = Object.values(TAGS);

/** What is persisted elsewhere. */
export const OTHER_FORMATS = {
  ownershipRecord: {
    on: 'TXT record `_org-ecs-express.<host>`; where Regions share the host, one for each SetIdentifier',
    says: 'which service the DNS records of the host belong to, whether another one may take it over, and whether Regions share it',
    readBy: 'services that want the host (ownership-record.ts)',
  },
  callbackContext: {
    on: 'callback context, which CloudFormation hands from one invocation of an operation to the next',
    says: 'version, time, waits, pending looks, and what was seen',
    readBy: 'the next invocation (callback-context.ts)',
  },
  callerReference: {
    on: 'CallerReference of health checks in Route 53',
    says: 'hash of the service, what it checks, and hash of the token of the operation that made it',
    readBy: 'every operation of the service, to find them (health-check-reference.ts)',
  },
  pageToken: {
    on: '`nextToken` of LIST, which CloudFormation hands from one page to the next',
    says: 'page tokens of ListClusters and ListServices',
    readBy: 'the LIST of the next page (page-token.ts)',
  },
  webAclRules: {
    on: 'names of rules, IP sets and pages in the web ACL of a load balancer that services share, and labels of its rules',
    says: 'hash of the service and what a rule is for; which managed rule groups look at its requests, and whether they are logged',
    readBy: 'every operation of services on the load balancer (properties/web-acl-rules.ts)',
  },
  nonce: {
    on: 'Docker label `org-ecs-express.nonce` of the main container in a task definition',
    says: 'nonce of ForceNewDeployment',
    readBy: 'READ, and updates (properties/task-definition-content.ts)',
  },
} as const satisfies Readonly<Record<string, Format>>;

/** Whether a tag is one of a format. */
export function isTagOf({ key: own }: TagFormat, key: string): boolean {
  return own.endsWith('/') ? key.startsWith(own) : key === own;
}

/**
 * The refusal of something that a newer version of this resource type has written.
 *
 * @param where it stands, as the beginning of a sentence.
 * @param says what is not understood.
 */
export function unknownFormat(where: string, says: string): HandlerError {
  return new HandlerError(
    'InvalidRequest',
    `${where} ${says}: a newer version of this resource type has written that, and this one would lose what it does not understand`,
    {
      remedy:
        'Make the newer version the default one (aws cloudformation set-type-default-version), then try the operation again',
    },
  );
}
