/**
 * Part of `npm run generate`: writes docs/reference/aws-claims.md from the tables. With `--check` it writes nothing, and
 * fails when the file is stale. Both fail when a row is not as it must be.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { faultsOf } from './checks';
import { TABLES, type Claim } from './index';
import { seenOnAws, stateOf } from './seen';

const FILE = 'docs/reference/aws-claims.md';
const PATH = join(__dirname, '..', '..', FILE);

const seen = seenOnAws();

/**
 * Text of the reference, not yet formatted. It has no table and no count, so that rows which are added side by side do
 * not touch the same lines.
 */
function reference(): string {
  return [
    '# What the local AWS claims about AWS',
    'Generated from `local/claims/` by `npm run generate`. Do not edit.',
    'The local AWS shows these behaviours of AWS, and the resource type depends on them. A claim is **confirmed** when a document of AWS states it, or when it was seen on AWS; **inferred** when it is concluded from something that is known; **unverified** when nothing is known. One that is not confirmed is a switch: the local AWS holds the claim unless it is told otherwise, by the option `answers` of `startLocalAws` or by `POST /_local/answers` with `{"<id>": false}`. `npm run verify:aws` looks at the claims in a real account; what it has seen there is written down here, and a claim that it **contradicted** does not hold locally either.',
    ...Object.values(TABLES).flatMap(({ title, claims }) => [`## ${title}`, ...claims.flatMap(section)]),
  ].join('\n\n');
}

function section(claim: Claim): string[] {
  const { id, statement, source, test } = claim;
  const onAws = seen?.claims[id];
  const lines = [
    `- State: ${stateOf(claim, seen)}`,
    ...(onAws ? [`- Seen on AWS, ${seen!.region}, ${seen!.at.slice(0, 10)}: ${onAws.seen}`] : []),
    `- Source: ${source}`,
    ...(claim.state === 'confirmed'
      ? []
      : [
          `- Told that it does not hold, the local AWS does this: ${claim.otherwise}`,
          `- What a user risks: ${claim.risk}`,
        ]),
    `- Test: \`${test}\``,
  ];
  return [`### ${id}`, statement, lines.join('\n')];
}

async function main(check: boolean): Promise<void> {
  const faults = faultsOf(
    Object.fromEntries(Object.entries(TABLES).map(([service, { claims }]) => [service, claims])),
    seen,
  );
  for (const fault of faults) console.error(`local/claims: ${fault}`);
  const text = await format(reference(), { ...(await resolveConfig(PATH)), filepath: PATH });
  const stale = !existsSync(PATH) || readFileSync(PATH, 'utf8') !== text;
  if (stale && check) console.error(`${FILE} is stale. Run "npm run generate" and commit the result.`);
  if (faults.length > 0 || (stale && check)) process.exitCode = 1;
  else if (stale) {
    writeFileSync(PATH, text);
    console.log(`wrote ${FILE}`);
  }
}

void main(process.argv.includes('--check'));
