/** Who calls which service, as the SigV4 signature says. Signatures are read, never checked. */
import { AwsError } from '../service';

/** The credential scope of a signed request. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
  /** Signing name of the service, lower case. */
  readonly service: string;
}

/**
 * Read the credential scope from the Authorization header, or from the query of a presigned URL.
 *
 * @throws AwsError MissingAuthenticationToken or IncompleteSignature, as AWS answers an unsigned or unreadable request.
 */
export function credentialScope(authorization: string | undefined, query: URLSearchParams): CredentialScope {
  const credential = authorization
    ? /Credential=([^,\s]+)/.exec(authorization)?.[1]
    : (query.get('X-Amz-Credential') ?? undefined);
  if (!authorization && !credential) {
    throw new AwsError(
      'MissingAuthenticationToken',
      'The request is not signed. Sign it with Signature Version 4; any credentials will do here, ' +
        'for instance AWS_ACCESS_KEY_ID=local and AWS_SECRET_ACCESS_KEY=local.',
      403,
    );
  }
  const parts = credential?.split('/') ?? [];
  const [accessKeyId, , region, service, end] =
    parts.length > 5 ? [parts.slice(0, -4).join('/'), ...parts.slice(-4)] : parts;
  if (end !== 'aws4_request' || !accessKeyId || !region || !service) {
    throw new AwsError(
      'IncompleteSignature',
      'The credential of the signature must have the form <access key>/<date>/<region>/<service>/aws4_request.',
      400,
    );
  }
  return { accessKeyId, region, service: service.toLowerCase() };
}
