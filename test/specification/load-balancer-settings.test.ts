/** What a template may say of the load balancer, without a call to AWS. */
import { EVERYBODY } from '../../src/express-service/properties/allowed-sources';
import { canonicalCidr } from '../../src/aws/cidr';
import {
  ingressOf,
  ingressPermissions,
  ingressRules,
} from '../../src/express-service/sharing/load-balancer-ingress';
import {
  loadBalancerArnOf,
  loadBalancerSpec,
  sharedSettings,
} from '../../src/express-service/properties/load-balancer-settings';
import type { SharedLoadBalancerSpec } from '../../src/express-service/properties/load-balancer-settings';

const ListenerArn =
  'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/own/0123456789abcdef/fedcba9876543210';

type Configuration = NonNullable<Parameters<typeof loadBalancerSpec>[0]>;

function refusal(configuration: Configuration, webAclArn?: string): unknown {
  try {
    return loadBalancerSpec(configuration, webAclArn);
  } catch (error) {
    return error;
  }
}

const cidrs = (count: number) => Array.from({ length: count }, (_, index) => `10.0.${index}.0/24`);

describe('a range of addresses', () => {
  test.each([
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['192.0.2.7/32', '192.0.2.7/32'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['::/0', '::/0'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['2001:DB8:0:0::1/32', '2001:db8::/32'],
    ['2001:db8::1/128', '2001:db8::1/128'],
    ['2001:db8:0:1:1:1:1:ffff/113', '2001:db8:0:1:1:1:1:8000/113'],
  ])('%s is written %s', (text, canonical) => {
    expect(canonicalCidr(text)).toBe(canonical);
  });

  test.each([
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/8',
    '300.0.0.0/8',
    '::/129',
    ':::/0',
    '10.0.0.0/08',
    'x/8',
    '',
  ])('"%s" is none', (text) => {
    expect(canonicalCidr(text)).toBeUndefined();
  });
});

describe('refused is', () => {
  const path = 'LoadBalancerConfiguration';
  test.each<[string, Configuration, string, string]>([
    ['a range that is none', { AllowedCidrs: ['10.0.0.0/33'] }, `${path}/AllowedCidrs/0`, 'is no range'],
    [
      'a range with bits behind its prefix',
      { AllowedCidrs: ['10.0.0.0/8', '10.1.2.3/8'] },
      `${path}/AllowedCidrs/1`,
      'Write 10.0.0.0/8',
    ],
    [
      'more than 30 ranges of a family',
      { AllowedCidrs: cidrs(31) },
      `${path}/AllowedCidrs`,
      'has 31 IPv4 ranges, but a security group takes 30 for 443 and 80',
    ],
    [
      'more than 60 ranges of a family without the redirect',
      { AllowedCidrs: cidrs(61), HttpRedirect: false },
      `${path}/AllowedCidrs`,
      'has 61 IPv4 ranges, but a security group takes 60 for 443',
    ],
    ['Scheme beside a listener', { ListenerArn, Scheme: 'internal' }, `${path}/Scheme`, 'together with'],
    ['Subnets beside a listener', { ListenerArn, Subnets: ['subnet-1'] }, `${path}/Subnets`, 'together with'],
    [
      'ranges beside a listener',
      { ListenerArn, AllowedCidrs: ['::/0'] },
      `${path}/AllowedCidrs`,
      'together with',
    ],
    [
      'prefix lists beside a listener',
      { ListenerArn, AllowedPrefixListIds: ['pl-01234567'] },
      `${path}/AllowedPrefixListIds`,
      'together with',
    ],
    [
      'the redirect beside a listener',
      { ListenerArn, HttpRedirect: true },
      `${path}/HttpRedirect`,
      'together',
    ],
    [
      'the IP address type beside a listener',
      { ListenerArn, IpAddressType: 'ipv4' },
      `${path}/IpAddressType`,
      'together with',
    ],
    [
      'the idle timeout beside a listener',
      { ListenerArn, IdleTimeoutSeconds: 60 },
      `${path}/IdleTimeoutSeconds`,
      'together with',
    ],
    [
      'access logs beside a listener',
      { ListenerArn, AccessLogs: { Bucket: 'requests' } } as Configuration,
      `${path}/AccessLogs`,
      'together with',
    ],
  ])('%s', (_title, configuration, propertyPath, message) => {
    expect(refusal(configuration)).toMatchObject({
      code: 'InvalidRequest',
      propertyPath,
      message: expect.stringContaining(message),
    });
  });

  test('a web ACL beside a listener', () => {
    expect(refusal({ ListenerArn }, 'arn:acl')).toMatchObject({ propertyPath: 'WebAclArn' });
  });
});

test('30 ranges of each family are taken, and 60 without the redirect', () => {
  const six = Array.from({ length: 30 }, (_, index) => `2001:db8:${(index + 1).toString(16)}::/48`);
  expect(refusal({ AllowedCidrs: [...cidrs(30), ...six] })).toMatchObject({ kind: 'shared' });
  expect(refusal({ AllowedCidrs: cidrs(60), HttpRedirect: false })).toMatchObject({ kind: 'shared' });
});

describe('services share a load balancer', () => {
  const settings = (configuration: Configuration) =>
    sharedSettings(loadBalancerSpec(configuration, undefined) as SharedLoadBalancerSpec);

  test('when one spells the defaults out', () => {
    expect(
      settings({ AllowedCidrs: ['::/0', '0.0.0.0/0'], HttpRedirect: true, IdleTimeoutSeconds: 60 }),
    ).toEqual(settings({}));
    expect(settings({})).toEqual({});
  });

  test('when one spells the default of IpAddressType out', () => {
    expect(settings({ IpAddressType: 'ipv4' })).toEqual({});
  });

  test('when they name the same ranges, in whatever order', () => {
    const AllowedCidrs = cidrs(3);
    expect(settings({ AllowedCidrs })).toEqual(settings({ AllowedCidrs: [...AllowedCidrs].reverse() }));
  });

  test.each<[string, Configuration]>([
    ['ranges', { AllowedCidrs: ['0.0.0.0/0'] }],
    ['prefix list', { AllowedCidrs: ['0.0.0.0/0', '::/0'], AllowedPrefixListIds: ['pl-01234567'] }],
    ['redirect', { HttpRedirect: false }],
    ['idle timeout', { IdleTimeoutSeconds: 61 }],
    ['IP address type', { IpAddressType: 'dualstack' }],
    ['bucket of logs', { AccessLogs: { Bucket: 'requests' } } as Configuration],
    ['prefix of logs', { AccessLogs: { Bucket: 'requests', Prefix: 'web' } } as Configuration],
  ])('not with another %s', (_title, configuration) => {
    expect(settings(configuration)).not.toEqual(settings({}));
    expect(Object.keys(settings(configuration))).toHaveLength(1);
  });
});

test('who names prefix lists lets nobody else in', () => {
  const AllowedPrefixListIds = ['pl-01234567'];
  expect(loadBalancerSpec({ AllowedPrefixListIds }, undefined)).toMatchObject({
    allowedCidrs: [],
    allowedPrefixListIds: AllowedPrefixListIds,
  });
  const everybody = loadBalancerSpec({ AllowedPrefixListIds, AllowedCidrs: [...EVERYBODY] }, undefined);
  expect(everybody).toMatchObject({ allowedCidrs: EVERYBODY, allowedPrefixListIds: AllowedPrefixListIds });
});

describe('the rules that let clients in', () => {
  const none = { allowedCidrs: [], allowedPrefixListIds: [] };
  test.each([
    ['everybody, by both ports', { ...none, allowedCidrs: ['0.0.0.0/0', '::/0'], httpRedirect: true }],
    ['some, by HTTPS alone', { ...none, allowedCidrs: ['10.0.0.0/8'], httpRedirect: false }],
    ['prefix lists', { ...none, allowedPrefixListIds: ['pl-01234567', 'pl-12345678'], httpRedirect: true }],
  ])('are read as they are made: %s', (_title, ingress) => {
    expect(ingressOf({ IpPermissions: ingressPermissions(ingressRules(ingress)) })).toEqual(ingress);
  });

  test('are read also when somebody has opened a range of ports', () => {
    const all = { IpProtocol: '-1', IpRanges: [{ CidrIp: '192.0.2.0/24' }] };
    const ports = { IpProtocol: 'tcp', FromPort: 400, ToPort: 500, IpRanges: [{ CidrIp: '10.0.0.0/8' }] };
    expect(ingressOf({ IpPermissions: [all, ports] })).toEqual({
      allowedCidrs: ['10.0.0.0/8', '192.0.2.0/24'],
      allowedPrefixListIds: [],
      httpRedirect: true,
    });
  });
});

test('a listener tells its load balancer', () => {
  expect(loadBalancerArnOf(ListenerArn)).toBe(
    'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/own/0123456789abcdef',
  );
});
