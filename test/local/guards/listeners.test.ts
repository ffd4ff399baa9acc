import { RequestCertificateCommand } from '@aws-sdk/client-acm';
import {
  AddListenerCertificatesCommand,
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeRulesCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  RemoveListenerCertificatesCommand,
  SetRulePrioritiesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { NOT_FOUND, acm, elb, issuedCertificate, listener, loadBalancer, rule, useLocalAws } from './fixture';

useLocalAws();

describe('listeners', () => {
  test('the same creation again returns the existing listener; another on the port is refused', async () => {
    const arn = await loadBalancer();
    const made = await listener(arn);
    expect(await listener(arn)).toBe(made);
    await expect(
      listener(arn, { DefaultActions: [{ ...NOT_FOUND, FixedResponseConfig: { StatusCode: '503' } }] }),
    ).rejects.toMatchObject({ name: 'DuplicateListenerException' });
    const other = await listener(arn, { Port: 81 });
    await expect(elb.send(new ModifyListenerCommand({ ListenerArn: other, Port: 80 }))).rejects.toMatchObject(
      { name: 'DuplicateListenerException' },
    );
  });

  test('HTTPS needs one certificate, which ACM has issued', async () => {
    const arn = await loadBalancer();
    const https = (...certificates: string[]) =>
      listener(arn, {
        Protocol: 'HTTPS',
        Port: 443,
        Certificates: certificates.map((CertificateArn) => ({ CertificateArn })),
      });
    await expect(https()).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('A certificate must be specified'),
    });
    const unknown = 'arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000';
    await expect(https(unknown)).rejects.toMatchObject({ name: 'CertificateNotFoundException' });
    const { CertificateArn } = await acm.send(
      new RequestCertificateCommand({ DomainName: 'a.example.com', ValidationMethod: 'DNS' }),
    );
    await expect(https(CertificateArn!)).rejects.toMatchObject({
      name: 'UnsupportedCertificate',
      message: expect.stringContaining('its status is PENDING_VALIDATION'),
    });
    const issued = await issuedCertificate('b.example.com');
    await expect(https(issued, issued)).rejects.toMatchObject({
      message: expect.stringContaining('Up to 1 certificates'),
    });
    expect(await https(issued)).toContain(':listener/app/alb/');
    await expect(listener(arn, { Certificates: [{ CertificateArn: issued }] })).rejects.toMatchObject({
      name: 'InvalidConfigurationRequestException',
    });
  });

  test('further certificates: once each, within the quota, and never instead of the default', async () => {
    const [standard, one, two, three] = [
      await issuedCertificate('a.example.com'),
      await issuedCertificate('b.example.com'),
      await issuedCertificate('c.example.com'),
      await issuedCertificate('d.example.com'),
    ];
    const certificates = (...arns: string[]) => arns.map((CertificateArn) => ({ CertificateArn }));
    const ListenerArn = await listener(await loadBalancer(), {
      Protocol: 'HTTPS',
      Port: 443,
      Certificates: certificates(standard),
    });
    const present = async () =>
      (await elb.send(new DescribeListenerCertificatesCommand({ ListenerArn }))).Certificates!.map(
        ({ CertificateArn }) => CertificateArn,
      );
    for (const arn of [one, two, two])
      await elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates: certificates(arn) }));
    expect(await present()).toEqual([standard, one, two]);
    await expect(
      elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates: certificates(three) })),
    ).rejects.toMatchObject({ name: 'TooManyCertificatesException' });
    await expect(
      elb.send(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates: certificates(standard) })),
    ).rejects.toMatchObject({ name: 'OperationNotPermittedException' });
    await elb.send(new ModifyListenerCommand({ ListenerArn, Certificates: certificates(one) }));
    expect(await present()).toEqual([one, two]);
    const [shown] = (await elb.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn] })))
      .Listeners!;
    expect(shown!.Certificates).toEqual(certificates(one));
  });
});

