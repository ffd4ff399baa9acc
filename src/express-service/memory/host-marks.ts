/** What the tag of a listener rule says of hosts which its service does not have, though the rule may match them. */
import type { Tags } from '../identity/tags';
import { TAGS, unknownFormat } from './formats';
import { digestOf } from './hosts';

/** Why a service does not have a host: it wants it, or gives it up. */
export type HostMark = (typeof MARKS)[number];
const MARKS = ['wanted', 'released'] as const;

/** By the digest of the host. */
export type HostMarks = Readonly<Record<string, HostMark>>;

/** The marks of some hosts. */
export function hostMarks(hosts: readonly { readonly hostName: string }[], mark: HostMark): HostMarks {
  return Object.fromEntries(hosts.map(({ hostName }) => [digestOf(hostName), mark]));
}

/** The tag of marks, none without one. Values look like `0a1b2c3d+wanted 4e5f6a7b+released`. */
export function hostMarksTag(marks: HostMarks): Tags {
  const entries = Object.entries(marks).map(([digest, mark]) => `${digest}+${mark}`);
  return entries.length > 0 ? { [TAGS.hostMarks.key]: entries.sort().join(' ') } : {};
}

/**
 * The marks in the tags of a rule.
 *
 * @throws HandlerError InvalidRequest when they say something that is not known here.
 */
export function hostMarksIn(tags: Tags): HostMarks {
  const entries = (tags[TAGS.hostMarks.key] ?? '').split(' ').filter((entry) => entry !== '');
  return Object.fromEntries(
    entries.map((entry) => {
      const [digest = '', mark] = entry.split('+');
      const known = MARKS.find((each) => each === mark);
      if (known) return [digest, known];
      throw unknownFormat(`The tag ${TAGS.hostMarks.key} of a listener rule`, `says "${entry}"`);
    }),
  );
}

/** The tags without marks. */
export function withoutHostMarks({ [TAGS.hostMarks.key]: _marks, ...others }: Tags): Tags {
  return others;
}
