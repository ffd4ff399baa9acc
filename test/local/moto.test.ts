import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateHostedZoneCommand, ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import { startMoto } from '../../local/moto';
import { eventually } from '../support/eventually';

const ROOT = join(__dirname, '../..');
const { LOCAL_AWS_FORK_SERVER: forkServer, ...withoutForkServer } = process.env;

test.each([
  ['started', withoutForkServer],
  ['forked', process.env],
])('a moto that was %s ends with its parent, even when that is killed', async (_how, env) => {
  const script = `
    const { startMoto } = require(${JSON.stringify(join(ROOT, 'local/moto'))});
    startMoto('us-east-1').then(({ url }) => console.log(url));
    setInterval(() => undefined, 1000);
  `;
  const parent = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface({ input: parent.stdout! }), 'line');
  expect((await fetch(`${url}/moto-api/`)).status).toBe(200);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await eventually('moto no longer answers', () =>
    fetch(`${url}/moto-api/`).then(
      () => false,
      () => true,
    ),
  );
});

test('motos of one fork server know nothing of each other, and draw other identifiers', async () => {
  expect(forkServer).toBeDefined();
  const motos = await Promise.all([startMoto('us-east-1'), startMoto('us-east-1')]);
  try {
    const [one, two] = motos.map(({ clientOptions }) => new Route53Client(clientOptions));
    await one!.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'one' }));
    expect((await one!.send(new ListHostedZonesCommand({}))).HostedZones).toHaveLength(1);
    expect((await two!.send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
    const [vpcOfOne, vpcOfTwo] = await Promise.all(
      motos.map(async ({ clientOptions }) => {
        const { Vpcs } = await new EC2Client(clientOptions).send(new DescribeVpcsCommand({}));
        return Vpcs![0]!.VpcId;
      }),
    );
    expect(vpcOfOne).not.toBe(vpcOfTwo);
  } finally {
    await Promise.all(motos.map((moto) => moto.close()));
  }
});
