import type { HookSettings } from '../adapters/hook-judgement';
import { type Exemption, idleExemptions, nearestId } from '../engine/exemptions';
import { policyOf, type Profile } from '../engine/policy';
import type { Rule } from '../engine/rule';
import { PROFILES } from '../profiles';
import { HandlerError } from '../../src/core/failure';

/**
 * Configuration of the hook in an account and Region. Apart from the profile's name its members are what profile files
 * and exemption files hold, so that these can be pasted.
 */
export interface GovernanceConfiguration {
  /** Name of a built-in profile. */
  readonly Profile: string;
  /** Changes to the profile's rules, by rule id. */
  readonly Rules?: Profile['rules'];
  readonly Indeterminate?: Profile['indeterminate'];
  readonly RefuseFrom?: Profile['refuseFrom'];
  readonly TemplateExemptions?: Profile['templateExemptions'];
  readonly Exemptions?: readonly Exemption[];
}

/**
 * What the configuration means.
 *
 * @param warn takes what the governance team should know: exemptions that do nothing.
 * @throws HandlerError InvalidTypeConfiguration when it names a profile, rule or parameter that does not exist.
 */
export function settingsOf(
  configuration: GovernanceConfiguration,
  catalogue: readonly Rule[],
  warn: (message: string) => void = () => undefined,
): HookSettings {
  const base = Object.hasOwn(PROFILES, configuration.Profile) ? PROFILES[configuration.Profile] : undefined;
  if (base === undefined) {
    throw invalid('Profile', 'a profile', `Use one of ${Object.keys(PROFILES).join(', ')}`);
  }
  const rules = { ...base.rules };
  for (const [id, changes] of Object.entries(configuration.Rules ?? {})) {
    const meant = catalogue.filter((each) => each.id === id || each.group === id);
    if (meant.length === 0) {
      const nearest = nearestId(id, catalogue);
      throw invalid(`Rules/${id}`, 'a rule', nearest && `Did you mean ${nearest}?`);
    }
    const names = meant.flatMap(({ parameters }) => Object.keys(parameters ?? {}));
    const unknown = Object.keys(changes.parameters ?? {}).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      const remedy = names.length > 0 ? `Use one of ${names.join(', ')}` : undefined;
      throw invalid(`Rules/${id}/parameters/${unknown}`, 'a parameter of the rule', remedy);
    }
    rules[id] = {
      ...rules[id],
      ...changes,
      parameters: { ...rules[id]?.parameters, ...changes.parameters },
    };
  }
  const profile: Profile = {
    ...base,
    rules,
    indeterminate: { ...base.indeterminate, ...configuration.Indeterminate },
    refuseFrom: configuration.RefuseFrom ?? base.refuseFrom,
    templateExemptions: configuration.TemplateExemptions ?? base.templateExemptions,
  };
  const policy = policyOf(profile, catalogue);
  const exemptions = configuration.Exemptions ?? [];
  for (const message of idleExemptions(exemptions, catalogue, policy)) warn(message);
  return { policy, exemptions };
}

/** @param what is named that does not exist. */
function invalid(propertyPath: string, what: string, remedy = 'Remove it'): HandlerError {
  return new HandlerError(
    'InvalidTypeConfiguration',
    `The configuration of the hook names ${what} that does not exist`,
    { propertyPath, remedy },
  );
}
