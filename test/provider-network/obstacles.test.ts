import { CreateSecurityGroupCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { CreateTargetGroupCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { TAGS } from '../../src/express-service/memory/formats';
import { ownerTagValue } from '../../src/express-service/memory/ownership';
import { serviceGroupName } from '../../src/express-service/sharing/survey';
import { Account, BASE_DOMAIN, type Wish } from './account';

let account: Account;
beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account.close());
beforeEach(() => account.reset());

async function defaultVpc(): Promise<string> {
  const { Vpcs = [] } = await account
    .clients()
    .ec2.send(new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }));
  return Vpcs[0]!.VpcId!;
}

async function addRecord(name: string, type: 'A' | 'AAAA' | 'CNAME' | 'TXT', value: string): Promise<void> {
  const ResourceRecordSet = { Name: name, Type: type, TTL: 60, ResourceRecords: [{ Value: value }] };
  await account.clients().route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: account.hostedZoneId,
      ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet }] },
    }),
  );
}

/** Somebody else's things that stand in the way of the service `one`, and how it is told. */
const OBSTACLES: readonly [string, () => Promise<Wish | void>, object][] = [
  [
    'a security group with the name of its own',
    async () => {
      await account.clients().ec2.send(
        new CreateSecurityGroupCommand({
          GroupName: serviceGroupName(account.identity('one')),
          Description: 'Foreign',
          VpcId: await defaultVpc(),
        }),
      );
    },
    {
      code: 'ResourceConflict',
      propertyPath: 'ServiceName',
      message: expect.stringContaining('security group sg-'),
    },
  ],
  [
    'target groups with the names of its own',
    async () => {
      const VpcId = await defaultVpc();
      const { TargetGroups }: any = await account.apply('one');
      await account.remove('one');
      for (const { name: Name } of TargetGroups.members) {
        await account
          .clients()
          .elasticLoadBalancing.send(
            new CreateTargetGroupCommand({ Name, TargetType: 'ip', Protocol: 'HTTP', Port: 80, VpcId }),
          );
      }
    },
    {
      code: 'ResourceConflict',
      propertyPath: 'ServiceName',
      message: expect.stringContaining('target group express-'),
    },
  ],
  [
    'an address record of its host',
    () => addRecord(`one.${BASE_DOMAIN}`, 'A', '192.0.2.1'),
    { code: 'ResourceConflict', propertyPath: 'DomainName', message: expect.stringContaining('DNS records') },
  ],
  [
    'an IPv6 address record of its host',
    () => addRecord(`one.${BASE_DOMAIN}`, 'AAAA', '2001:db8::1'),
    { code: 'ResourceConflict', propertyPath: 'DomainName', message: expect.stringContaining('DNS records') },
  ],
  [
    'an alias of its host',
    () => addRecord(`one.${BASE_DOMAIN}`, 'CNAME', 'www.example.com'),
    { code: 'ResourceConflict', propertyPath: 'DomainName' },
  ],
  [
    'another service with its host',
    async () => {
      await account.apply('other', { hostName: `one.${BASE_DOMAIN}` });
    },
    {
      code: 'ResourceConflict',
      propertyPath: 'DomainName',
      message: expect.stringContaining('belongs to arn:aws:ecs:us-east-1:123456789012:service/default/other'),
    },
  ],
  [
    'a hosted zone that does not exist',
    async () => ({ hostedZoneId: 'Z00000000000000000000' }),
    {
      code: 'InvalidRequest',
      propertyPath: 'HostedZoneId',
      message: expect.stringContaining('does not exist'),
    },
  ],
  [
    'a hosted zone that does not hold its host',
    async () => {
      const { HostedZone } = await account
        .clients()
        .route53.send(new CreateHostedZoneCommand({ Name: 'example.org', CallerReference: 'other' }));
      return { hostedZoneId: HostedZone!.Id!.replace('/hostedzone/', '') };
    },
    {
      code: 'InvalidRequest',
      propertyPath: 'HostedZoneId',
      message: expect.stringContaining('holds example.org'),
    },
  ],
  [
    'a host name that is too long for a certificate',
    async () => ({ certificate: 'own', hostName: `${'a'.repeat(60)}.${BASE_DOMAIN}` }),
    { code: 'InvalidRequest', propertyPath: 'DomainName', message: expect.stringContaining('64 characters') },
  ],
];

test.each(OBSTACLES)('%s is refused before anything is made', async (_title, prepare, refusal) => {
  const wish = (await prepare()) ?? {};
  const before = await account.left();
  await expect(account.apply('one', wish)).rejects.toMatchObject(refusal);
  expect(account.cost.operations.filter((name) => !/^(Describe|List|Get)/.test(name))).toEqual([]);
  expect(await account.left()).toEqual(before);
});

test.each(OBSTACLES.slice(0, 5))('%s is not touched by a deletion', async (_title, prepare) => {
  await prepare();
  const before = await account.left();
  await account.remove('one');
  expect(await account.left()).toEqual(before);
});

describe('names with capital letters', () => {
  const group = async (GroupName: string, more: object = {}) => {
    const VpcId = await defaultVpc();
    const input = { GroupName, Description: 'Tasks', VpcId, ...more };
    return (await account.clients().ec2.send(new CreateSecurityGroupCommand(input))).GroupId!;
  };

  test('a security group that has the name of former days is kept, and removed', async () => {
    const before = await account.left();
    const Tags = [{ Key: TAGS.owner.key, Value: ownerTagValue(account.identity('CaseApi')) }];
    const id = await group('default/CaseApi/Tasks', {
      TagSpecifications: [{ ResourceType: 'security-group', Tags }],
    });
    const { ServiceSecurityGroup }: any = await account.apply('CaseApi', {
      hostName: `case.${BASE_DOMAIN}`,
    });
    expect(ServiceSecurityGroup).toMatchObject({ id, name: 'default/CaseApi/Tasks' });
    await account.remove('CaseApi');
    expect(await account.left()).toEqual(before);
  });

  test('a group of another case that is there already is told', async () => {
    await group('default/caseapi/TASKS');
    await expect(account.apply('caseapi')).rejects.toMatchObject({
      code: 'ResourceConflict',
      propertyPath: 'ServiceName',
      message: expect.stringMatching(/differs from default\/caseapi\/Tasks at most in upper and lower case/),
    });
  });
});
