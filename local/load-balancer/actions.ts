import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2';
import { authenticate, isAuthentication } from './authentication';
import { readSticky, requestCookies, writeStickyPair } from './cookies';
import type { ActionContext, Decision } from './decision';
import { isCompatible } from './protocol-versions';
import { redirect } from './redirect';
import { explanation, ownResponse } from './responses';
import type { Rotation } from './rotation';
import { selectTarget } from './target-selection';

type Perform = (action: Action, context: ActionContext) => Decision | Promise<Decision>;

/** What each action type does with a request. */
const ACTIONS: Record<string, Perform> = {
  forward,
  redirect: ({ RedirectConfig }, { request, listener }) => ({
    type: 'respond',
    response: redirect(RedirectConfig ?? { StatusCode: undefined }, {
      protocol: listener.protocol.toLowerCase(),
      host: request.host,
      port: listener.port,
      path: request.path,
      query: request.query,
    }),
  }),
  'fixed-response': ({ FixedResponseConfig }) => ({
    type: 'respond',
    response: {
      status: Number(FixedResponseConfig?.StatusCode),
      headers: {
        server: 'awselb/2.0',
        'content-type': `${FixedResponseConfig?.ContentType || 'text/plain'}; charset=utf-8`,
      },
      body: FixedResponseConfig?.MessageBody ?? '',
    },
  }),
};

/**
 * Perform the actions of the matching rule. Those by which users sign in (`authenticate-oidc`, `authenticate-cognito`) come first;
 * then `forward`, `redirect` or `fixed-response` decides.
 */
export async function performActions(actions: readonly Action[], context: ActionContext): Promise<Decision> {
  const [first, ...rest] = actions;
  if (first && isAuthentication(first)) {
    const authenticated = authenticate(first, context);
    if ('decision' in authenticated) return authenticated.decision;
    const decision = await performActions(rest, context);
    return decision.type === 'forward' ? { ...decision, claims: authenticated.claims } : decision;
  }
  const perform = ACTIONS[first?.Type ?? ''];
  if (perform) return perform(first!, context);
  return {
    type: 'respond',
    response: explanation(
      501,
      `The rule ${context.ruleArn} has an action of type "${first?.Type ?? 'none'}", which the local load balancer does not perform.`,
    ),
  };
}

/** The target groups of a forward action. */
export function targetGroupsOf({ ForwardConfig, TargetGroupArn }: Action): readonly TargetGroupTuple[] {
  return ForwardConfig?.TargetGroups ?? [{ TargetGroupArn }];
}

/** The target group whose turn it is by their weights; undefined when none has one above 0. */
export function nextTargetGroup(
  rotation: Rotation,
  ruleArn: string,
  groups: readonly TargetGroupTuple[],
): TargetGroupTuple | undefined {
  return rotation.next(
    ruleArn,
    groups,
    (group) => group.TargetGroupArn ?? '',
    (group) => group.Weight ?? 1,
  );
}

/** Cookie that binds a client to one of the target groups of a weighted forward. */
const TARGET_GROUP_COOKIE = 'AWSALBTG';

/**
 * Forward to one of the target groups by weight. As in ELB, a target group without targets answers 503 itself (the
 * others do not step in), and a client's binding to a target group outlasts a change of weights. A target that security
 * groups keep out of reach is 504.
 */
async function forward(action: Action, context: ActionContext): Promise<Decision> {
  const { request, ruleArn, rotation, table, network, clock, loadBalancer, listener } = context;
  const groups = targetGroupsOf(action);
  const sticky = groups.length > 1 ? action.ForwardConfig?.TargetGroupStickinessConfig : undefined;
  const bound = sticky?.Enabled
    ? readSticky(requestCookies(request), TARGET_GROUP_COOKIE, clock.now())
    : undefined;
  const chosen =
    groups.find(({ TargetGroupArn }) => TargetGroupArn === bound) ??
    nextTargetGroup(rotation, ruleArn, groups);
  const arn = chosen?.TargetGroupArn;
  if (!arn) return { type: 'respond', response: ownResponse(503) };
  const group = await table.targetGroup(arn);
  if (!isCompatible(request, group.protocolVersion)) return { type: 'respond', response: ownResponse(464) };
  const selection = selectTarget(group, context);
  if (!selection) return { type: 'respond', response: ownResponse(503) };
  const securityGroups = network.securityGroupsOf(selection.target.ip);
  if (securityGroups && !loadBalancer.reaches(selection.target, securityGroups)) {
    return { type: 'respond', response: ownResponse(504) };
  }
  const binding = (): string[] =>
    sticky?.Enabled
      ? writeStickyPair(TARGET_GROUP_COOKIE, {
          to: arn,
          until: clock.now() + (sticky.DurationSeconds ?? 3600) * 1000,
        })
      : [];
  return {
    type: 'forward',
    loadBalancer,
    listener,
    target: selection.target,
    protocolVersion: group.protocolVersion,
    cookies: (setByTarget) => [...binding(), ...selection.cookies(setByTarget)],
  };
}
