import {
  DescribeServicesCommand,
  ListClustersCommand,
  ListServicesCommand,
  type Service,
} from '@aws-sdk/client-ecs';
import { paginateDescribeSecurityGroups } from '@aws-sdk/client-ec2';
import type { Clients } from '../../aws/clients';
import { allItems } from '../../aws/pages';
import { identityOfArn } from '../identity/identity';
import { TAGS } from '../memory/formats';
import { ownerOf } from '../memory/ownership';
import { pagePosition, pageToken, type PagePosition } from '../memory/page-token';
import { unless } from '../../aws/sdk-errors';
import { describedVersion, ecsServiceOfVersion, recordedVersions } from '../memory/service-versions';
import { lowerCaseTagRecord, tagRecord } from '../identity/tags';

/** IAM actions of {@link listServices}. */
export const LIST_PERMISSIONS: readonly string[] = [
  'ec2:DescribeSecurityGroups',
  'ecs:DescribeServices',
  'ecs:ListClusters',
  'ecs:ListServices',
];

/** Services of one page, before those of others are left out: the most that ListServices answers. */
const PAGE_SIZE = 100;
/** The most services that DescribeServices takes. */
const DESCRIBED_AT_ONCE = 10;

/** One page of services of this type. */
export interface ServicePage {
  readonly serviceArns: readonly string[];
  /** Where the next page begins; undefined after the last one. */
  readonly nextToken?: string;
}

/**
 * One page of the services of this type, in all clusters of the account and Region. A page takes twelve calls at most,
 * however many services there are, and one more where there are versions; one without a service of this type is empty, and the next one may not be.
 *
 * @param nextToken of the page before; undefined for the first.
 * @throws HandlerError InvalidRequest when the token is none that a page has given.
 */
export async function listServices(clients: Clients, nextToken: string | undefined): Promise<ServicePage> {
  const position = nextToken === undefined ? {} : pagePosition(nextToken);
  const { clusterArns: [cluster] = [], nextToken: nextCluster } = await clients.ecs.send(
    new ListClustersCommand({ maxResults: 1, nextToken: position.clusters }),
  );
  if (!cluster) return { serviceArns: [] };
  // A cluster may have been deleted since it was listed.
  const page = await unless(
    clients.ecs.send(
      new ListServicesCommand({ cluster, maxResults: PAGE_SIZE, nextToken: position.services }),
    ),
    'ClusterNotFoundException',
  );
  const services = await describeServices(clients, cluster, page?.serviceArns ?? []);
  const next: PagePosition | undefined = page?.nextToken
    ? { clusters: position.clusters, services: page.nextToken }
    : nextCluster
      ? { clusters: nextCluster }
      : undefined;
  return {
    serviceArns: [...new Set(await resourceArns(clients, services.filter(isOfThisType)))],
    nextToken: next && pageToken(next),
  };
}

async function describeServices(
  clients: Clients,
  cluster: string,
  serviceArns: readonly string[],
): Promise<Service[]> {
  const batches = Array.from({ length: Math.ceil(serviceArns.length / DESCRIBED_AT_ONCE) }, (_, index) =>
    serviceArns.slice(index * DESCRIBED_AT_ONCE, (index + 1) * DESCRIBED_AT_ONCE),
  );
  const answers = await Promise.all(
    batches.map((services) =>
      clients.ecs.send(new DescribeServicesCommand({ cluster, services, include: ['TAGS'] })),
    ),
  );
  return answers.flatMap(({ services = [] }) => services);
}

/**
 * ARNs of the resources that ECS services belong to. Of one with versions, which may be on several pages, the page with the version
 * counts that its template describes.
 */
async function resourceArns(clients: Clients, services: readonly Service[]): Promise<string[]> {
  const isVersion = (service: Service) => resourceArn(service) !== service.serviceArn;
  const owners = [...new Set(services.filter(isVersion).map(resourceArn))];
  const described = owners.length > 0 ? await describedVersions(clients, owners) : new Map<string, string>();
  return services.flatMap((service) => {
    const owner = resourceArn(service);
    return (described.get(owner) ?? service.serviceName) === service.serviceName ? [owner] : [];
  });
}

/** Names of the ECS services that the templates of resources with versions describe, by the ARNs of the resources. */
async function describedVersions(clients: Clients, owners: readonly string[]): Promise<Map<string, string>> {
  const groups = await allItems(
    paginateDescribeSecurityGroups(
      { client: clients.ec2 },
      { Filters: [{ Name: `tag:${TAGS.owner.key}`, Values: [...owners] }] },
    ),
    ({ SecurityGroups }) => SecurityGroups,
  );
  return new Map(
    groups.flatMap(({ Tags }) => {
      const tags = tagRecord(Tags);
      const newest = describedVersion(recordedVersions(tags));
      const owner = ownerOf(tags)!;
      return newest ? [[owner, ecsServiceOfVersion(identityOfArn(owner), newest).name] as const] : [];
    }),
  );
}

/** Services made by something else have no owner tag; those that are going are as good as gone. */
function isOfThisType({ status, tags }: Service): boolean {
  return status === 'ACTIVE' && ownerOf(lowerCaseTagRecord(tags)) !== undefined;
}

/** ARN of the resource that an ECS service belongs to: the owner tag says it, unless it is too long for a tag. */
function resourceArn({ serviceArn, tags }: Service): string {
  const owner = ownerOf(lowerCaseTagRecord(tags));
  return owner?.startsWith('arn:') ? owner : serviceArn!;
}
