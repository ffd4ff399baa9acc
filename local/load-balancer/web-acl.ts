/**
 * The web ACL of a load balancer, as AWS WAF evaluates it: rule after rule, until one lets the request pass or blocks it. Of managed
 * rule groups there is nothing but the limit of bodies in the common rule set.
 */
import { BlockList, isIP } from 'node:net';
import {
  GetIPSetCommand,
  GetWebACLForResourceCommand,
  type BlockAction,
  type ManagedRuleGroupStatement,
  type Rule,
  type Statement,
  type WAFV2Client,
  type WebACL,
} from '@aws-sdk/client-wafv2';
import type { Answers } from '../claims/answers';
import type { Clock } from '../clock';
import type { HttpResponse } from '../service';
import type { ClientRequest } from './client-request';
import { ownResponse } from './responses';

/** A web ACL, with the addresses that its rules name. */
export interface RoutingWebAcl {
  readonly webAcl: WebACL;
  /** By ARN. */
  readonly ipSets: ReadonlyMap<string, BlockList>;
}

/** How much of a body AWS WAF looks at behind a load balancer, which is also the limit of the common rule set (AWS WAF Developer Guide). */
const BODY_LIMIT = 8192;
const BODY_RULE = 'SizeRestrictions_BODY';
const BODY_LABELS = 'awswaf:managed:aws:core-rule-set:';

/** The web ACL of a load balancer; undefined when it has none. */
export async function readWebAcl(waf: WAFV2Client, ResourceArn: string): Promise<RoutingWebAcl | undefined> {
  const { WebACL: webAcl } = await waf.send(new GetWebACLForResourceCommand({ ResourceArn }));
  if (!webAcl) return undefined;
  const arns = new Set((webAcl.Rules ?? []).flatMap(({ Statement: statement }) => ipSetsIn(statement)));
  const sets = [...arns].map(async (arn) => [arn, await readIpSet(waf, arn)] as const);
  return { webAcl, ipSets: new Map(await Promise.all(sets)) };
}

async function readIpSet(waf: WAFV2Client, arn: string): Promise<BlockList> {
  const [, , Name, Id] = arn.split('/');
  const { IPSet } = await waf.send(new GetIPSetCommand({ Scope: 'REGIONAL', Name, Id }));
  const ranges = new BlockList();
  for (const range of IPSet?.Addresses ?? []) {
    const [address, prefix] = range.split('/');
    ranges.addSubnet(address!, Number(prefix), isIP(address!) === 6 ? 'ipv6' : 'ipv4');
  }
  return ranges;
}

function ipSetsIn(statement: Statement | undefined): string[] {
  if (!statement) return [];
  return [
    ...(statement.IPSetReferenceStatement ? [statement.IPSetReferenceStatement.ARN!] : []),
    ...partsOf(statement).flatMap(ipSetsIn),
  ];
}

/** Statements within a statement. */
function partsOf({ AndStatement, OrStatement, NotStatement, ...scoped }: Statement): Statement[] {
  const { RateBasedStatement, ManagedRuleGroupStatement } = scoped;
  return [
    ...(AndStatement?.Statements ?? []),
    ...(OrStatement?.Statements ?? []),
    NotStatement?.Statement,
    RateBasedStatement?.ScopeDownStatement,
    ManagedRuleGroupStatement?.ScopeDownStatement,
  ].filter((part) => part !== undefined);
}

/** Evaluates web ACLs. It remembers how many requests there were. */
export class WebAcls {
  /** Virtual milliseconds of the requests that a rate was counted of, by web ACL, rule and address. */
  private readonly counted = new Map<string, number[]>();

  constructor(
    private readonly clock: Clock,
    private readonly answers: Answers,
  ) {}

  /** The answer to a request that is blocked; undefined when it passes. */
  block(acl: RoutingWebAcl, request: ClientRequest): HttpResponse | undefined {
    const { webAcl } = acl;
    const labels = new Set<string>();
    const rules = [...(webAcl.Rules ?? [])].sort((one, other) => one.Priority! - other.Priority!);
    for (const rule of rules) {
      const action = this.actionOf(rule, acl, request, labels);
      if (!action) continue;
      for (const { Name } of rule.RuleLabels ?? []) labels.add(Name!);
      if (action.Allow) return undefined;
      if (action.Block) return blocked(webAcl, action.Block);
    }
    return webAcl.DefaultAction?.Block ? blocked(webAcl, webAcl.DefaultAction.Block) : undefined;
  }

