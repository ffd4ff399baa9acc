/** Passes requests on to moto unchanged, and turns what moto cannot do into errors that a client understands. */
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { purposeOf, type MotoAnswer, type MotoRequest } from '../moto/remembered-answers';
import type { Moto } from '../moto';
import { AwsError, type AwsRequest } from '../service';
import type { HttpAnswer, HttpMessage } from './protocols';

/** Headers that belong to one connection and are set anew. */
const HOP_BY_HOP = [
  'connection',
  'content-length',
  'keep-alive',
  'transfer-encoding',
  'content-encoding',
  'expect',
];

const MOST_CONNECTIONS = 16;

/** What is needed of moto. */
export type ForwardedTo = Pick<Moto, 'url' | 'answers'>;

/** Pass a request on; the answer is moto's own, or an AwsError where moto has none. */
export type Forward = (request: AwsRequest, message: HttpMessage) => Promise<HttpAnswer>;

/** @returns the function that forwards, and one that closes its connections. */
export function createForward({ url, answers }: ForwardedTo): { forward: Forward; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS });
  const forward: Forward = async (request, message) => {
    const outgoing = rewritten(request, message);
    const answer = await answers.to(
      // Credentials that the endpoint issued are not known to moto.
      purposeOf(outgoing, request.caller && 'local'),
      () => send(agent, url, outgoing),
      (given) => given,
      (given) => given,
    );
    const type = answer.headers['content-type'] ?? '';
    // An answer to HEAD has no body to tell moto's own words by: 404 is that of the service.
    const isOfService = message.method === 'HEAD' && answer.status < 500;
    if (
      answer.status >= 400 &&
      !isOfService &&
      /^text\/(plain|html)/.test(type) &&
      !/^\s*(<\?xml|<\w*Response|<Error|\{)/.test(String(answer.body))
    ) {
      throw unanswered(request, answer);
    }
    return answer;
  };
  return { forward, close: () => agent.destroy() };
}

/** moto answers in plain words when an operation is missing (404, 405, 501) or when it fails itself (500). */
function unanswered({ service, operation }: AwsRequest, answer: HttpAnswer): AwsError {
  if (answer.status !== 500) {
    return new AwsError(
      'NotImplemented',
      `The local AWS does not implement ${operation} of ${service}.`,
      501,
    );
  }
  const reason = answer.headers['content-type']?.startsWith('text/plain')
    ? String(answer.body).slice(0, 300)
    : 'no reason given';
  return new AwsError(
    'InternalFailure',
    `The local AWS failed in ${operation} of ${service}: ${reason}`,
    500,
  );
}

/** The request as moto is to have it. */
function rewritten(request: AwsRequest, message: HttpMessage): MotoRequest {
  const headers: IncomingHttpHeaders = { ...message.headers };
  for (const name of HOP_BY_HOP) delete headers[name];
  // A presigned request carries its scope in the query, where moto does not look for it.
  headers.authorization ??= `AWS4-HMAC-SHA256 Credential=${request.accessKeyId}/20000101/${request.region}/${request.service}/aws4_request`;
  const query = message.query.toString();
  const { method, path, body } = message;
  return { method, path: path + (query ? `?${query}` : ''), headers, body };
}

function send(agent: Agent, motoUrl: string, request: MotoRequest): Promise<MotoAnswer> {
  const { method, path, body } = request;
  const headers = request.headers as IncomingHttpHeaders;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      motoUrl,
      { agent, method, path, headers: { ...headers, 'content-length': body.length } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            headers: plain(response.headers, method === 'HEAD'),
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function plain(headers: IncomingHttpHeaders, keepLength: boolean): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || (HOP_BY_HOP.includes(name) && !(keepLength && name === 'content-length')))
      continue;
    result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}
