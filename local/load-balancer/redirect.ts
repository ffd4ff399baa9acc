import type { RedirectActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { HttpResponse } from '../service';
import { ownResponse } from './responses';

/** The parts of the request's URL that a redirect may reuse. */
export interface UrlParts {
  /** In lower case. */
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  /** With the leading slash. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
}

/**
 * The answer of a redirect action. Parts that the action does not set stay as they are; `#{protocol}`, `#{host}`,
 * `#{port}`, `#{path}` (without its leading slash) and `#{query}` stand for those of the request.
 */
export function redirect(config: RedirectActionConfig, url: UrlParts): HttpResponse {
  const values: Record<string, string> = {
    protocol: url.protocol,
    host: url.host,
    port: String(url.port),
    path: url.path.slice(1),
    query: url.query,
  };
  const fill = (template: string) =>
    template.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => values[name]!);
  const protocol = fill(config.Protocol ?? '#{protocol}').toLowerCase();
  const host = fill(config.Host ?? '#{host}');
  const port = fill(config.Port ?? '#{port}');
  const path = fill(config.Path ?? '/#{path}');
  const query = fill(config.Query ?? '#{query}');
  const location = `${protocol}://${host}:${port}${path}${query ? `?${query}` : ''}`;
  return ownResponse(config.StatusCode === 'HTTP_302' ? 302 : 301, { location });
}
