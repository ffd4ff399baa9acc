/** Actions of listener rules by which users sign in, as ELB takes and tells them. */
import {
  CreateRuleCommand,
  DescribeRulesCommand,
  ModifyRuleCommand,
  type Action,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  elb,
  forwardTo,
  host,
  issuedCertificate,
  listener,
  loadBalancer,
  targetGroup,
  useLocalAws,
} from './fixture';
import { IDENTITY_PROVIDER } from '../../support/identity-provider';

useLocalAws();

const oidc = (more: object = {}): Action => ({
  Type: 'authenticate-oidc',
  Order: 1,
  AuthenticateOidcConfig: {
    ...IDENTITY_PROVIDER,
    ClientSecret: 'secret',
    ...more,
  },
});

test('the secret of a client is told nobody, and may stay; what cannot be is refused', async () => {
  const arn = await loadBalancer();
  const CertificateArn = await issuedCertificate('a.example.com');
  const https = await listener(arn, { Protocol: 'HTTPS', Port: 443, Certificates: [{ CertificateArn }] });
  const http = await listener(arn);
  const forward = { ...forwardTo(await targetGroup('group')), Order: 2 };
  const create = (ListenerArn: string, ...Actions: Action[]) =>
    elb.send(new CreateRuleCommand({ ListenerArn, Priority: 1, Conditions: host('a.example.com'), Actions }));

  for (const [actions, message] of [
    [[oidc()], /must come last/],
    [[oidc(), { ...forward, Order: 1 }], /order of its own/],
    [[oidc(), { ...oidc(), Order: 3 }, { ...forward, Order: 4 }], /only one authentication/],
    [[oidc({ ClientSecret: undefined }), forward], /must specify a client secret/],
    [[oidc({ TokenEndpoint: 'idp.example.com' }), forward], /TokenEndpoint must be a full URL/],
    [[oidc({ SessionTimeout: 604_801 }), forward], /between 1 and 604800/],
    [[oidc({ OnUnauthenticatedRequest: 'ask' }), forward], /./],
  ] as const) {
    await expect(create(https, ...actions)).rejects.toThrow(message);
  }
  await expect(create(http, oidc(), forward)).rejects.toThrow(/not supported on HTTP listeners/);

  const { Rules } = await create(https, oidc(), forward);
  const { RuleArn } = Rules![0]!;
  const actions = async () => {
    const answer = await elb.send(new DescribeRulesCommand({ RuleArns: [RuleArn!] }));
    return answer.Rules![0]!.Actions!;
  };
  const [told] = await actions();
  expect(told!.AuthenticateOidcConfig).toMatchObject({
    Scope: 'openid',
    SessionTimeout: 604_800,
    SessionCookieName: 'AWSELBAuthSessionCookie',
    OnUnauthenticatedRequest: 'authenticate',
  });
  expect(told!.AuthenticateOidcConfig).not.toHaveProperty('ClientSecret');

  const modify = (more: object) =>
    elb.send(new ModifyRuleCommand({ RuleArn, Actions: [oidc({ ...more }), forward] }));
  await expect(modify({ ClientSecret: undefined })).rejects.toThrow(/must specify a client secret/);
  await expect(modify({ UseExistingClientSecret: true })).rejects.toThrow(/cannot be given together/);
  await modify({ ClientSecret: undefined, UseExistingClientSecret: true, SessionTimeout: 60 });
  expect(await actions()).toMatchObject([
    { AuthenticateOidcConfig: { SessionTimeout: 60 } },
    { Type: 'forward' },
  ]);
});
