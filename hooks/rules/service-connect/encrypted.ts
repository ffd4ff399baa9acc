import { requires, when } from '../../engine/outcome';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all } from '../../engine/truth';

export const rule = defineRule({
  id: 'SC-01',
  title: 'Service Connect encrypts what services say to each other',
  severity: 'MEDIUM',
  targets: ['AWS::ECS::Service'],
  level: 'resource',
  source: 'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html',
  rationale: 'Whoever gets into the VPC reads and changes requests that are not encrypted.',
  remedy: 'Set Tls with an IssuerCertificateAuthority for each service of ServiceConnectConfiguration.',
  mode: 'warn',
  check: ({ resource }) =>
    when(
      all(
        resource.at('ServiceConnectConfiguration.Enabled').equals(true),
        resource.at('ServiceConnectConfiguration.Services').isSet(),
      ),
      () =>
        resource
          .at('ServiceConnectConfiguration.Services')
          .each((service) =>
            requires(
              service.at('Tls.IssuerCertificateAuthority').isSet(),
              'requests between services are readable',
            ),
          ),
    ),
});

const service = (ServiceConnectConfiguration?: object, rest?: object) =>
  single('AWS::ECS::Service', { ServiceConnectConfiguration }, rest);
export const examples = (): Examples => ({
  pass: [
    {
      title: 'with TLS',
      template: service({
        Enabled: true,
        Services: [{ PortName: 'http', Tls: { IssuerCertificateAuthority: { AwsPcaAuthorityArn: 'arn' } } }],
      }),
    },
    { title: 'a client only', template: service({ Enabled: true }) },
    { title: 'none', template: service() },
  ],
  fail: [{ title: 'without TLS', template: service({ Enabled: true, Services: [{ PortName: 'http' }] }) }],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: service(
        { Enabled: { Ref: 'Value' }, Services: [{ PortName: 'http' }] },
        { Parameters: { Value: { Type: 'String' } } },
      ),
    },
  ],
});
