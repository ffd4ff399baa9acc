/** Eventual consistency: reads that do not show yet what was written a moment ago. */
import { AwsError, type AwsRequest } from '../service';
import type { ActiveFault, Faults } from '../faults';
import type { HttpAnswer } from './protocols';

/** Carries a call out, or refuses it. */
type CarryOut = () => Promise<HttpAnswer>;

/** One question to a service: an operation with its input. */
interface Question {
  ask: CarryOut;
  /** The answer before the last write; absent while there was none. */
  before?: CarryOut;
  /** How many times more that is given. */
  left: number;
}

/** What a rule has seen. */
interface Memory {
  /** By service, Region, operation and input. */
  readonly questions: Map<string, Question>;
  /** The last write: its operation, and the body of the answer. */
  written: { readonly operation: string; readonly body: string };
}

const READ = /^(Describe|Get|List)/;

/**
 * Error of a read that names something which does not exist, by service, operation and member of the input. Reads that
 * are not here answer an empty list, and are told by what they answered before.
 */
const NOT_FOUND: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  acm: { DescribeCertificate: { CertificateArn: 'ResourceNotFoundException' } },
  ec2: { DescribeSecurityGroups: { GroupIds: 'InvalidGroup.NotFound' } },
  iam: {
    GetRole: { RoleName: 'NoSuchEntity' },
    GetRolePolicy: { RoleName: 'NoSuchEntity' },
    ListAttachedRolePolicies: { RoleName: 'NoSuchEntity' },
  },
  ecs: { DescribeTaskDefinition: { taskDefinition: 'ClientException' } },
  elasticloadbalancing: {
    DescribeListeners: { LoadBalancerArn: 'LoadBalancerNotFound', ListenerArns: 'ListenerNotFound' },
    DescribeLoadBalancers: { LoadBalancerArns: 'LoadBalancerNotFound', Names: 'LoadBalancerNotFound' },
    DescribeRules: { ListenerArn: 'ListenerNotFound', RuleArns: 'RuleNotFound' },
    DescribeTargetGroups: { TargetGroupArns: 'TargetGroupNotFound', Names: 'TargetGroupNotFound' },
    DescribeTargetHealth: { TargetGroupArn: 'TargetGroupNotFound' },
  },
};

/** Operation that makes what a read with this error does not find. Answers to others may name it as well. */
const MADE_BY: Readonly<Record<string, string>> = {
  ClientException: 'RegisterTaskDefinition',
  'InvalidGroup.NotFound': 'CreateSecurityGroup',
  ListenerNotFound: 'CreateListener',
  NoSuchEntity: 'CreateRole',
  LoadBalancerNotFound: 'CreateLoadBalancer',
  ResourceNotFoundException: 'RequestCertificate',
  RuleNotFound: 'CreateRule',
  TargetGroupNotFound: 'CreateTargetGroup',
};

export class StaleReads {
  /** Goes with the rule. */
  private readonly memories = new WeakMap<ActiveFault, Memory>();

  constructor(private readonly faults: Faults) {}

  /** Carry a call out, or answer it as before the last write when a rule says so. @throws AwsError */
  around(request: AwsRequest, carryOut: CarryOut): Promise<HttpAnswer> {
    if (!READ.test(request.operation)) return this.write(request, carryOut);
    const fault = this.faults.staleReads(request);
    return fault ? this.read(fault, request, carryOut) : carryOut();
  }

  private read(fault: ActiveFault, request: AwsRequest, carryOut: CarryOut): Promise<HttpAnswer> {
    const { questions, written } = this.memoryOf(fault);
    const { service, region, operation, input } = request;
    const key = `${service} ${region} ${operation} ${JSON.stringify(input)}`;
    let question = questions.get(key);
    if (!question) {
      const error = missing(request, written);
      const { times = 1 } = fault.rule;
      question = {
        ask: carryOut,
        left: error ? times : 0,
        ...(error && { before: () => Promise.reject(error) }),
      };
      questions.set(key, question);
    }
    question.ask = carryOut;
    if (question.left === 0 || !question.before) return carryOut();
    question.left--;
    fault.applied++;
    return question.before();
  }

  private async write({ service, operation }: AwsRequest, carryOut: CarryOut): Promise<HttpAnswer> {
    const concerned = this.faults
      .list()
      .filter(({ rule }) => rule.kind === 'staleRead' && (rule.service ?? service) === service)
      .map((fault) => ({ fault, memory: this.memoryOf(fault) }));
    for (const { memory } of concerned) await askBefore(memory, service);
    const answer = await carryOut();
    if (answer.status >= 400) return answer;
    for (const { fault, memory } of concerned) {
      memory.written = { operation, body: Buffer.from(answer.body).toString('utf8') };
      for (const question of questionsTo(memory, service)) question.left = fault.rule.times ?? 1;
    }
    return answer;
  }

  private memoryOf(fault: ActiveFault): Memory {
    const known = this.memories.get(fault);
    if (known) return known;
    const memory: Memory = { questions: new Map(), written: { operation: '', body: '' } };
    this.memories.set(fault, memory);
    return memory;
  }
}

function questionsTo({ questions }: Memory, service: string): Question[] {
  return [...questions].filter(([key]) => key.startsWith(`${service} `)).map(([, question]) => question);
}

/** Ask everything again that was asked, for the answers as they are before a write. */
async function askBefore(memory: Memory, service: string): Promise<void> {
  // Those that are out of date already stay so.
  for (const question of questionsTo(memory, service).filter(({ left }) => left === 0)) {
    const answer = question.ask();
    await answer.catch(() => undefined);
    question.before = () => answer;
  }
}

/** The error of a read that names what the last write has made; undefined when it names nothing of it. */
function missing(
  { service, operation, input }: AwsRequest,
  written: Memory['written'],
): AwsError | undefined {
  for (const [member, code] of Object.entries(NOT_FOUND[service]?.[operation] ?? {})) {
    if (MADE_BY[code] !== written.operation) continue;
    const named = [input[member] ?? []].flat() as unknown[];
    const unseen = named.find((name) => typeof name === 'string' && written.body.includes(name));
    if (unseen !== undefined) return new AwsError(code, `${String(unseen)} was not found`);
  }
  return undefined;
}
