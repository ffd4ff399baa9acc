/** IAM policy documents: what a template may say in one, and how one changes while tasks rely on it. Pure: no call to AWS. */
import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../../core/failure';
import { isGroup, type Group } from '../../core/group';
import { threeWay, type MergeRules, type States } from '../../core/three-way';

/** A statement of a policy document. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  /** Of trust policies only. */
  readonly Principal?: Group;
  readonly Condition?: Group;
}

/** A policy document. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

/** Version of the policy language; without it IAM takes an older one. */
export const POLICY_VERSION = '2012-10-17';

/**
 * The trust policy with which a service of AWS may assume a role.
 *
 * @param service its principal, e.g. `ecs.amazonaws.com`.
 * @param condition under which alone; undefined means under any.
 */
export function trustOfService(service: string, condition?: Group): PolicyDocument {
  return {
    Version: POLICY_VERSION,
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
        ...(condition && { Condition: condition }),
      },
    ],
  };
}

/** Characters of all inline policies of a role, without blanks (IAM user guide, "IAM and AWS STS quotas"). */
export const LONGEST_POLICIES = 10_240;

/** The statements of a document, of which the only one may stand without a list. */
export function statementsOf({ Statement }: PolicyDocument): readonly PolicyStatement[] {
  return [Statement].flat() as readonly PolicyStatement[];
}

const DOCUMENT_MEMBERS = ['Version', 'Id', 'Statement'];
const STATEMENT_MEMBERS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

/**
 * Refuse what is no policy of a role, before anything is made; what actions and resources there are IAM knows.
 *
 * @param path of the document in the template.
 * @throws HandlerError InvalidRequest.
 */
export function checkPolicyDocument(document: Group, path: string): void {
  checkMembers(document, DOCUMENT_MEMBERS, path);
  const { Statement } = document;
  const statements: readonly unknown[] = Statement === undefined ? [] : [Statement].flat();
  if (statements.length === 0) {
    throw invalid(
      `${path}/Statement`,
      'is missing',
      'Give a list of statements, each with Effect, Action and Resource',
    );
  }
  for (const [index, statement] of statements.entries()) {
    const at = Array.isArray(Statement) ? `${path}/Statement/${index}` : `${path}/Statement`;
    if (!isGroup(statement)) throw invalid(at, 'is not an object', 'Give Effect, Action and Resource');
    checkStatement(statement, at);
  }
  checkSids(statements as readonly Group[], path);
  const { length } = JSON.stringify(document);
  if (length <= LONGEST_POLICIES) return;
  throw invalid(
    path,
    `has ${length} characters, more than the ${LONGEST_POLICIES} that IAM takes`,
    'Move statements to a managed policy, and name it in TaskPolicyArns',
  );
}

function checkStatement(statement: Group, path: string): void {
  if (statement.Principal !== undefined || statement.NotPrincipal !== undefined) {
    throw invalid(
      path,
      'names a principal, and the policy of a role is about that role alone',
      'Remove Principal and NotPrincipal',
    );
  }
  checkMembers(statement, STATEMENT_MEMBERS, path);
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    throw invalid(`${path}/Effect`, 'is neither Allow nor Deny', 'Give Allow or Deny');
  }
  for (const [name, opposite] of [
    ['Action', 'NotAction'],
    ['Resource', 'NotResource'],
  ] as const) {
    const given = [name, opposite].filter((each) => statement[each] !== undefined);
    const [only] = given;
    if (given.length !== 1 || only === undefined) {
      throw invalid(
        path,
        `has ${given.length === 0 ? 'neither' : 'both'} ${name} ${given.length === 0 ? 'nor' : 'and'} ${opposite}`,
        `Give one of the two`,
      );
    }
    const values = [statement[only]].flat();
    if (values.length > 0 && values.every((value) => typeof value === 'string' && value !== '')) continue;
    throw invalid(`${path}/${only}`, 'is neither a text nor a list of texts', 'Give one, or a list of them');
  }
}

function checkMembers(group: Group, known: readonly string[], path: string): void {
  const unknown = Object.keys(group).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw invalid(`${path}/${unknown}`, 'is no member that is known here', `Give ${known.join(', ')} only`);
}

