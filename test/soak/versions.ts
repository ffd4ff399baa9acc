/** The versions of a service that are to stand side by side, and what is changed about them. */
import type { Structure } from '../../local/service';
import {
  container,
  newImage,
  withTag,
  type Change,
  type Content,
  type Standing,
  type Version,
} from './changes';
import type { Random } from './random';

/** A version that is to answer, as a template says it. */
export interface Share {
  readonly Version: string;
  readonly Weight: number;
}

/** What the attribute `Versions` tells of a version. */
type Told = Readonly<{ Version: string; Weight: number; ServiceArn: string }>;

/** Versions without requests that stay, where a template does not say how many. */
const DEFAULT_STANDBY_COUNT = 1;

/** Tag of an image whose tasks exit. */
const BROKEN = 'exits';

/** Label of the version that a template describes: what runs something else has another one. */
export function labelOf({ PrimaryContainer, HealthCheckPath = '/' }: Structure): string {
  const { Image, ContainerPort } = PrimaryContainer;
  return [`v${tagOf(Image)}`, ContainerPort, HealthCheckPath.slice(1)].filter(Boolean).join('-');
}

/** Name of an ECS service. */
export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** Whether a template runs what never is healthy. */
export function isBroken({ PrimaryContainer }: Structure): boolean {
  return tagOf(PrimaryContainer.Image) === BROKEN;
}

function tagOf(image: string): string {
  return image.slice(image.indexOf(':') + 1);
}

/** Which versions of a service are to stand after its updates, from nothing but its templates. */
export class Versions implements Standing {
  /** The one that the template describes first, then by how long it is ago that one did. */
  standing: readonly Version[] = [];

  /** Those that have requests. */
  get answering(): readonly Version[] {
    return this.standing.filter(({ weight }) => weight > 0);
  }

  /** The version that stands and that a template describes. */
  describedBy(model: Structure): Version | undefined {
    return this.standing.find(({ content }) => isSameContent(content, model));
  }

  /** No version stands any more. */
  clear(): void {
    this.standing = [];
  }

  /**
   * Give versions the weights that somebody has set by hand.
   *
   * @param targetGroups of ECS services, by their names.
   * @param weights by the ARNs of target groups.
   */
  setWeights(
    targetGroups: ReadonlyMap<string, readonly string[]>,
    weights: Readonly<Record<string, number>>,
  ): void {
    this.standing = this.standing.map((version) => {
      const arns = targetGroups.get(nameOf(version.serviceArn)) ?? [];
      return { ...version, weight: arns.reduce((sum, arn) => sum + (weights[arn] ?? 0), 0) };
    });
  }

  /**
   * What an operation that has succeeded makes of them.
   *
   * @param previous the template before, or that of an update that has failed; undefined after a creation.
   * @param told what the attribute `Versions` says: the label of a version that had none, and where each runs.
   * @returns what that says otherwise than the templates.
   */
  follow(model: Structure, previous: Structure | undefined, told: readonly Told[]): string[] {
    const wanted = this.after(model, previous, told[1]?.Version);
    this.standing = wanted.map((version) => ({
      ...version,
      serviceArn: told.find(({ Version }) => Version === version.label)?.ServiceArn ?? '',
    }));
    const text = (parts: readonly (readonly [string, number])[]) =>
      parts.map(([label, weight]) => `${label} ${weight}`).join(', ');
    const [actual, expected] = [
      text(told.map(({ Version, Weight }) => [Version, Weight])),
      text(wanted.map(({ label, weight }) => [label, weight])),
    ];
    return actual === expected ? [] : [`${model.ServiceName} has ${actual}, and is to have ${expected}`];
  }

