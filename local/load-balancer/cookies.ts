import type { ClientRequest } from './client-request';

/** What a stickiness cookie remembers. */
export interface StickyValue {
  /** Target group ARN, or `ip:port` of a target with its target group ARN: opaque here. */
  readonly to: string;
  /** Virtual time in milliseconds after which the cookie means nothing. */
  readonly until: number;
}

/** Cookies of a request by name; the first of several of one name counts. */
export function requestCookies(request: ClientRequest): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals < 0) continue;
    const name = part.slice(0, equals).trim();
    if (!cookies.has(name)) cookies.set(name, part.slice(equals + 1).trim());
  }
  return cookies;
}

/** Name of the cookie that a `Set-Cookie` header sets. */
export function setCookieName(header: string): string {
  return header.slice(0, header.indexOf('=')).trim();
}

/** What the stickiness cookie of this name says, unless it is absent, expired, or was not made here. */
export function readSticky(
  cookies: ReadonlyMap<string, string>,
  name: string,
  now: number,
): string | undefined {
  const value = cookies.get(name);
  if (!value) return undefined;
  const [until, to] = Buffer.from(value, 'base64url').toString('utf8').split(' ');
  return to && Number(until) > now ? to : undefined;
}

/** `Set-Cookie` header of a stickiness cookie. The value is opaque to clients, as ELB's encrypted one is. */
export function writeSticky(name: string, { to, until }: StickyValue, attributes = ''): string {
  const value = Buffer.from(`${until} ${to}`, 'utf8').toString('base64url');
  return `${name}=${value}; Expires=${new Date(until).toUTCString()}; Path=/${attributes}`;
}

/**
 * The two `Set-Cookie` headers of a duration-based cookie: ELB sends a second one (suffix `CORS`) that browsers also
 * keep for requests from other sites.
 */
export function writeStickyPair(name: string, value: StickyValue): string[] {
  return [writeSticky(name, value), writeSticky(`${name}CORS`, value, '; SameSite=None; Secure')];
}