describe('rules', () => {
  test.each([0, 50_001])('priority %d is refused', async (priority) => {
    const made = await listener(await loadBalancer());
    await expect(rule(made, priority)).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('a priority is used once', async () => {
    const made = await listener(await loadBalancer());
    await rule(made, 1);
    await expect(rule(made, 1)).rejects.toMatchObject({ name: 'PriorityInUseException' });
  });

  test('the quota counts the rules of all listeners of a load balancer, default rules apart', async () => {
    const arn = await loadBalancer();
    const [one, other] = [await listener(arn), await listener(arn, { Port: 81 })];
    await rule(one, 1);
    await rule(one, 2);
    await rule(other, 1);
    await expect(rule(other, 2)).rejects.toMatchObject({ name: 'TooManyRulesException' });
  });

  test('at most five condition values', async () => {
    const ListenerArn = await listener(await loadBalancer());
    const Conditions = [
      { Field: 'host-header', HostHeaderConfig: { Values: ['a', 'b', 'c', 'd', 'e', 'f'] } },
    ];
    await expect(
      elb.send(new CreateRuleCommand({ ListenerArn, Priority: 1, Conditions, Actions: [NOT_FOUND] })),
    ).rejects.toMatchObject({ message: "A rule can only have '5' condition values" });
  });

  test('conditions by regular expressions are described as they were given, whatever else changes', async () => {
    const ListenerArn = await listener(await loadBalancer());
    const Conditions = [
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'Cookie', RegexValues: ['^a=1$', 'b='] } },
      { Field: 'path-pattern', PathPatternConfig: { RegexValues: ['^/v[12]/'] } },
      { Field: 'host-header', HostHeaderConfig: { Values: ['a.example.com'] } },
    ];
    const made = await elb.send(
      new CreateRuleCommand({ ListenerArn, Priority: 1, Conditions, Actions: [NOT_FOUND] }),
    );
    const { RuleArn } = made.Rules![0]!;
    const moved = await elb.send(new ModifyRuleCommand({ RuleArn, Actions: [NOT_FOUND] }));
    const described = await elb.send(new DescribeRulesCommand({ RuleArns: [RuleArn!] }));
    for (const { Rules } of [made, moved, described]) expect(Rules![0]!.Conditions).toMatchObject(Conditions);
    const [, , plain] = Conditions;
    const changed = await elb.send(new ModifyRuleCommand({ RuleArn, Conditions: [plain!] }));
    expect(changed.Rules![0]!.Conditions).toMatchObject([plain!]);
  });

  test('the default rule can be neither modified nor deleted; a rule that is gone is not found', async () => {
    const ListenerArn = await listener(await loadBalancer());
    const { RuleArn } = (await elb.send(new DescribeRulesCommand({ ListenerArn }))).Rules![0]!;
    await expect(elb.send(new DeleteRuleCommand({ RuleArn }))).rejects.toMatchObject({
      name: 'OperationNotPermittedException',
    });
    await expect(elb.send(new ModifyRuleCommand({ RuleArn, Actions: [NOT_FOUND] }))).rejects.toMatchObject({
      name: 'OperationNotPermittedException',
    });
    const made = await rule(ListenerArn, 1);
    await elb.send(new DeleteRuleCommand({ RuleArn: made }));
    await expect(elb.send(new DeleteRuleCommand({ RuleArn: made }))).rejects.toMatchObject({
      name: 'RuleNotFoundException',
    });
  });

  test('two rules can change places, but not take the place of a third', async () => {
    const ListenerArn = await listener(await loadBalancer());
    const [one, two] = [await rule(ListenerArn, 1), await rule(ListenerArn, 2)];
    await rule(ListenerArn, 3);
    const move = (...pairs: [string, number][]) =>
      elb.send(
        new SetRulePrioritiesCommand({
          RulePriorities: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })),
        }),
      );
    await move([one, 2], [two, 1]);
    const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [one] }));
    expect(Rules![0]!.Priority).toBe('2');
    await expect(move([one, 3])).rejects.toMatchObject({ name: 'PriorityInUseException' });
  });
});
