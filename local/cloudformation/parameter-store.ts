/** The parameters of Systems Manager's Parameter Store that CloudFormation reads. They are moto's. */

const TIMEOUT = 10_000;

/** Most names that one call of GetParameters takes. */
const PAGE = 10;

/**
 * Read parameters.
 *
 * @param moto base URL of moto.
 * @returns values by name; names that Parameter Store does not have are left out.
 */
export async function readParameters(
  moto: string,
  region: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  const wanted = [...new Set(names)];
  for (let start = 0; start < wanted.length; start += PAGE) {
    const answer = await fetch(moto, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonSSM.GetParameters',
        authorization: `AWS4-HMAC-SHA256 Credential=cloudformation/20260101/${region}/ssm/aws4_request`,
      },
      body: JSON.stringify({ Names: wanted.slice(start, start + PAGE) }),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (!answer.ok) throw new Error(`Parameter Store could not be read: HTTP ${answer.status}`);
    const { Parameters } = (await answer.json()) as { Parameters: { Name: string; Value: string }[] };
    for (const { Name, Value } of Parameters) values.set(Name, Value);
  }
  return values;
}