function checkSids(statements: readonly Group[], path: string): void {
  const sids = statements.map(({ Sid }) => Sid);
  for (const [index, sid] of sids.entries()) {
    if (sid === undefined) continue;
    const at = `${path}/Statement/${index}/Sid`;
    if (typeof sid !== 'string' || !/^[A-Za-z0-9]+$/.test(sid)) {
      throw invalid(at, 'is not of letters and digits alone', 'Give one like ReadOrders');
    }
    if (sid.startsWith(FORMER)) {
      throw invalid(
        at,
        `begins with ${FORMER}, as what is left of a former template does`,
        'Give another one',
      );
    }
    if (sids.indexOf(sid) !== index) throw invalid(at, `"${sid}" appears twice`, 'Give each once');
  }
}

/** One statement follows the template, or whoever has changed it by hand, without regard to the others. */
const MERGE_RULES: MergeRules = {
  Statement: {
    keyOf: (statement: PolicyStatement) =>
      statement.Sid === undefined ? JSON.stringify(statement) : `Sid ${statement.Sid}`,
  },
};

/**
 * The document that is to be: see three-way.ts. As long as nobody has changed it by hand it is written as the template writes it.
 *
 * @returns undefined when there is to be none.
 */
export function mergedPolicy({
  desired,
  previous,
  live,
}: Partial<States<PolicyDocument>>): PolicyDocument | undefined {
  const current = live && withoutFormer(live);
  const merged = threeWay<{ readonly policy?: PolicyDocument }>(
    {
      desired: { policy: desired && listed(desired) },
      previous: { policy: previous && listed(previous) },
      live: { policy: current && listed(current) },
    },
    { policy: { members: MERGE_RULES } },
  ).policy;
  if (!merged) return undefined;
  return [desired, current].find((each) => each && isDeepStrictEqual(listed(each), merged)) ?? merged;
}

function listed(document: PolicyDocument): PolicyDocument {
  return { ...document, Statement: statementsOf(document) };
}

/**
 * What the `Sid` of a statement begins with that the template has taken away, and on which tasks may still rely: those of the
 * revision before until the deployment is done, and those of versions up to the number that follows.
 */
const FORMER = 'Former';

function numberOfFormer({ Sid = '' }: PolicyStatement): number | undefined {
  const [, number] = /^Former(\d+)x\d+$/.exec(Sid) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** A document as it was meant: without what is left of a former template; undefined when nothing else is in it. */
export function withoutFormer(document: PolicyDocument): PolicyDocument | undefined {
  const statements = statementsOf(document);
  const own = statements.filter((statement) => numberOfFormer(statement) === undefined);
  if (own.length === statements.length) return document;
  return own.length > 0 ? { ...document, Statement: own } : undefined;
}

/**
 * A document with what it allowed before, too.
 *
 * @param number of the newest version that may rely on that; 0 where there are none.
 * @param isNeeded whether what versions up to a number rely on is kept. Default: all is.
 * @returns undefined when nothing is in it.
 */
export function withFormer(
  wanted: PolicyDocument | undefined,
  live: PolicyDocument | undefined,
  number: number,
  isNeeded: (number: number) => boolean = () => true,
): PolicyDocument | undefined {
  const statements = wanted ? statementsOf(wanted) : [];
  const isWanted = (statement: PolicyStatement) =>
    statements.some((each) => isDeepStrictEqual(withoutSid(each), withoutSid(statement)));
  const former = (live ? statementsOf(live) : [])
    .filter((statement) => statement.Effect === 'Allow' && !isWanted(statement))
    .map((statement) => ({ statement, of: numberOfFormer(statement) ?? number }))
    .filter(({ of }) => isNeeded(of))
    .map(({ statement, of }, index) => ({ ...statement, Sid: `${FORMER}${of}x${index}` }));
  if (former.length === 0) return wanted;
  return { Version: POLICY_VERSION, ...wanted, Statement: [...statements, ...former] };
}

function withoutSid({ Sid: _, ...statement }: PolicyStatement): Omit<PolicyStatement, 'Sid'> {
  return statement;
}
