/** Every console block of the README, as somebody runs it who copies it from there, in order and in one account. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(__dirname, '..', '..');

/** What stands for the folders of the reader: some commands write there. */
const WORK = mkdtempSync(join(tmpdir(), 'readme-'));

/** Commands that another test runs: they take long, or the account would not be there any more. */
const RUN_BY_OTHERS: Readonly<Record<string, string>> = {
  'npm start': 'test/start/start.test.ts',
  'npm test': 'all tests',
  'npm run build': 'before all tests',
  'cfn submit --set-default': 'test/packaging/registration.test.ts',
};

/** The process that the following blocks talk to. */
const LOCAL_AWS = 'npm run local';

interface Expectation {
  /** How the command begins in the README. */
  readonly begins: string;
  /** Exit code; 0 unless given. */
  readonly code?: number;
  readonly stdout?: RegExp;
}

/** What each command of the README answers, in its order. */
const COMMANDS: readonly Expectation[] = [
  { begins: 'npm start' },
  { begins: 'npm test' },
  { begins: LOCAL_AWS },
  { begins: 'export AWS_ENDPOINT_URL=' },
  { begins: 'export AWS_ACCESS_KEY_ID=' },
  {
    begins: '.venv/bin/aws cloudformation deploy --stack-name hello',
    stdout: /Successfully created\/updated stack - hello/,
  },
  {
    begins: '.venv/bin/aws cloudformation describe-stacks --stack-name hello',
    stdout: /"OutputValue": "https:\/\/hello-[0-9a-f]{12}\.example\.com"/,
  },
  { begins: 'host=$(' },
  { begins: 'curl -H "Host: $host"', stdout: /"image":"public\.ecr\.aws\/docker\/library\/httpd:2\.4"/ },
  { begins: '.venv/bin/aws cloudformation delete-stack --stack-name hello' },
  { begins: 'npm run build' },
  { begins: 'cfn submit --set-default' },
  { begins: 'aws cloudformation set-type-configuration', stdout: /"ConfigurationArn"/ },
  { begins: 'npx org-ecs check templates/', stdout: /refused/ },
  { begins: 'npx org-ecs check cdk.out' },
  { begins: 'npx org-ecs explain ELB-02', stdout: /^ELB-02/ },
  { begins: 'npx org-ecs check templates/ --fix' },
  { begins: 'npx org-ecs baseline templates/' },
  { begins: 'npx org-ecs profile --profile strict' },
  { begins: 'npx org-ecs check templates/ --guard policies/', stdout: /: 0 refused/ },
  { begins: 'npm run build && python3 -m zipfile' },
  {
    begins: 'aws cloudformation deploy --stack-name governance-code',
    stdout: /Successfully created\/updated stack - governance-code/,
  },
  { begins: 'aws s3 cp build/hook.zip', stdout: /upload: build\/hook\.zip to s3:/ },
  {
    begins: 'aws cloudformation deploy --stack-name governance ',
    stdout: /Successfully created\/updated stack - governance$/,
  },
];

/** Commands of the console blocks: continued lines joined, comments and lines of nothing but a comment left out. */
function commandsOf(readme: string): string[] {
  return [...readme.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    block!
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => line.replace(/(^|\s+)# .*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

const COMMANDS_OF_README = commandsOf(readFileSync(join(ROOT, 'README.md'), 'utf8'));

/** What the test writes in place of the README's words. */
function substitutions(port: number, dataPlanePort: number): readonly (readonly [string, string])[] {
  return [
    // Ports that nobody else has.
    [LOCAL_AWS, `npm run local -- --port ${port} --data-plane-port ${dataPlanePort} --clock jump`],
    [':4566', `:${port}`],
    [':8080', `:${dataPlanePort}`],
    // `npm test` has built the bundles.
    ['npm run build && ', ''],
    // Folders and files of the reader.
    [' templates/', ` ${join(WORK, 'templates')}/`],
    [' policies/', ` ${join(WORK, 'policies')}/`],
    [' cdk.out', ` ${join(WORK, 'templates')}`],
    ['result.sarif', join(WORK, 'result.sarif')],
    ['baseline.json', join(WORK, 'baseline.json')],
  ];
}

let local: ChildProcess;
let substitute: (command: string) => string;
beforeAll(async () => {
  cpSync(join(ROOT, 'examples'), join(WORK, 'templates'), { recursive: true });
  mkdirSync(join(WORK, 'policies'));
  writeFileSync(join(WORK, 'policies/acme.guard'), 'rule has_resources { Resources exists }');
  const pairs = substitutions(await freePort(), await freePort());
  substitute = (command) =>
    pairs.reduce((text, [words, replacement]) => text.replaceAll(words, replacement), command);
  local = spawn('bash', ['-c', substitute(LOCAL_AWS)], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: local.stdout! }).on('line', (line) => {
      if (line === 'The local AWS is ready.') resolve();
    });
    local.once('exit', (code) => reject(new Error(`${LOCAL_AWS} ended with code ${code}`)));
  });
});
afterAll(async () => {
  rmSync(WORK, { recursive: true });
  const ended = new Promise((resolve) => local.once('exit', resolve));
  process.kill(-local.pid!, 'SIGTERM');
  await ended;
});

test('the table has every command of the README, in its order', () => {
  expect(
    COMMANDS_OF_README.map((command, index) =>
      COMMANDS[index] && command.startsWith(COMMANDS[index].begins) ? COMMANDS[index].begins : command,
    ),
  ).toEqual(COMMANDS.map(({ begins }) => begins));
});

test('every command does what it should, one after the other in one shell', async () => {
  const isRun = (command: string) => command !== LOCAL_AWS && !(command in RUN_BY_OTHERS);
  const commands = COMMANDS_OF_README.filter(isRun);
  const expected = COMMANDS.filter(({ begins }) => isRun(begins));
  const answers = await shell(commands.map(substitute));
  expect(
    answers.map(({ code, stdout, stderr }, index) => {
      const { code: wanted = 0, stdout: pattern = /(?:)/ } = expected[index]!;
      const isRight = code === wanted && pattern.test(stdout.trim());
      return isRight ? commands[index] : { command: commands[index], code, stdout, stderr };
    }),
  ).toEqual(commands);
}, 600_000);

/** Run commands in one shell, which goes on after one that fails; answers each one's exit code and output. */
function shell(commands: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }[]> {
  const END = '\u0001';
  const script = commands
    .map((command) => `${command}\ncode=$?; printf "%s" "$code${END}"; printf '${END}' >&2\n`)
    .join('');
  const { AWS_REGION: _, AWS_DEFAULT_REGION: __, AWS_PROFILE: ___, ...inherited } = process.env;
  const env = {
    ...inherited,
    PATH: [join(ROOT, '.venv', 'bin'), process.env.PATH].join(delimiter),
    AWS_PAGER: '',
  };
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], { cwd: ROOT, env, maxBuffer: 64e6 }, (_error, stdout, stderr) => {
      const errors = stderr.split(END);
      resolve(
        stdout
          .split(END)
          .slice(0, -1)
          .map((text, index) => {
            const [, output = '', code] = /^([\s\S]*?)(\d+)$/.exec(text)!;
            return { code: Number(code), stdout: output, stderr: errors[index] ?? '' };
          }),
      );
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
