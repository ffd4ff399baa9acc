import type { TaskNetwork } from '../service';
import { readSticky, requestCookies, writeSticky, writeStickyPair } from './cookies';
import type { ActionContext } from './decision';
import type { RoutingTargetGroup, Target } from './routing-table';

/** A chosen target, and the cookies that bind the client to it. */
export interface Selection {
  readonly target: Target;
  readonly cookies: (setByTarget: ReadonlySet<string>) => string[];
}

/** How a client is bound to one target of a group: by `stickiness.type`, when `stickiness.enabled`. */
interface Stickiness {
  /** The target (`ip:port`) that the request's cookies ask for. */
  readonly wanted: (cookies: ReadonlyMap<string, string>, now: number) => string | undefined;
  readonly bind: (to: string, now: number, setByTarget: ReadonlySet<string>) => string[];
}

const STICKINESS: Record<string, (group: RoutingTargetGroup) => Stickiness> = {
  lb_cookie: ({ attributes }) => {
    const seconds = Number(attributes['stickiness.lb_cookie.duration_seconds'] ?? 86_400);
    return {
      wanted: (cookies, now) => readSticky(cookies, 'AWSALB', now),
      bind: (to, now) => writeStickyPair('AWSALB', { to, until: now + seconds * 1000 }),
    };
  },
  /** Begins with the application's own cookie: without that, neither is the client bound nor an old binding honoured. */
  app_cookie: ({ attributes }) => {
    const name = attributes['stickiness.app_cookie.cookie_name'] ?? '';
    const seconds = Number(attributes['stickiness.app_cookie.duration_seconds'] ?? 86_400);
    return {
      wanted: (cookies, now) => (cookies.has(name) ? readSticky(cookies, 'AWSALBAPP-0', now) : undefined),
      bind: (to, now, setByTarget) =>
        setByTarget.has(name) ? [writeSticky('AWSALBAPP-0', { to, until: now + seconds * 1000 })] : [],
    };
  },
};

const NOT_STICKY: Stickiness = { wanted: () => undefined, bind: () => [] };

/**
 * Choose a target of the group: the one a stickiness cookie asks for while it can take requests, else the next in turn.
 * @returns undefined when the group has no target to send requests to.
 */
export function selectTarget(group: RoutingTargetGroup, context: ActionContext): Selection | undefined {
  const { clock, network, request, rotation } = context;
  const usable = usableTargets(group, network);
  const stickiness =
    group.attributes['stickiness.enabled'] === 'true'
      ? (STICKINESS[group.attributes['stickiness.type'] ?? '']?.(group) ?? NOT_STICKY)
      : NOT_STICKY;
  const wanted = stickiness.wanted(requestCookies(request), clock.now());
  const target =
    usable.find((candidate) => identify(candidate) === wanted) ?? rotation.next(group.arn, usable, identify);
  if (!target) return undefined;
  return { target, cookies: (set) => stickiness.bind(identify(target), clock.now(), set) };
}

/**
 * The healthy targets; when none is, all that are not being taken out of service, because ELB then fails open.
 */
export function usableTargets({ arn, targets }: RoutingTargetGroup, network: TaskNetwork): readonly Target[] {
  const states = targets.map(({ ip, port }) => network.targetHealth(arn, ip, port)?.State ?? 'unhealthy');
  const healthy = targets.filter((_, index) => states[index] === 'healthy');
  if (healthy.length > 0) return healthy;
  return targets.filter((_, index) => states[index] !== 'draining' && states[index] !== 'unused');
}

/** A name for a target among those of its group. */
export function identify({ ip, port }: Target): string {
  return `${ip}:${port}`;
}
