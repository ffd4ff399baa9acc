import {
  DescribeCertificateCommand,
  ListCertificatesCommand,
  RequestCertificateCommand,
} from '@aws-sdk/client-acm';
import {
  DescribeListenerCertificatesCommand,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { Account, BASE_DOMAIN } from './account';

let account: Account;
beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account.close());
beforeEach(() => account.reset());

/** More than a service waits for a host that another one is leaving. */
const MOST_ATTEMPTS = 60;
/** More than a deletion makes. */
const MOST_CALLS = 300;

const OWN = { certificate: 'own' } as const;

async function certificatesOn(listenerArn: string): Promise<{ default?: string; further: string[] }> {
  const { Certificates = [] } = await account
    .clients()
    .elasticLoadBalancing.send(new DescribeListenerCertificatesCommand({ ListenerArn: listenerArn }));
  const arns = (isDefault: boolean) =>
    Certificates.filter(({ IsDefault }) => IsDefault === isDefault).map(
      ({ CertificateArn }) => CertificateArn!,
    );
  return { default: arns(true)[0], further: arns(false).sort() };
}

async function validationRecords(): Promise<string[]> {
  const { ResourceRecordSets = [] } = await account
    .clients()
    .route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: account.hostedZoneId }));
  return ResourceRecordSets.filter(({ Type }) => Type === 'CNAME').map(({ Name }) => Name!);
}

async function certificateCount(): Promise<number> {
  const { CertificateSummaryList = [] } = await account.clients().acm.send(new ListCertificatesCommand({}));
  return CertificateSummaryList.length;
}

test('a service without a given certificate gets one for its host, and takes it along', async () => {
  const recordsBefore = await validationRecords();
  const made: any = await account.apply('one', OWN);
  expect(made.Certificate).toMatchObject({
    arns: [made.Certificate.managed[0].arn],
    managed: [{ status: 'ISSUED', isObsolete: false }],
  });
  const { Certificate } = await account
    .clients()
    .acm.send(new DescribeCertificateCommand({ CertificateArn: made.Certificate.arn }));
  expect(Certificate).toMatchObject({ DomainName: `one.${BASE_DOMAIN}`, Status: 'ISSUED' });
  expect(await validationRecords()).toHaveLength(recordsBefore.length + 1);

  await account.apply('one', OWN);
  expect(account.cost.operations.filter((name) => !/^(Describe|List|Get)/.test(name))).toEqual([]);

  await account.remove('one');
  expect(await account.left()).toEqual([]);
  expect(await validationRecords()).toEqual(recordsBefore);
});

test('when the service of the default certificate leaves, another certificate takes its place', async () => {
  const one: any = await account.apply('one', OWN);
  const two: any = await account.apply('two', OWN);
  const three: any = await account.apply('three');
  const listener = one.Listeners.httpsArn;
  expect(await certificatesOn(listener)).toEqual({
    default: one.Certificate.arn,
    further: [two.Certificate.arn, account.wildcardArn].sort(),
  });

  await account.remove('one');
  const left = await certificatesOn(listener);
  expect([left.default, ...left.further]).not.toContain(one.Certificate.arn);
  expect([left.default, ...left.further]).toEqual(
    expect.arrayContaining([two.Certificate.arn, account.wildcardArn]),
  );

  await account.remove('two');
  expect(await certificatesOn(listener)).toEqual({ default: account.wildcardArn, further: [] });
  expect(await certificateCount()).toBe(1);
  expect(three.LoadBalancer.arn).toBe(one.LoadBalancer.arn);
});

describe.each([
  [
    'a host of its own to another',
    { certificate: 'own' },
    { certificate: 'own', hostName: `other.${BASE_DOMAIN}` },
  ],
  ['its own certificate to one that is given', { certificate: 'own' }, {}],
  ['a given certificate to its own', {}, { certificate: 'own' }],
] as const)('a service that goes from %s', (_title, before, after) => {
  test('keeps no former certificate and leaves nothing at the end', async () => {
    await account.apply('one', before);
    const updated: any = await account.apply('one', after);
    const read: any = await account.read('one');
    const isOwn = 'certificate' in after;
    expect(read.Certificate).toMatchObject({ arns: [updated.Certificate.arn] });
    expect(read.Certificate.managed).toHaveLength(isOwn ? 1 : 0);
    const used = await certificatesOn(read.Listeners.httpsArn);
    expect([used.default, ...used.further]).toContain(read.Certificate.arn);
    expect(await certificateCount()).toBe(isOwn ? 2 : 1);

    await account.remove('one');
    expect(await account.left()).toEqual([]);
  });
});

