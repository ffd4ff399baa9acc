/** What Route 53 and other Regions do not let stand together, in words. Pure: no call to AWS. */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { HandlerError, invalid } from '../../../core/failure';
import type { Identity } from '../../identity/identity';
import type { Host } from '../../memory/hosts';
import { regionOfOwner } from '../../memory/ownership';
import { routingOf, type Routing } from '../../properties/dns';
import type { HostState } from './host-records';

const PATH = 'DnsConfiguration';

/** Routing policies that have no property here. Source: Amazon Route 53 API reference, ResourceRecordSet. */
const OTHER_POLICIES = {
  GeoLocation: 'GEOLOCATION',
  GeoProximityLocation: 'GEOPROXIMITY',
  CidrRoutingConfig: 'IP_BASED',
  MultiValueAnswer: 'MULTIVALUE',
} as const satisfies Partial<Record<keyof ResourceRecordSet, string>>;

/** How Route 53 chooses a record. */
function policyOf(record: ResourceRecordSet): string {
  const other = Object.entries(OTHER_POLICIES).find(
    ([member]) => record[member as keyof ResourceRecordSet] != null,
  );
  return routingOf(record)?.RoutingPolicy ?? other?.[1] ?? 'SIMPLE';
}

/** What stands in the way of a record, and what to do about it. */
type Obstacle = readonly [problem: string, property: string, remedy: string];

/**
 * Refuse, before anything is made, a record that Route 53 would not take beside those of others.
 *
 * Sources: Amazon Route 53 API reference, ResourceRecordSet: all records of a name and a type have one routing policy (Weight,
 * Region, Failover), a Region has one latency record of a name (Region), and of failover records there is one of each kind
 * (Failover).
 *
 * @param beside address records of the host that are told apart by another SetIdentifier.
 * @param routing undefined when the host is to have one record.
 * @throws HandlerError InvalidRequest.
 */
export function checkBeside(
  { hostName }: Host,
  beside: readonly ResourceRecordSet[],
  routing: Routing | undefined,
  { region, domainPath }: { readonly region: string; readonly domainPath: string },
): void {
  for (const record of beside) {
    // Whether somebody's AAAA record stands in the way the load balancer decides (host-names.ts).
    if (record.Type === 'AAAA' && !record.SetIdentifier) continue;
    const obstacle = obstacleOf(record, routing, { hostName, region });
    if (!obstacle) continue;
    const [problem, property, remedy] = obstacle;
    const title = record.SetIdentifier === undefined ? 'the record' : `record ${record.SetIdentifier}`;
    throw invalid(property || domainPath, `${title} of ${hostName} ${problem}`, remedy);
  }
}

function obstacleOf(
  record: ResourceRecordSet,
  routing: Routing | undefined,
  { hostName, region }: { readonly hostName: string; readonly region: string },
): Obstacle | undefined {
  const policy = policyOf(record);
  const path = `${PATH}/RoutingPolicy`;
  const leave = `take the host from the others first, by another DomainName or by deleting them, and give it back to them with the new policy; or use another DomainName`;
  if (!routing) {
    return [
      `has the routing policy ${policy}, and Route 53 has no simple record beside it`,
      path,
      `To make ${hostName} a simple record, ${leave}. Else keep RoutingPolicy ${policy}`,
    ];
  }
  if (policy !== routing.RoutingPolicy) {
    return [
      `has the routing policy ${policy}, and all records of a name have one policy`,
      path,
      `Make RoutingPolicy ${policy}. To change the policy, ${leave}`,
    ];
  }
  if (policy === 'LATENCY' && record.Region === region) {
    return [
      `is the latency record of ${region} already, and a Region has one of each name`,
      '',
      'Choose another host name, or delete that record first',
    ];
  }
  if (policy === 'FAILOVER' && record.Failover === routing.Failover) {
    const other = routing.Failover === 'PRIMARY' ? 'SECONDARY' : 'PRIMARY';
    return [
      `is the ${routing.Failover} one already, and there is one of each name`,
      `${PATH}/Failover`,
      `Make Failover ${other}. To exchange the two, take the host from one of them first, by another DomainName`,
    ];
  }
  return undefined;
}

/** The error for a host of a service in another Region that does not share it; undefined for one of this Region. */
export function hostOfOtherRegion(
  { hostName }: Host,
  { owner, records: { ownership } }: Extract<HostState, { kind: 'other service' }>,
  routing: Routing | undefined,
  { region }: Identity,
): HandlerError | undefined {
  const other = regionOfOwner(owner);
  if (other === undefined || other === region) return undefined;
  const [problem, property, remedy]: Obstacle =
    ownership.SetIdentifier === undefined
      ? [
          'which has a simple record there',
          'RoutingPolicy',
          `Regions share a host only by records with a routing policy. Give ${PATH} to the service in ${other} first, then to this one; or choose another DomainName`,
        ]
      : routing
        ? [
            `whose records there have the SetIdentifier ${routing.SetIdentifier}, too`,
            'SetIdentifier',
            'Give each Region its own SetIdentifier, or leave it out',
          ]
        : [
            `which shares it by record ${ownership.SetIdentifier}`,
            'RoutingPolicy',
            `Make RoutingPolicy that of this record, or choose another DomainName`,
          ];
  return new HandlerError('ResourceConflict', `${hostName} belongs to ${owner}, ${problem}`, {
    propertyPath: `${PATH}/${property}`,
    remedy,
  });
}
