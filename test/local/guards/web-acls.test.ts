/** What AWS WAF says of web ACLs whose rules name IP sets, and of changes that meet. */
import {
  CreateIPSetCommand,
  CreateWebACLCommand,
  DeleteIPSetCommand,
  GetIPSetCommand,
  GetWebACLCommand,
  UpdateIPSetCommand,
  UpdateWebACLCommand,
  type Rule,
} from '@aws-sdk/client-wafv2';
import { aws, useLocalAws, waf } from './fixture';

useLocalAws();

const Scope = 'REGIONAL' as const;
const visibility = (MetricName: string) => ({
  SampledRequestsEnabled: false,
  CloudWatchMetricsEnabled: false,
  MetricName,
});
const settings = { Scope, DefaultAction: { Allow: {} }, VisibilityConfig: visibility('acl') };

async function ipSet(Name: string) {
  const { Summary } = await waf.send(
    new CreateIPSetCommand({ Scope, Name, IPAddressVersion: 'IPV4', Addresses: ['192.0.2.0/24'] }),
  );
  return Summary!;
}

async function webAcl(...Rules: Rule[]) {
  const { Summary } = await waf.send(new CreateWebACLCommand({ ...settings, Name: 'acl', Rules }));
  return { Name: 'acl', Id: Summary!.Id!, LockToken: Summary!.LockToken! };
}

const naming = (ARN: string | undefined): Rule => ({
  Name: 'rule',
  Priority: 0,
  Action: { Block: {} },
  Statement: { IPSetReferenceStatement: { ARN } },
  VisibilityConfig: visibility('rule'),
});

test('an IP set that is new cannot be named for a while', async () => {
  const { ARN } = await ipSet('new');
  const acl = await webAcl();
  const update = () => waf.send(new UpdateWebACLCommand({ ...settings, ...acl, Rules: [naming(ARN)] }));
  await expect(update()).rejects.toMatchObject({ name: 'WAFUnavailableEntityException' });
  await aws.clock.advance(20_000);
  await update();
});

test('or can be at once', async () => {
  aws.answers.give({ 'wafv2.new-ip-set-unavailable': false });
  await webAcl(naming((await ipSet('new')).ARN));
});

test('one that is not there cannot be named', async () => {
  const ARN = 'arn:aws:wafv2:us-east-1:123456789012:regional/ipset/none/01234567-89ab-cdef-0123-456789abcdef';
  await expect(webAcl(naming(ARN))).rejects.toMatchObject({ name: 'WAFNonexistentItemException' });
});

test('two of one name cannot be there', async () => {
  await webAcl();
  await expect(webAcl()).rejects.toMatchObject({ name: 'WAFDuplicateItemException' });
  await ipSet('one');
  await expect(ipSet('one')).rejects.toMatchObject({ name: 'WAFDuplicateItemException' });
});

test('one that a rule names cannot be deleted', async () => {
  const { ARN, Id, Name, LockToken } = await ipSet('used');
  await aws.clock.advance(20_000);
  const acl = await webAcl(naming(ARN));
  const deletion = () => waf.send(new DeleteIPSetCommand({ Scope, Id, Name, LockToken }));
  await expect(deletion()).rejects.toMatchObject({ name: 'WAFAssociatedItemException' });
  await waf.send(new UpdateWebACLCommand({ ...settings, ...acl, Rules: [] }));
  const { WebACL } = await waf.send(new GetWebACLCommand({ Scope, Name: acl.Name, Id: acl.Id }));
  expect(WebACL!.Rules).toEqual([]);
  await deletion();
});

test('a lock token counts for one change', async () => {
  const acl = await webAcl();
  await waf.send(new UpdateWebACLCommand({ ...settings, ...acl, Rules: [] }));
  await expect(waf.send(new UpdateWebACLCommand({ ...settings, ...acl, Rules: [] }))).rejects.toMatchObject({
    name: 'WAFOptimisticLockException',
  });
  const { Id, Name, LockToken } = await ipSet('set');
  const change = () => waf.send(new UpdateIPSetCommand({ Scope, Id, Name, LockToken, Addresses: [] }));
  await change();
  await expect(change()).rejects.toMatchObject({ name: 'WAFOptimisticLockException' });
  const { IPSet } = await waf.send(new GetIPSetCommand({ Scope, Id, Name }));
  expect(IPSet!.Addresses).toEqual([]);
});
