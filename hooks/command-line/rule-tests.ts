import { evaluate } from '../engine/evaluate';
import { templateInput } from '../engine/inputs';
import { policyOf } from '../engine/policy';
import type { Example, Examples, Rule } from '../engine/rule';
import { loadRules } from './configuration';
import { UsageError } from './usage-error';

/** One example of a rule: what it promises, and what the rule says. */
export interface ExampleResult {
  readonly rule: string;
  readonly title: string;
  readonly expected: string;
  readonly found: string;
}

/**
 * Judge the examples that own rules bring: each rule may have a property `examples` with lists `pass`, `fail` and
 * `indeterminate` of templates.
 *
 * @param module path or package of a module of own rules.
 * @throws UsageError when it cannot be loaded, or a rule has no examples.
 */
export function testModule(module: string): ExampleResult[] {
  return loadRules(module).flatMap((rule: Rule & { readonly examples?: Partial<Examples> }) => {
    if (rule.examples === undefined)
      throw new UsageError(
        `Rules ${module}: ${rule.id} has no examples. Add lists pass, fail and indeterminate.`,
      );
    return (['pass', 'fail', 'indeterminate'] as const).flatMap((expected) =>
      (rule.examples?.[expected] ?? []).map((example) => ({
        ...{ rule: rule.id, title: example.title, expected },
        found: statusOf(rule, example),
      })),
    );
  });
}

function statusOf(rule: Rule, { template, subject, parameters }: Example): string {
  const settings = { [rule.id]: { mode: 'fail' as const, parameters } };
  const policy = policyOf({ name: 'test', description: '', rules: settings }, [rule]);
  const verdicts = evaluate(templateInput(JSON.parse(JSON.stringify(template))).template, policy.rules);
  const judged = subject ?? verdicts[0]?.resource.logicalId;
  return verdicts.find(({ resource }) => resource.logicalId === judged)?.status ?? 'no verdict';
}

/** The results, to be read: what differs, then how many hold. */
export function testText(results: readonly ExampleResult[]): string {
  const wrong = results.filter(({ expected, found }) => expected !== found);
  return [
    ...wrong.map(
      ({ rule, title, expected, found }) => `${rule} ${title}: expected ${expected}, found ${found}`,
    ),
    `${results.length - wrong.length} of ${results.length} examples hold`,
    '',
  ].join('\n');
}
