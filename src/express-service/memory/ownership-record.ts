/** What the TXT record beside the alias record of a host says: whose both are. */
import { unknownFormat } from './formats';
import { isOwner } from './ownership';

/** What such a record says. */
export interface OwnershipRecord {
  /** As `ownerTagValue` writes it. */
  readonly owner: string;
  /** Whether another service may have the host. */
  readonly isReleased: boolean;
  /**
   * Whether there may be such records of services in other Regions beside it, each for the address records with its own
   * SetIdentifier.
   */
  readonly isRouted: boolean;
}

/** Value beside the owner: another service may have the host. */
const RELEASED = 'released';
/** Value beside the owner: see {@link OwnershipRecord.isRouted}. Who does not know it would take all records of the host for one service's. */
const ROUTED = 'routed';

/** Name of the record of a host. */
export function ownershipRecordName(hostName: string): string {
  return `_org-ecs-express.${hostName}`;
}

/** The values of the record, in the quotes that Route 53 wants. */
export function ownershipValues({ owner, isReleased, isRouted }: OwnershipRecord): string[] {
  const words = [...(isReleased ? [RELEASED] : []), ...(isRouted ? [ROUTED] : [])];
  return [owner, ...words].map((value) => `"${value}"`);
}

/**
 * What the values of a record say; undefined when no service has written them.
 *
 * @param hostName of the host.
 * @throws HandlerError InvalidRequest when a service has written something that is not known here.
 */
export function ownershipOf(hostName: string, values: readonly string[]): OwnershipRecord | undefined {
  const words = values.map((value) => value.replaceAll('"', ''));
  const owner = words.find(isOwner);
  if (owner === undefined) return undefined;
  const unknown = words.find((word) => ![owner, RELEASED, ROUTED].includes(word));
  if (unknown === undefined) {
    return { owner, isReleased: words.includes(RELEASED), isRouted: words.includes(ROUTED) };
  }
  throw unknownFormat(`The TXT record ${ownershipRecordName(hostName)}`, `says "${unknown}"`);
}
