import {
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ListCertificatesCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import { DeleteLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Change, CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import {
  acm,
  aws,
  change,
  createValidationRecord,
  elb,
  issuedCertificate,
  listener,
  loadBalancer,
  route53,
  status,
  useLocalAws,
  vpc,
} from './fixture';

useLocalAws();

describe('certificates', () => {
  test('the same token gives the same certificate within an hour', async () => {
    const request = (IdempotencyToken?: string) =>
      acm.send(new RequestCertificateCommand({ DomainName: 'a.example.com', IdempotencyToken }));
    const { CertificateArn } = await request('token');
    expect(await request('token')).toMatchObject({ CertificateArn });
    expect(await request('other')).not.toMatchObject({ CertificateArn });
    await aws.clock.advance(3_600_000);
    expect(await request('token')).not.toMatchObject({ CertificateArn });
  });

  test('it is issued a minute after its validation record exists', async () => {
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: 'a.example.com', ValidationMethod: 'DNS' }),
    );
    await aws.clock.advance(3_600_000);
    expect(await status(CertificateArn!)).toBe('PENDING_VALIDATION');
    await createValidationRecord(CertificateArn!);
    expect(await status(CertificateArn!)).toBe('PENDING_VALIDATION');
    expect(
      (await acm.send(new ListCertificatesCommand({ CertificateStatuses: ['ISSUED'] })))
        .CertificateSummaryList,
    ).toEqual([]);
    await aws.clock.advance(60_000);
    expect(await status(CertificateArn!)).toBe('ISSUED');
    expect(
      (await acm.send(new ListCertificatesCommand({ CertificateStatuses: ['ISSUED'] })))
        .CertificateSummaryList,
    ).toHaveLength(1);
  });

  test('it is not issued by a record in a private hosted zone', async () => {
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: 'a.example.com', ValidationMethod: 'DNS' }),
    );
    const { HostedZone } = await route53.send(
      new CreateHostedZoneCommand({
        Name: 'example.com',
        CallerReference: 'private',
        HostedZoneConfig: { PrivateZone: true },
        VPC: { VPCRegion: 'us-east-1', VPCId: vpc },
      }),
    );
    await createValidationRecord(CertificateArn!, HostedZone!.Id);
    await aws.clock.advance(3_600_000);
    expect(await status(CertificateArn!)).toBe('PENDING_VALIDATION');
  });

  test('told that ACM takes its time, it is issued half an hour after its validation record exists', async () => {
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: 'a.example.com', ValidationMethod: 'DNS' }),
    );
    aws.answers.give({ 'acm.issued-within-a-minute': false });
    await createValidationRecord(CertificateArn!);
    expect(await status(CertificateArn!)).toBe('PENDING_VALIDATION');
    await aws.clock.advance(29 * 60_000);
    expect(await status(CertificateArn!)).toBe('PENDING_VALIDATION');
    await aws.clock.advance(60_000);
    expect(await status(CertificateArn!)).toBe('ISSUED');
  });

  test('it cannot be deleted while a listener has it', async () => {
    const CertificateArn = await issuedCertificate('a.example.com');
    const LoadBalancerArn = await loadBalancer();
    await listener(LoadBalancerArn, { Protocol: 'HTTPS', Port: 443, Certificates: [{ CertificateArn }] });
    await expect(acm.send(new DeleteCertificateCommand({ CertificateArn }))).rejects.toMatchObject({
      name: 'ResourceInUseException',
    });
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
    expect(Certificate!.InUseBy).toEqual([LoadBalancerArn]);
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await acm.send(new DeleteCertificateCommand({ CertificateArn }));
  });
});

describe('DNS records', () => {
  const record = (Action: Change['Action'], value: string, more: object = {}): Change => ({
    Action,
    ResourceRecordSet: {
      Name: 'a.example.com',
      Type: 'A',
      TTL: 60,
      ResourceRecords: [{ Value: value }],
      ...more,
    },
  });
  const invalid = (words: RegExp) => ({ name: 'InvalidChangeBatch', message: expect.stringMatching(words) });

  test('CREATE of a record that exists is refused, UPSERT is not', async () => {
    await change(record('CREATE', '192.0.2.1'));
    await expect(change(record('CREATE', '192.0.2.2'))).rejects.toMatchObject(
      invalid(/name='a.example.com.', type='A'\] but it already exists/),
    );
    await change(record('UPSERT', '192.0.2.2'));
  });

  test('DELETE needs the values of the record', async () => {
    await expect(change(record('DELETE', '192.0.2.1'))).rejects.toMatchObject(
      invalid(/but it was not found/),
    );
    await change(record('CREATE', '192.0.2.1'));
    await expect(change(record('DELETE', '192.0.2.2'))).rejects.toMatchObject(
      invalid(/do not match the current values/),
    );
    await change(record('DELETE', '192.0.2.1'));
  });

  test('one batch may delete a record and create it anew, and is carried out as a whole or not at all', async () => {
    await change(record('CREATE', '192.0.2.1'));
    await change(record('DELETE', '192.0.2.1'), record('CREATE', '192.0.2.2'));
    await expect(change(record('DELETE', '192.0.2.2'), record('DELETE', '192.0.2.2'))).rejects.toMatchObject(
      invalid(/was not found/),
    );
    await change(record('DELETE', '192.0.2.2'));
  });

  test('a CNAME stands alone', async () => {
    await change(record('CREATE', '192.0.2.1'));
    await expect(change(record('CREATE', 'b.example.com', { Type: 'CNAME' }))).rejects.toMatchObject(
      invalid(/conflicts with other records/),
    );
  });
});
