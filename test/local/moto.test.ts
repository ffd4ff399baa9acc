import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateHostedZoneCommand, ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import { callMoto } from '../../local/moto/call';
import { startMoto, type Moto } from '../../local/moto';
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

describe('answers that moto remembers', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto('us-east-1');
  });
  afterAll(() => moto.close());

  /** Group names as clients of a Region see them, asked so often that the answer is remembered. */
  async function groups(region = 'us-east-1'): Promise<string[]> {
    const logs = new CloudWatchLogsClient({ ...moto.clientOptions, region });
    let names: string[] = [];
    for (let time = 0; time < 3; time++) {
      const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
      names = logGroups.map(({ logGroupName }) => logGroupName!);
    }
    return names;
  }

  test('are those of a Region, until anything is written or all is forgotten', async () => {
    const logs = new CloudWatchLogsClient(moto.clientOptions);
    expect(await groups()).toEqual([]);
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'one' }));
    expect(await groups()).toEqual(['one']);
    expect(await groups('eu-west-1')).toEqual([]);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: 'one' }));
    await logs.send(new CreateLogGroupCommand({ logGroupName: 'two' }));
    expect(await groups()).toEqual(['two']);
    await moto.reset();
    expect(await groups()).toEqual([]);
  });

  test('do not stand in for those that differ each time', async () => {
    const secrets = { service: 'secretsmanager', targetPrefix: 'secretsmanager' };
    const passwords = new Set<string>();
    for (let time = 0; time < 4; time++) {
      const answer = await callMoto(moto.clientOptions, secrets, 'us-east-1', 'GetRandomPassword', {});
      passwords.add(answer.RandomPassword);
    }
    expect(passwords.size).toBe(4);
  });
});
