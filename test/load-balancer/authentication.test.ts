/** Users who sign in at an identity provider before their requests reach a target. */
import { AuthorizeSecurityGroupEgressCommand, RevokeSecurityGroupEgressCommand } from '@aws-sdk/client-ec2';
import { ModifyRuleCommand, type Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Fixture, hostIs, type LoadBalancerFixture } from './fixture';
import { IDENTITY_PROVIDER } from '../support/identity-provider';

let fixture: Fixture;
let loadBalancer: LoadBalancerFixture;
let group: string;
let forward: Action;
beforeAll(async () => {
  fixture = await Fixture.start();
  group = await fixture.securityGroup([
    { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
  ]);
  loadBalancer = await fixture.loadBalancer(group);
  const arn = await fixture.targetGroup(['10.0.0.10']);
  fixture.network.containers.set('10.0.0.10:8080', async ({ headers }) => ({
    status: 200,
    headers: {},
    body: headers['x-amzn-oidc-identity'] ?? 'nobody',
  }));
  forward = { Type: 'forward', Order: 2, TargetGroupArn: arn };
});
afterEach(() => fixture.deleteRules(loadBalancer.https));
afterAll(() => fixture.close());

const oidc = (more: object = {}): Action => ({
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {
    ...IDENTITY_PROVIDER,
    ...more,
  },
});
const cognito = (UserPoolDomain: string): Action => ({
  Type: 'authenticate-cognito',
  Order: 1,
  AuthenticateCognitoConfig: {
    UserPoolArn: 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a',
    UserPoolClientId: 'app',
    UserPoolDomain,
  },
});

/** Have the users of a host sign in so. */
async function asking(host: string, action: Action): Promise<void> {
  const rule = await fixture.rule(loadBalancer.https, [hostIs(host)], forward);
  await fixture.elb.send(new ModifyRuleCommand({ RuleArn: rule, Actions: [action, forward] }));
}

const get = (host: string, path = '/', cookie?: string, more: Record<string, string> = {}) =>
  fixture.request(host, { path, headers: { ...(cookie && { cookie }), ...more } });

/** Sign in as whoever a code names. @returns the answer of the load balancer, and the cookie of the session. */
async function signIn(host: string, code: string) {
  const { searchParams } = new URL((await get(host, '/a?b=c')).headers.location!);
  const state = encodeURIComponent(searchParams.get('state')!);
  const answer = await get(host, `/oauth2/idpresponse?code=${code}&state=${state}`);
  return { answer, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] };
}

test.each<[string, Action, string]>([
  ['an identity provider', oidc(), IDENTITY_PROVIDER.AuthorizationEndpoint],
  [
    'a prefix of Cognito',
    cognito('users'),
    'https://users.auth.eu-west-1.amazoncognito.com/oauth2/authorize',
  ],
  ['a domain of a user pool', cognito('login.example.com'), 'https://login.example.com/oauth2/authorize'],
])('users are sent to %s', async (_what, action, endpoint) => {
  await asking('a.example.com', action);
  const { status, headers } = await get('a.example.com', '/x');
  expect(status).toBe(302);
  expect(headers.location).toMatch(new RegExp(`^${endpoint.replaceAll('.', '\\.')}\\?client_id=`));
});

test('who has signed in is known to the target until the session ends, whoever else claims to be', async () => {
  await asking('b.example.com', oidc({ SessionTimeout: 60, SessionCookieName: 'session' }));
  const { answer, cookie } = await signIn('b.example.com', 'alice');
  expect(answer).toMatchObject({ status: 302, headers: { location: 'https://b.example.com/a?b=c' } });
  expect(cookie).toMatch(/^session-0=/);
  const claim = { 'x-amzn-oidc-identity': 'mallory' };
  expect(await get('b.example.com', '/', cookie, claim)).toMatchObject({ status: 200, body: 'alice' });
  await fixture.clock.advance(61_000);
  expect((await get('b.example.com', '/', cookie)).status).toBe(302);
});

test.each<[string, number, string | undefined]>([
  ['deny', 401, undefined],
  ['allow', 200, 'nobody'],
])('%s answers those who have not signed in with %i', async (OnUnauthenticatedRequest, status, body) => {
  await asking('c.example.com', oidc({ OnUnauthenticatedRequest }));
  const answer = await get('c.example.com', '/', undefined, { 'x-amzn-oidc-identity': 'mallory' });
  expect(answer.status).toBe(status);
  if (body) expect(answer.body).toBe(body);
});

test('a load balancer that is not let out to the identity provider answers 500', async () => {
  await asking('d.example.com', oidc());
  const IpPermissions = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
  await fixture.ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId: group, IpPermissions }));
  fixture.plane.invalidate();
  expect((await signIn('d.example.com', 'alice')).answer.status).toBe(500);
  await fixture.ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId: group, IpPermissions }));
});
