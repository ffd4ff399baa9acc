/** What the TXT record beside the alias record of a host says: whose both are. */
import { unknownFormat } from './formats';
import { isOwner } from './ownership';

/** What such a record says. */
export interface OwnershipRecord {
  /** As `ownerTagValue` writes it. */
  readonly owner: string;
  /** Whether another service may have the host. */
  readonly isReleased: boolean;
}

/** Value beside the owner: another service may have the host. */
const RELEASED = 'released';

/** Name of the record of a host. */
export function ownershipRecordName(hostName: string): string {
  return `_org-ecs-express.${hostName}`;
}

/** The values of the record, in the quotes that Route 53 wants. */
export function ownershipValues({ owner, isReleased }: OwnershipRecord): string[] {
  return [owner, ...(isReleased ? [RELEASED] : [])].map((value) => `"${value}"`);
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
  const unknown = words.find((word) => word !== owner && word !== RELEASED);
  if (unknown === undefined) return { owner, isReleased: words.includes(RELEASED) };
  throw unknownFormat(`The TXT record ${ownershipRecordName(hostName)}`, `says "${unknown}"`);
}
