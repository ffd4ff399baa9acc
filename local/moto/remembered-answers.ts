/**
 * Answers of moto that cannot have changed: most requests ask again what was asked a second ago, while nothing was written.
 *
 * moto works an answer out anew each time, which takes more time than all else that a call costs. Its state changes by
 * requests only, and by few of those that read: what is under way has come further at each look. So an answer is
 * remembered, where something may be under way from the second time on that the same question got it, until something is
 * written that may show in it.
 */

/** A request to moto, as it is on the wire. */
export interface MotoRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string | Uint8Array;
}

/** An answer of moto, as it is on the wire. */
export interface MotoAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A service of which moto's answers are remembered. */
interface Service {
  /** Services of which what is written shows in the answers, by requests to these alone. */
  readonly shows: readonly string[];
  /** Reads in whose answers something may be under way. */
  readonly underWay?: RegExp;
  /** Reads in whose answers more shows; they are not remembered. */
  readonly leftOut?: RegExp;
}

/** By signing name. What is written in a service that is not here may show in all. */
const SERVICES: Readonly<Record<string, Service>> = {
  acm: { shows: ['acm', 'elasticloadbalancing'], underWay: /./ },
  'application-autoscaling': { shows: ['application-autoscaling'] },
  // An Elastic IP address tells of its load balancer.
  ec2: { shows: ['ec2'], leftOut: /^DescribeAddresses$/ },
  elasticloadbalancing: {
    shows: ['ec2', 'elasticloadbalancing'],
    underWay: /^Describe(LoadBalancers|TargetHealth)$/,
  },
  iam: { shows: ['iam'] },
  // Metrics come from everywhere, and pass.
  monitoring: { shows: ['application-autoscaling', 'monitoring'], leftOut: /Metric/ },
  route53: { shows: ['route53'] },
  wafv2: { shows: ['elasticloadbalancing', 'wafv2'] },
};

/** Services that are written to all the time, by what happens in others. None that is remembered shows it. */
const NOTICES: ReadonlySet<string> = new Set(['events', 'logs']);

/** So that questions that never come again cost no memory. */
const MOST_ANSWERS = 2000;

/** A read whose answer may be remembered. */
interface Question {
  readonly service: string;
  /** All that the answer depends on, beside what was written. */
  readonly key: string;
  readonly isUnderWay: boolean;
}

/** What a request does. */
type Purpose = { readonly question: Question } | 'read' | { readonly writes: string };

interface Remembered {
  readonly answer: MotoAnswer;
  /** What had been written when it was given. */
  readonly written: string;
  /** Whether it comes again until something is written. */
  readonly isCertain: boolean;
}

/** What one moto has answered. */
export class RememberedAnswers {
  private readonly answers = new Map<string, Remembered>();
  private readonly writes = new Map<string, number>();

  /**
   * The answer to a request.
   *
   * @param ask lets moto answer.
   * @param read makes what can be remembered of moto's answer, which `give` makes an answer of again.
   */
  async to<Answer>(
    purpose: Purpose,
    ask: () => Promise<Answer>,
    read: (answer: Answer) => MotoAnswer | Promise<MotoAnswer>,
    give: (answer: MotoAnswer) => Answer,
  ): Promise<Answer> {
    if (purpose === 'read') return ask();
    if ('writes' in purpose) return this.around(purpose.writes, ask);
    return give(await this.of(purpose.question, async () => read(await ask())));
  }

  /** Forget all. */
  forget(): void {
    this.answers.clear();
    // An answer that is under way is not to be remembered.
    this.count('');
  }

  private async of(
    { service, key, isUnderWay }: Question,
    ask: () => Promise<MotoAnswer>,
  ): Promise<MotoAnswer> {
    const written = this.writtenFor(service);
    const found = this.answers.get(key);
    const before = found?.written === written ? found : undefined;
    if (before?.isCertain) return before.answer;
    const answer = await ask();
    // What was written meanwhile may be in the answer or not.
    if (answer.status !== 200 || this.writtenFor(service) !== written) return answer;
    if (this.answers.size >= MOST_ANSWERS) this.answers.clear();
    const isCertain = !isUnderWay || (before !== undefined && isSame(before.answer, answer));
    this.answers.set(key, { answer, written, isCertain });
    return answer;
  }

  /** Write: what is remembered of the service, and of those that show it, is so no more. */
  private async around<Answer>(service: string, write: () => Promise<Answer>): Promise<Answer> {
    this.count(service);
    try {
      return await write();
    } finally {
      this.count(service);
    }
  }

  private count(service: string): void {
    const kind = service in SERVICES || NOTICES.has(service) ? service : '';
    this.writes.set(kind, (this.writes.get(kind) ?? 0) + 1);
  }

  private writtenFor(service: string): string {
    return ['', ...SERVICES[service]!.shows].map((shown) => this.writes.get(shown) ?? 0).join();
  }
}

const isSame = (one: MotoAnswer, other: MotoAnswer) => withoutRequestId(one) === withoutRequestId(other);

const withoutRequestId = ({ body }: MotoAnswer) => textOf(body).replace(/<RequestId>.*?<\/RequestId>/, '');

/** A view, which does not ask bytes of a class of their own what they are. */
const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');

const READ = /^(Describe|List|Get)[A-Z]/;
const SCOPE = /Credential=([^/]+)\/[^/]*\/([^/]*)\/([^/]*)\//;
/** Services answer in the protocol in which they are asked. */
const PROTOCOL = ['x-amz-target', 'content-type', 'accept', 'smithy-protocol'];

/**
 * What a request does, as far as its wire says.
 *
 * @param knownAs access key that moto knows the asker by, where that of the request is not known to it.
 */
export function purposeOf({ method, path, headers, body }: MotoRequest, knownAs?: string): Purpose {
  const [, accessKeyId, region, service = ''] = SCOPE.exec(String(headers.authorization)) ?? [];
  const text = typeof body === 'string' ? body : textOf(body);
  const operation = operationOf(method, path, headers, text);
  if (operation === undefined ? !/^(GET|HEAD)$/.test(method) : !READ.test(operation))
    return { writes: service };
  const known = SERVICES[service];
  if (!known || known.leftOut?.test(operation ?? '')) return 'read';
  const protocol = PROTOCOL.map((name) => headers[name]);
  const key = [knownAs ?? accessKeyId, region, service, method, path, ...protocol, text].join('\n');
  return { question: { service, key, isUnderWay: known.underWay?.test(operation ?? '') ?? false } };
}

/** Undefined where the protocol tells it by method and path. */
function operationOf(
  method: string,
  path: string,
  headers: MotoRequest['headers'],
  body: string,
): string | undefined {
  const target = headers['x-amz-target'];
  if (target) return String(target).split('.').at(-1);
  const inPath = /\/operation\/(\w+)$|[?&]Action=(\w+)/.exec(path);
  if (inPath) return inPath[1] ?? inPath[2];
  return method === 'POST' ? /(?:^|&)Action=(\w+)/.exec(body)?.[1] : undefined;
}
