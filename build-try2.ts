import { awsResourceType } from './local/registry/aws-types';
import { readFileSync, readdirSync } from 'node:fs';
const D = '/work/main/.venv/lib/python3.11/site-packages/cfnlint/data/schemas/providers/us-east-1.json';
const seen: Record<string, number> = {};
for (const t of Object.keys(JSON.parse(readFileSync(D, 'utf8')))) {
  try { awsResourceType(t)!.violations({}); } catch (e) { const m = (e as Error).message.slice(0, 100); seen[m] = (seen[m] ?? 0) + 1; if (seen[m] < 3) console.log(t, m); }
}
console.log(seen);
