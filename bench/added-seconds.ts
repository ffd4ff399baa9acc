/**
 * Virtual seconds that the handlers add to what AWS itself takes.
 *
 * An operation lasts from the event to its last answer, on the virtual clock, on which calls take no time. So all of it is
 * delays between two invocations. For each delay the local AWS knows when it had ready what the handler waited for
 * (local/moments.ts); from then on the delay is ours. A delay that waits for nothing of AWS is ours as a whole. As long as
 * something that was waited for is still waited for after the delay, AWS is at work on it, and nothing is added.
 */
import { randomUUID } from 'node:crypto';
import {
  createResourceHandler,
  type HandlerRequest,
  type ResourceHandler,
} from '../local/extension/resource-handler';
import type { LocalAws } from '../local';
import { ACCOUNT_ID } from '../local/endpoint';
import type { Awaited, Moment } from '../local/moments';
import type { Structure } from '../local/service';

const TYPE_NAME = 'Org::ECS::ExpressService';

/** What one operation takes. */
export interface OperationTime {
  readonly operation: string;
  /** Virtual seconds from its beginning to its end. */
  readonly seconds: number;
  /** Those of them that AWS did not need. */
  readonly added: number;
  /** Those that it would be if AWS were always ready right after a look. */
  readonly most: number;
  /** What the added seconds were spent on, with the seconds for each. */
  readonly spentOn: Readonly<Record<string, number>>;
}

