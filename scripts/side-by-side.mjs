// Runs commands side by side, as many at once as there are processors. What a command prints is shown when it fails, or when it
// says something all the same. Exit code 1 when any has failed.
//
// Usage: node scripts/side-by-side.mjs "command one" "command two" …
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

const commands = process.argv.slice(2);

/** Whether a command succeeds. */
function run(command) {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    child.on('close', (code) => {
      process.stderr.write(Buffer.concat(output));
      if (code !== 0) process.stderr.write(`failed: ${command}\n`);
      resolve(code === 0);
    });
  });
}

const waiting = [...commands];
let haveAllSucceeded = true;
async function work() {
  for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
    if (!(await run(command))) haveAllSucceeded = false;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work));
process.exitCode = haveAllSucceeded ? 0 : 1;
