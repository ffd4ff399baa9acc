import { STATUS_CODES } from 'node:http';
import type { HttpResponse } from '../service';

/** An answer of the load balancer itself, as ELB sends it: a short HTML page that names the status. */
export function ownResponse(status: number, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  return {
    status,
    headers: { server: 'awselb/2.0', 'content-type': 'text/html', ...headers },
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  };
}

/** An answer that AWS would not give, with a text for the person who runs the local AWS. */
export function explanation(status: number, text: string): HttpResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}
