/** The settings of the deployed hook: where they come from, how long they hold, and what becomes of them when loading fails. */
import { rules } from '../../hooks/rules';
import { type SettingsChoices, readChoices } from '../../hooks/settings/environment';
import { HookSettingsSource } from '../../hooks/settings/hook-settings';
import { type Location, parseLocation } from '../../hooks/settings/location';
import { readRemoteDocument } from '../../hooks/settings/remote-document';
import { SettingsError } from '../../hooks/settings/settings-error';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { startLocalAws, type LocalAws } from '../../local';

const PROFILE = parseLocation('s3://acme/profile.json')!;
const EXEMPTIONS = parseLocation('ssm:/acme/exemptions')!;

describe('the environment of the function says', () => {
  test('by default: the built-in profile, no exemptions, five minutes, closed on failure', () => {
    expect(readChoices({})).toEqual({
      profile: expect.objectContaining({ name: 'org-default' }),
      exemptions: undefined,
      refreshSeconds: 300,
      onLoadFailure: 'FAIL_CLOSED',
    });
  });

  test('which built-in profile, or where profile and exemptions lie', () => {
    expect(readChoices({ GOVERNANCE_PROFILE: 'strict' }).profile).toMatchObject({ name: 'strict' });
    const environment = {
      GOVERNANCE_PROFILE: 's3://acme/a/b.json',
      GOVERNANCE_EXEMPTIONS: 'ssm:/acme/exemptions',
      GOVERNANCE_REFRESH_SECONDS: '0',
      GOVERNANCE_LOAD_FAILURE: 'LAST_KNOWN_GOOD',
    };
    expect(readChoices(environment)).toEqual({
      profile: { kind: 's3', text: 's3://acme/a/b.json', bucket: 'acme', key: 'a/b.json' },
      exemptions: { kind: 'ssm', text: 'ssm:/acme/exemptions', name: '/acme/exemptions' },
      refreshSeconds: 0,
      onLoadFailure: 'LAST_KNOWN_GOOD',
    });
  });

  test.each([
    ['GOVERNANCE_PROFILE', 'stricct', /GOVERNANCE_PROFILE is "stricct"\. Use .*strict.* s3:\/\/BUCKET\/KEY/],
    ['GOVERNANCE_PROFILE', 'toString', /GOVERNANCE_PROFILE is "toString"/],
    ['GOVERNANCE_PROFILE', 's3://bucket', /GOVERNANCE_PROFILE is "s3:\/\/bucket"/],
    ['GOVERNANCE_EXEMPTIONS', 'exemptions.json', /GOVERNANCE_EXEMPTIONS is .* ssm:\/PARAMETER-NAME/],
    ['GOVERNANCE_REFRESH_SECONDS', 'soon', /Use a number from 0 to 86400/],
    ['GOVERNANCE_REFRESH_SECONDS', '-1', /Use a number from 0 to 86400/],
    ['GOVERNANCE_LOAD_FAILURE', 'open', /Use FAIL_CLOSED or LAST_KNOWN_GOOD/],
  ])('%s=%s is refused with what it may be', (name, value, message) => {
    expect(() => readChoices({ [name]: value })).toThrow(message);
  });
});

/** A source over documents that a test changes, on a clock that it moves. */
function source(choices: Partial<SettingsChoices>) {
  const documents = new Map<Location, { version: string; content: unknown } | SettingsError>();
  const reads: Location[] = [];
  const warnings: string[] = [];
  const state = { now: Date.parse('2026-11-21T12:00:00Z') };
  const settings = new HookSettingsSource(
    { profile: PROFILE, refreshSeconds: 300, onLoadFailure: 'FAIL_CLOSED', ...choices },
    {
      catalogue: rules,
      async read(location) {
        reads.push(location);
        const document = documents.get(location)!;
        if (document instanceof SettingsError) throw document;
        const { version, content } = document;
        return { version, text: typeof content === 'string' ? content : JSON.stringify(content) };
      },
      now: () => state.now,
      warn: (message) => warnings.push(message),
    },
  );
  return {
    current: () => settings.current(10_000),
    documents,
    reads,
    warnings,
    pass: (seconds: number) => (state.now += seconds * 1000),
  };
}

