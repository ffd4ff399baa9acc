/** What a table of claims must be. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claim } from './claim';
import { SEEN_FILE, stateOf, type SeenOnAws } from './seen';

const ROOT = join(__dirname, '..', '..');

/**
 * What is wrong with claims: a member that is empty, an id that is not of its service or is there twice, a test that is
 * not there, a claim that is not confirmed and that nothing in `local/` asks about.
 *
 * @param tables by the name of the service's file.
 * @param seen what was seen on AWS: a claim with a document as its source must not be contradicted by it.
 * @returns one sentence for each fault, beginning with the id; none when all is well.
 */
export function faultsOf(tables: Readonly<Record<string, readonly Claim[]>>, seen?: SeenOnAws): string[] {
  const source = sourceOfLocalAws();
  const known = new Set<string>();
  const faults = Object.entries(tables).flatMap(([service, claims]) =>
    claims.flatMap((claim) => {
      const faults = [
        ...emptyMembers(claim),
        ...(claim.id.startsWith(`${service}.`) ? [] : [`must begin with "${service}.".`]),
        ...(known.has(claim.id) ? ['is there twice.'] : []),
        ...(existsSync(join(ROOT, claim.test))
          ? []
          : [`names the test ${claim.test}, which does not exist.`]),
        ...(claim.state === 'confirmed' || source.includes(`holds('${claim.id}')`)
          ? []
          : [`is not confirmed, and nothing in local/ asks answers.holds('${claim.id}').`]),
        ...(claim.state === 'confirmed' && stateOf(claim, seen) === 'contradicted'
          ? ['was contradicted on AWS: correct its row and what the local AWS does.']
          : []),
      ];
      known.add(claim.id);
      return faults.map((fault) => `${claim.id} ${fault}`);
    }),
  );
  if (seen?.endpoint !== undefined) {
    faults.push(`${SEEN_FILE} was not seen on AWS but at ${seen.endpoint}: delete it.`);
  }
  return faults;
}

function emptyMembers(claim: Claim): string[] {
  return Object.entries(claim)
    .filter(([, value]) => !value.trim())
    .map(([member]) => `has no ${member}.`);
}

/** The text of everything in `local/`. */
function sourceOfLocalAws(): string {
  return readdirSync(join(ROOT, 'local'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'local', name), 'utf8'))
    .join('\n');
}
