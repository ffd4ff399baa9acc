/** Where a page of LIST begins, as a text that CloudFormation hands from one page to the next. */
import { HandlerError } from '../../core/failure';

/** Where a page begins. */
export interface PagePosition {
  /** Page token of ListClusters, one cluster to a page. */
  readonly clusters?: string;
  /** Page token of ListServices in that cluster. */
  readonly services?: string;
}

/** The text of a position. */
export function pageToken(position: PagePosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The position of a text. @throws HandlerError InvalidRequest when the text is none that {@link pageToken} has made. */
export function pagePosition(token: string): PagePosition {
  try {
    const position: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof position === 'object' && position !== null) return position;
  } catch {
    // Refused below, like every other text that is no position.
  }
  throw new HandlerError('InvalidRequest', 'The nextToken is none that this handler has given', {
    remedy: 'Begin with the first page',
  });
}
