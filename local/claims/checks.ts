/** What a table of claims must be. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Claim } from './claim';

const ROOT = join(__dirname, '..', '..');

/**
 * What is wrong with claims: a member that is empty, an id that is not of its service or is there twice, a test that is
 * not there, a claim that is not confirmed and that nothing in `local/` asks about.
 *
 * @param tables by the name of the service's file.
 * @returns one sentence for each fault, beginning with the id; none when all is well.
 */
export function faultsOf(tables: Readonly<Record<string, readonly Claim[]>>): string[] {
  const source = sourceOfLocalAws();
  const seen = new Set<string>();
  return Object.entries(tables).flatMap(([service, claims]) =>
    claims.flatMap((claim) => {
      const faults = [
        ...emptyMembers(claim),
        ...(claim.id.startsWith(`${service}.`) ? [] : [`must begin with "${service}.".`]),
        ...(seen.has(claim.id) ? ['is there twice.'] : []),
        ...(existsSync(join(ROOT, claim.test))
          ? []
          : [`names the test ${claim.test}, which does not exist.`]),
        ...(claim.state === 'confirmed' || source.includes(`holds('${claim.id}')`)
          ? []
          : [`is not confirmed, and nothing in local/ asks answers.holds('${claim.id}').`]),
      ];
      seen.add(claim.id);
      return faults.map((fault) => `${claim.id} ${fault}`);
    }),
  );
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
