/** Each example as its reader uses it: deployed by CloudFormation, requested through the load balancer, deleted. */
import {
  ApplicationAutoScalingClient,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudControlClient, GetResourceCommand } from '@aws-sdk/client-cloudcontrol';
import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { DescribeManagedPrefixListsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  GetWebACLCommand,
  ListWebACLsCommand,
  UpdateWebACLCommand,
  WAFV2Client,
} from '@aws-sdk/client-wafv2';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseTemplate } from '../../local/cloudformation/template/parse';
import { GOVERNANCE_FUNCTION } from '../../local/extension/repository';
import { requestHost } from '../../local/http-request';
import { SOURCE_IP_HEADER } from '../../local/load-balancer/client-request';
import { callMoto, SECRETS_MANAGER } from '../../local/moto/call';
import { callGrpc } from '../support/http2-request';
import type { StackAccount } from '../support/stack-account';
import { TYPE_NAME } from '../support/account';
import { described, EXAMPLES, openPlatform, OWN_DOMAIN, servicesOf, type Platform } from './platform';

const ROOT = join(__dirname, '..', '..');

/** A deployed example. */
interface Deployed {
  readonly host: string;
  /** ARNs of its services, by logical id. */
  readonly services: Readonly<Record<string, string>>;
}

/** How an example is deployed, and how it shows its capability. */
interface Row {
  /** Resources that the local AWS does not make. */
  readonly without?: readonly string[];
  readonly parameters?: (platform: Platform) => Record<string, string>;
  readonly shows: (deployed: Deployed) => Promise<void>;
}

let account: StackAccount;
let platform: Platform;
/** What is in AWS Secrets Manager, and the prefix list of Amazon CloudFront. */
const ORIGIN_SECRET = '0123456789abcdef0123456789abcdef';
let cloudFront: string;
beforeAll(async () => {
  ({ account, platform } = await openPlatform());
  const { registry } = account.aws;
  const { privateSubnets: Subnets, publicSubnets: LoadBalancerSubnets } = platform;
  registry.setTypeConfiguration(TYPE_NAME, {
    ...registry.typeConfiguration(TYPE_NAME),
    NetworkProfiles: [{ Name: 'private', Subnets, LoadBalancerSubnets }],
  });
  const { endpoint } = account.aws.clientOptions();
  const secret = { Name: 'shop-origin', SecretString: ORIGIN_SECRET };
  await callMoto({ endpoint }, SECRETS_MANAGER, 'us-east-1', 'CreateSecret', secret);
  const ec2 = new EC2Client(account.aws.clientOptions());
  const Values = ['com.amazonaws.global.cloudfront.origin-facing'];
  const { PrefixLists } = await ec2.send(
    new DescribeManagedPrefixListsCommand({ Filters: [{ Name: 'prefix-list-name', Values }] }),
  );
  cloudFront = PrefixLists![0]!.PrefixListId!;
});
afterAll(() => account?.close());

async function get(host: string, path = '/') {
  const { status, body } = await requestHost(account.aws.dataPlaneUrl, host, { path });
  return { status, image: status === 200 ? JSON.parse(body).image : undefined };
}

/** By hand: a rule of the only web ACL counts what it matches. */
async function countInsteadOfBlocking(ending: string): Promise<void> {
  const waf = new WAFV2Client(account.aws.clientOptions());
  const { WebACLs } = await waf.send(new ListWebACLsCommand({ Scope: 'REGIONAL' }));
  const key = { Scope: 'REGIONAL', Name: WebACLs![0]!.Name, Id: WebACLs![0]!.Id } as const;
  const { WebACL, LockToken } = await waf.send(new GetWebACLCommand(key));
  const { DefaultAction, VisibilityConfig, CustomResponseBodies, Rules } = WebACL!;
  const changed = Rules!.map((rule) =>
    rule.Name!.endsWith(ending) ? { ...rule, Action: { Count: {} } } : rule,
  );
  expect(changed).not.toEqual(Rules);
  const others = { DefaultAction, VisibilityConfig, CustomResponseBodies, LockToken };
  await waf.send(new UpdateWebACLCommand({ ...key, ...others, Rules: changed }));
  waf.destroy();
}

const describeOnly = ({ services }: Deployed) => described(account, Object.values(services)[0]!);

