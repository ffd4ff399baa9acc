/** Calls to moto by hand, for services of which no SDK client is among the dependencies. */
import type { Structure } from '../service';
import type { ClientOptions } from '.';

/** A service that speaks the JSON protocol. */
export interface JsonService {
  /** SigV4 signing name. */
  readonly service: string;
  /** What precedes the operation in the header `X-Amz-Target`. */
  readonly targetPrefix: string;
}

/** Amazon EventBridge. */
export const EVENT_BRIDGE: JsonService = { service: 'events', targetPrefix: 'AWSEvents' };

/** AWS Secrets Manager. */
export const SECRETS_MANAGER: JsonService = { service: 'secretsmanager', targetPrefix: 'secretsmanager' };

/** Call an operation of moto. @returns the body of the answer, also that of a refusal. */
export async function callMoto(
  { endpoint }: Pick<ClientOptions, 'endpoint'>,
  { service, targetPrefix }: JsonService,
  region: string,
  operation: string,
  input: Structure,
): Promise<Structure> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=local/20000101/${region}/${service}/aws4_request`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${targetPrefix}.${operation}`,
    },
    body: JSON.stringify(input),
  });
  return (await answer.json()) as Structure;
}
