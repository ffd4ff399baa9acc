import type { Rule } from '../engine/rule';
import { DEFAULT_PROFILE, PROFILES } from '../profiles';
import { EXEMPTIONS_SCHEMA, profileSchema } from '../profiles/schema';

/**
 * Schema of the hook type for a catalogue of rules: it is asked about what they judge, and CloudFormation checks its
 * configuration as the command line checks profiles and exemptions.
 *
 * The permissions are none: the hook reads nothing but the event.
 */
export function governanceHookSchema(catalogue: readonly Rule[]): object {
  const targets = new Set(catalogue.flatMap((rule) => rule.targets));
  const handler = { targetNames: [...[...targets].sort(), 'STACK', 'CHANGE_SET'], permissions: [] };
  const { rules, refuseFrom, indeterminate, templateExemptions } = profileSchema(catalogue).properties;
  return {
    typeName: 'Org::ECS::GovernanceHook',
    description:
      'Refuses deployments of Amazon ECS services, and of what stands around them, that break the rules of the organisation.',
    typeConfiguration: {
      properties: {
        Profile: {
          type: 'string',
          enum: Object.keys(PROFILES),
          default: DEFAULT_PROFILE,
          description: 'Name of the built-in profile that applies. The other properties change it.',
        },
        Rules: { ...ruleSettings(rules.properties), description: rules.description },
        RefuseFrom: refuseFrom,
        Indeterminate: indeterminate,
        TemplateExemptions: templateExemptions,
        Exemptions: EXEMPTIONS_SCHEMA.properties.exemptions,
      },
      additionalProperties: false,
    },
    required: [],
    handlers: { preCreate: handler, preUpdate: handler, preDelete: handler },
    additionalProperties: false,
  };
}

/** Names of properties may not hold a hyphen in a CloudFormation schema, nor may a list of properties be empty. */
function ruleSettings(
  settings: ReturnType<typeof profileSchema>['properties']['rules']['properties'],
): object {
  const patterns = Object.entries(settings).map(([id, { properties, ...rest }]) => {
    const { parameters, ...others } = properties;
    const hasParameters = Object.keys(parameters.properties).length > 0;
    return [`^${id}$`, { ...rest, properties: { ...others, ...(hasParameters && { parameters }) } }];
  });
  return { type: 'object', patternProperties: Object.fromEntries(patterns), additionalProperties: false };
}