/** A delay between two invocations. */
export interface Delay {
  /** Virtual milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** What the handler says that it waits for, before and after the delay. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What the handlers wait for of AWS, as they say it. A name in the words is part of the resource's ARN or id. */
const AWAITED: readonly { readonly words: RegExp; readonly what: Awaited }[] = [
  { words: /^certificate of \S+ to be issued/, what: 'certificate' },
  { words: /^load balancer (?<name>\S+) to become active/, what: 'load balancer' },
  { words: /^the service deployment \(/, what: 'service deployment' },
  { words: /^the tasks of service (?<name>\S+) to stop/, what: 'deleted service' },
  { words: /^security group (?<name>\S+) .*network interfaces/, what: 'network interfaces' },
];

/**
 * Clients follow a DNS record without the handler looking at anything. Route 53 has a change everywhere within a minute, and
 * the answer for an alias to a load balancer may be kept for another one.
 */
const DNS = { words: /^clients to follow the DNS record/, seconds: 120 };

/**
 * Measure a life of services in an account that has none.
 *
 * @param properties desired state of a service; `ServiceName` is added.
 * @param host in the base domain that its certificate does not cover.
 */
export async function measureAddedSeconds(
  aws: LocalAws,
  properties: Structure,
  host: string,
): Promise<OperationTime[]> {
  const handle = createResourceHandler(aws);
  const times: OperationTime[] = [];
  const service = (ServiceName: string, others: Structure = {}) => ({
    ...properties,
    ServiceName,
    ServiceArn: arnOf(aws, ServiceName),
    ...others,
  });
  async function measure(
    operation: string,
    action: 'CREATE' | 'UPDATE' | 'DELETE',
    model: Structure,
    previousModel?: Structure,
  ) {
    const { ServiceArn, ...desired } = model;
    times.push({
      operation,
      ...(await timeOf(aws, handle, {
        action,
        model: action === 'CREATE' ? desired : action === 'DELETE' ? { ServiceArn } : model,
        previousModel,
      })),
    });
  }

  const first = service('bench-first');
  const other = service('bench-other');
  const withImage = service('bench-other', { PrimaryContainer: { Image: 'bench:2' } });
  const moved = { ...withImage, LoadBalancerConfiguration: { Scheme: 'internal' } };
  const withHost = service('bench-host', { DomainName: host });
  await measure('create, first', 'CREATE', first);
  await measure('create', 'CREATE', other);
  await measure('create, with a certificate of its own', 'CREATE', withHost);
  await measure('update, new image', 'UPDATE', withImage, other);
  await measure('update, to another load balancer', 'UPDATE', moved, withImage);
  await measure('delete, last on its load balancer', 'DELETE', moved);
  await measure('delete', 'DELETE', withHost);
  await measure('delete, last', 'DELETE', first);
  return times;
}

/** ARN of a service in the cluster `default`. */
export function arnOf({ clientOptions }: LocalAws, serviceName: string): string {
  return `arn:aws:ecs:${clientOptions().region}:${ACCOUNT_ID}:service/default/${serviceName}`;
}

/**
 * Carry out an operation and measure it.
 *
 * @throws Error when it fails.
 */
export async function timeOf(
  { clock, moments, registry, clientOptions }: LocalAws,
  handle: ResourceHandler,
  request: Pick<HandlerRequest, 'action' | 'model' | 'previousModel'>,
): Promise<Omit<OperationTime, 'operation'>> {
  moments.reset();
  const begun = clock.now();
  const answers: { readonly time: number; readonly waits: readonly string[] }[] = [];
  const answered = (message = '') =>
    answers.push({ time: clock.now(), waits: message.replace(/^waiting for /, '').split('; ') });
  const outcome = await handle({
    ...request,
    type: registry.privateType(TYPE_NAME),
    requestToken: randomUUID(),
    region: clientOptions().region,
    accountId: ACCOUNT_ID,
    logicalResourceId: 'Service',
    onProgress: (_model, _identifier, message) => answered(message),
  });
  if (outcome.status === 'FAILED') throw new Error(`${request.action} failed: ${outcome.message}`);
  answered();
  const delays = answers.slice(1).map((next, index): Delay => ({
    from: answers[index]!.time,
    to: next.time,
    before: answers[index]!.waits,
    after: next.waits,
  }));
  const spentOn: Record<string, number> = {};
  let most = 0;
  const known = [...moments.list(), ...momentsOfDns(delays)];
  for (const delay of delays) {
    const added = addedBy(delay, known);
    if (added === undefined) continue;
    // How long clients are given is a fixed time, however often one looks.
    most += (waitsForDns(delay) ? added : delay.to - delay.from) / 1000;
    const what = delay.before.map(plain).join('; ');
    if (added > 0) spentOn[what] = (spentOn[what] ?? 0) + added / 1000;
  }
  return {
    seconds: (clock.now() - begun) / 1000,
    added: Object.values(spentOn).reduce((sum, seconds) => sum + seconds, 0),
    most,
    spentOn,
  };
}

type DnsMoment = { readonly what: 'DNS'; readonly resource: ''; readonly time: number };

/** When clients have followed a DNS record, for each time that they are waited for. */
function momentsOfDns(delays: readonly Delay[]): DnsMoment[] {
  return delays
    .filter((delay, index) => waitsForDns(delay) && !(index > 0 && waitsForDns(delays[index - 1]!)))
    .map(({ from }) => ({ what: 'DNS', resource: '', time: from + DNS.seconds * 1000 }));
}

function waitsForDns({ before }: Delay): boolean {
  return before.some((text) => DNS.words.test(text));
}

/** Milliseconds of a delay that AWS did not need; undefined when AWS is still at work after it. */
export function addedBy(
  { from, to, before, after }: Delay,
  moments: readonly (Moment | DnsMoment)[],
): number | undefined {
  const within = moments.filter(({ time }) => time > from && time <= to);
  const stillAwaited = new Set(after.map(plain));
  const ends = before.map((text) => within.filter((moment) => isOf(moment, text)).map(({ time }) => time));
  const isAtWork = before.some(
    (text, index) => ends[index]!.length === 0 && isOfAws(text) && stillAwaited.has(plain(text)),
  );
  return isAtWork ? undefined : to - Math.max(from, ...ends.flat());
}

function isOfAws(text: string): boolean {
  return DNS.words.test(text) || AWAITED.some(({ words }) => words.test(text));
}

function isOf({ what, resource }: Moment | DnsMoment, text: string): boolean {
  if (what === 'DNS') return DNS.words.test(text);
  const match = AWAITED.find((row) => row.what === what)!.words.exec(text);
  return match !== null && resource.includes(match.groups?.name ?? '');
}

/** The words of a wait without names and without how far it has come. */
function plain(text: string): string {
  return text.replace(/ \(.*\)/, '').replace(/ (sg-\w+|\S*bench-\S+|ecs-express-\S+|arn:\S+)/g, '');
}
