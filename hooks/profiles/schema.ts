import { SEVERITIES } from '../engine/outcome';
import { groupsOf } from '../engine/policy';
import type { Rule } from '../engine/rule';
import { METADATA_SOURCES } from '../engine/template-exemptions';

const MODE = {
  type: 'string',
  enum: ['fail', 'warn', 'off'],
  description: 'fail refuses the deployment, warn lets it pass, off does not judge.',
};
const INDETERMINATE = { type: 'string', enum: ['warn', 'fail'] };

/** JSON Schema of a profile for a catalogue of rules: every rule with its own parameters. */
export function profileSchema(catalogue: readonly Rule[]) {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Governance profile',
    type: 'object',
    additionalProperties: false,
    required: ['name', 'description'],
    properties: {
      $schema: { type: 'string' },
      name: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', description: 'Short name.' },
      description: { type: 'string', minLength: 1, description: 'Whom or what it is for.' },
      refuseFrom: {
        type: 'string',
        enum: SEVERITIES,
        description: 'Least severity that refuses a deployment. Default MEDIUM.',
      },
      parameterDefaults: {
        type: 'string',
        enum: ['count', 'mayBeOverridden'],
        description:
          "Whether a parameter's default decides, or may be overridden by whoever deploys. Default mayBeOverridden.",
      },
      indeterminate: {
        type: 'object',
        additionalProperties: false,
        description: 'What to do with answers that could not be determined, by kind of input. Default warn.',
        properties: { resource: INDETERMINATE, template: INDETERMINATE, changeSet: INDETERMINATE },
      },
      templateExemptions: {
        type: 'array',
        uniqueItems: true,
        items: { type: 'string', enum: Object.keys(METADATA_SOURCES) },
        description: 'Kinds of exemptions in resource metadata that count. Default none.',
      },
      rules: {
        type: 'object',
        additionalProperties: false,
        description: 'Settings that differ from the rules themselves, by rule id.',
        properties: Object.fromEntries([
          ...catalogue.map((rule) => [rule.id, settingsSchema(rule)]),
          ...[...groupsOf(catalogue)].map(([id, members]) => [id, settingsSchema(groupRule(members))]),
        ]) as object,
      },
    },
  };
}

/** A group as if it were one rule: what it says goes for all its members. */
function groupRule(members: readonly Rule[]): Pick<Rule, 'title' | 'parameters'> {
  return {
    title: `All of ${members.map(({ id }) => id).join(', ')}`,
    parameters: Object.assign({}, ...members.map(({ parameters }) => parameters)) as Rule['parameters'],
  };
}

function settingsSchema({ title, parameters }: Pick<Rule, 'title' | 'parameters'>) {
  const properties = Object.entries(parameters ?? {}).map(([name, parameter]) => [
    name,
    { ...parameter.schema, description: parameter.description, default: parameter.default },
  ]);
  return {
    type: 'object',
    additionalProperties: false,
    description: `${title}.`,
    properties: {
      mode: MODE,
      severity: { type: 'string', enum: SEVERITIES },
      neverExempt: { type: 'boolean', description: 'Accept no exemptions from this rule.' },
      parameters: {
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(properties) as object,
      },
    },
  };
}

/** JSON Schema of a file of central exemptions. Whether the rules exist is reported, not refused. */
export const EXEMPTIONS_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Central exemptions',
  type: 'object',
  additionalProperties: false,
  required: ['exemptions'],
  properties: {
    $schema: { type: 'string' },
    exemptions: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['rule', 'reason', 'owner', 'expires'],
        properties: {
          rule: { type: 'string', description: 'Id of the rule.' },
          account: {
            type: 'string',
            minLength: 1,
            description: 'Account ids, `*` for any characters. Default: every account.',
          },
          stack: {
            type: 'string',
            minLength: 1,
            description: 'Stack names, `*` for any characters. Default: every stack.',
          },
          resource: {
            type: 'string',
            minLength: 1,
            description: 'Logical ids, `*` for any characters. Default: every resource.',
          },
          reason: { type: 'string', minLength: 1, description: 'Why it is justified.' },
          owner: { type: 'string', minLength: 1, description: 'Who answers for it.' },
          expires: { type: 'string', format: 'date', description: 'Last day on which it holds, YYYY-MM-DD.' },
        },
      },
    },
  },
};
