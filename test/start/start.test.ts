/** `npm start` as somebody runs it who has just cloned the repository, and what its displays show. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Display, Output } from '../../scripts/start/display';
import { PlainDisplay } from '../../scripts/start/plain-display';
import { TerminalDisplay } from '../../scripts/start/terminal-display';

const ROOT = join(__dirname, '..', '..');

function start(...options: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = [join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs'), 'scripts/start.ts', ...options];
  const { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: _set, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test('every step does what it should, and nobody else says a word', async () => {
  const { code, stdout, stderr } = await start('--rate', '180');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.match(/^\d\. .*$/gm)).toEqual([
    '1. Set the account up: hosted zone, domain, governance hook',
    '2. Deploy examples/hello.yml: an image',
    expect.stringMatching(/^3\. Request https:\/\/hello-[0-9a-f]{12}\.example\.com\/$/),
    '4. Move it to a new image (v2) by canary, under requests',
    '5. Deploy a template that the organisation forbids',
    '6. Delete everything',
  ]);
  for (const line of [
    /^   \[virtual \d+:\d\d\] LoadBalancer: active$/m,
    /^   \[virtual \d+:\d\d\] v1 95 %, v2 5 %: \d+ answers, \d\.\d % from v2, 0 lost$/m,
    /^   \[virtual \d+:\d\d\] Refused by Org::ECS::Governance: NET-01 .*AssignPublicIp is "ENABLED".*$/m,
    /^\d+ resources made, \d+ AWS calls, .* 0 answers lost, 1 template refused, 0 resources left \(\d+ s\)$/m,
    /^Try next$/m,
  ]) {
    expect(stdout).toMatch(line);
  }
  // One line of the hook for each of the two stacks that it judged.
  expect(stdout.match(/Org::ECS::Governance/g)).toHaveLength(2);
}, 240_000);

test.each([
  ['an unknown option', ['--speed', '3'], 2],
  ['a rate that is none', ['--rate', 'fast'], 2],
  ['a rate at which no request fits into the canary', ['--rate', '100000'], 2],
  ['help', ['--help'], 0],
])('%s ends at once, with the usage', async (_what, options, code) => {
  const ended = await start(...options);
  expect(ended.code).toBe(code);
  expect(code === 0 ? ended.stdout : ended.stderr).toContain('Usage: npm start');
  expect(code === 0 ? ended.stderr : ended.stdout).toBe('');
});

/** A step as the demonstration shows it; the clock goes on by a minute and a second before its table changes. */
function play(display: Display, time: { now: number }, rows: number): void {
  display.begin('Deploy a template');
  const table = (state: string) =>
    Array.from({ length: rows }, (_, index) => ({ name: `Resource${index}`, state }));
  display.show(table('made'));
  time.now += 61_000;
  display.show(table('made').map((row, index) => (index === 0 ? { ...row, state: 'active' } : row)));
  display.note(`A remark ${'that is longer than the line '.repeat(4)}`.trim());
}

describe('the display of a terminal', () => {
  /** What stands on the screen of a terminal after these writes, and the longest line and tallest picture on the way. */
  class Screen implements Output {
    readonly isTTY = true;
    lines: string[] = [];
    tallest = 0;
    constructor(
      readonly columns: number,
      readonly rows: number,
    ) {}

    write(text: string): void {
      const up = Number(/^\u001b\[(\d+)A/.exec(text)?.[1] ?? 0);
      this.lines.length -= up;
      // eslint-disable-next-line no-control-regex
      const added = text
        .replace(/\u001b\[[?\d]*[A-Za-z]/g, '')
        .replace('\r', '')
        .split('\n')
        .slice(0, -1);
      this.tallest = Math.max(this.tallest, added.length);
      this.lines.push(...added);
    }
  }

  const after = (columns: number, rows: number, play: (display: Display, time: { now: number }) => void) => {
    const screen = new Screen(columns, rows);
    const time = { now: 0 };
    play(new TerminalDisplay(screen, () => time.now, false), time);
    return screen;
  };

  test('the step at work has its table, with the time of each state', () => {
    const { lines } = after(60, 24, (display, time) => play(display, time, 2));
    expect(lines).toEqual([
      '▸ 1. Deploy a template                         1:01 virtual',
      '     A remark that is longer than the line that is longer',
      '     than the line that is longer than the line that is',
      '     longer than the line',
      '     resource          state                        virtual',
      '     Resource0         active                          1:01',
      '     Resource1         made                            0:00',
    ]);
  });

  test.each([
    ['done', '✔', (display: Display) => display.end()],
    ['failed', '✘', (display: Display) => display.fail()],
  ])('a step that is %s is one line and what stays', (_what, mark, settle) => {
    const { lines } = after(120, 24, (display, time) => {
      play(display, time, 2);
      settle(display);
      display.line('Afterwards');
    });
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(new RegExp(`^${mark} 1\\. Deploy a template +1:01 virtual$`));
    expect(lines.at(-1)).toBe('Afterwards');
  });

  test('a state of an earlier step has no time', () => {
    const { lines } = after(60, 24, (display, time) => {
      play(display, time, 2);
      display.end();
      time.now += 1000;
      display.begin('Delete everything');
      display.show([{ name: 'Resource1', state: 'deleted' }]);
    });
    expect(lines.slice(-2)).toEqual([
      '     Resource0         active',
      '     Resource1         deleted                         0:00',
    ]);
  });

  test.each([
    [80, 24],
    [40, 10],
    [200, 60],
  ])('nothing is wider or taller than a terminal of %d × %d', (columns, rows) => {
    const screen = after(columns, rows, (display, time) => play(display, time, 40));
    expect(Math.max(...screen.lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(screen.tallest).toBeLessThan(rows);
  });
});

test('in a file, each change of a state is a line with its virtual time', () => {
  let written = '';
  const time = { now: 0 };
  const display = new PlainDisplay({ write: (text) => (written += text) }, () => time.now);
  play(display, time, 2);
  display.end();
  expect(written.split('\n').slice(0, 6)).toEqual([
    '',
    '1. Deploy a template',
    '   [virtual 0:00] Resource0: made',
    '   [virtual 0:00] Resource1: made',
    '   [virtual 1:01] Resource0: active',
    expect.stringMatching(/^   \[virtual 1:01\] A remark/),
  ]);
});
