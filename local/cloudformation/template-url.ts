/** Templates in Amazon S3. */
import { validationError } from './template/parse';

const TIMEOUT = 10_000;

/**
 * Read the template that a `TemplateURL` names; buckets are those of moto.
 *
 * @param moto base URL of moto.
 * @param url `https://BUCKET.s3.REGION.amazonaws.com/KEY`, `https://s3.REGION.amazonaws.com/BUCKET/KEY` or a local URL.
 * @throws AwsError ValidationError when there is no such object.
 */
export async function readTemplate(moto: string, url: string): Promise<string> {
  const path = objectPath(url);
  const answer = path && (await fetch(`${moto}${path}`, { signal: AbortSignal.timeout(TIMEOUT) }));
  if (!answer || !answer.ok) {
    throw validationError(`TemplateURL must reference a valid S3 object to which you have access: ${url.split('?')[0]}`);
  }
  return answer.text();
}

function objectPath(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname } = new URL(url);
  const bucket = /^(.+)\.s3[.-][a-z0-9-]*\.?amazonaws\.com$/.exec(hostname)?.[1];
  return bucket ? `/${bucket}${pathname}` : pathname;
}
