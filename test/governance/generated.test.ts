import Ajv from 'ajv';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROFILES } from '../../hooks/profiles';
import { profileSchema } from '../../hooks/profiles/schema';
import { rules } from '../../hooks/rules';

test('reference and schemas follow from the rules (else run npx tsx hooks/generate-reference.ts)', () => {
  const generator = join(__dirname, '../../hooks/generate-reference.ts');
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', generator, '--check'], {
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});

test.each(Object.values(PROFILES))('profile $name is valid', (profile) => {
  const validate = new Ajv({ strict: false }).compile(profileSchema(rules));
  validate(profile);
  expect(validate.errors).toBeNull();
});

test.each(rules.filter(({ parameters }) => parameters !== undefined))(
  'the defaults of $id fit its schema',
  ({ parameters }) => {
    for (const { schema, default: value } of Object.values(parameters ?? {})) {
      expect(new Ajv({ strict: false }).validate(schema, value)).toBe(true);
    }
  },
);
