import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(__dirname, '../..');

test('moto ends with its parent, even when that is killed', async () => {
  const script = `
    const { startMoto } = require(${JSON.stringify(join(ROOT, 'local/moto'))});
    startMoto('us-east-1').then(({ url }) => console.log(url));
    setInterval(() => undefined, 1000);
  `;
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface({ input: parent.stdout! }), 'line');
  expect((await fetch(`${url}/moto-api/`)).status).toBe(200);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  const answers = () =>
    fetch(`${url}/moto-api/`).then(
      () => true,
      () => false,
    );
  while (await answers()) await new Promise((resolve) => setTimeout(resolve, 20));
});
