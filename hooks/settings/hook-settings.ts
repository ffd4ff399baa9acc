import type { HookSettings } from '../adapters/hook-judgement';
import { type Exemption, idleExemptions } from '../engine/exemptions';
import { policyOf, type Profile } from '../engine/policy';
import type { Rule } from '../engine/rule';
import { isObject } from '../engine/scope';
import { EXEMPTIONS_SCHEMA, profileSchema } from '../profiles/schema';
import type { SettingsChoices } from './environment';
import type { Location } from './location';
import type { RemoteDocument } from './remote-document';
import { SettingsError } from './settings-error';
import { problemsOf } from './validation';

/** Longest time for loading settings, in milliseconds; CloudFormation waits 30 s for the answer of a hook. */
const LOAD_MILLISECONDS = 5_000;

/** Time after a failed load for which the last known good settings are used without another try, in milliseconds. */
const RETRY_MILLISECONDS = 30_000;

/** What loading settings works with; tests put a clock or a fault in place of it. */
export interface SettingsDependencies {
  readonly catalogue: readonly Rule[];
  /** @throws SettingsError that completes a sentence which begins with what the document is. */
  readonly read: (location: Location, milliseconds: number) => Promise<RemoteDocument>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Takes what the governance team should know: exemptions that do nothing, settings that could not be renewed. */
  readonly warn: (message: string) => void;
}

interface Loaded {
  readonly settings: HookSettings;
  /** Versions of the documents; settings of the same versions are the same. */
  readonly versions: string;
  readonly loadedAt: number;
}

/** The settings of a hook, kept from one invocation to the next while the function is warm. */
export class HookSettingsSource {
  private loaded: Loaded | undefined;
  private usableUntil = 0;

  constructor(
    private readonly choices: SettingsChoices,
    private readonly dependencies: SettingsDependencies,
  ) {}

  /**
   * The settings in force.
   *
   * @param milliseconds time that is left for loading them.
   * @throws SettingsError when they cannot be loaded and the choices say that this refuses.
   */
  async current(milliseconds: number): Promise<HookSettings> {
    const now = this.dependencies.now();
    if (this.loaded && now < this.usableUntil) return this.loaded.settings;
    try {
      this.loaded = await this.load(Math.min(LOAD_MILLISECONDS, milliseconds), now);
      this.usableUntil = now + this.lifetime();
      return this.loaded.settings;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      if (this.loaded === undefined || this.choices.onLoadFailure === 'FAIL_CLOSED') throw error;
      this.dependencies.warn(`Judging by the last known good settings. ${error.message}`);
      this.usableUntil = now + RETRY_MILLISECONDS;
      const { settings, loadedAt } = this.loaded;
      return { ...settings, origin: `${settings.origin}, as loaded at ${new Date(loadedAt).toISOString()}` };
    }
  }

  /** What comes with the bundle never changes. */
  private lifetime(): number {
    const { profile, exemptions, refreshSeconds } = this.choices;
    return isLocation(profile) || exemptions !== undefined ? refreshSeconds * 1000 : Infinity;
  }

  private async load(milliseconds: number, now: number): Promise<Loaded> {
    const { catalogue, warn } = this.dependencies;
    const { profile: chosen, exemptions: location } = this.choices;
    const [profileText, exemptionsText] = await Promise.all([
      isLocation(chosen) ? this.read('profile', chosen, milliseconds) : undefined,
      location && this.read('exemptions', location, milliseconds),
    ]);
    const versions = JSON.stringify([profileText?.version, exemptionsText?.version]);
    if (this.loaded?.versions === versions) return { ...this.loaded, loadedAt: now };

    const profile = isLocation(chosen)
      ? await parse<Profile>('profile', chosen, profileText!, (content) => schemaFor(content, catalogue))
      : chosen;
    const exemptions = location
      ? await parse<{ exemptions: readonly Exemption[] }>(
          'exemptions',
          location,
          exemptionsText!,
          () => EXEMPTIONS_SCHEMA,
        )
      : undefined;
    const policy = policyOf(profile, catalogue);
    for (const message of idleExemptions(exemptions?.exemptions ?? [], catalogue, policy)) warn(message);
    const origins = [
      profileText && `profile ${profile.name} version ${profileText.version}`,
      exemptionsText && `exemptions version ${exemptionsText.version}`,
    ].filter((origin) => origin !== undefined);
    const settings = {
      policy,
      exemptions: exemptions?.exemptions ?? [],
      origin: origins.length > 0 ? origins.join(', ') : undefined,
    };
    return { settings, versions, loadedAt: now };
  }

  private async read(purpose: string, location: Location, milliseconds: number): Promise<RemoteDocument> {
    try {
      return await this.dependencies.read(location, milliseconds);
    } catch (error) {
      throw error instanceof SettingsError ? problem(purpose, location, error.message) : error;
    }
  }
}

function isLocation(profile: Profile | Location): profile is Location {
  return 'kind' in profile;
}

/** The schema with the rules that a profile sets: to compile it for the whole catalogue takes ten times as long. */
function schemaFor(profile: unknown, catalogue: readonly Rule[]): object {
  const settings = isObject(profile) && isObject(profile['rules']) ? profile['rules'] : {};
  return profileSchema(
    catalogue.filter(
      ({ id, group }) =>
        Object.hasOwn(settings, id) || (group !== undefined && Object.hasOwn(settings, group)),
    ),
  );
}

/** @throws SettingsError when the document is not what its schema says. */
async function parse<Content>(
  purpose: string,
  location: Location,
  { text, version }: RemoteDocument,
  schema: (content: unknown) => object,
): Promise<Content> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw problem(purpose, location, `version ${version} is not JSON. Upload a JSON file`);
  }
  const problems = await problemsOf(content, schema(content));
  if (problems.length === 0) return content as Content;
  throw problem(
    purpose,
    location,
    `version ${version} is not valid: ${problems.join('; ')}. Correct the file`,
  );
}

function problem(purpose: string, { text }: Location, what: string): SettingsError {
  return new SettingsError(
    `The hook's ${purpose} ${text} cannot be used: ${what}, or ask the governance team to.`,
  );
}
