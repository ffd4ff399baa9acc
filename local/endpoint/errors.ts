/** From whatever was thrown, or answered, to an AWS error. */
import { cbor } from '@smithy/core/cbor';
import { AwsError } from '../service';
import type { HttpAnswer } from './protocols';

/** The AWS error for anything thrown while a call was carried out: SDK errors keep code, message and status. */
export function toAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  if ($metadata?.httpStatusCode) return new AwsError(name, message, $metadata.httpStatusCode);
  return new AwsError('InternalFailure', `The local AWS failed: ${message ?? String(error)}`, 500);
}

/** The error code in an error document of any protocol; undefined for a success. */
export function errorCodeOf({ status, headers, body }: HttpAnswer): string | undefined {
  if (status < 400) return undefined;
  const type = headers['x-amzn-errortype'] ?? documentCode(headers['content-type'] ?? '', body);
  return type?.split('#').at(-1)?.split(':')[0];
}

function documentCode(contentType: string, body: string | Uint8Array): string | undefined {
  if (contentType === 'application/cbor') return cbor.deserialize(body as Uint8Array).__type;
  const text = Buffer.from(body as Uint8Array).toString();
  return (/"__type"\s*:\s*"([^"]+)"/.exec(text) ?? /<Code>([^<]+)<\/Code>/.exec(text))?.[1];
}
