/** `npm run verify:aws`, run as a process against a local AWS, for want of a real account. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAws, type LocalAws } from '../../local';
import { CLAIMS, OPEN_CLAIMS, type OpenClaimId } from '../../local/claims';
import { faultsOf } from '../../local/claims/checks';
import { stateOf, type SeenOnAws } from '../../local/claims/seen';
import { takeInventory } from '../../local/inventory';
import { EXPERIMENTS, UNSEEN } from '../../verify/experiments';

const ROOT = join(__dirname, '..', '..');

/** Virtual seconds in a real one, and real seconds between two looks: half a minute of AWS passes between them. */
const RATE = 600;
const POLL_SECONDS = '0.05';

let aws: LocalAws;
let folder: string;
beforeAll(async () => {
  aws = await startLocalAws({ clock: { rate: RATE } });
  folder = mkdtempSync(join(tmpdir(), 'verify-'));
});
afterAll(async () => {
  await aws.close();
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly exitCode: number | null;
  readonly output: string;
  readonly progress: string;
}

/** Run the command. @param until ends the process as soon as it says this. */
function run(args: readonly string[], until?: RegExp): Promise<Run> {
  const child = spawn('node', ['--import', 'tsx', join(ROOT, 'verify/main.ts'), ...args], {
    cwd: ROOT,
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_REGION: 'us-east-1',
    },
  });
  let output = '';
  let progress = '';
  child.stdout.on('data', (data) => (output += data));
  child.stderr.on('data', (data) => {
    progress += data;
    if (until?.test(progress)) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, output, progress })));
}

const onLocalAws = (...args: string[]) => [
  ...['--endpoint', aws.endpoint, '--poll-seconds', POLL_SECONDS],
  ...args,
];

const inventory = () => takeInventory(aws.clientOptions() as Parameters<typeof takeInventory>[0]);

test('every claim is looked at by one experiment, or has a reason why not', () => {
  const looked: string[] = EXPERIMENTS.flatMap(({ claims }) => claims);
  expect([...looked, ...Object.keys(UNSEEN)].sort()).toEqual(CLAIMS.map(({ id }) => id).sort());
});

test('the plan calls nothing, and says what it makes, how long it takes and what it costs', async () => {
  const before = aws.calls.list({}).length;
  const { exitCode, output } = await run(onLocalAws('--plan'));
  expect(exitCode).toBe(0);
  expect(output).toMatch(
    /two-load-balancers: .*\n.* minutes, about \$\d\.\d\d \(2 × Application Load Balancer/,
  );
  expect(output).toMatch(/In all about \d+ minutes and \$\d+\.\d\d/);
  expect(aws.calls.list({}).length).toBe(before);
});

test.each([
  ['a prefix that is no name', ['--prefix', 'A-'], /--prefix is "A-"/],
  ['no such experiment', ['--experiment', 'none'], /--experiment is "none"; give one of refusals/],
  ['no seconds', ['--poll-seconds', '0'], /--poll-seconds is "0"/],
  ['no such format', ['--format', 'xml'], /--format is "xml"/],
])('%s is refused', async (_what, args, message) => {
  const { exitCode, progress } = await run(args);
  expect(exitCode).toBe(2);
  expect(progress).toMatch(message);
});

test('a run that is cut off leaves what the next one removes', async () => {
  const before = await inventory();
  await run(onLocalAws('--experiment', 'refusals'), /refusals: /);
  const second = await run(onLocalAws('--remove'));
  expect(second.exitCode).toBe(0);
  expect(await inventory()).toEqual(before);
});

describe.each<[string, boolean]>([
  ['the answers that are taken', true],
  ['every other answer', false],
])('with %s', (_what, holds) => {
  test('every claim comes out as the local AWS was told, and nothing is left', async () => {
    aws.answers.give(
      Object.fromEntries(OPEN_CLAIMS.map(({ id }) => [id, holds])) as Record<OpenClaimId, boolean>,
    );
    const before = await inventory();
    const result = join(folder, `${holds}.json`);
    const { exitCode, output, progress } = await run(onLocalAws('--result', result));
    const seen = JSON.parse(readFileSync(result, 'utf8')) as SeenOnAws;
    const expected = CLAIMS.filter(({ id }) => !(id in UNSEEN)).map(({ id, state }) => [
      id,
      holds || state === 'confirmed' ? 'confirmed' : 'contradicted',
    ]);
    expect({
      progress,
      verdicts: Object.entries(seen.claims)
        .map(([id, { verdict }]) => [id, verdict])
        .sort(),
    }).toEqual({
      progress,
      verdicts: expected.sort(),
    });
    const contradicted = expected.filter(([, verdict]) => verdict === 'contradicted').length;
    const count = expected.length;
    expect(output.trimEnd().split('\n').at(-1)).toBe(
      `verify: ${count} claims, ${count - contradicted} as expected, ${contradicted} contradicted`,
    );
    expect(exitCode).toBe(contradicted === 0 ? 0 : 1);
    expect(await inventory()).toEqual(before);
  });
});

describe('a result file', () => {
  const [open] = OPEN_CLAIMS;
  const confirmed = CLAIMS.find(({ state }) => state === 'confirmed')!;
  const file = (verdict: 'confirmed' | 'contradicted', endpoint?: string): SeenOnAws => ({
    at: '2026-11-28T00:00:00.000Z',
    region: 'eu-west-1',
    ...(endpoint !== undefined && { endpoint }),
    claims: { [open!.id]: { verdict, seen: 'x' }, [confirmed.id]: { verdict, seen: 'x' } },
  });

  test('decides over the state of a claim', () => {
    expect(stateOf(open!, file('confirmed'))).toBe('confirmed');
    expect(stateOf(open!, file('contradicted'))).toBe('contradicted');
    expect(stateOf(open!, undefined)).toBe(open!.state);
  });

  test('from another endpoint than AWS decides nothing, and is told', () => {
    expect(stateOf(open!, file('contradicted', 'http://127.0.0.1:4566'))).toBe(open!.state);
    expect(faultsOf({}, file('confirmed', 'http://127.0.0.1:4566'))).toEqual([
      expect.stringMatching(/was not seen on AWS/),
    ]);
  });

  test('that contradicts a document is told', () => {
    const service = confirmed.id.split('.')[0]!;
    expect(faultsOf({ [service]: [confirmed] }, file('contradicted'))).toEqual([
      expect.stringMatching(/was contradicted on AWS/),
    ]);
  });
});