  /** @param formerLabel of what ran before there were versions. */
  private after(
    model: Structure,
    previous: Structure | undefined,
    formerLabel = '',
  ): readonly Omit<Version, 'serviceArn'>[] {
    const { Version: label, Traffic, Standby } = model;
    const isFirst = this.standing.length === 0 && previous !== undefined;
    const adopted = { label: formerLabel, weight: 1, content: contentOf(previous ?? model) };
    const before = isFirst ? [adopted] : this.standing;
    const there = before.find(({ content }) => isSameContent(content, model));
    const current = { ...there, label, weight: there?.weight ?? 0, content: contentOf(model) };
    const all = [current, ...before.filter((version) => version !== there)];
    const weights = wantedWeights(model, previous);
    const weighted = weights
      ? all.map((version) => ({ ...version, weight: weights.get(version.label) ?? 0 }))
      : all;
    const named = [...sharesOf(Traffic), ...sharesOf(previous?.Traffic)].map(({ Version }) => Version);
    let room = Standby?.Count ?? DEFAULT_STANDBY_COUNT;
    return weighted.filter(
      (version, index) => index === 0 || version.weight > 0 || named.includes(version.label) || room-- > 0,
    );
  }
}

/** Weights by labels; undefined when an update leaves them as they are. */
function wantedWeights(
  { Traffic, ...model }: Structure,
  previous: Structure | undefined,
): ReadonlyMap<string, number> | undefined {
  const isOtherTraffic = JSON.stringify(Traffic) !== JSON.stringify(previous?.Traffic);
  const wasVersioned = previous?.Version !== undefined;
  const isOtherContent = !wasVersioned || !isSameContent(contentOf(previous), model);
  if (!isOtherTraffic && (Traffic || !isOtherContent)) return undefined;
  const shares = Traffic ? sharesOf(Traffic) : [{ Version: model.Version, Weight: 1 }];
  return new Map(shares.map(({ Version, Weight }) => [Version, Weight]));
}

function sharesOf(traffic: readonly Share[] | undefined): readonly Share[] {
  return traffic ?? [];
}

function contentOf({ PrimaryContainer, HealthCheckPath }: Structure): Content {
  return { PrimaryContainer, ...(HealthCheckPath && { HealthCheckPath }) };
}

function isSameContent(content: Content, model: Structure): boolean {
  return JSON.stringify(content) === JSON.stringify(contentOf(model));
}

const withoutTraffic = ({ Traffic: _, ...model }: Structure): Structure => model;

const withoutHealthCheckPath = ({ HealthCheckPath: _, ...model }: Structure): Structure => model;

const next = (model: Structure, random: Random): Structure => container(model, newImage(model, random));

/** Weights of two versions, of which the second is the one that the template describes. */
const SPLITS: readonly (readonly [number, number])[] = [
  [50, 50],
  [95, 5],
  [1, 0],
  [0, 1],
  [1, 999],
];

/** Have a version answer beside the one that a template describes. */
function split(model: Structure, other: string, random: Random): Structure {
  const [first, second] = random.pick(SPLITS);
  const Version = labelOf(model);
  return {
    ...model,
    Traffic: [
      { Version: other, Weight: first },
      { Version, Weight: second },
    ],
  };
}

/** What an update of a service with versions may change. */
export const VERSION_CHANGES: readonly Change[] = [
  // Something new gets all requests.
  (model, random) => withoutTraffic(next(model, random)),
  // It stands beside what answers, which keeps all requests, or some of them.
  (model, random, { answering }) => ({
    ...next(model, random),
    Traffic: answering.map(({ label, weight }) => ({ Version: label, Weight: weight })),
  }),
  (model, random, { answering: [first] }) => split(next(model, random), first!.label, random),
  // The same answers with others, or alone.
  (model, random, { standing: [, ...others] }) =>
    others.length === 0 ? model : split(model, random.pick(others).label, random),
  (model) => withoutTraffic(model),
  // Back to something that stands, twice as often.
  ...Array.from(
    { length: 2 },
    (): Change =>
      (model, random, { standing: [, ...others] }) =>
        others.length === 0
          ? withoutTraffic(next(model, random))
          : { ...withoutHealthCheckPath(withoutTraffic(model)), ...random.pick(others).content },
  ),
  (model, random) => ({
    ...model,
    Standby: { Count: random.pick([0, 1, 2, 3]), TaskCount: random.pick([0, 1]) },
  }),
  (model, random) => ({
    ...model,
    ScalingTarget: { MinTaskCount: 1, MaxTaskCount: random.pick([2, 5, 10]) },
  }),
  // Something that never is healthy.
  (model) => container(model, withTag(model, BROKEN)),
];
