/** Users who sign in at an identity provider before their requests reach a target (ELB user guide, "Authenticate users"). */
import { createHash, randomUUID } from 'node:crypto';
import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { readSticky, requestCookies, writeSticky } from './cookies';
import type { ActionContext, Decision } from './decision';
import { ownResponse } from './responses';

/** Path that the identity provider sends users back to. */
const CALLBACK = '/oauth2/idpresponse';

const DEFAULT_COOKIE = 'AWSELBAuthSessionCookie';
const DEFAULT_SCOPE = 'openid';
const DEFAULT_TIMEOUT = 604_800;

/** The simulated identity provider lets everybody in who comes back with a code, and calls users by it. */
const CODE = 'code';

/** Identity providers are in no VPC: an address of documentation stands for all of them. */
const PROVIDER = { address: '203.0.113.1', port: 443 };

/** What becomes of a request before the other actions: an answer, or headers that tell the target who has signed in. */
export type Authenticated = { readonly decision: Decision } | { readonly claims: Record<string, string> };

/** Whether an action has users sign in. */
export function isAuthentication({ Type }: Action): boolean {
  return Type === 'authenticate-oidc' || Type === 'authenticate-cognito';
}

/**
 * Let a user in who has signed in, and do with others what the action says. A test signs in by following the redirect: it goes
 * to the `redirect_uri` with the `state` that it was given, and any `code`.
 */
export function authenticate(action: Action, context: ActionContext): Authenticated {
  const { request, clock, listener, loadBalancer } = context;
  const config = { ...action.AuthenticateCognitoConfig, ...action.AuthenticateOidcConfig };
  const { OnUnauthenticatedRequest: otherwise = 'authenticate', Scope: scope = DEFAULT_SCOPE } = config;
  const cookie = `${config.SessionCookieName ?? DEFAULT_COOKIE}-0`;
  const respond = (status: number, headers?: Record<string, string>) =>
    ({ decision: { type: 'respond', response: ownResponse(status, headers) } }) as const;

  if (request.path === CALLBACK) {
    const query = new URLSearchParams(request.query);
    const [user, state] = [query.get(CODE), query.get('state')];
    const location = user && state ? originalUrl(state) : undefined;
    if (!user || !location) return respond(401);
    if (!loadBalancer.goesOut(PROVIDER.address, PROVIDER.port)) return respond(500);
    const until = clock.now() + (config.SessionTimeout ?? DEFAULT_TIMEOUT) * 1000;
    return respond(302, {
      location,
      'set-cookie': writeSticky(cookie, { to: user, until }, '; Secure; HttpOnly'),
    });
  }

  const user = readSticky(requestCookies(request), cookie, clock.now());
  if (user !== undefined) return { claims: claimsOf(user) };
  if (otherwise === 'allow') return { claims: {} };
  if (otherwise === 'deny') return respond(401);
  const origin = `https://${request.host}${listener.port === 443 ? '' : `:${listener.port}`}`;
  const url = `${origin}${request.path}${request.query ? `?${request.query}` : ''}`;
  const parameters = new URLSearchParams({
    ...config.AuthenticationRequestExtraParams,
    client_id: action.AuthenticateOidcConfig?.ClientId ?? action.AuthenticateCognitoConfig!.UserPoolClientId!,
    redirect_uri: `${origin}${CALLBACK}`,
    response_type: CODE,
    scope,
    state: Buffer.from(`${randomUUID()} ${url}`).toString('base64url'),
  });
  return respond(302, { location: `${authorizationEndpoint(action)}?${parameters.toString()}` });
}

/** Where users sign in. A domain of a user pool without dots is a prefix (Amazon Cognito developer guide, "domain of a user pool"). */
function authorizationEndpoint({ AuthenticateOidcConfig, AuthenticateCognitoConfig }: Action): string {
  if (AuthenticateOidcConfig) return AuthenticateOidcConfig.AuthorizationEndpoint!;
  const { UserPoolDomain = '', UserPoolArn = '' } = AuthenticateCognitoConfig!;
  const region = UserPoolArn.split(':')[3];
  const host = UserPoolDomain.includes('.')
    ? UserPoolDomain
    : `${UserPoolDomain}.auth.${region}.amazoncognito.com`;
  return `https://${host}/oauth2/authorize`;
}

function originalUrl(state: string): string | undefined {
  return Buffer.from(state, 'base64url').toString().split(' ')[1];
}

/** The headers that tell a target who asks; the claims are not signed here. */
function claimsOf(user: string): Record<string, string> {
  const token = createHash('sha256').update(user).digest('base64url');
  const data = Buffer.from(JSON.stringify({ sub: user })).toString('base64url');
  return {
    'x-amzn-oidc-identity': user,
    'x-amzn-oidc-accesstoken': token,
    'x-amzn-oidc-data': `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${data}.`,
  };
}
