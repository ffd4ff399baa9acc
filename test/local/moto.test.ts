import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { CreateHostedZoneCommand, ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import { callMoto } from '../../local/moto/call';
import { startMoto, type Moto } from '../../local/moto';
import { purposeOf, RememberedAnswers, type MotoAnswer } from '../../local/moto/remembered-answers';
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

/** A request in the query protocol. */
const request = (service: string, operation: string) => ({
  method: 'POST',
  path: '/',
  headers: { authorization: `AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/${service}/aws4_request` },
  body: `Action=${operation}&Version=2016-11-15`,
});

describe('answers of moto that are remembered', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto('us-east-1');
  });
  afterAll(() => moto.close());

  const makes = (GroupName: string) => new CreateSecurityGroupCommand({ GroupName, Description: GroupName });

  /** Names of security groups as clients of a Region see them each of the times that they ask. */
  async function groups(region = 'us-east-1'): Promise<string[]> {
    const ec2 = new EC2Client({ ...moto.clientOptions, region });
    const seen: string[] = [];
    for (let time = 0; time < 3; time++) {
      const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
      seen.push(SecurityGroups.map(({ GroupName }) => GroupName).join());
    }
    expect(new Set(seen).size).toBe(1);
    return seen[0]!.split(',');
  }

  test('are those of a Region, until anything is written or all is forgotten', async () => {
    const ec2 = new EC2Client(moto.clientOptions);
    expect(await groups()).toEqual(['default']);
    await ec2.send(makes('one'));
    expect(await groups()).toEqual(['default', 'one']);
    expect(await groups('eu-west-1')).toEqual(['default']);
    await ec2.send(new DeleteSecurityGroupCommand({ GroupName: 'one' }));
    await ec2.send(makes('two'));
    expect(await groups()).toEqual(['default', 'two']);
    await moto.reset();
    expect(await groups()).toEqual(['default']);
  });

  test('leave out those that were under way while something was written', async () => {
    const answers = new RememberedAnswers();
    const give = (text: string) => async () => ({ status: 200, headers: {}, body: Buffer.from(text) });
    const ask = async (purpose: ReturnType<typeof purposeOf>, answer: () => Promise<MotoAnswer>) =>
      String(
        (
          await answers.to(
            purpose,
            answer,
            (given) => given,
            (given) => given,
          )
        ).body,
      );
    const reads = purposeOf(request('ec2', 'DescribeVpcs'));
    const before = ask(reads, async () => {
      await ask(purposeOf(request('ec2', 'CreateVpc')), give('made'));
      return give('none')();
    });
    expect(await before).toBe('none');
    expect(await ask(reads, give('one'))).toBe('one');
    // Remembered, whatever happens in services that do not show in it.
    await ask(purposeOf(request('elasticloadbalancing', 'CreateRule')), give('made'));
    await ask(purposeOf(request('events', 'PutEvents')), give('put'));
    expect(await ask(reads, give('other'))).toBe('one');
    await ask(purposeOf(request('cloudformation', 'CreateStack')), give('made'));
    expect(await ask(reads, give('two'))).toBe('two');
  });

  test('are asked for twice where something may be under way', async () => {
    const answers = new RememberedAnswers();
    const reads = purposeOf(request('elasticloadbalancing', 'DescribeLoadBalancers'));
    const seen: string[] = [];
    for (const state of ['provisioning', 'active', 'active', 'never asked for']) {
      const answer = async (): Promise<MotoAnswer> => ({
        status: 200,
        headers: {},
        body: Buffer.from(state),
      });
      seen.push(
        String(
          (
            await answers.to(
              reads,
              answer,
              (given) => given,
              (given) => given,
            )
          ).body,
        ),
      );
    }
    expect(seen).toEqual(['provisioning', 'active', 'active', 'active']);
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
