import { Exemptions, type Exemption } from '../engine/exemptions';
import { parseTemplate } from '../engine/document';
import { changeSetInput, changesOnlyInput, templateInput, type ChangedResource } from '../engine/inputs';
import type { Severity } from '../engine/outcome';
import { policyOf, type Policy } from '../engine/policy';
import { report, type Finding, type Input } from '../engine/report';
import type { Rule } from '../engine/rule';
import { isObject, type Node } from '../engine/scope';
import type { TemplateDocument } from '../engine/source';
import { type KnownValues, TemplateError } from '../engine/template';
import type { Profile } from '../engine/policy';
import { readJson } from './files';
import { type CheckResult, type LocatedFinding, outcomeOf } from './result';
import type { TemplateFile } from './template-files';
import { UsageError } from './usage-error';

/** Everything that decides what a check finds. */
export interface CheckOptions {
  readonly catalogue: readonly Rule[];
  readonly profile: Profile;
  readonly exemptions: readonly Exemption[];
  readonly known: KnownValues;
  readonly failOn?: Severity;
  /** Path of an earlier result in JSON; what it holds does not count again. */
  readonly baseline?: string;
  readonly account?: string;
  readonly stack?: string;
}

/**
 * Judge templates.
 *
 * @throws UsageError when a file is no template or the baseline cannot be read.
 */
export async function check(files: readonly TemplateFile[], options: CheckOptions): Promise<CheckResult> {
  const profile =
    options.failOn === undefined ? options.profile : { ...options.profile, refuseFrom: options.failOn };
  const policy = policyOf(profile, options.catalogue);
  const exemptions = new Exemptions(options.exemptions, options);
  const known = await loadBaseline(options.baseline);
  const findings: LocatedFinding[] = [];
  const notices: CheckResult['notices'][number][] = [];
  let resources = 0;
  let passed = 0;
  for (const { path, text } of files) {
    const file = path.replaceAll('\\', '/');
    const { document, input } = await read(file, text, options.known);
    const result = report(input, policy, exemptions);
    resources += result.resources;
    passed += result.rules.reduce((sum, rule) => sum + rule.passed, 0);
    notices.push(...result.notices.map((notice) => ({ ...notice, file })));
    findings.push(...result.findings.map((finding) => locate(finding, file, document, known)));
  }
  const count = (outcome: ReturnType<typeof outcomeOf>): number =>
    findings.filter((each) => outcomeOf(each) === outcome).length;
  return {
    profile: policy.name,
    rules: rulesOf(policy),
    files: files.map(({ path }) => path),
    findings,
    notices,
    exemptionNotices: exemptions.notices(options.catalogue, policy),
    summary: {
      files: files.length,
      resources,
      passed,
      refused: count('refused'),
      warnings: count('warning'),
      indeterminate: count('indeterminate'),
      exempt: count('exempt'),
    },
  };
}

function rulesOf(policy: Policy): Rule[] {
  return policy.rules.rules.map(({ rule }) => rule);
}

async function read(
  file: string,
  text: string,
  known: KnownValues,
): Promise<{ document: TemplateDocument; input: Input }> {
  try {
    const document = await parseTemplate(text);
    return { document, input: inputOf(document.content, known) };
  } catch (error) {
    if (error instanceof TemplateError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

/** A template, or what `aws cloudformation describe-change-set --include-property-values` prints. */
function inputOf(content: Node, known: KnownValues): Input {
  if (!isObject(content) || !Array.isArray(content['Changes'])) return templateInput(content, known);
  const changes = content['Changes'].flatMap((change): ChangedResource[] => {
    const resource = isObject(change) ? change['ResourceChange'] : undefined;
    if (!isObject(resource)) return [];
    const after: unknown =
      typeof resource['AfterContext'] === 'string' ? JSON.parse(resource['AfterContext']) : undefined;
    return [
      {
        logicalId: String(resource['LogicalResourceId']),
        type: String(resource['ResourceType']),
        action: String(resource['Action']),
        properties: isObject(after) ? after['Properties'] : undefined,
      },
    ];
  });
  return content['Resources'] === undefined
    ? changesOnlyInput(changes, known)
    : changeSetInput(content, changes, known);
}

function locate(
  finding: Finding,
  file: string,
  document: TemplateDocument,
  known: ReadonlySet<string>,
): LocatedFinding {
  const path = finding.path === '' ? [] : ['Properties', ...finding.path.split('.')];
  const { line, column } = document.locate(['Resources', finding.resource, ...path]);
  const isKnown = known.has(fingerprint({ ...finding, file }));
  return { ...finding, refused: finding.refused && !isKnown, file, line, column, isKnown };
}

async function loadBaseline(path: string | undefined): Promise<ReadonlySet<string>> {
  if (path === undefined) return new Set();
  const document = await readJson(path, 'Baseline');
  const findings = isObject(document) ? document['findings'] : undefined;
  if (!Array.isArray(findings))
    throw new UsageError(`Baseline ${path}: expected the output of --format json.`);
  return new Set(findings.map((finding) => fingerprint(finding as LocatedFinding)));
}

/** What makes two findings the same although lines have moved. */
function fingerprint({
  rule,
  file,
  resource,
  path,
}: Pick<LocatedFinding, 'rule' | 'file' | 'resource' | 'path'>): string {
  return JSON.stringify([rule, file, resource, path]);
}
