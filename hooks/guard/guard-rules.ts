import type { Verdict } from '../engine/evaluate';
import type { Policy } from '../engine/policy';
import type { Input } from '../engine/report';
import type { Rule } from '../engine/rule';
import type { ResourceDeclaration, Template } from '../engine/template';
import { findEngine, type GuardReport, runEngine } from './engine';
import { GuardError } from './guard-error';
import { objectionsOf } from './objections';
import { plainDocument } from './plain-document';

/** A file of Guard rules. */
export interface GuardFile {
  /** Name of the file, for messages. */
  readonly name: string;
  readonly text: string;
}

/** Time for one run over all templates, in milliseconds, where nobody waits for less. */
const LONGEST = 120_000;

/** Stands for a template as a whole, where a rule objects to no resource. */
const WHOLE: ResourceDeclaration = { logicalId: '', type: '', properties: {} };

/** An organisation's Guard rules, which judge beside the catalogue: profile and exemptions count for them too. */
export class GuardRules {
  private constructor(
    private readonly engine: string,
    private readonly files: readonly GuardFile[],
    /** The rules by the name that cfn-guard reports. */
    private readonly byName: ReadonlyMap<string, Rule>,
  ) {}

  /**
   * Have files of Guard rules read by cfn-guard.
   *
   * @throws GuardError when there is no cfn-guard, or a file cannot be judged by.
   */
  static async load(files: readonly GuardFile[], milliseconds = LONGEST): Promise<GuardRules> {
    const names = files.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) < index);
    if (twice !== undefined) throw new GuardError(`Guard rules: two files are called ${twice}. Rename one.`);
    const engine = findEngine();
    const texts = files.map(({ text }) => text);
    const { reports, complaints } = await runEngine(engine, texts, ['{"Resources":{}}'], milliseconds);
    if (complaints.trim() !== '') throw new GuardError(complaintOf(complaints, files));
    const byName = new Map<string, Rule>();
    const owners = new Map<GuardFile, string[]>(files.map((file) => [file, []]));
    for (const name of namesOf(reports[0]!)) {
      const declaring = files.filter((file, index) => lineOf(name, file.text, index) !== undefined);
      if (declaring.length !== 1) throw new GuardError(ambiguityOf(name, declaring));
      owners.get(declaring[0]!)!.push(name);
      byName.set(name, ruleOf(name, declaring[0]!));
    }
    const idle = files.find((file) => owners.get(file)!.length === 0);
    if (idle !== undefined)
      throw new GuardError(`Guard rules ${idle.name}: the file has no rule. Remove it.`);
    return new GuardRules(engine, files, byName);
  }

  /** The rules, for catalogues: a profile may set them, and exemptions may name them. They judge here alone. */
  get rules(): readonly Rule[] {
    return [...this.byName.values()];
  }

  /**
   * Inputs, and those that they hold, with the verdicts of these rules, in one run.
   *
   * @throws GuardError when cfn-guard does not answer for every rule.
   */
  async judged<I extends Input>(
    inputs: readonly I[],
    policy: Policy,
    milliseconds = LONGEST,
  ): Promise<readonly I[]> {
    const all = inputs.flatMap((input) => withNested(input));
    if (all.length === 0) return inputs;
    const documents = all.map(({ template }) => JSON.stringify(plainDocument(template)));
    const texts = this.files.map(({ text }) => text);
    const { reports, complaints } = await runEngine(this.engine, texts, documents, milliseconds);
    if (complaints.trim() !== '') throw new GuardError(complaintOf(complaints, this.files));
    const verdicts = new Map(
      all.map((input, index) => [input as Input, this.verdictsOf(reports[index]!, input.template, policy)]),
    );
    const complete = <T extends Input>(input: T): T => ({
      ...input,
      others: verdicts.get(input),
      nested: input.nested?.map((each) => complete(each)),
    });
    return inputs.map((input) => complete(input));
  }

  private verdictsOf(report: GuardReport, template: Template, policy: Policy): readonly Verdict[] {
    const answered = new Set(namesOf(report));
    const silent = [...this.byName.keys()].find((name) => !answered.has(name));
    if (silent !== undefined) throw new GuardError(`cfn-guard gave no answer for the rule ${silent}.`);
    return [...this.byName].flatMap(([name, rule]): Verdict[] => {
      const active = policy.rules.rules.find((each) => each.rule === rule);
      if (active === undefined) return [];
      if (report.compliant.includes(name)) return [{ active, resource: WHOLE, status: 'pass', problems: [] }];
      const byResource = new Map<ResourceDeclaration, Verdict['problems'][number][]>();
      for (const { Rule: broken } of report.not_compliant.filter(
        ({ Rule: { name: each } }) => each === name,
      )) {
        for (const { path, found, because } of objectionsOf(broken)) {
          const resource = (path[0] === 'Resources' && template.resources.get(path[1]!)) || WHOLE;
          const rest = resource === WHOLE ? path : path.slice(path[2] === 'Properties' ? 3 : 2);
          const at = { resource: resource.logicalId, path: rest.join('.'), found };
          const problems = byResource.get(resource) ?? [];
          byResource.set(resource, [...problems, { status: 'fail', at, because, given: [] }]);
        }
      }
      return [...byResource].map(([resource, problems]) => ({ active, resource, status: 'fail', problems }));
    });
  }
}

