import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../hooks/adapters/command-line';
import type { LocatedFinding } from '../../../hooks/command-line/result';

const ROOT = join(__dirname, '../../..');
const FILES = [
  'template.yml',
  'resource-role.yaml',
  ...readdirSync(join(ROOT, 'hooks'))
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => `hooks/${name}`),
  'examples',
];

/** What the profile strict says about the project's own templates, with their exemptions. */
async function check(): Promise<{
  code: number;
  findings: readonly LocatedFinding[];
  exemptionNotices: readonly { readonly problem: string }[];
}> {
  let out = '';
  const code = await run(
    [
      'check',
      ...FILES.map((file) => join(ROOT, file)),
      ...['--profile', 'strict', '--format', 'json'],
      ...['--exemptions', join(__dirname, 'exemptions.json')],
    ],
    { out: (text) => (out += text), error: (text) => (out += text), readInput: async () => '' },
  );
  return { ...(JSON.parse(out) as Awaited<ReturnType<typeof check>>), code };
}

test("the platform's own templates and every example pass the profile strict, or carry a named exemption", async () => {
  const { code, findings, exemptionNotices } = await check();
  const refused = findings.filter((finding) => finding.refused);
  expect(refused.map(({ file, message }) => `${file} ${message}`)).toEqual([]);
  expect(code).toBe(0);
  // An exemption that nothing needs any more is taken out.
  expect(exemptionNotices).toEqual([]);
});
