import type { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Location } from './location';
import { SettingsError } from './settings-error';

/** A document as it was at one time. */
export interface RemoteDocument {
  readonly text: string;
  /** Version id of the object, or its ETag where the bucket keeps no versions; version number of the parameter. */
  readonly version: string;
}

/** A profile that sets every rule has some 20 kB; far more is not a settings file. */
const MAXIMUM_BYTES = 1_000_000;

/** Attempts of one call, the first included. */
const MAX_ATTEMPTS = 3;

type Read<Kind> = (
  location: Extract<Location, { kind: Kind }>,
  signal: AbortSignal,
) => Promise<RemoteDocument>;

// The SDK is loaded by the first read. Nothing of it is needed where the settings come with the bundle.
let s3: S3Client | undefined;
let ssm: SSMClient | undefined;

const readObject: Read<'s3'> = async ({ bucket, key }, abortSignal) => {
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  // One bucket may serve the hooks of all Regions.
  s3 ??= new S3Client({ maxAttempts: MAX_ATTEMPTS, followRegionRedirects: true });
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
  if ((object.ContentLength ?? 0) > MAXIMUM_BYTES) {
    // A body that nobody reads holds its connection, and reports to nobody when that is cut.
    (object.Body as Readable).destroy();
    throw new SettingsError(`it has more than ${MAXIMUM_BYTES} bytes. Put a profile or exemptions there`);
  }
  const versioned = object.VersionId !== undefined && object.VersionId !== 'null';
  return {
    text: (await object.Body?.transformToString()) ?? '',
    version: versioned ? object.VersionId! : (object.ETag ?? 'unknown').replaceAll('"', ''),
  };
};

const readParameter: Read<'ssm'> = async ({ name }, abortSignal) => {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  ssm ??= new SSMClient({ maxAttempts: MAX_ATTEMPTS });
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }), { abortSignal });
  if (Parameter?.Type === 'SecureString')
    throw new SettingsError('it is a SecureString. Make it a parameter of type String');
  return { text: Parameter?.Value ?? '', version: String(Parameter?.Version ?? 'unknown') };
};

/** Errors of the services whose remedy is known. Without s3:ListBucket, S3 answers AccessDenied for an absent object too. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  AccessDenied:
    'access is denied, or there is no such object. Look for it, and for s3:GetObject in the role of the function and in the bucket policy',
  AccessDeniedException: 'access is denied. Allow ssm:GetParameter in the role of the function',
  NoSuchBucket: 'there is no such bucket. Correct the name',
  NoSuchKey: 'there is no such object. Upload it, or correct the key',
  ParameterNotFound: 'there is no such parameter. Make it, or correct the name',
};

/**
 * Read a document.
 *
 * @param milliseconds time for it, all attempts included.
 * @throws SettingsError whose message completes a sentence that begins with what the document is.
 */
export async function readRemoteDocument(location: Location, milliseconds: number): Promise<RemoteDocument> {
  const signal = AbortSignal.timeout(Math.max(1, milliseconds));
  const read = location.kind === 's3' ? readObject(location, signal) : readParameter(location, signal);
  try {
    return await Promise.race([read, whenAborted(signal)]);
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    if (signal.aborted) throw new SettingsError(`no answer came within ${milliseconds} ms. Try again`);
    const { name } = error as Error;
    throw new SettingsError(
      EXPLANATIONS[name] ?? `reading failed (${name}). Try again, and look at the service's health`,
    );
  }
}

/** Never resolves: the abortion of a call does not end the reading of its answer, so the time is watched here too. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
}
