import {
  DescribeListenersCommand,
  DescribeTargetGroupsCommand,
  ModifyRuleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { Account, BASE_DOMAIN } from './account';
import { permissionsOf, recordsOf, rulesOf } from './looks';

let account: Account;
beforeAll(async () => {
  account = await Account.open();
});
afterAll(() => account.close());

describe('the first service', () => {
  let made: any;
  beforeAll(async () => {
    await account.reset();
    made = await account.apply('one', { containerPort: 8080, healthCheckPath: '/health' });
  });

  test('gets a load balancer that answers before its name leads there', () => {
    expect(made.LoadBalancer).toMatchObject({
      name: expect.stringMatching(/^ecs-express-[0-9a-f]{10}-1$/),
      scheme: 'internet-facing',
    });
    const { operations } = account.cost;
    expect(operations.at(-1)).toBe('ChangeResourceRecordSets');
    expect(operations.filter((name) => name === 'DescribeLoadBalancers').length).toBeGreaterThan(2);
  });

  test('gets an HTTPS listener with the certificate that was given, and a redirect from HTTP', async () => {
    const { Listeners = [] } = await account
      .clients()
      .elasticLoadBalancing.send(new DescribeListenersCommand({ LoadBalancerArn: made.LoadBalancer.arn }));
    const https = Listeners.find(({ Port }) => Port === 443)!;
    expect(https).toMatchObject({
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
      Certificates: [{ CertificateArn: account.wildcardArn }],
    });
    expect(https.DefaultActions).toMatchObject([
      { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } },
    ]);
    expect(Listeners.find(({ Port }) => Port === 80)!.DefaultActions).toMatchObject([
      { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
    ]);
  });

  test('gets a rule for its host with all weight on the first of two target groups', async () => {
    const [rule, ...others] = await rulesOf(account, made.Listeners.httpsArn);
    expect(others).toEqual([]);
    expect(rule!.Conditions).toMatchObject([
      { Field: 'host-header', HostHeaderConfig: { Values: [`one.${BASE_DOMAIN}`] } },
    ]);
    const [first, second] = made.TargetGroups.arns;
    expect(rule!.Actions![0]!.ForwardConfig!.TargetGroups).toEqual([
      { TargetGroupArn: first, Weight: 1 },
      { TargetGroupArn: second, Weight: 0 },
    ]);
  });

  test('gets target groups with the health check of Express Mode and its own path', async () => {
    const { TargetGroups = [] } = await account
      .clients()
      .elasticLoadBalancing.send(
        new DescribeTargetGroupsCommand({ TargetGroupArns: [...made.TargetGroups.arns] }),
      );
    expect(TargetGroups).toHaveLength(2);
    for (const group of TargetGroups) {
      expect(group).toMatchObject({
        TargetType: 'ip',
        Protocol: 'HTTP',
        HealthCheckPath: '/health',
        HealthCheckIntervalSeconds: 30,
        HealthCheckTimeoutSeconds: 5,
        HealthyThresholdCount: 5,
        UnhealthyThresholdCount: 2,
        Matcher: { HttpCode: '200' },
      });
    }
  });

  test('opens nothing but HTTPS and HTTP to the load balancer and the container port to the tasks', async () => {
    const tasks = made.ServiceSecurityGroup.id;
    const balancer = made.LoadBalancerSecurityGroup.id;
    expect(await permissionsOf(account, balancer)).toEqual({
      ingress: ['443 from 0.0.0.0/0', '443 from ::/0', '80 from 0.0.0.0/0', '80 from ::/0'],
      egress: [`8080 to ${tasks}`],
    });
    expect(await permissionsOf(account, tasks)).toEqual({
      ingress: [`8080 from ${balancer}`],
      egress: ['all to 0.0.0.0/0'],
    });
  });

  test('gets an alias record, and beside it a record that says whose it is', async () => {
    expect(await recordsOf(account)).toEqual([
      `A one.${BASE_DOMAIN}. ${made.LoadBalancer.dnsName}`,
      `TXT _org-ecs-express.one.${BASE_DOMAIN}. "${account.identity('one').serviceArn}"`,
    ]);
  });

  test('is found again from its ARN alone', async () => {
    const { TaskDefinition: _, ...expected } = structuredClone(made);
    expected.LoadBalancer.state = 'active';
    // Looked at before the records were made.
    const read: any = await account.read('one');
    const [{ ipv4 }] = read.DnsRecord.hosts;
    expect(ipv4).toMatchObject({ Type: 'A', AliasTarget: made.DnsRecord.hosts[0].ipv4.AliasTarget });
    expected.DnsRecord = read.DnsRecord;
    expected.HostNames = {
      hosts: [
        {
          host: made.DnsRecord.hosts[0].host,
          state: {
            kind: 'managed',
            isReleased: false,
            records: { ipv4, ownership: expect.objectContaining({ Type: 'TXT' }) },
            beside: [],
          },
        },
      ],
    };
    // A look at what nobody has changed is left out.
    delete expected.TargetGroupSettings.attributes;
    // Without test requests there is no rule to look at.
    delete expected.TestListenerRule;
    expect(read).toEqual(expected);
  });

  test('leaves nothing when it is deleted', async () => {
    await account.remove('one');
    expect(await account.left()).toEqual([]);
    expect(await account.read('one')).toEqual({});
  });
});

describe('an update', () => {
  beforeEach(() => account.reset());

  const READS = /^(Describe|List|Get)/;

  test('that changes nothing writes nothing', async () => {
    await account.apply('one');
    await account.apply('one');
    expect(account.cost.operations.filter((name) => !READS.test(name))).toEqual([]);
  });

  test('of the port opens the new one and closes the old one', async () => {
    const before: any = await account.apply('one', { containerPort: 8080 });
    const after: any = await account.apply('one', { containerPort: 9090 });
    expect(await permissionsOf(account, after.LoadBalancerSecurityGroup.id)).toMatchObject({
      egress: [`9090 to ${before.ServiceSecurityGroup.id}`],
    });
    expect(await permissionsOf(account, after.ServiceSecurityGroup.id)).toMatchObject({
      ingress: [`9090 from ${after.LoadBalancerSecurityGroup.id}`],
    });
    const { operations } = account.cost;
    expect(operations.lastIndexOf('AuthorizeSecurityGroupIngress')).toBeLessThan(
      operations.indexOf('RevokeSecurityGroupIngress'),
    );
  });

  test('of the health check path changes both target groups', async () => {
    await account.apply('one');
    await account.apply('one', { healthCheckPath: '/ready' });
    const { TargetGroups }: any = await account.read('one');
    expect(TargetGroups.members.map((member: any) => member.healthCheck.HealthCheckPath)).toEqual([
      '/ready',
      '/ready',
    ]);
  });

  test('of the host leaves nothing of the old one, and the weights as ECS has set them', async () => {
    const before: any = await account.apply('one');
    const [first, second] = before.TargetGroups.arns;
    const weights = [
      { TargetGroupArn: first, Weight: 95 },
      { TargetGroupArn: second, Weight: 5 },
    ];
    await account.clients().elasticLoadBalancing.send(
      new ModifyRuleCommand({
        RuleArn: before.ListenerRule.arn,
        Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: weights } }],
      }),
    );

    await account.apply('one', { hostName: `other.${BASE_DOMAIN}` });
    const read: any = await account.read('one');
    expect(read.ServiceSecurityGroup.hosts).toEqual([
      { hostName: `other.${BASE_DOMAIN}`, hostedZoneId: account.hostedZoneId },
    ]);
    expect(read.ListenerRule).toMatchObject({
      arn: before.ListenerRule.arn,
      hostNames: [`other.${BASE_DOMAIN}`],
    });
    const [rule] = await rulesOf(account, read.Listeners.httpsArn);
    expect(rule!.Actions![0]!.ForwardConfig!.TargetGroups).toEqual(weights);
    expect((await recordsOf(account)).map((record) => record.split(' ')[1])).toEqual([
      `other.${BASE_DOMAIN}.`,
      `_org-ecs-express.other.${BASE_DOMAIN}.`,
    ]);
    await account.remove('one');
    expect(await account.left()).toEqual([]);
  });

  test('of the tags sets and removes the author’s, and leaves those of others', async () => {
    await account.apply('one', { tags: { team: 'a', old: '1' } });
    await account.apply('one', { tags: { team: 'b' }, removedTagKeys: ['old'] });
    const read: any = await account.read('one');
    for (const { tags } of [read.ServiceSecurityGroup, read.ListenerRule, ...read.TargetGroups.members]) {
      expect(tags).toMatchObject({
        team: 'b',
        'org-ecs-express:service': account.identity('one').serviceArn,
      });
      expect(tags).not.toHaveProperty('old');
    }
  });
});
