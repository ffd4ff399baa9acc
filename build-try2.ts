import { startMoto } from './local/moto';
import { putObject } from './local/cloudformation/s3';
async function main() {
  const m = await startMoto('us-east-1');
  const u = await putObject(m.url, 'hook-payloads', 'abc', '{"x":1}');
  const a = await fetch(u); console.log(u, a.status, await a.text());
  await m.close();
}
main();
