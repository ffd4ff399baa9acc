/** The objects of Amazon S3 that CloudFormation reads and writes: templates, code, and documents for hooks. Buckets are moto's. */
import { validationError } from './template/parse';

const TIMEOUT = 10_000;

/** What moto takes for a presigned URL; it checks no signature. */
export const PRESIGNED = new URLSearchParams({
  'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
  'X-Amz-Credential': 'local/20260101/us-east-1/s3/aws4_request',
  'X-Amz-Date': '20260101T000000Z',
  'X-Amz-Expires': '3600',
  'X-Amz-SignedHeaders': 'host',
  'X-Amz-Signature': 'local',
});

/**
 * Read the template that a `TemplateURL` names.
 *
 * @param moto base URL of moto.
 * @param url `https://BUCKET.s3.REGION.amazonaws.com/KEY`, `https://s3.REGION.amazonaws.com/BUCKET/KEY` or a local URL.
 * @throws AwsError ValidationError when there is no such object.
 */
export async function readTemplate(moto: string, url: string): Promise<string> {
  const path = objectPath(url);
  const answer =
    path && (await fetch(`${moto}${path}?${PRESIGNED}`, { signal: AbortSignal.timeout(TIMEOUT) }));
  if (!answer || !answer.ok) {
    throw validationError(
      `TemplateURL must reference a valid S3 object to which you have access: ${url.split('?')[0]}`,
    );
  }
  return answer.text();
}

/** Read an object, for example the package of a Lambda function; undefined when there is none. */
export async function readObject(moto: string, bucket: string, key: string): Promise<Buffer | undefined> {
  const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const answer = await fetch(`${moto}${path}?${PRESIGNED}`, { signal: AbortSignal.timeout(TIMEOUT) });
  return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined;
}

/** Store a text in a bucket, which is made when there is none. Answers a presigned URL of it. */
export async function putObject(moto: string, bucket: string, key: string, text: string): Promise<string> {
  const url = `${moto}/${bucket}/${key}`;
  for (const [target, body] of [
    [`${moto}/${bucket}`, undefined],
    [url, text],
  ]) {
    const answer = await fetch(target!, { method: 'PUT', body, signal: AbortSignal.timeout(TIMEOUT) });
    if (!answer.ok && answer.status !== 409)
      throw new Error(`the object ${bucket}/${key} could not be stored: HTTP ${answer.status}`);
  }
  return `${url}?${PRESIGNED}`;
}

/** Make a bucket that keeps every version of its objects, if there is none yet. */
export async function makeVersionedBucket(moto: string, bucket: string): Promise<void> {
  const versioning =
    '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>';
  for (const [query, body] of [
    ['', undefined],
    ['versioning=&', versioning],
  ]) {
    const url = `${moto}/${bucket}?${query}${PRESIGNED}`;
    const answer = await fetch(url, { method: 'PUT', body, signal: AbortSignal.timeout(TIMEOUT) });
    if (!answer.ok && answer.status !== 409)
      throw new Error(`the bucket ${bucket} could not be made: HTTP ${answer.status}`);
  }
}

/** The texts of all versions of an object, in no order; none when there is no such object. */
export async function objectVersions(moto: string, bucket: string, key: string): Promise<string[]> {
  const ask = async (path: string) =>
    (await fetch(`${moto}/${bucket}${path}&${PRESIGNED}`, { signal: AbortSignal.timeout(TIMEOUT) })).text();
  const listed = await ask(`?versions=&prefix=${encodeURIComponent(key)}`);
  const ids = [...listed.matchAll(/<VersionId>([^<]+)<\/VersionId>/g)].map(([, id]) => id);
  return Promise.all(ids.map((id) => ask(`/${key}?versionId=${id}`)));
}

function objectPath(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname } = new URL(url);
  const bucket = /^(.+)\.s3[.-][a-z0-9-]*\.?amazonaws\.com$/.exec(hostname)?.[1];
  return bucket ? `/${bucket}${pathname}` : pathname;
}
