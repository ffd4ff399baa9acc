/** Users who sign in before their requests reach a service, as the author of the template, people and clients see them. */
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs';
import { DescribeSecurityGroupsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  type Action,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { requestHost, type Answer } from '../../local/http-request';
import type { Structure } from '../../local/service';
import { testProperties } from '../properties/life-of-a-property';
import { Driver } from '../support/driver';
import { IDENTITY_PROVIDER } from '../support/identity-provider';

let driver: Driver;
let ecs: ECSClient;
let elb: ElasticLoadBalancingV2Client;
beforeAll(async () => {
  driver = await Driver.start();
  ecs = new ECSClient(driver.aws.clientOptions());
  elb = new ElasticLoadBalancingV2Client(driver.aws.clientOptions());
});
afterEach(() => driver.aws.answers.reset());
afterAll(async () => {
  ecs.destroy();
  elb.destroy();
  await driver.close();
});

const SECRET = 'canary-secret-of-a-client';
const oidc = (more: Structure = {}) => ({
  Authentication: {
    Oidc: {
      ...IDENTITY_PROVIDER,
      ClientSecret: SECRET,
      ...more,
    },
  },
});
const cognito = (more: Structure = {}) => ({
  Authentication: {
    Cognito: {
      UserPoolArn: 'arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI',
      UserPoolClientId: 'client',
      UserPoolDomain: 'users',
      ...more,
    },
  },
});
const session = {
  OnUnauthenticatedRequest: 'authenticate',
  Scope: 'openid',
  SessionCookieName: 'AWSELBAuthSessionCookie',
  SessionTimeout: 604_800,
};

/** What READ answers of {@link oidc}: everything but the secret. */
function readOidc(more: Structure = {}): Structure {
  const { ClientSecret: _secret, ...told } = oidc({ ...session, ...more }).Authentication.Oidc as Structure;
  return { Authentication: { Cognito: undefined, Oidc: told } };
}

async function actionsOf(
  serviceName: string,
  kind: 'productionListenerRule' | 'testListenerRule' = 'productionListenerRule',
): Promise<{ readonly arn: string; readonly actions: Action[] }> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [serviceName] }));
  const arn = services![0]!.loadBalancers![0]!.advancedConfiguration![kind]!;
  const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [arn] }));
  return { arn, actions: Rules![0]!.Actions! };
}

/** How users sign in at a service, by ELB's words. */
async function authenticationOf(serviceName: string): Promise<Structure> {
  const { actions } = await actionsOf(serviceName);
  expect(actions.at(-1)!.Type).toBe('forward');
  const { AuthenticateOidcConfig, AuthenticateCognitoConfig } = actions[0]!;
  return { types: actions.map(({ Type }) => Type), AuthenticateOidcConfig, AuthenticateCognitoConfig };
}

testProperties(
  () => driver,
  [
    [
      'Authentication',
      {
        set: oidc({ Scope: 'openid email', AuthenticationRequestExtraParams: { prompt: 'login' } }),
        held: {
          types: ['authenticate-oidc', 'forward'],
          AuthenticateOidcConfig: {
            ClientId: 'client',
            ClientSecret: undefined,
            Scope: 'openid email',
            SessionTimeout: 604_800,
            AuthenticationRequestExtraParams: { prompt: 'login' },
          },
        },
        read: readOidc({ Scope: 'openid email', AuthenticationRequestExtraParams: { prompt: 'login' } }),
        changed: cognito({ OnUnauthenticatedRequest: 'deny', SessionTimeout: 60 }),
        changedHeld: {
          types: ['authenticate-cognito', 'forward'],
          AuthenticateCognitoConfig: {
            UserPoolClientId: 'client',
            OnUnauthenticatedRequest: 'deny',
            SessionTimeout: 60,
          },
        },
        defaultHeld: { types: ['forward'] },
        defaultRead: { Authentication: undefined },
      },
    ],
  ],
  authenticationOf,
);

const host = (serviceName: string) => `${serviceName}.apps.example.com`;