const ROWS: Readonly<Record<string, Row>> = {
  'own-roles.yml': {
    async shows(deployed) {
      const { service, taskDefinition } = await describeOnly(deployed);
      const { advancedConfiguration } = service.loadBalancers![0]!;
      for (const arn of [taskDefinition.executionRoleArn, advancedConfiguration!.roleArn])
        expect(arn).toMatch(/:role\/own-roles-/);
      expect(await get(deployed.host)).toMatchObject({ status: 200 });
    },
  },
  'custom-domain.yml': {
    parameters: ({ hostedZoneId }) => ({ DomainName: `shop.${OWN_DOMAIN}`, HostedZoneId: hostedZoneId }),
    async shows({ host }) {
      expect(host).toBe(`shop.${OWN_DOMAIN}`);
      expect(await get(host)).toMatchObject({ status: 200 });
      expect(await get(`www.shop.${OWN_DOMAIN}`)).toMatchObject({ status: 200 });
    },
  },
  'private-tasks-public-load-balancer.yml': {
    parameters: ({ privateSubnets, publicSubnets }) => ({
      PrivateSubnets: privateSubnets.join(),
      PublicSubnets: publicSubnets.join(),
    }),
    async shows(deployed) {
      const { privateSubnets } = platform;
      const { service } = await describeOnly(deployed);
      const { subnets, assignPublicIp } = service.networkConfiguration!.awsvpcConfiguration!;
      expect({ subnets: [...subnets!].sort(), assignPublicIp }).toEqual({
        subnets: [...privateSubnets].sort(),
        assignPublicIp: 'DISABLED',
      });
      const balancing = new ElasticLoadBalancingV2Client(account.aws.clientOptions());
      const { LoadBalancers = [] } = await balancing.send(new DescribeLoadBalancersCommand({}));
      const made = LoadBalancers.filter(({ LoadBalancerName }) => !LoadBalancerName!.startsWith('platform'));
      expect(made).toMatchObject([{ Scheme: 'internet-facing' }]);
      expect(await get(deployed.host)).toMatchObject({ status: 200 });
    },
  },
  'network-profile.yml': {
    async shows(deployed) {
      const { service } = await describeOnly(deployed);
      const { subnets, assignPublicIp } = service.networkConfiguration!.awsvpcConfiguration!;
      expect({ subnets: subnets!.toSorted(), assignPublicIp }).toEqual({
        subnets: platform.privateSubnets.toSorted(),
        assignPublicIp: 'DISABLED',
      });
      expect(await get(deployed.host)).toMatchObject({ status: 200 });
    },
  },
  'public-and-internal.yml': {
    parameters: ({ privateSubnets, publicSubnets }) => ({
      PrivateSubnets: privateSubnets.join(),
      PublicSubnets: publicSubnets.join(),
    }),
    async shows({ host }) {
      expect(await get(host)).toMatchObject({ status: 200 });
      const internal = host.replace('.', '-internal.');
      const from = (address: string) =>
        requestHost(account.aws.dataPlaneUrl, internal, { headers: { [SOURCE_IP_HEADER]: address } });
      expect(await from('10.0.0.7')).toMatchObject({ status: 200 });
      await expect(from('203.0.113.7')).rejects.toThrow('socket hang up');
    },
  },
  'cloudfront.yml': {
    // The local CloudFormation makes no distributions: the test plays CloudFront.
    without: ['Distribution', 'Record'],
    parameters: ({ hostedZoneId }) => ({
      DomainName: `www.${OWN_DOMAIN}`,
      HostedZoneId: hostedZoneId,
      CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/edge',
      WebAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1',
      CloudFrontPrefixListId: cloudFront,
    }),
    async shows({ host }) {
      const from = async (address: string, secret?: string) => {
        const headers = { [SOURCE_IP_HEADER]: address, ...(secret && { 'x-origin-verify': secret }) };
        return (await requestHost(account.aws.dataPlaneUrl, host, { headers })).status;
      };
      const [edge, elsewhere] = ['13.124.199.7', '203.0.113.7'];
      expect(await from(edge, ORIGIN_SECRET)).toBe(200);
      // Another distribution.
      expect(await from(edge)).toBe(404);
      expect(await from(edge, 'a-secret-of-somebody-else')).toBe(404);
      await expect(from(elsewhere, ORIGIN_SECRET)).rejects.toThrow('socket hang up');
    },
  },
  'web-acl.yml': {
    async shows({ host }) {
      const from = async (address: string) => {
        const headers = { [SOURCE_IP_HEADER]: address };
        const { status, body } = await requestHost(account.aws.dataPlaneUrl, host, { headers });
        return status === 200 ? status : `${status} ${body}`;
      };
      const page = '403 <h1>This shop does not answer you</h1>';
      const [blocked, other] = ['192.0.2.7', '203.0.113.7'];
      expect([await from(blocked), await from(other)]).toEqual([page, 200]);
      await countInsteadOfBlocking('-rate');
      const update = (parameters: Record<string, string>) =>
        account.deploy('web-acl', { template: 'web-acl.yml', parameters });
      // What was changed by hand stays.
      const narrow = { BlockedCidrs: '203.0.113.0/24', RequestsInFiveMinutes: '10' };
      expect(await update(narrow)).toMatchObject({ status: 'UPDATE_COMPLETE', reasons: {} });
      expect([await from(blocked), await from(other)]).toEqual([200, page]);
      for (let count = 0; count < 20; count += 1) expect(await from(blocked)).toBe(200);
    },
  },
  'sidecar.yml': {
    async shows(deployed) {
      const { taskDefinition } = await describeOnly(deployed);
      expect(taskDefinition.containerDefinitions).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            name: 'Main',
            dependsOn: [{ containerName: 'proxy', condition: 'START' }],
          }),
          expect.objectContaining({ name: 'proxy', essential: false }),
        ]),
      );
      expect(await get(deployed.host)).toMatchObject({ status: 200 });
    },
  },
  'efs.yml': {
    parameters: ({ vpc, privateSubnets: [FirstSubnet, SecondSubnet] }) => ({
      Vpc: vpc,
      FirstSubnet: FirstSubnet!,
      SecondSubnet: SecondSubnet!,
    }),
    async shows(deployed) {
      const { taskDefinition } = await describeOnly(deployed);
      expect(taskDefinition.volumes).toEqual([
        {
          name: 'uploads',
          efsVolumeConfiguration: expect.objectContaining({
            fileSystemId: expect.stringMatching(/^fs-/),
            transitEncryption: 'ENABLED',
            authorizationConfig: { iam: 'ENABLED' },
          }),
        },
      ]);
      expect(taskDefinition.containerDefinitions![0]!.mountPoints).toEqual([
        expect.objectContaining({
          sourceVolume: 'uploads',
          containerPath: '/usr/local/apache2/htdocs/uploads',
        }),
      ]);
      expect(await get(deployed.host)).toMatchObject({ status: 200 });
    },
  },
  'spot.yml': {
    async shows(deployed) {
      const { service } = await describeOnly(deployed);
      expect(service.capacityProviderStrategy).toEqual(
        expect.arrayContaining([
          { capacityProvider: 'FARGATE', base: 1, weight: 1 },
          { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 3 },
        ]),
      );
      expect(await get(deployed.host)).toMatchObject({ status: 200 });
    },
  },
  'grpc.yml': {
    parameters: () => ({ Image: 'example/greeter:grpc' }),
    async shows({ host }) {
      expect(await callGrpc(account.aws.dataPlaneUrl, host, '/helloworld.Greeter/SayHello')).toMatchObject({
        status: 200,
        grpcStatus: 0,
      });
    },
  },
  'own-load-balancer.yml': {
    parameters: ({ listenerArn, publicSubnets, hostedZoneId }) => ({
      ListenerArn: listenerArn,
      Subnets: publicSubnets.join(),
      DomainName: `orders.${OWN_DOMAIN}`,
      HostedZoneId: hostedZoneId,
    }),
    async shows({ host }) {
      expect(await get(host)).toMatchObject({ status: 200 });
      const balancing = new ElasticLoadBalancingV2Client(account.aws.clientOptions());
      const { LoadBalancers } = await balancing.send(new DescribeLoadBalancersCommand({}));
      expect(LoadBalancers).toHaveLength(1);
    },
  },
  'path-routing.yml': {
    parameters: ({ hostedZoneId }) => ({ DomainName: `shop.${OWN_DOMAIN}`, HostedZoneId: hostedZoneId }),
    async shows({ host, services }) {
      expect(Object.keys(services).sort()).toEqual(['Api', 'Web']);
      expect((await get(host)).image).toMatch(/httpd/);
      expect((await get(host, '/api/orders')).image).toMatch(/nginx/);
      expect((await get(host, '/apiary')).image).toMatch(/httpd/);
    },
  },
};

