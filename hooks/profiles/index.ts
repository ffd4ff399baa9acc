import type { Profile } from '../engine/policy';
import controlTower from './control-tower.json';
import orgDefault from './org-default.json';
import strict from './strict.json';

/** The profiles that come with the catalogue, by name. */
export const PROFILES: Readonly<Record<string, Profile>> = Object.fromEntries(
  [orgDefault, controlTower, strict].map((profile) => [profile.name, profile as Profile]),
);

/** Name of the profile that applies where nobody chooses one. */
export const DEFAULT_PROFILE = 'org-default';
