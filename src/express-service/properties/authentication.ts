/** How users sign in before their requests reach the service, as actions of its listener rules. Pure: no call to AWS. */
import type {
  Action,
  AuthenticateCognitoActionConfig,
  AuthenticateOidcActionConfig,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDeepStrictEqual } from 'node:util';
import { invalid } from '../../core/failure';
import { DEFAULT } from '../../core/property';
import { completed, specified, templateOf } from '../../core/property-values';
import { mergeRules, threeWay } from '../../core/three-way';
import { defined, unlessBare } from '../../core/unset';
import type { Properties } from '../../cloudformation/extension';
import type { AuthenticateCognito, AuthenticateOidc, Authentication } from '../model';
import { checkResolved } from './secret-reference';
import { table, type InputRows } from './table';

/** What users sign in with, as ELB has it: one of the two. */
export type AuthenticationConfig = Pick<Action, 'AuthenticateCognitoConfig' | 'AuthenticateOidcConfig'>;

/** What both kinds have. */
const SESSION = {
  OnUnauthenticatedRequest: { to: 'OnUnauthenticatedRequest', absent: DEFAULT },
  Scope: { to: 'Scope', absent: DEFAULT },
  SessionCookieName: { to: 'SessionCookieName', absent: DEFAULT },
  SessionTimeout: { to: 'SessionTimeout', absent: DEFAULT },
  AuthenticationRequestExtraParams: { to: 'AuthenticationRequestExtraParams' },
} as const;

const AUTHENTICATION = table<Authentication, AuthenticationConfig>('Authentication', {
  Cognito: {
    to: 'AuthenticateCognitoConfig',
    members: table<AuthenticateCognito, AuthenticateCognitoActionConfig>('AuthenticateCognito', {
      UserPoolArn: { to: 'UserPoolArn' },
      UserPoolClientId: { to: 'UserPoolClientId' },
      UserPoolDomain: { to: 'UserPoolDomain' },
      ...SESSION,
    }),
  },
  Oidc: {
    to: 'AuthenticateOidcConfig',
    members: table<AuthenticateOidc, AuthenticateOidcActionConfig>('AuthenticateOidc', {
      Issuer: { to: 'Issuer' },
      AuthorizationEndpoint: { to: 'AuthorizationEndpoint' },
      TokenEndpoint: { to: 'TokenEndpoint' },
      UserInfoEndpoint: { to: 'UserInfoEndpoint' },
      ClientId: { to: 'ClientId' },
      // ELB tells it nobody.
      ClientSecret: { to: 'ClientSecret', secret: true, conflict: false, check: checkResolved },
      ...SESSION,
    }),
  },
});

/** Who may use the service. It goes to its listener rules. */
export const AUTHENTICATION_ROWS = {
  Authentication: {
    members: AUTHENTICATION,
    check(given, path) {
      const kinds = AUTHENTICATION.properties.filter(({ name }) => given[name as keyof typeof given]);
      if (kinds.length === 1) return;
      throw invalid(
        path,
        kinds.length === 0 ? 'says nothing of how users sign in' : 'has two ways to sign in',
        'Give either Cognito or Oidc',
      );
    },
    refused: {
      words: /authenticat|oidc|cognito|user ?pool/i,
      remedy:
        'Check Authentication; where Amazon ECS refuses such rules, remove it, and let the service itself ask users to sign in',
    },
  },
} as const satisfies InputRows<object>;

/** How users sign in, defaults applied; undefined when the template does not ask them to. */
export function specifiedAuthentication(
  given: Properties<Authentication> | undefined,
): AuthenticationConfig | undefined {
  return given && (specified(AUTHENTICATION, given) as AuthenticationConfig);
}

/** What a template would say of it. */
export function authenticationInput(
  found: AuthenticationConfig | undefined,
): Properties<Authentication> | undefined {
  return found && unlessBare(templateOf(AUTHENTICATION, found) as Properties<Authentication>);
}

/** How the actions of a rule have users sign in; undefined when they do not. ELB leaves the secret out. */
export function authenticationIn(actions: readonly Action[] = []): AuthenticationConfig | undefined {
  const { AuthenticateCognitoConfig: cognito, AuthenticateOidcConfig } = actions.find(isAuthentication) ?? {};
  if (cognito) return { AuthenticateCognitoConfig: withoutBareParameters(cognito) };
  if (!AuthenticateOidcConfig) return undefined;
  const { ClientSecret: _told, UseExistingClientSecret: _asked, ...oidc } = AuthenticateOidcConfig;
  return { AuthenticateOidcConfig: withoutBareParameters(oidc) };
}

