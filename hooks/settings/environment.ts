import { DEFAULT_PROFILE, PROFILES } from '../profiles';
import type { Profile } from '../engine/policy';
import { type Location, LOCATION_FORMS, parseLocation } from './location';
import { SettingsError } from './settings-error';

/** What to do when settings that lie elsewhere cannot be loaded: refuse, or judge by the last ones that could. */
export type LoadFailure = 'FAIL_CLOSED' | 'LAST_KNOWN_GOOD';

/** The choices that the environment of the function makes. */
export interface SettingsChoices {
  /** A profile of the bundle, or where a profile file lies. */
  readonly profile: Profile | Location;
  /** Where the file of central exemptions lies; without it there are none. */
  readonly exemptions?: Location;
  /** Seconds for which loaded documents are used before they are looked at again. */
  readonly refreshSeconds: number;
  readonly onLoadFailure: LoadFailure;
}

/** Environment variables of the function that holds the hook, and their defaults. `template.yml` sets them. */
export const VARIABLES = {
  profile: { name: 'GOVERNANCE_PROFILE', default: DEFAULT_PROFILE },
  exemptions: { name: 'GOVERNANCE_EXEMPTIONS', default: '' },
  refreshSeconds: { name: 'GOVERNANCE_REFRESH_SECONDS', default: '300' },
  onLoadFailure: { name: 'GOVERNANCE_LOAD_FAILURE', default: 'FAIL_CLOSED' },
} as const;

const LOAD_FAILURES: readonly LoadFailure[] = ['FAIL_CLOSED', 'LAST_KNOWN_GOOD'];

/** Longest time between two looks, in seconds: a day. */
const MAXIMUM_REFRESH_SECONDS = 86_400;

/**
 * Read the choices from environment variables. Empty ones count as absent, because templates cannot leave them out.
 *
 * @throws SettingsError that names the variable, its value and what it may be.
 */
export function readChoices(environment: Readonly<Record<string, string | undefined>>): SettingsChoices {
  const value = (key: keyof typeof VARIABLES) => environment[VARIABLES[key].name] || VARIABLES[key].default;
  const invalid = (key: keyof typeof VARIABLES, remedy: string) =>
    new SettingsError(`${VARIABLES[key].name} is "${value(key)}". Use ${remedy}.`);

  const name = value('profile');
  const profile = Object.hasOwn(PROFILES, name) ? PROFILES[name] : parseLocation(name);
  if (profile === undefined)
    throw invalid('profile', `${Object.keys(PROFILES).join(', ')}, ${LOCATION_FORMS}`);
  const exemptions = value('exemptions') === '' ? undefined : parseLocation(value('exemptions'));
  if (exemptions === undefined && value('exemptions') !== '') throw invalid('exemptions', LOCATION_FORMS);
  const refreshSeconds = Number(value('refreshSeconds'));
  if (!(refreshSeconds >= 0 && refreshSeconds <= MAXIMUM_REFRESH_SECONDS))
    throw invalid('refreshSeconds', `a number from 0 to ${MAXIMUM_REFRESH_SECONDS}`);
  const onLoadFailure = LOAD_FAILURES.find((each) => each === value('onLoadFailure'));
  if (onLoadFailure === undefined) throw invalid('onLoadFailure', LOAD_FAILURES.join(' or '));
  return { profile, exemptions, refreshSeconds, onLoadFailure };
}
