import { type Outcome, requires, when } from '../../engine/outcome';
import type { Stack } from '../../engine/resource';
import { defineRule, type Examples, single } from '../../engine/rule';
import { all, type Test } from '../../engine/truth';
import type { Value } from '../../engine/value';
import { isTlsListener, LISTENER } from '../../resources/elastic-load-balancing';

const LISTENER_CERTIFICATE = 'AWS::ElasticLoadBalancingV2::ListenerCertificate';

export const rule = defineRule({
  id: 'ELB-06',
  title: 'Certificates of TLS listeners come from ACM',
  severity: 'MEDIUM',
  targets: [LISTENER, LISTENER_CERTIFICATE],
  level: 'resource',
  equivalents: {
    'AWS Config': ['elbv2-acm-certificate-required'],
    'Control Tower': ['CT.ELASTICLOADBALANCING.PR.2'],
    'Guard rules registry': ['ELBV2_ACM_CERTIFICATE_REQUIRED'],
    'cdk-nag': ['ELBv2ACMCertificateRequired'],
  },
  source:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html',
  rationale: 'ACM renews its certificates; others expire one day, and their private keys lie somewhere.',
  remedy: 'Name the ARN of an ACM certificate in Certificates.',
  check: ({ resource, stack }): Outcome => {
    const certificates = resource.at('Certificates');
    const areFromAcm = all(
      certificates.isSet(),
      certificates.every((certificate) => isFromAcm(certificate.at('CertificateArn'), stack)),
    );
    const judge = (): Outcome => requires(areFromAcm, 'the certificate is not from ACM');
    return resource.type === LISTENER ? when(isTlsListener(resource), judge) : judge();
  },
});

function isFromAcm(certificateArn: Value, stack: Stack): Test {
  const declared = stack.referredBy(certificateArn);
  return declared === undefined
    ? certificateArn.matches('arn:*:acm:*')
    : certificateArn.answer(declared.type === 'AWS::CertificateManager::Certificate' || 'unknown');
}

const listener = (CertificateArn?: unknown, rest: object = {}) => ({
  ...rest,
  Listener: {
    Type: LISTENER,
    Properties: { Protocol: 'HTTPS', Certificates: CertificateArn && [{ CertificateArn }] },
  },
});

export const examples = (): Examples => ({
  pass: [
    {
      title: 'the ARN of an ACM certificate',
      template: { Resources: listener('arn:aws:acm:eu-west-1:111122223333:certificate/1') },
    },
    {
      title: 'a certificate of the same stack',
      template: {
        Resources: listener(
          { Ref: 'Certificate' },
          { Certificate: { Type: 'AWS::CertificateManager::Certificate' } },
        ),
      },
    },
    { title: 'a TCP listener', template: single(LISTENER, { Protocol: 'TCP' }) },
  ],
  fail: [
    { title: 'no certificate', template: { Resources: listener() } },
    {
      title: 'a certificate of IAM',
      template: { Resources: listener('arn:aws:iam::111122223333:server-certificate/old') },
    },
    {
      title: 'an additional certificate of IAM',
      template: single(LISTENER_CERTIFICATE, {
        Certificates: [{ CertificateArn: 'arn:aws:iam::111122223333:server-certificate/old' }],
      }),
    },
  ],
  indeterminate: [
    {
      title: 'a parameter without value',
      template: { Resources: listener({ Ref: 'Arn' }), Parameters: { Arn: { Type: 'String' } } },
    },
    { title: 'a dynamic reference', template: { Resources: listener('{{resolve:ssm:/certificate}}') } },
  ],
});
