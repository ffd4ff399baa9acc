/** Actions of rules by which users sign in (API references of Action, AuthenticateCognitoActionConfig and AuthenticateOidcActionConfig). */
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../service';
import { listenerArnOf, loadBalancerArnOf, type Inventory } from './inventory';

/** Actions that answer a request: one of them comes last. */
const FINAL = ['forward', 'redirect', 'fixed-response'];

/** What ELB fills in. */
const DEFAULTS = {
  SessionCookieName: 'AWSELBAuthSessionCookie',
  Scope: 'openid',
  SessionTimeout: 604_800,
  OnUnauthenticatedRequest: 'authenticate',
} as const;

const UNAUTHENTICATED = ['deny', 'allow', 'authenticate'];

/** Endpoints of an identity provider: whole URLs, by HTTPS. */
const ENDPOINTS = ['Issuer', 'AuthorizationEndpoint', 'TokenEndpoint', 'UserInfoEndpoint'] as const;

/** Whether an action has users sign in. */
export function isAuthentication({ Type }: Action): boolean {
  return Type === 'authenticate-oidc' || Type === 'authenticate-cognito';
}

/**
 * Check actions of a rule.
 *
 * @param present actions of the rule that is changed, whose secret may stay.
 * @throws AwsError ValidationError or InvalidLoadBalancerAction.
 */
export async function checkAuthentication(
  inventory: Inventory,
  region: string,
  arn: string,
  actions: readonly Action[],
  present: readonly Action[] = [],
): Promise<void> {
  if (actions.length > 1 && new Set(actions.map(({ Order }) => Order)).size < actions.length)
    refuse('ValidationError', 'Each action must have an order of its own when there are several');
  const inOrder = [...actions].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0));
  const finals = inOrder.filter(({ Type }) => FINAL.includes(Type!));
  if (actions.length > 0 && (finals.length !== 1 || inOrder.at(-1) !== finals[0]))
    refuse(
      'InvalidLoadBalancerAction',
      'Exactly one forward, redirect or fixed-response action must come last',
    );
  const authentications = actions.filter(isAuthentication);
  if (authentications.length === 0) return;
  if (authentications.length > 1)
    refuse('InvalidLoadBalancerAction', 'A rule can have only one authentication action');
  const listenerArn = arn.includes(':listener-rule/') ? listenerArnOf(arn) : arn;
  const listeners = await inventory.listeners(region, loadBalancerArnOf(arn));
  const protocol = listeners.find(({ ListenerArn }) => ListenerArn === listenerArn)?.Protocol;
  if (protocol !== 'HTTPS')
    refuse('InvalidLoadBalancerAction', `Authentication actions are not supported on ${protocol} listeners`);
  for (const action of authentications) checkConfig(action, present);
}

function checkConfig(
  { Type, AuthenticateCognitoConfig: cognito, AuthenticateOidcConfig: oidc }: Action,
  present: readonly Action[],
): void {
  const config = Type === 'authenticate-oidc' ? oidc : cognito;
  if (!config) refuse('ValidationError', `An action of type ${Type} needs its configuration`);
  const { OnUnauthenticatedRequest: otherwise, SessionTimeout: timeout } = config!;
  if (otherwise !== undefined && !UNAUTHENTICATED.includes(otherwise))
    refuse('ValidationError', `OnUnauthenticatedRequest '${otherwise}' is not valid`);
  if (timeout !== undefined && (timeout < 1 || timeout > DEFAULTS.SessionTimeout))
    refuse('ValidationError', `SessionTimeout must be between 1 and ${DEFAULTS.SessionTimeout}`);
  if (Type !== 'authenticate-oidc') return;
  const wrong = ENDPOINTS.find((name) => !/^https:\/\/[^/]+/.test(oidc![name] ?? ''));
  if (wrong) refuse('ValidationError', `${wrong} must be a full URL that begins with https://`);
  const hasSecret = present.some(({ AuthenticateOidcConfig }) => AuthenticateOidcConfig);
  if (oidc!.ClientSecret === undefined && !(oidc!.UseExistingClientSecret && hasSecret))
    refuse('ValidationError', 'You must specify a client secret, or use the existing one of the rule');
  if (oidc!.ClientSecret !== undefined && oidc!.UseExistingClientSecret)
    refuse('ValidationError', 'A client secret cannot be given together with UseExistingClientSecret');
}

/** Actions as ELB keeps and tells them: defaults filled in, and without the secret. */
export function described(actions: readonly Action[]): Action[] {
  return actions.map((action) => {
    const { AuthenticateCognitoConfig: cognito, AuthenticateOidcConfig: oidc } = action;
    if (cognito) return { ...action, AuthenticateCognitoConfig: { ...DEFAULTS, ...cognito } };
    if (!oidc) return action;
    const { ClientSecret: _secret, UseExistingClientSecret: _present, ...told } = oidc;
    return { ...action, AuthenticateOidcConfig: { ...DEFAULTS, ...told } };
  });
}

function refuse(code: string, message: string): never {
  throw new AwsError(code, message);
}