/** Examples that nobody requests. */
const WORKERS: Readonly<Record<string, Row>> = {
  'worker.yml': {
    async shows(deployed) {
      const { service } = await describeOnly(deployed);
      expect(service).toMatchObject({
        runningCount: 1,
        loadBalancers: [],
        deploymentConfiguration: { strategy: 'BLUE_GREEN', alarms: { alarmNames: ['letters-wait'] } },
      });
      const scaling = new ApplicationAutoScalingClient(account.aws.clientOptions());
      const { ScalingPolicies } = await scaling.send(
        new DescribeScalingPoliciesCommand({ ServiceNamespace: 'ecs' }),
      );
      expect(JSON.stringify(ScalingPolicies)).toContain('"QueueName","Value":"letters"');
    },
  },
};

/** Examples that other tests deploy, and where. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'hello.yml': 'test/examples/hello.test.ts',
  'roles.yml': 'test/support/stack-account.ts, for all rows',
  'governance-hook.yml': 'below',
  'two-regions.yml': 'test/examples/two-regions.test.ts',
  'versions.yml': 'test/examples/versions.test.ts',
  'video-archive': 'test/examples/video-archive.test.ts',
};

test('every example is deployed by a test', () => {
  expect(readdirSync(EXAMPLES).sort()).toEqual([ROWS, WORKERS, ELSEWHERE].flatMap(Object.keys).sort());
});

test('none is refused by the rules of the organisation', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(ROOT, 'hooks', 'bin', 'org-ecs.js'), 'check', 'examples/'],
    { cwd: ROOT },
  );
  expect(stdout).toMatch(/profile org-default: 0 refused/);
});

test('the first template of README.md makes a service with the attributes that are named there', async () => {
  const [, section] = readFileSync(join(ROOT, 'README.md'), 'utf8').split('## Your first template\n');
  const [, template] = /```yaml\n([^]*?)```/.exec(section!)!;
  const attributes = new Set(section!.split('\n## ')[0]!.match(/(?<=`Shop\.)\w+(?=`)/g));
  try {
    const deployed = await account.create('first', { template: template! });
    expect(deployed).toMatchObject({ status: 'CREATE_COMPLETE', reasons: {} });
    expect(await get(new URL(deployed.outputs.Endpoint!).host)).toMatchObject({ status: 200 });
    const { ResourceDescription } = await new CloudControlClient(account.aws.clientOptions()).send(
      new GetResourceCommand({ TypeName: 'Org::ECS::ExpressService', Identifier: deployed.resources.Shop }),
    );
    expect(Object.keys(JSON.parse(ResourceDescription!.Properties!))).toEqual(
      expect.arrayContaining([...attributes]),
    );
    expect(attributes.size).toBeGreaterThan(5);
  } finally {
    expect(await account.clear()).toEqual([]);
  }
});

/** The text of an example, but for some of its resources. */
function templateWithout(file: string, names: readonly string[]): string {
  const template = parseTemplate(readFileSync(join(EXAMPLES, file), 'utf8'));
  expect(Object.keys(template.Resources)).toEqual(expect.arrayContaining([...names]));
  const left = Object.entries(template.Resources).filter(([name]) => !names.includes(name));
  return JSON.stringify({ ...template, Resources: Object.fromEntries(left) });
}

test.each(Object.entries({ ...ROWS, ...WORKERS }))('%s', async (file, { parameters, without, shows }) => {
  const name = file.replace('.yml', '');
  try {
    const deployed = await account.create(name, {
      template: without ? templateWithout(file, without) : file,
      parameters: parameters?.(platform),
    });
    expect(deployed).toMatchObject({ status: 'CREATE_COMPLETE', reasons: {} });
    const { Endpoint } = deployed.outputs;
    await shows({ host: Endpoint ? new URL(Endpoint).host : '', services: servicesOf(deployed) });
  } finally {
    expect(await account.clear()).toEqual([]);
  }
});

test('governance-hook.yml', async () => {
  const { lambda, registry } = account.aws;
  await account.create('governance', {
    template: 'governance-hook.yml',
    parameters: { GovernanceFunctionArn: lambda.arn(GOVERNANCE_FUNCTION) },
  });
  expect(registry.hooks()).toMatchObject([{ typeName: 'Org::ECS::Governance', failureMode: 'FAIL' }]);
  expect(await account.clear()).toEqual([]);
  expect(registry.hooks()).toEqual([]);
});