const acme = (mode: string) => ({
  name: 'acme',
  description: 'What ACME asks for.',
  rules: { 'NET-01': { mode } },
});
const exemption = (rule: string, expires = '2999-12-31') => ({
  rule,
  reason: 'public by contract',
  owner: 'team web',
  expires,
});

describe('loaded settings', () => {
  test('that come with the bundle are never read from elsewhere', async () => {
    const { current, reads, pass } = source({ profile: readChoices({}).profile });
    expect(await current()).toMatchObject({ exemptions: [], origin: undefined });
    pass(100_000);
    await current();
    expect(reads).toEqual([]);
  });

  test('say which versions they are', async () => {
    const { current, documents } = source({ exemptions: EXEMPTIONS });
    documents.set(PROFILE, { version: 'abc', content: acme('warn') });
    documents.set(EXEMPTIONS, { version: '7', content: { exemptions: [exemption('NET-01')] } });
    const settings = await current();
    expect(settings.origin).toBe('profile acme version abc, exemptions version 7');
    expect(settings.policy.name).toBe('acme');
    expect(settings.exemptions).toEqual([exemption('NET-01')]);
  });

  test('hold for the time that is set; then a new version takes their place', async () => {
    const { current, documents, reads, pass } = source({ refreshSeconds: 60 });
    documents.set(PROFILE, { version: '1', content: acme('warn') });
    const first = await current();
    documents.set(PROFILE, { version: '2', content: acme('off') });
    pass(59);
    expect(await current()).toBe(first);
    expect(reads).toHaveLength(1);
    pass(1);
    expect((await current()).origin).toBe('profile acme version 2');
  });

  test('of the same version stay as they are', async () => {
    const { current, documents, pass } = source({ refreshSeconds: 60 });
    documents.set(PROFILE, { version: '1', content: acme('warn') });
    const first = await current();
    pass(60);
    expect(await current()).toBe(first);
  });

  test('warn of exemptions without effect, once for each version', async () => {
    const { current, documents, warnings, pass } = source({ exemptions: EXEMPTIONS, refreshSeconds: 0 });
    documents.set(PROFILE, { version: '1', content: acme('fail') });
    const exemptions = [exemption('NET-1'), exemption('NET-01', '2020-01-01'), exemption('SVC-02')];
    documents.set(EXEMPTIONS, { version: '1', content: { exemptions } });
    await current();
    pass(1);
    await current();
    expect(warnings).toEqual([
      'Exemption from NET-1, owner team web, has no effect: no rule is called NET-1 (the nearest is NET-01).',
      'Exemption from NET-01, owner team web, has no effect: it expired after 2020-01-01.',
    ]);
  });
});

const FAILURES: [string, { version: string; content: unknown } | SettingsError, RegExp][] = [
  ['cannot be read', new SettingsError('access is denied. Allow it'), /access is denied\. Allow it/],
  ['is not JSON', { version: '2', content: 'rules:' }, /version 2 is not JSON/],
  [
    'names an unknown rule',
    { version: '2', content: { ...acme('fail'), rules: { 'NET-1': {} } } },
    /"NET-1"/,
  ],
  ['has an unknown mode', { version: '2', content: acme('stop') }, /rules\.NET-01\.mode .*fail, warn, off/],
  ['is empty', { version: '2', content: '' }, /not JSON/],
];