function withNested(input: Input): Input[] {
  return [input, ...(input.nested ?? []).flatMap((each) => withNested(each))];
}

function namesOf({ compliant, not_applicable, not_compliant }: GuardReport): string[] {
  return [...compliant, ...not_applicable, ...not_compliant.map(({ Rule: { name } }) => name)];
}

/** cfn-guard names files by their place, and clauses outside of rules by their file. */
const DEFAULT_RULE = /^RULES_STDIN\[(\d+)\]\/default$/;

/** Line of a rule in a file, which counts from 1; undefined when the rule is in another file. */
function lineOf(name: string, text: string, index: number): number | undefined {
  const place = DEFAULT_RULE.exec(name);
  if (place !== null) return Number(place[1]) === index + 1 ? 1 : undefined;
  const line = text.split('\n').findIndex((each) => new RegExp(`^\\s*rule\\s+${name}\\b`).test(each));
  return line < 0 ? undefined : line + 1;
}

function ruleOf(name: string, file: GuardFile): Rule {
  const id = DEFAULT_RULE.test(name) ? `${file.name}/default` : name;
  return {
    id,
    title: `Guard rule of ${file.name}`,
    severity: 'HIGH',
    targets: [],
    level: 'stack',
    source: 'https://docs.aws.amazon.com/cfn-guard/latest/ug/writing-rules.html',
    rationale: 'A rule of the organisation, written for AWS CloudFormation Guard.',
    remedy: `The Guard rule is in ${file.name}.`,
    check: () => [],
  };
}

function ambiguityOf(name: string, files: readonly GuardFile[]): string {
  return files.length === 0
    ? `Guard rules: the rule ${name} is in no file.`
    : `Guard rules: the rule ${name} is in ${files.map((file) => file.name).join(' and ')}. Rename one.`;
}

/** What cfn-guard says about a file of rules, with the name of the file. */
function complaintOf(complaints: string, files: readonly GuardFile[]): string {
  const place = /RULES_STDIN\[(\d+)\](?: at line (\d+) at column (\d+))?/.exec(
    /Error parsing file .*/.exec(complaints)?.[0] ?? complaints,
  );
  const file = place === null ? undefined : files[Number(place[1]) - 1];
  if (file === undefined) return `cfn-guard said: ${complaints.trim().split('\n')[0]}`;
  const position = place![2] === undefined ? '' : ` Line ${place![2]}, column ${place![3]}:`;
  return `Guard rules ${file.name}:${position} cfn-guard cannot read them. Correct the file.`;
}
