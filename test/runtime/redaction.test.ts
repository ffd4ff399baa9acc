import { Redaction } from '../../src/cloudformation/extension/redaction';

function redaction(model: unknown = {}): Redaction {
  const made = new Redaction(['Environment/*/Value', 'Secrets/*/ValueFrom']);
  made.addSecrets(['access-key', undefined, 'short']);
  made.addSecretsOf(model);
  return made;
}

describe('a text', () => {
  test.each([
    ['a known secret', 'the access-key, twice: access-key', 'the <REDACTED>, twice: <REDACTED>'],
    ['nothing', 'plain', 'plain'],
    ['a value too short to find', 'a short way', 'a short way'],
  ])('with %s', (_what, text, expected) => {
    expect(redaction().text(text)).toBe(expected);
  });

  test.each([
    ['characters of regular expressions', 'a.*(b)[c]{1}^$|\\d?', 'say a.*(b)[c]{1}^$|\\d? now'],
    ['quotes, inside JSON', 'pass"word', `{"a":"pass\\"word"}`],
    ['spaces, inside a URL', 'pass word&', 'https://example.com/?q=pass%20word%26'],
    ['another secret', 'access-key-2', 'access-key-2'],
  ])('with a secret that has %s', (_what, Value, text) => {
    const written = redaction({ Environment: [{ Name: 'A', Value }] }).text(text);
    expect(written).toContain('<REDACTED>');
    expect(written).not.toMatch(/\(b\)|pass|-2/);
  });

  test('with secrets of hundreds of thousands of characters', () => {
    const Environment = ['x', 'y'].map((letter) => ({ Name: letter, Value: letter.repeat(200_000) }));
    const made = redaction({ Environment });
    expect(made.text(`said ${Environment[0]!.Value} and access-key`)).toBe('said <REDACTED> and <REDACTED>');
  });

  test('keeps what the model also says in the open', () => {
    const made = redaction({ Cluster: 'production', Environment: [{ Name: 'STAGE', Value: 'production' }] });
    expect(made.text('cluster production')).toBe('cluster production');
  });
});

describe('a value', () => {
  const circular: Record<string, unknown> = { name: 'loop' };
  circular.self = circular;
  const error = Object.assign(new Error('with access-key', { cause: new TypeError('inner access-key') }), {
    $metadata: { requestId: 'r-1', httpStatusCode: 400 },
    $response: { body: 'private' },
  });

  test.each<[string, unknown, unknown]>([
    ['scalars', { a: 1, b: true, c: null, d: 2n, e: undefined }, { a: 1, b: true, c: null, d: '2' }],
    [
      'dates',
      { at: new Date(0), never: new Date(Number.NaN) },
      { at: '1970-01-01T00:00:00.000Z', never: null },
    ],
    [
      'maps and sets',
      { m: new Map([['a', 'access-key']]), s: new Set(['b']) },
      { m: { a: '<REDACTED>' }, s: ['b'] },
    ],
    ['bytes and functions', { bytes: Buffer.from('access-key'), run: () => 1 }, { bytes: '<10 bytes>' }],
    ['a loop', circular, { name: 'loop', self: '<omitted>' }],
    ['credentials', { credentials: { accessKeyId: 'x' } }, { credentials: '<REDACTED>' }],
    [
      'credentials in other letters',
      { AccessKeyId: 'x', Authorization: 'y' },
      { AccessKeyId: '<REDACTED>', Authorization: '<REDACTED>' },
    ],
    [
      'a sensitive path, at any depth',
      { a: [{ environment: [{ name: 'N', value: 'v' }] }] },
      { a: [{ environment: [{ name: 'N', value: '<REDACTED>' }] }] },
    ],
    ['a secret as a name', { 'access-key': 1 }, { '<REDACTED>': 1 }],
    [
      'an error with a cause',
      { error },
      {
        error: {
          name: 'Error',
          message: 'with <REDACTED>',
          requestId: 'r-1',
          cause: { name: 'TypeError', message: 'inner <REDACTED>' },
        },
      },
    ],
  ])('with %s', (_what, value, expected) => {
    expect(JSON.parse(redaction().json(value))).toEqual(expected);
  });

  test('of any depth is cut', () => {
    let deep: unknown = 'end';
    for (let n = 0; n < 10_000; n++) deep = { deep };
    expect(redaction().json(deep)).toContain('<omitted>');
  });
});
