/** The GitHub Actions workflow: its command works on this repository, and uploads what it writes. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import packageFile from '../../package.json';

const ROOT = join(__dirname, '..', '..');
const workflow = parse(readFileSync(join(ROOT, '.github/workflows/governance.yml'), 'utf8'));
const steps: readonly Record<string, any>[] = workflow.jobs.check.steps;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'workflow-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the check writes a SARIF file without refusals for examples/', async () => {
  const { run } = steps.find((step) => step['run']?.includes('org-ecs'))!;
  const [command, file] = run.split(' > ');
  const output = join(folder, file);
  const local = command.replace(/^npx org-ecs /, `node ${packageFile.bin['org-ecs']} `);
  await promisify(execFile)('bash', ['-c', `${local} > ${output}`], { cwd: ROOT });
  const sarif = JSON.parse(readFileSync(output, 'utf8'));
  expect(sarif.version).toBe('2.1.0');
  expect(sarif.runs[0].tool.driver.name).toBe('org-ecs');
});

test('the file is uploaded also when the check refuses, with no more permissions than that takes', () => {
  const check = steps.find((step) => step['run']?.includes('org-ecs'))!;
  const upload = steps.find((step) => step['uses']?.startsWith('github/codeql-action/upload-sarif'))!;
  expect(check['run']).toMatch(new RegExp(`> ${upload['with'].sarif_file}$`));
  expect(upload['if']).toBe('always()');
  expect(workflow.permissions).toEqual({ contents: 'read', 'security-events': 'write' });
  expect(workflow.on).toBe('pull_request');
});