describe.each(FAILURES)('a profile that %s', (_, failure, reason) => {
  const message = new RegExp(
    `^The hook's profile s3://acme/profile\\.json cannot be used: .*ask the governance team`,
  );

  test.each(['FAIL_CLOSED', 'LAST_KNOWN_GOOD'] as const)(
    'refuses when none was loaded before (%s)',
    async (onLoadFailure) => {
      const { current, documents } = source({ onLoadFailure });
      documents.set(PROFILE, failure);
      await expect(current()).rejects.toThrow(SettingsError);
      await expect(current()).rejects.toThrow(message);
      await expect(current()).rejects.toThrow(reason);
    },
  );

  test('refuses when the profile in force has to be looked at again (FAIL_CLOSED), until it is mended', async () => {
    const { current, documents, pass } = source({ onLoadFailure: 'FAIL_CLOSED' });
    documents.set(PROFILE, { version: '1', content: acme('warn') });
    await current();
    documents.set(PROFILE, failure);
    pass(300);
    await expect(current()).rejects.toThrow(reason);
    documents.set(PROFILE, { version: '3', content: acme('warn') });
    expect((await current()).origin).toBe('profile acme version 3');
  });

  test('leaves the last known good one in force (LAST_KNOWN_GOOD), says so, and tries again after 30 s', async () => {
    const { current, documents, reads, warnings, pass } = source({ onLoadFailure: 'LAST_KNOWN_GOOD' });
    documents.set(PROFILE, { version: '1', content: acme('warn') });
    const { policy } = await current();
    documents.set(PROFILE, failure);
    pass(300);
    const stale = await current();
    expect(stale.policy).toBe(policy);
    expect(stale.origin).toBe('profile acme version 1, as loaded at 2026-11-21T12:00:00.000Z');
    expect(warnings).toEqual([expect.stringMatching(reason)]);
    expect(reads).toHaveLength(2);
    documents.set(PROFILE, { version: '3', content: acme('warn') });
    pass(29);
    await current();
    expect(reads).toHaveLength(2);
    pass(1);
    expect((await current()).origin).toBe('profile acme version 3');
  });
});

describe('documents in S3 and Parameter Store', () => {
  let aws: LocalAws;
  const environment = { ...process.env };
  beforeAll(async () => {
    aws = await startLocalAws();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: aws.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'lambda',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
    const s3 = new S3Client(aws.clientOptions());
    await s3.send(new CreateBucketCommand({ Bucket: 'acme' }));
    for (const [Key, Body] of [
      ['profile.json', '{}'],
      ['large.json', ' '.repeat(1_000_001)],
    ])
      await s3.send(new PutObjectCommand({ Bucket: 'acme', Key, Body }));
    const ssm = new SSMClient(aws.clientOptions());
    for (const Value of ['{"a":1}', '{"a":2}'])
      await ssm.send(
        new PutParameterCommand({ Name: '/acme/profile', Type: 'String', Value, Overwrite: true }),
      );
    await ssm.send(new PutParameterCommand({ Name: '/acme/secret', Type: 'SecureString', Value: '{}' }));
  });
  afterEach(() => aws.faults.clear());
  afterAll(async () => {
    process.env = environment;
    await aws.close();
  });

  const read = (text: string, milliseconds = 5_000) => readRemoteDocument(parseLocation(text)!, milliseconds);

  test('are read with their versions', async () => {
    expect(await read('s3://acme/profile.json')).toEqual({
      text: '{}',
      version: '99914b932bd37a50b983c5e7c90ae93b',
    });
    expect(await read('ssm:/acme/profile')).toEqual({ text: '{"a":2}', version: '2' });
  });

  test.each([
    ['s3://acme/none.json', /^there is no such object/],
    ['s3://nobody/profile.json', /^there is no such bucket/],
    ['s3://acme/large.json', /^it has more than 1000000 bytes/],
    ['ssm:/acme/none', /^there is no such parameter/],
    ['ssm:/acme/secret', /^it is a SecureString\. Make it a parameter of type String/],
  ])('%s is refused with its reason', async (location, reason) => {
    await expect(read(location)).rejects.toThrow(SettingsError);
    await expect(read(location)).rejects.toThrow(reason);
  });

  test.each([
    ['s3://acme/profile.json', 's3'],
    ['ssm:/acme/profile', 'ssm'],
  ])(
    '%s: a refusal is explained, a passing failure tried again, slowness bounded',
    async (location, service) => {
      aws.faults.add({ kind: 'accessDenied', service });
      await expect(read(location)).rejects.toThrow(/^access is denied/);
      aws.faults.add({ kind: 'throttle', service, times: 2 });
      await expect(read(location)).resolves.toMatchObject({ text: expect.any(String) });
      aws.faults.add({ kind: 'serverError', service, times: 3 });
      await expect(read(location)).rejects.toThrow(/^reading failed \(\w+\)\. Try again/);
      aws.faults.add({ kind: 'latency', service, milliseconds: 600 });
      await expect(read(location, 200)).rejects.toThrow('no answer came within 200 ms. Try again');
    },
  );
});
