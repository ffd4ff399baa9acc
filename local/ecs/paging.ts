/** Pages of list operations. */
import { AwsError, type Structure } from '../service';

/**
 * One page of `items`, and the token of the next one when there is more.
 *
 * @param items everything that matches, in a stable order; each is unique.
 * @param input members `nextToken` and `maxResults` of the request.
 * @param pageSize page size when the request names none.
 * @throws AwsError InvalidParameterException for a token that this service did not give, or a size outside 1–100.
 */
export function page(
  items: readonly string[],
  input: Structure,
  pageSize: number,
): { items: string[]; nextToken?: string } {
  const size: number = input.maxResults ?? pageSize;
  if (size < 1 || size > 100) {
    throw new AwsError('InvalidParameterException', 'maxResults must be between 1 and 100.');
  }
  const start = input.nextToken === undefined ? 0 : startOf(items, input.nextToken);
  const end = start + size;
  return {
    items: items.slice(start, end),
    ...(end < items.length && { nextToken: encode(end, items[end - 1]!) }),
  };
}

/** A token names the last item given, so that items that come or go between two pages do not shift the rest. */
function encode(offset: number, last: string): string {
  return Buffer.from(JSON.stringify([offset, last])).toString('base64url');
}

function startOf(items: readonly string[], token: string): number {
  try {
    const [offset, last] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [number, string];
    const found = items[offset - 1] === last ? offset - 1 : items.indexOf(last);
    return found === -1 ? offset : found + 1;
  } catch {
    throw new AwsError('InvalidParameterException', 'Invalid token provided for nextToken.');
  }
}