describe('services that have had the same host', () => {
  const SAME = { certificate: 'own', hostName: `same.${BASE_DOMAIN}` } as const;

  /** Let services want one host at the same time. @returns those that have got a certificate, and not the host. */
  async function compete(...names: string[]): Promise<string[]> {
    const results = await Promise.allSettled(names.map((name) => account.apply(name, SAME)));
    return names.filter((_name, index) => results[index]!.status === 'rejected');
  }

  test('leave the record of the one that stays, and no record when they go at the same time', async () => {
    const recordsBefore = await validationRecords();
    const refused = await compete('one', 'two', 'three');
    expect(refused).toHaveLength(2);
    await Promise.all(refused.map((name) => account.remove(name)));
    expect(await certificateCount()).toBe(2);
    expect(await validationRecords()).toHaveLength(recordsBefore.length + 1);

    const [stayed] = ['one', 'two', 'three'].filter((name) => !refused.includes(name));
    await account.remove(stayed!);
    expect(await validationRecords()).toEqual(recordsBefore);

    await compete('one', 'two', 'three');
    expect(await certificateCount()).toBe(4);
    await Promise.all(['one', 'two', 'three'].map((name) => account.remove(name)));
    expect(await account.left()).toEqual([]);
    expect(await validationRecords()).toEqual(recordsBefore);
  });

  test('leave the record of one that comes while they go', async () => {
    const recordsBefore = await validationRecords();
    await account.apply('one', SAME);
    await Promise.all([
      account.remove('one'),
      // It is refused while the other one has the host, and has requested a certificate by then or not.
      (async () => {
        for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
          const made = await account.apply('two', SAME).then(
            () => true,
            () => false,
          );
          if (made) return;
        }
        throw new Error(`The host was not given to "two" within ${MOST_ATTEMPTS} attempts.`);
      })(),
    ]);
    expect(await validationRecords()).toHaveLength(recordsBefore.length + 1);
    await account.remove('two');
    expect(await account.left()).toEqual([]);
  });

  test('leave nothing when the deletion of one of them is cut short after any call', async () => {
    const recordsBefore = await validationRecords();
    await compete('one', 'two');
    const isCutShort = (occurrence: number) =>
      account.remove('one', { occurrence }).then(
        () => false,
        (error: Error) => error.name === 'Killed',
      );
    let call = 1;
    while (await isCutShort(call)) expect((call += 1)).toBeLessThan(MOST_CALLS);
    await account.remove('two');
    expect(await account.left()).toEqual([]);
    expect(await validationRecords()).toEqual(recordsBefore);
  });
});

test('a default certificate that was chosen by hand stays', async () => {
  const byHand = await account
    .issueCertificate('by-hand.example.com')
    .catch(() => account.issueCertificate(`by-hand.${BASE_DOMAIN}`));
  const one: any = await account.apply('one', OWN);
  await account.clients().elasticLoadBalancing.send(
    new ModifyListenerCommand({
      ListenerArn: one.Listeners.httpsArn,
      Certificates: [{ CertificateArn: byHand }],
    }),
  );
  await account.apply('one', OWN);
  expect(await certificatesOn(one.Listeners.httpsArn)).toEqual({
    default: byHand,
    further: [one.Certificate.arn],
  });
});

describe('a certificate that is given', () => {
  test('must exist', async () => {
    const certificateArn = account.wildcardArn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    await expect(account.apply('one', { certificateArn })).rejects.toMatchObject({
      code: 'InvalidRequest',
      propertyPath: 'CertificateArn',
      message: expect.stringContaining('does not exist'),
    });
  });

  test('must be issued', async () => {
    const { CertificateArn } = await account
      .clients()
      .acm.send(
        new RequestCertificateCommand({ DomainName: `pending.${BASE_DOMAIN}`, ValidationMethod: 'DNS' }),
      );
    await expect(account.apply('pending', { certificateArn: CertificateArn })).rejects.toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining('is PENDING_VALIDATION, not ISSUED'),
    });
  });

  test('must cover the host', async () => {
    await expect(account.apply('one', { hostName: `a.b.${BASE_DOMAIN}` })).rejects.toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining(`does not cover a.b.${BASE_DOMAIN}`),
    });
  });

  afterEach(async () => {
    expect((await account.left()).filter((resource) => !resource.includes(':certificate/'))).toEqual([]);
  });
});