/** A client with the cookies that it has been given. */
function clientOf(serviceName: string, headers: Record<string, string> = {}) {
  const cookies = new Map<string, string>();
  return async (path = '/'): Promise<Answer> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await requestHost(driver.aws.dataPlaneUrl, host(serviceName), {
      path,
      headers: { ...headers, ...(cookie && { cookie }) },
    });
    for (const set of [answer.headers['set-cookie'] ?? []].flat()) {
      const [name, value] = set.split(';')[0]!.split('=');
      cookies.set(name!, value!);
    }
    return answer;
  };
}

test('a user signs in, and is known to the service; others, and test requests, are sent away', async () => {
  const template = driver.model({
    ServiceName: 'private',
    ...oidc(),
    TestTraffic: { HttpHeader: { Name: 'X-Test', Values: ['on'] } },
    DeploymentConfiguration: { Strategy: 'BLUE_GREEN', BakeTimeInMinutes: 1 },
  });
  const model = Driver.modelOf(await driver.create(template));
  const client = clientOf('private');
  const sent = await client('/orders?page=2');
  expect(sent.status).toBe(302);
  const location = new URL(String(sent.headers.location));
  expect(`${location.origin}${location.pathname}`).toBe(IDENTITY_PROVIDER.AuthorizationEndpoint);
  expect(Object.fromEntries(location.searchParams)).toMatchObject({
    client_id: 'client',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: `https://${host('private')}/oauth2/idpresponse`,
  });

  const state = encodeURIComponent(location.searchParams.get('state')!);
  const back = await client(`/oauth2/idpresponse?code=alice&state=${state}`);
  expect(back).toMatchObject({
    status: 302,
    headers: { location: `https://${host('private')}/orders?page=2` },
  });
  expect(await client('/orders?page=2')).toMatchObject({ status: 200 });
  expect((await clientOf('private', { 'x-test': 'on' })()).status).toBe(302);
  expect((await actionsOf('private', 'testListenerRule')).actions[0]!.Type).toBe('authenticate-oidc');

  // Identity providers are reached from the load balancer.
  const { SecurityGroups } = await new EC2Client(driver.aws.clientOptions()).send(
    new DescribeSecurityGroupsCommand({ GroupIds: model.LoadBalancerSecurityGroupIds }),
  );
  expect(SecurityGroups![0]!.IpPermissionsEgress).toContainEqual(
    expect.objectContaining({ FromPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }),
  );
  expect(driver.log).not.toContain(SECRET);
});

test.each([
  ['deny', 401],
  ['allow', 200],
])('users who have not signed in and whom the template would %s get %i', async (otherwise, status) => {
  const ServiceName = `open-${otherwise}`;
  const template = driver.model({ ServiceName, ...cognito({ OnUnauthenticatedRequest: otherwise }) });
  Driver.modelOf(await driver.create(template));
  expect((await clientOf(ServiceName)()).status).toBe(status);
});

test('where ECS takes no such rules, the failure names the property', async () => {
  driver.aws.answers.give({ 'ecs.rules-may-authenticate': false });
  const outcome = await driver.create(driver.model({ ServiceName: 'refused', ...cognito() }));
  expect(outcome).toMatchObject({
    status: 'FAILED',
    errorCode: 'InvalidRequest',
    message: expect.stringMatching(
      /^Authentication: .* has an authentication action, which is not supported\. .*remove it/,
    ),
  });
  expect(await driver.delete(outcome.model!.ServiceArn)).toMatchObject({ status: 'SUCCESS' });
});

