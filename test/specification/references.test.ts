/** What can name an image, a secret or a parameter, and what cannot. */
import { checkImage } from '../../src/express-service/properties/container-image';
import {
  checkCredentialsSecret,
  checkSecretReference,
} from '../../src/express-service/properties/secret-reference';

const DIGEST = 'a1'.repeat(32);
const SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf';
const PARAMETER = 'arn:aws:ssm:eu-west-1:123456789012:parameter/app/db';

test.each([
  'nginx',
  'nginx:1.27',
  'example/hello:1',
  'a__b/c-d/e.f:Tag_1.2-3',
  'localhost/web',
  'localhost:5000/web:1',
  'registry:5000/web',
  'Registry/web:1',
  '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app@sha256:' + DIGEST,
  `public.ecr.aws/nginx/nginx:1.27@sha256:${DIGEST}`,
  'ghcr.io/owner/app@sha512:' + DIGEST + DIGEST,
  `ghcr.io/${'a'.repeat(247)}`,
])('%s can be an image', (image) => {
  expect(() => checkImage(image, 'Image')).not.toThrow();
});

test.each<[string, RegExp]>([
  ['http://example.com/web', /begins with http:\/\//],
  ['docker://nginx', /begins with docker:\/\//],
  [' nginx', /blank/],
  ['nginx\n', /blank/],
  ['nginx:1 2', /blank/],
  ['nginx@sha256:' + DIGEST.toUpperCase(), /digest/],
  ['nginx@' + DIGEST, /digest/],
  ['nginx@', /digest/],
  ['nginx:', /tag ""/],
  ['nginx:-a', /tag "-a"/],
  ['nginx:1:2', /tag "1:2"/],
  ['nginx:' + 'a'.repeat(129), /tag/],
  ['example/Hello:1', /capital letters/],
  ['Nginx', /capital letters/],
  ['-registry.example.com/web', /registry "-registry\.example\.com"/],
  ['a..b/web', /registry "a\.\.b"/],
  ['example.com/', /repository ""/],
  ['/web', /repository "\/web"/],
  ['example/web/', /repository/],
  ['grün', /repository/],
  ['${Image}', /repository/],
  [`ghcr.io/${'a'.repeat(248)}`, /256 characters/],
])('%j cannot be an image', (image, problem) => {
  expect(() => checkImage(image, 'Image')).toThrow(problem);
});

test.each([
  SECRET,
  // Secrets Manager finds a secret without the random suffix of its name.
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db',
  `${SECRET}:password::`,
  `${SECRET}::AWSPREVIOUS:`,
  `${SECRET}:::9d4cb84b-ad69-40c0-a0ab-cead36b967e8`,
  SECRET.replace('arn:aws:', 'arn:aws-us-gov:'),
  PARAMETER,
  `${PARAMETER}:3`,
  'plain-name',
  '/app/db',
  '/app/db:label',
  '/aws/reference/secretsmanager/app/db',
])('%s can be read when a task starts', (valueFrom) => {
  expect(() => checkSecretReference(valueFrom, 'ValueFrom')).not.toThrow();
});

test.each<[string, RegExp]>([
  [`${SECRET}:password`, /has 1 of the three parts/],
  [`${SECRET}:password:`, /has 2 of the three parts/],
  [`${SECRET}:password:::`, /has 4 of the three parts/],
  ['arn:aws:secretsmanager:eu-west-1:123456789012:secret:', /no ARN of a secret\./],
  ['arn:aws:secretsmanager:eu-west-1:123456789012:app/db', /no ARN of a secret\./],
  ['arn:aws:secretsmanager:::secret:app', /no ARN of a secret or a parameter/],
  ['arn:aws:ssm:eu-west-1:123456789012:app/db', /no ARN of a parameter/],
  ['arn:aws:ssm:eu-west-1:123456789012:parameter/a b', /no ARN of a parameter/],
  ['arn:aws:s3:::bucket/key', /no ARN of a secret or a parameter/],
  ['arn:aws:sqs:eu-west-1:123456789012:queue', /no ARN of a secret or a parameter/],
  ['a secret', /neither an ARN nor the name of a parameter/],
  ['{{resolve:ssm:name}}', /neither an ARN/],
])('%s cannot be read when a task starts; the message does not repeat it', (valueFrom, problem) => {
  const check = () => checkSecretReference(valueFrom, 'ValueFrom');
  expect(check).toThrow(problem);
  expect(check).not.toThrow(valueFrom);
});

test('the credentials of a registry are a whole secret', () => {
  const path = 'CredentialsParameter';
  expect(() => checkCredentialsSecret(SECRET, path)).not.toThrow();
  for (const wrong of [`${SECRET}:password::`, PARAMETER, 'name']) {
    expect(() => checkCredentialsSecret(wrong, path)).toThrow('is no ARN of a secret');
  }
});