/** No further parameters and none mean the same. */
function withoutBareParameters<
  Config extends Pick<AuthenticateOidcActionConfig, 'AuthenticationRequestExtraParams'>,
>(config: Config): Config {
  const { AuthenticationRequestExtraParams: parameters = {} } = config;
  return defined({ ...config, AuthenticationRequestExtraParams: unlessBare(parameters) });
}

/** The states of it, as the template and the rule have them. */
export interface AuthenticationStates {
  readonly desired: AuthenticationConfig | undefined;
  /** What the template asked for before; undefined when it asked for none, or nothing is known of that. */
  readonly previous: AuthenticationConfig | undefined;
  /** Of the rule as it is. */
  readonly live: AuthenticationConfig | undefined;
}

/**
 * How users are to sign in. What somebody has changed by hand stays while the template says the same; but where the template
 * asks users to sign in they are asked, also when the rule has lost it: an action that is taken away opens the service to all.
 *
 * @returns without the secret where the rule has it already.
 */
export function mergedAuthentication({
  desired,
  previous,
  live,
}: AuthenticationStates): AuthenticationConfig | undefined {
  if (!desired) return isDeepStrictEqual(previous, desired) ? live : undefined;
  if (!live) return desired;
  const merged = threeWay(
    { desired: withoutSecret(desired), previous: previous && withoutSecret(previous), live: complete(live) },
    mergeRules(AUTHENTICATION),
  );
  // Of the two kinds, somebody may have chosen the other one by hand.
  const config = merged.AuthenticateOidcConfig && merged.AuthenticateCognitoConfig ? desired : merged;
  const secret = desired.AuthenticateOidcConfig?.ClientSecret;
  const isNew = secret !== undefined && secret !== previous?.AuthenticateOidcConfig?.ClientSecret;
  const { AuthenticateOidcConfig: oidc } = config;
  return oidc && (isNew || !live.AuthenticateOidcConfig)
    ? { AuthenticateOidcConfig: { ...oidc, ClientSecret: secret } }
    : withoutSecret(config);
}

/** Whether a rule has users sign in as it is to; a secret that it is to get differs from any. */
export function isSameAuthentication(
  wanted: AuthenticationConfig | undefined,
  live: AuthenticationConfig | undefined,
): boolean {
  return isDeepStrictEqual(wanted && complete(wanted), live && complete(live));
}

/** Actions by which users sign in first, or go through without; those by hand before the last one go. */
export function withAuthentication(
  actions: readonly Action[],
  config: AuthenticationConfig | undefined,
): Action[] {
  const others = actions.filter((action) => !isAuthentication(action));
  return ordered(config ? [authenticationAction(config), ...others] : others);
}

/** Actions as ELB takes them: one after the other, and a secret that is not given is the present one. */
export function ordered(actions: readonly Action[]): Action[] {
  if (actions.length === 1) return actions.map(({ Order: _only, ...action }) => action);
  return actions.map((action, index) => ({ ...withSecretOfRule(action), Order: index + 1 }));
}

function withSecretOfRule(action: Action): Action {
  const { AuthenticateOidcConfig: oidc } = action;
  if (!oidc || oidc.ClientSecret !== undefined) return action;
  return { ...action, AuthenticateOidcConfig: { ...oidc, UseExistingClientSecret: true } };
}

function authenticationAction(config: AuthenticationConfig): Action {
  return { Type: config.AuthenticateOidcConfig ? 'authenticate-oidc' : 'authenticate-cognito', ...config };
}

function isAuthentication({ Type }: Action): boolean {
  return Type === 'authenticate-oidc' || Type === 'authenticate-cognito';
}

function withoutSecret(config: AuthenticationConfig): AuthenticationConfig {
  return authenticationIn([authenticationAction(config)])!;
}

/** With what ELB means by what it leaves out. */
function complete(config: AuthenticationConfig): AuthenticationConfig {
  return completed(AUTHENTICATION, config);
}
