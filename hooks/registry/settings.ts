import type { HookSettings } from '../adapters/hook-judgement';
import { type Exemption, nearestId } from '../engine/exemptions';
import { policyOf, type Profile, type RuleSettings } from '../engine/policy';
import type { Rule } from '../engine/rule';
import controlTower from '../profiles/control-tower.json';
import orgDefault from '../profiles/org-default.json';
import strict from '../profiles/strict.json';
import { HandlerError } from '../../src/errors';
import { recast } from './runtime';

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

const PROFILES: Readonly<Record<string, Profile>> = Object.fromEntries(
  [orgDefault, controlTower, strict].map((profile) => [profile.name, profile as Profile]),
);

/**
 * What the configuration means.
 *
 * @throws HandlerError InvalidTypeConfiguration when it names a profile, rule or parameter that does not exist.
 */
export function settingsOf(configuration: GovernanceConfiguration, catalogue: readonly Rule[]): HookSettings {
  const base = Object.hasOwn(PROFILES, configuration.Profile) ? PROFILES[configuration.Profile] : undefined;
  if (base === undefined) {
    throw invalid('Profile', 'a profile', `Use one of ${Object.keys(PROFILES).join(', ')}`);
  }
  const rules = { ...base.rules };
  for (const [id, changes] of Object.entries(configuration.Rules ?? {})) {
    const rule = catalogue.find((each) => each.id === id);
    if (rule === undefined) {
      const nearest = nearestId(id, catalogue);
      throw invalid(`Rules/${id}`, 'a rule', nearest && `Did you mean ${nearest}?`);
    }
    const parameters = { ...rules[id]?.parameters, ...parametersOf(rule, changes) };
    rules[id] = { ...rules[id], ...changes, parameters };
  }
  const profile: Profile = {
    ...base,
    rules,
    indeterminate: { ...base.indeterminate, ...configuration.Indeterminate },
    refuseFrom: configuration.RefuseFrom ?? base.refuseFrom,
    templateExemptions: configuration.TemplateExemptions ?? base.templateExemptions,
  };
  return { policy: policyOf(profile, catalogue), exemptions: configuration.Exemptions ?? [] };
}

/** The parameters with the types that the rule declares for them. */
function parametersOf(rule: Rule, { parameters = {} }: RuleSettings): Record<string, unknown> {
  const declared = rule.parameters ?? {};
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      if (!Object.hasOwn(declared, name)) {
        const names = Object.keys(declared).join(', ');
        throw invalid(
          `Rules/${rule.id}/parameters/${name}`,
          'a parameter of the rule',
          names && `Use one of ${names}`,
        );
      }
      return [name, recast(value, declared[name]!.schema)];
    }),
  );
}

/** @param what is named that does not exist. */
function invalid(propertyPath: string, what: string, remedy: string | undefined): HandlerError {
  return new HandlerError(
    'InvalidTypeConfiguration',
    `The configuration of the hook names ${what} that does not exist`,
    { propertyPath, remedy: remedy || 'Remove it' },
  );
}
