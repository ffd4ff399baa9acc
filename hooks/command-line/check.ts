import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { Exemptions, type Exemption } from '../engine/exemptions';
import { parseTemplate } from '../../src/cloudformation/template/document';
import { changeSetInput, changesOnlyInput, templateInput, type ChangedResource } from '../engine/inputs';
import type { Severity } from '../engine/outcome';
import { policyOf, type Policy } from '../engine/policy';
import {
  literalParameters,
  type NestedTemplate,
  nestedTemplates,
  withParentParameters,
} from '../engine/nested';
import { report, type Input } from '../engine/report';
import type { Rule } from '../engine/rule';
import { isObject, type Node } from '../engine/scope';
import type { Position, TemplateDocument } from '../../src/cloudformation/template/source';
import { TemplateError } from '../../src/cloudformation/template/template-error';
import type { KnownValues } from '../engine/template';
import type { Profile } from '../engine/policy';
import type { GuardRules } from '../guard/guard-rules';
import { readJson } from './files';
import { type CheckResult, type LocatedFinding, outcomeOf, UNREADABLE } from './result';
import { readTemplate, type TemplateFile } from './template-files';
import { UsageError } from './usage-error';

/** From this many files on, people want to see how far a check is, and after how many files again. */
const MANY_FILES = 50;
const PROGRESS_STEP = 10;

/** Everything that decides what a check finds. */
export interface CheckOptions {
  readonly catalogue: readonly Rule[];
  /** Guard rules; their rules are in the catalogue too. */
  readonly guard?: GuardRules;
  readonly profile: Profile;
  readonly exemptions: readonly Exemption[];
  readonly known: KnownValues;
  readonly failOn?: Severity;
  /** Path of an earlier result in JSON; what it holds does not count again. */
  readonly baseline?: string;
  readonly account?: string;
  readonly stack?: string;
  /** Told how many of all files are done, now and then. */
  readonly progress?: (done: number, all: number) => void;
}

/**
 * Judge templates.
 *
 * @throws UsageError when the baseline cannot be read; GuardError when it cannot be judged by Guard rules. A file that is no template is a finding.
 */
export async function check(files: readonly TemplateFile[], options: CheckOptions): Promise<CheckResult> {
  const profile =
    options.failOn === undefined ? options.profile : { ...options.profile, refuseFrom: options.failOn };
  const policy = policyOf(profile, options.catalogue);
  const exemptions = new Exemptions(options.exemptions, options);
  const baseline = await loadBaseline(options.baseline);
  const findings: LocatedFinding[] = [];
  const notices: CheckResult['notices'][number][] = [];
  let resources = 0;
  let passed = 0;
  const listed = new Set(files.map(({ path }) => normalize(path)));
  for (const [index, each] of files.entries()) {
    if (files.length >= MANY_FILES && index % PROGRESS_STEP === 0) options.progress?.(index, files.length);
    const templates = await read(each, options.known, listed);
    for (const { file, input, document, at } of await guarded(templates, options.guard, policy)) {
      if (input === undefined) {
        findings.push(unreadable(file, document));
        continue;
      }
      const result = report(input, policy, exemptions);
      resources += result.resources;
      passed += result.rules.reduce((sum, rule) => sum + rule.passed, 0);
      notices.push(
        ...document.remarks.map(({ because, ...position }) => ({
          ...{ file, resource: '', type: '', because },
          ...at(position),
        })),
        ...result.notices
          .filter(({ resource }) => !input.seen.has(resource))
          .map((notice) => ({ ...notice, file, ...at(document.locate(notice.path ?? [])) })),
      );
      findings.push(
        ...result.findings.map((finding) => {
          const logicalId = finding.resource.split('/').pop()!;
          const origin = input.template.resources.get(logicalId)?.origin ?? ['Resources', logicalId];
          const path = finding.path === '' ? [] : finding.path.split('.');
          // What is about no resource is about the template as a whole.
          const place =
            finding.type === '' ? path : [...origin, ...(path.length > 0 ? ['Properties'] : []), ...path];
          const isKnown = baseline?.has(fingerprint({ ...finding, file })) ?? false;
          const position = at(document.locate(place));
          return { ...finding, refused: finding.refused && !isKnown, file, ...position, isKnown };
        }),
      );
    }
  }
  if (files.length >= MANY_FILES) options.progress?.(files.length, files.length);
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
      unreadable: findings.filter(({ rule }) => rule === UNREADABLE).length,
    },
  };
}

