/** Service Connect in a template: what it asks for, and what is refused of it before any call to AWS. */
import { identityOf } from '../../src/express-service/identity/identity';
import type { ResourceModel } from '../../src/express-service/model';
import { serviceConnectConfiguration } from '../../src/express-service/properties/service-connect';
import { specificationOf } from '../../src/express-service/specification';

const location = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };
const CLIENT_ALIAS = { Port: 8080 };

function specify(connect: object | undefined, more: object = {}, serviceName = 'orders') {
  const model = {
    InfrastructureRoleArn: 'arn:aws:iam::123456789012:role/infrastructure',
    ExecutionRoleArn: 'arn:aws:iam::123456789012:role/execution',
    PrimaryContainer: { Image: 'example/orders:1' },
    ServiceConnectConfiguration: connect,
    ...more,
  };
  return specificationOf({
    model: model as ResourceModel,
    configuration: { BaseDomain: 'example.com', HostedZoneId: 'Z0' } as never,
    identity: identityOf(location, 'shop', serviceName),
    tags: {},
  });
}

test.each<[string, object | undefined, object | undefined]>([
  ['none', undefined, undefined],
  ['a client only', {}, { enabled: true, namespace: 'shop' }],
  [
    'an endpoint, named after the service',
    { ClientAlias: CLIENT_ALIAS },
    {
      enabled: true,
      namespace: 'shop',
      services: [{ portName: 'main', discoveryName: 'orders', clientAliases: [{ port: 8080 }] }],
    },
  ],
  [
    'a namespace of another account',
    { Namespace: 'arn:aws:servicediscovery:eu-west-1:210987654321:namespace/ns-1' },
    { enabled: true, namespace: 'arn:aws:servicediscovery:eu-west-1:210987654321:namespace/ns-1' },
  ],
])('%s', (_what, given, configuration) => {
  const { serviceConnect } = specify(given);
  expect(serviceConnect && serviceConnectConfiguration(serviceConnect, { portName: 'main' })).toEqual(
    configuration,
  );
});

test.each([
  ['HTTP1', 'http'],
  ['HTTP2', 'http2'],
  ['GRPC', 'grpc'],
])('the port of an endpoint that speaks %s names the protocol %s', (ProtocolVersion, appProtocol) => {
  const settings = { TargetGroupConfiguration: { ProtocolVersion } };
  expect(specify({ ClientAlias: CLIENT_ALIAS }, settings).task).toMatchObject({ appProtocol });
  for (const connect of [{}, undefined])
    expect(specify(connect, settings).task).not.toHaveProperty('appProtocol');
});

const path = (property: string) => `ServiceConnectConfiguration/${property}`;
const role = { CertificateAuthorityArn: 'arn', RoleArn: 'arn:aws:iam::210987654321:role/tls' };

test.each<[what: string, connect: object, propertyPath: string, more?: object, serviceName?: string]>([
  ['a discovery name of a client', { DiscoveryName: 'orders' }, path('DiscoveryName')],
  ['timeouts of a client', { Timeout: { IdleTimeoutSeconds: 1 } }, path('Timeout')],
  ['TLS of a client', { Tls: { CertificateAuthorityArn: 'arn' } }, path('Tls')],
  ['a test header of a client', { TestHeader: { Name: 'x' } }, path('TestHeader')],
  ['clients of a client', { AllowedSecurityGroups: ['sg-1'] }, path('AllowedSecurityGroups')],
  ['a role of another account', { ClientAlias: CLIENT_ALIAS, Tls: role }, path('Tls/RoleArn')],
  ['a platform without Service Connect', {}, 'PlatformVersion', { PlatformVersion: '1.3.0' }],
  [
    'a service whose name is none of discovery',
    { ClientAlias: CLIENT_ALIAS },
    path('DiscoveryName'),
    { DomainName: 'orders.example.com' },
    '-orders',
  ],
  [
    'hooks at stages of test requests, of a client',
    {},
    'DeploymentConfiguration/LifecycleHooks/0/LifecycleStages',
    { DeploymentConfiguration: { LifecycleHooks: [pauseAtTest()] } },
  ],
])('%s is refused', (_what, connect, propertyPath, ...others) => {
  expect(() => specify(connect, ...others)).toThrow(
    expect.objectContaining({ code: 'InvalidRequest', propertyPath }),
  );
});

test('an endpoint has the stages of test requests', () => {
  const hooks = { DeploymentConfiguration: { LifecycleHooks: [pauseAtTest()] } };
  expect(specify({ ClientAlias: CLIENT_ALIAS }, hooks).serviceConnect).toBeDefined();
});

function pauseAtTest() {
  return { TargetType: 'PAUSE', LifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] };
}
