/** What READ tells of the certificates that a service uses, and of those that nobody has renewed. */
import { execFileSync } from 'node:child_process';
import { ACMClient, ImportCertificateCommand, type CertificateSummary } from '@aws-sdk/client-acm';
import { certificatesOf } from '../../src/express-service/read/read-certificates';
import type { Structure } from '../../local/service';
import { TYPE_NAME } from '../support/account';
import { Driver } from '../support/driver';

const HOST = 'www.elsewhere.example.org';
const DAY = 24 * 60 * 60 * 1000;

let driver: Driver;
let acm: ACMClient;
beforeAll(async () => {
  driver = await Driver.start();
  acm = new ACMClient(driver.aws.clientOptions());
});
afterAll(async () => {
  acm.destroy();
  await driver.close();
});

/** Writes a certificate that ends in so many days, and its key, which moto's Python has the library for. */
const SELF_SIGNED = `
import datetime, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, sys.argv[1])])
now = datetime.datetime.now(datetime.timezone.utc)
made = (
    x509.CertificateBuilder()
    .subject_name(name).issuer_name(name).public_key(key.public_key())
    .serial_number(x509.random_serial_number())
    .not_valid_before(now - datetime.timedelta(days=1))
    .not_valid_after(now + datetime.timedelta(days=int(sys.argv[2]), hours=1))
    .add_extension(x509.SubjectAlternativeName([x509.DNSName(sys.argv[1])]), False)
    .sign(key, hashes.SHA256())
)
pem = serialization.Encoding.PEM
print(made.public_bytes(pem).decode())
print(key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()).decode())
`;

/** Import a certificate. @param CertificateArn of the one whose successor it is. */
async function importCertificate(days: number, CertificateArn?: string): Promise<string> {
  const text = execFileSync('.venv/bin/python', ['-c', SELF_SIGNED, HOST, String(days)], {
    encoding: 'utf8',
  });
  const at = text.indexOf('-----BEGIN EC PRIVATE KEY');
  const [Certificate, PrivateKey] = [text.slice(0, at), text.slice(at)].map((pem) => Buffer.from(pem.trim()));
  const imported = await acm.send(new ImportCertificateCommand({ Certificate, PrivateKey, CertificateArn }));
  return imported.CertificateArn!;
}

test('an imported certificate that ends soon is told of, until its successor is imported', async () => {
  const CertificateArn = await importCertificate(20);
  const model = driver.model({ ServiceName: 'imported', DomainName: HOST, CertificateArn });
  const outcome = await driver.create(model);
  const { ServiceArn } = Driver.modelOf(outcome);
  const Warning = expect.stringMatching(
    `^certificate ${CertificateArn} ends in 20 days, on .*; ACM does not renew it: import its successor into the same ARN`,
  );
  expect(outcome.message).toEqual(Warning);
  const certificates = async () => Driver.modelOf(await driver.read(ServiceArn)).Certificates;
  const NotAfter = expect.stringMatching(/^\d{4}-/);
  expect(await certificates()).toEqual([{ CertificateArn, Type: 'IMPORTED', NotAfter, Warning }]);
  await importCertificate(365, CertificateArn);
  expect(await certificates()).toEqual([{ CertificateArn, Type: 'IMPORTED', NotAfter }]);
  Driver.modelOf(await driver.delete(ServiceArn));
});

test('those that ACM issues are told of, too, that of the endpoint first', async () => {
  const model = driver.model({
    ServiceName: 'issued',
    AdditionalDomains: [{ DomainName: 'www.issued.apps.example.com', HostedZoneId: driver.hostedZoneId }],
  });
  const { CertificateArn: wildcard } = driver.aws.registry.typeConfiguration(TYPE_NAME) as Structure;
  const { ServiceArn, Certificates } = Driver.modelOf(await driver.create(model));
  expect(Certificates).toEqual([
    { CertificateArn: wildcard, Type: 'AMAZON_ISSUED', NotAfter: expect.any(String) },
    { CertificateArn: expect.any(String), Type: 'AMAZON_ISSUED', NotAfter: expect.any(String) },
  ]);
  Driver.modelOf(await driver.delete(ServiceArn));
});

test.each<[CertificateSummary['Type'], number, RegExp | undefined]>([
  ['IMPORTED', 31, undefined],
  ['AMAZON_ISSUED', 30, undefined],
  [
    'AMAZON_ISSUED',
    29,
    /^certificate arn ends in 29 days, on 2026-12-28T00:00:00.000Z; ACM has not renewed it/,
  ],
  ['PRIVATE', 0, /ends in 0 days, .*; its private certificate authority has not renewed it/],
  ['IMPORTED', -1, /is not valid any more since 2026-11-28T00:00:00.000Z; ACM does not renew it/],
])('%s, %d days before its end', (Type, days, warning) => {
  const now = Date.parse('2026-11-29T00:00:00Z');
  const certificate = { CertificateArn: 'arn', Type, NotAfter: new Date(now + days * DAY) };
  const [told] = certificatesOf([certificate], now)!;
  expect(told!.Warning).toEqual(warning && expect.stringMatching(warning));
});
