/** Where a document of the governance team lies. */
export type Location =
  | { readonly kind: 's3'; readonly text: string; readonly bucket: string; readonly key: string }
  | { readonly kind: 'ssm'; readonly text: string; readonly name: string };

/** How locations are written, for messages. */
export const LOCATION_FORMS = 's3://BUCKET/KEY or ssm:/PARAMETER-NAME';

/** A location as `s3://bucket/key` or `ssm:/name`; undefined when the text is neither. */
export function parseLocation(text: string): Location | undefined {
  const object = /^s3:\/\/([^/]+)\/(.+)$/.exec(text);
  if (object) return { kind: 's3', text, bucket: object[1]!, key: object[2]! };
  const parameter = /^ssm:(\/.+)$/.exec(text);
  return parameter ? { kind: 'ssm', text, name: parameter[1]! } : undefined;
}