/** Templates with the verdicts of Guard rules, where there are any. */
async function guarded(
  templates: readonly ReadTemplate[],
  guard: GuardRules | undefined,
  policy: Policy,
): Promise<readonly ReadTemplate[]> {
  if (guard === undefined) return templates;
  const readable = templates.filter((each) => each.input !== undefined);
  const inputs = await guard.judged(
    readable.map(({ input }) => input),
    policy,
  );
  const judged = new Map<ReadTemplate, ReadTemplate>(
    readable.map((each, index) => [each, { ...each, input: inputs[index]! }]),
  );
  return templates.map((each) => judged.get(each) ?? each);
}

function rulesOf(policy: Policy): Rule[] {
  return policy.rules.rules.map(({ rule }) => rule);
}

/** A template that was read, or why it could not be. */
type ReadTemplate = {
  readonly file: string;
  /** The position in the file of a position in the text, which may lie within another text. */
  readonly at: (position: Position) => Position;
} & (
  | { readonly input: Input & { readonly seen: ReadonlySet<string> }; readonly document: TemplateDocument }
  | { readonly input?: undefined; readonly document: TemplateError }
);

/**
 * Read a template, and those that its resources hold or name beside it.
 *
 * @param listed paths that are checked anyway.
 */
async function read(
  { path, text, remarks }: TemplateFile,
  known: KnownValues,
  listed: Set<string>,
  parent?: {
    readonly nested: NestedTemplate;
    readonly within?: string;
    readonly at: (position: Position) => Position;
  },
): Promise<ReadTemplate[]> {
  const file = path.replaceAll('\\', '/');
  const at = parent?.at ?? ((position: Position) => position);
  try {
    const parsed = await parseTemplate(text);
    const document = { ...parsed, remarks: [...(remarks ?? []), ...parsed.remarks] };
    const content =
      parent === undefined
        ? document.content
        : withParentParameters(document.content, parent.nested.parameters);
    const input = { ...inputOf(content, known), within: parent?.within };
    const seen = new Set<string>();
    const children: ReadTemplate[] = [];
    for (const nested of nestedTemplates(input.template)) {
      const { logicalId } = nested.resource;
      const values = { ...known, parameters: literalParameters(nested.parameters) };
      if (nested.body !== undefined) {
        const within = input.within === undefined ? logicalId : `${input.within}/${logicalId}`;
        const origin = nested.resource.origin ?? ['Resources', logicalId];
        const start = at(document.locate([...origin, 'Properties', nested.property]));
        const offset = bodyOffset(text, start.line);
        const place = {
          nested,
          within,
          at: ({ line, column }: Position) => inside(start, offset, line, column),
        };
        children.push(...(await read({ path, text: nested.body }, values, listed, place)));
        seen.add(logicalId);
      } else {
        const child = normalize(join(dirname(path), nested.file!));
        if (path === '-' || !existsSync(child)) continue;
        seen.add(logicalId);
        if (listed.has(child)) continue;
        listed.add(child);
        children.push(...(await read(await readTemplate(child), values, listed, { nested, at })));
      }
    }
    return [{ file, input: { ...input, seen }, document, at }, ...children];
  } catch (error) {
    if (error instanceof TemplateError) return [{ file, document: error, at }];
    throw error;
  }
}

/** Lines between a property and the text that it holds: one for a block of YAML, none for a quoted text. */
function bodyOffset(text: string, line: number): number | undefined {
  const source = text.split('\n')[line - 1] ?? '';
  return /\|[-+0-9]*\s*(#.*)?$/.test(source) ? 1 : undefined;
}

function inside(start: Position, offset: number | undefined, line: number, column: number): Position {
  return offset === undefined ? start : { line: start.line + offset + line - 1, column };
}

/** A file that is no template, as a finding: it is refused, and the others are judged. */
function unreadable(file: string, { message, position }: TemplateError): LocatedFinding {
  return {
    ...{
      rule: UNREADABLE,
      status: 'fail',
      severity: 'HIGH',
      refused: true,
      resource: '',
      type: '',
      path: '',
    },
    message: `${UNREADABLE} The file cannot be judged: ${message}`,
    remedy: 'Correct the file.',
    equivalents: {},
    file,
    line: position?.line ?? 1,
    column: position?.column ?? 1,
    isKnown: false,
  };
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

async function loadBaseline(path: string | undefined): Promise<ReadonlySet<string> | undefined> {
  if (path === undefined) return undefined;
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