test.each([true, false])('users sign in after a deployment; that ECS keeps the action: %s', async (kept) => {
  driver.aws.answers.give({ 'ecs.shift-keeps-authentication': kept });
  const ServiceName = `deployed-${kept}`;
  const template = (Image: string, more: Structure = {}) =>
    driver.model({ ServiceName, PrimaryContainer: { Image }, ...oidc(more) });
  const { ServiceArn } = Driver.modelOf(await driver.create(template('example/hello:1')));
  // A change of it is there before the new tasks are.
  const changed = template('example/hello:2', { SessionTimeout: 60 });
  const model = Driver.modelOf(await driver.update({ ...template('example/hello:1'), ServiceArn }, changed));
  expect(model.Authentication.Oidc).toMatchObject({ SessionTimeout: 60 });
  expect(model.Authentication.Oidc).not.toHaveProperty('ClientSecret');
  expect((await clientOf(ServiceName)()).status).toBe(302);
  expect(driver.log.includes('had lost its authentication')).toBe(!kept);
});

test('what somebody changed by hand stays, but for an action that is gone', async () => {
  const template = driver.model({ ServiceName: 'by-hand', ...oidc() });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  const change = async (edit: (action: Action) => Action[]) => {
    const { arn, actions } = await actionsOf('by-hand');
    await elb.send(new ModifyRuleCommand({ RuleArn: arn, Actions: actions.flatMap(edit) }));
  };
  await change((action) => {
    const { AuthenticateOidcConfig: config } = action;
    if (!config) return [action];
    const own = { ...config, SessionTimeout: 3600, UseExistingClientSecret: true };
    return [{ ...action, AuthenticateOidcConfig: own }];
  });
  const scoped = driver.model({ ServiceName: 'by-hand', ...oidc({ Scope: 'openid email' }) });
  const model = Driver.modelOf(await driver.update({ ...template, ServiceArn }, scoped));
  expect(model.Authentication.Oidc).toMatchObject({ SessionTimeout: 3600, Scope: 'openid email' });

  const timed = driver.model({
    ServiceName: 'by-hand',
    ...oidc({ SessionTimeout: 60, Scope: 'openid email' }),
  });
  const outcome = await driver.update({ ...scoped, ServiceArn }, timed);
  expect(outcome.message).toContain(
    "Authentication/Oidc/SessionTimeout was changed by hand from 604800 to 3600; the template's value 60 applies",
  );

  await change(({ Order: _order, ...action }) => (action.Type === 'forward' ? [action] : []));
  expect((await clientOf('by-hand')()).status).toBe(200);
  const later = { ...timed, LogRetentionInDays: 7 };
  Driver.modelOf(await driver.update({ ...timed, ServiceArn }, later));
  expect((await clientOf('by-hand')()).status).toBe(302);
});

test('another secret is given to the rule, and told nobody', async () => {
  const template = driver.model({ ServiceName: 'rotated', ...oidc() });
  const { ServiceArn } = Driver.modelOf(await driver.create(template));
  driver.aws.calls.clear();
  const other = driver.model({ ServiceName: 'rotated', ...oidc({ ClientSecret: `${SECRET}-of-today` }) });
  const outcome = await driver.update({ ...template, ServiceArn }, other);
  expect(Driver.modelOf(outcome).Authentication.Oidc).not.toHaveProperty('ClientSecret');
  expect(driver.actions()).toContain('elasticloadbalancing:ModifyRule');
  expect(driver.log).not.toContain(SECRET);
});

test.each<[string, Structure, string]>([
  ['nothing', { Authentication: {} }, 'Authentication'],
  [
    'both kinds',
    { Authentication: { ...oidc().Authentication, ...cognito().Authentication } },
    'Authentication',
  ],
  [
    'a reference that nobody has resolved',
    oidc({ ClientSecret: '{{resolve:secretsmanager:client}}' }),
    'Authentication/Oidc/ClientSecret',
  ],
  [
    'an endpoint without a scheme',
    oidc({ TokenEndpoint: 'idp.example.com' }),
    'Authentication/Oidc/TokenEndpoint',
  ],
])('%s is refused before anything is made', async (_what, properties, path) => {
  const before = await driver.inventory();
  const outcome = await driver.create(driver.model({ ServiceName: 'wrong', ...properties }));
  expect(outcome).toMatchObject({ status: 'FAILED', message: expect.stringContaining(`${path}: `) });
  expect(outcome.message).not.toContain(SECRET);
  expect(await driver.inventory()).toEqual(before);
});
