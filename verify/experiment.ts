/** What an experiment is: something done in an account, in which claims about AWS show themselves to be true or not. */
import type { ClaimId } from '../local/claims';
import type { Laboratory } from './laboratory';

/** What was seen of one claim. */
export interface Sighting {
  /** Whether AWS does what the claim says. */
  readonly holds: boolean;
  /** What AWS did, for the reader. */
  readonly seen: string;
}

/** What was seen, by the id of the claim. */
export type Sightings = Readonly<Partial<Record<ClaimId, Sighting>>>;

/** A kind of resource that costs money, and how many of it an experiment has for how long. */
export interface Use {
  readonly resource: Priced;
  readonly count: number;
}

/** Resources with a price; those without one are not told. */
export type Priced = 'Application Load Balancer' | 'Fargate task (0.25 vCPU, 0.5 GB)' | 'Web ACL';

export interface Experiment {
  /** How it is chosen on the command line. */
  readonly name: string;
  /** What it does, in one line. */
  readonly title: string;
  /** Ids of the claims that it looks at: each is in its sightings. */
  readonly claims: readonly ClaimId[];
  /** What it makes that costs money. */
  readonly uses: readonly Use[];
  /** How long it takes on AWS, in minutes, by what AWS documents and what is usual. */
  readonly minutes: number;
  /** @throws Error of AWS, when something that no claim is about goes wrong; nothing is then known of its claims. */
  run(laboratory: Laboratory): Promise<Sightings>;
}
