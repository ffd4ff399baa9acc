import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { evaluate, RuleSet } from '../../hooks/engine/evaluate';
import { resourceInput, templateInput } from '../../hooks/engine/inputs';
import { policyOf } from '../../hooks/engine/policy';
import type { Example, Rule } from '../../hooks/engine/rule';
import type { Template } from '../../hooks/engine/template';
import { ruleModules } from '../../hooks/rule-files';
import { rules } from '../../hooks/rules';

const HOOKS = join(__dirname, '../../hooks');
const modules = ruleModules().map((module) => ({ ...module, examples: module.examples() }));

/** The status that a rule gives to an example's subject. */
function statusOf(rule: Rule, example: Example, template: Template): string {
  const settings = { [rule.id]: { mode: 'fail' as const, parameters: example.parameters } };
  const policy = policyOf({ name: 'example', description: '', rules: settings }, [rule]);
  const verdicts = evaluate(template, new RuleSet(policy.rules.rules));
  const subject = example.subject ?? verdicts[0]?.resource.logicalId;
  return verdicts.find(({ resource }) => resource.logicalId === subject)?.status ?? 'no verdict';
}

const cases = modules.flatMap(({ rule, examples }) =>
  (['pass', 'fail', 'indeterminate'] as const).flatMap((expected) =>
    examples[expected].map((example) => ({ id: rule.id, title: example.title, expected, rule, example })),
  ),
);

describe('the examples of every rule', () => {
  test.each(cases)('$id $expected: $title', ({ rule, example, expected }) => {
    expect(statusOf(rule, example, templateInput(example.template).template)).toBe(expected);
  });
});

describe('a resource with literal values, judged by itself, gets the answer that it gets in its template', () => {
  const literal = cases.filter(
    ({ rule, example }) =>
      rule.level === 'resource' &&
      Object.keys(example.template.Resources).length === 1 &&
      !/"(Ref|Fn::[A-Za-z]+)":/.test(JSON.stringify(example.template)),
  );
  test.each(literal)('$id $expected: $title', ({ rule, example, expected }) => {
    const [logicalId, resource] = Object.entries(example.template.Resources)[0] as [
      string,
      { Type: string; Properties?: object },
    ];
    const { template } = resourceInput(
      logicalId,
      resource.Type,
      JSON.parse(JSON.stringify(resource.Properties ?? {})),
    );
    expect(statusOf(rule, example, template)).toBe(expected);
  });

  test('there are such examples for every rule of that level', () => {
    const covered = new Set(literal.map(({ id }) => id));
    const missing = rules.filter((rule) => rule.level === 'resource' && !covered.has(rule.id));
    expect(missing.map(({ id }) => id)).toEqual([]);
  });
});

describe('the catalogue', () => {
  test('has the 73 rules, each in a file whose name says what it wants', () => {
    for (const { file } of modules) expect(file).toMatch(/^[a-z]+(-[a-z]+)*\/[a-z]+(-[a-z]+)*$/);
    expect(rules.map(({ id }) => id)).toEqual(modules.map(({ rule }) => rule.id).sort());
    expect(rules).toHaveLength(73);
  });

  test('has the rule of every file (else npm run generate)', () => {
    const generator = join(HOOKS, 'generate-catalogue.ts');
    const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', generator, '--check'], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test.each(modules)(
    '$rule.id has an example of each verdict and complete descriptions',
    ({ rule, examples }) => {
      for (const list of Object.values(examples)) expect(list).not.toHaveLength(0);
      expect(rule.title).toMatch(/[^.]$/);
      expect(rule.remedy).toMatch(/\.$/);
      expect(rule.rationale).toMatch(/\.$/);
      expect(rule.source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
      expect(rule.targets).not.toHaveLength(0);
      for (const parameter of Object.values(rule.parameters ?? {}))
        expect(parameter.description).toMatch(/\.$/);
      if (rule.related !== undefined) expect(rule.level).toBe('stack');
    },
  );
});