  /** What a rule does with a request; undefined when it does not match. */
  private actionOf(
    rule: Rule,
    acl: RoutingWebAcl,
    request: ClientRequest,
    labels: Set<string>,
  ): { readonly Allow?: object; readonly Block?: BlockAction } | undefined {
    const { Statement: statement, Action = {}, OverrideAction } = rule;
    const matches = (part: Statement): boolean => this.matches(part, rule, acl, request, labels);
    const group = statement!.ManagedRuleGroupStatement;
    if (!group) return matches(statement!) ? Action : undefined;
    if (group.ScopeDownStatement && !matches(group.ScopeDownStatement)) return undefined;
    const isBlocked = limitsBody(group, request, labels, this.answers) && !OverrideAction?.Count;
    return isBlocked ? { Block: {} } : undefined;
  }

  private matches(
    statement: Statement,
    rule: Rule,
    acl: RoutingWebAcl,
    request: ClientRequest,
    labels: ReadonlySet<string>,
  ): boolean {
    const every = (part: Statement): boolean => this.matches(part, rule, acl, request, labels);
    const { AndStatement, OrStatement, NotStatement, RateBasedStatement } = statement;
    if (AndStatement) return AndStatement.Statements!.every(every);
    if (OrStatement) return OrStatement.Statements!.some(every);
    if (NotStatement) return !every(NotStatement.Statement!);
    if (RateBasedStatement) {
      const { ScopeDownStatement, Limit, EvaluationWindowSec = 300 } = RateBasedStatement;
      if (ScopeDownStatement && !every(ScopeDownStatement)) return false;
      return this.count(`${acl.webAcl.ARN} ${rule.Name} ${request.sourceIp}`, EvaluationWindowSec) > Limit!;
    }
    const { IPSetReferenceStatement, LabelMatchStatement, ByteMatchStatement, RegexMatchStatement } =
      statement;
    if (IPSetReferenceStatement) {
      const ranges = acl.ipSets.get(IPSetReferenceStatement.ARN!);
      return ranges?.check(request.sourceIp, isIP(request.sourceIp) === 6 ? 'ipv6' : 'ipv4') ?? false;
    }
    if (LabelMatchStatement) return labels.has(LabelMatchStatement.Key!);
    const { FieldToMatch, TextTransformations = [] } = ByteMatchStatement ?? RegexMatchStatement ?? {};
    const name = FieldToMatch?.SingleHeader?.Name?.toLowerCase();
    const value = name === undefined ? undefined : request.headers[name];
    if (value === undefined) return false;
    const text = TextTransformations.some(({ Type }) => Type === 'LOWERCASE') ? value.toLowerCase() : value;
    if (RegexMatchStatement) return new RegExp(RegexMatchStatement.RegexString!).test(text);
    const wanted = Buffer.from(ByteMatchStatement!.SearchString!).toString();
    return ByteMatchStatement!.PositionalConstraint === 'STARTS_WITH'
      ? text.startsWith(wanted)
      : text === wanted;
  }

  /** Requests within the window, this one among them. */
  private count(key: string, windowSeconds: number): number {
    const now = this.clock.now();
    const since = (this.counted.get(key) ?? []).filter((time) => time > now - windowSeconds * 1000);
    this.counted.set(key, [...since, now]);
    return since.length + 1;
  }
}

/** Whether a managed rule group blocks the body of a request, which gets a label in any case. */
function limitsBody(
  { Name, RuleActionOverrides = [] }: ManagedRuleGroupStatement,
  { body }: ClientRequest,
  labels: Set<string>,
  answers: Answers,
): boolean {
  if (Name !== 'AWSManagedRulesCommonRuleSet' || body.length <= BODY_LIMIT) return false;
  labels.add(BODY_LABELS + (answers.holds('wafv2.body-label') ? 'SizeRestrictions_Body' : BODY_RULE));
  const override = RuleActionOverrides.find((each) => each.Name === BODY_RULE)?.ActionToUse;
  return !override?.Count && !override?.Allow;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  TEXT_PLAIN: 'text/plain',
  TEXT_HTML: 'text/html',
  APPLICATION_JSON: 'application/json',
};

function blocked({ CustomResponseBodies = {} }: WebACL, { CustomResponse }: BlockAction): HttpResponse {
  if (!CustomResponse) return ownResponse(403);
  const { ResponseCode, CustomResponseBodyKey = '' } = CustomResponse;
  const { Content = '', ContentType = '' } = CustomResponseBodies[CustomResponseBodyKey] ?? {};
  return {
    status: ResponseCode!,
    headers: { server: 'awselb/2.0', 'content-type': CONTENT_TYPES[ContentType] ?? 'text/plain' },
    body: Content,
  };
}
