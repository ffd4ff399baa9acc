/** Everything that the extensions of a local AWS write, and what of it must not be there. */
import { CloudWatchClient, paginateDescribeAlarms, paginateListMetrics } from '@aws-sdk/client-cloudwatch';
import { CloudFormation } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client, paginateDescribeSecurityGroups } from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  ECSClient,
  paginateListClusters,
  paginateListServices,
} from '@aws-sdk/client-ecs';
import {
  ElasticLoadBalancingV2Client,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LocalAws } from '../../local';
import type { InvocationResult } from '../../local/lambda';
import type { Structure } from '../../local/service';

/** Where the handlers of the type deliver their log; CloudFormation would name it in every event. */
export const PROVIDER_LOG_GROUP = '/aws/cloudformation/org-ecs-expressservice';

/** Something that somebody can read. */
export interface Text {
  readonly where: string;
  readonly text: string;
  /**
   * Whether it is the resource's own description. CloudFormation keeps the properties of a template there, and READ has to
   * return them; credentials are nobody's properties.
   */
  readonly model?: boolean;
}

/** What must not be written. */
export interface Secrets {
  /** Values of properties, by what they are. */
  readonly properties: Readonly<Record<string, string>>;
  /** Credentials of the invocations, as they come. */
  readonly credentials: Set<string>;
  /** Tokens of the operations; CloudFormation itself shows them in stack events, and nobody else may. */
  readonly tokens: Set<string>;
}

/** Records what passes between CloudFormation and the functions, and has the type's handlers deliver their log. */
export function recordInvocations(aws: LocalAws, { credentials, tokens }: Secrets): Text[] {
  const texts: Text[] = [];
  const { lambda, callers } = aws;
  const invoke = lambda.invoke.bind(lambda);
  lambda.invoke = async (name, payload, options) => {
    const event = payload as Structure;
    const { requestData } = event;
    if (event.bearerToken !== undefined && requestData?.callerCredentials) {
      requestData.providerLogGroupName = PROVIDER_LOG_GROUP;
      requestData.providerCredentials = callers.issue({
        typeName: event.resourceType,
        operation: 'LOG_DELIVERY',
        invocationId: options?.invocationId ?? '',
      });
      for (const issued of [requestData.callerCredentials, requestData.providerCredentials]) {
        for (const value of Object.values<string>(issued)) credentials.add(value);
      }
      tokens.add(event.bearerToken);
    }
    const result = await invoke(name, event, options);
    texts.push(...textsOf(name, result));
    return result;
  };
  return texts;
}

function textsOf(name: string, { output, payload }: InvocationResult): Text[] {
  const { resourceModel, resourceModels, ...answer } = (payload ?? {}) as Structure;
  return [
    { where: `output of ${name}`, text: output },
    { where: `answer of ${name}`, text: JSON.stringify(answer) },
    { where: `model of ${name}`, text: JSON.stringify([resourceModel, resourceModels]), model: true },
  ];
}

type Look = (aws: LocalAws) => AsyncGenerator<Text>;

/** What is kept in the account, apart from task definitions: to them the values belong. */
const LOOKS: readonly Look[] = [
  async function* logs(aws) {
    const client = new CloudWatchLogsClient(aws.clientOptions());
    for await (const page of paginateDescribeLogGroups({ client }, {})) {
      for (const logGroup of page.logGroups ?? []) {
        yield { where: 'log groups', text: JSON.stringify(logGroup) };
        const { logGroupName } = logGroup;
        for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName })) {
          for (const { message = '' } of events) yield { where: `log ${logGroupName}`, text: message };
        }
      }
    }
  },
  async function* metrics(aws) {
    const client = new CloudWatchClient(aws.clientOptions());
    for await (const page of paginateListMetrics({ client }, {}))
      yield { where: 'metrics', text: JSON.stringify(page) };
    for await (const page of paginateDescribeAlarms({ client }, {}))
      yield { where: 'alarms', text: JSON.stringify(page) };
  },
  async function* stacks(aws) {
    const client = new CloudFormation(aws.clientOptions());
    const { StackSummaries = [] } = await client.listStacks({});
    for (const { StackId } of StackSummaries) {
      const { StackEvents = [] } = await client.describeStackEvents({ StackName: StackId! });
      for (const { ResourceProperties, ...event } of StackEvents) {
        yield { where: 'stack events', text: JSON.stringify(event) };
        yield { where: 'properties in stack events', text: ResourceProperties ?? '', model: true };
      }
    }
    const { HookResults = [] } = await client.listHookResults({});
    yield { where: 'hook results', text: JSON.stringify(HookResults) };
  },
  async function* resources(aws) {
    const client = new EC2Client(aws.clientOptions());
    for await (const page of paginateDescribeSecurityGroups({ client }, {})) {
      yield { where: 'security groups', text: JSON.stringify(page) };
    }
    const balancing = new ElasticLoadBalancingV2Client(aws.clientOptions());
    for await (const page of paginateDescribeLoadBalancers({ client: balancing }, {})) {
      yield { where: 'load balancers', text: JSON.stringify(page) };
    }
    for await (const page of paginateDescribeTargetGroups({ client: balancing }, {})) {
      yield { where: 'target groups', text: JSON.stringify(page) };
    }
  },
  async function* services(aws) {
    const client = new ECSClient(aws.clientOptions());
    for await (const { clusterArns = [] } of paginateListClusters({ client }, {})) {
      for (const cluster of clusterArns) {
        for await (const { serviceArns = [] } of paginateListServices({ client }, { cluster })) {
          if (serviceArns.length === 0) continue;
          const described = await client.send(
            new DescribeServicesCommand({ cluster, services: serviceArns, include: ['TAGS'] }),
          );
          yield { where: 'services', text: JSON.stringify(described.services) };
        }
      }
    }
  },
];

/** What can be read in the account now. */
export async function kept(aws: LocalAws): Promise<Text[]> {
  const texts: Text[] = [];
  for (const look of LOOKS) for await (const text of look(aws)) texts.push(text);
  return texts;
}

/** A secret as it may stand in a text: as it is, in JSON, in JSON within JSON, in a URL, in Base64. */
function forms(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const all = [
    secret,
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    encodeURIComponent(secret),
    // Without its ends, which depend on what stands beside it.
    Buffer.from(secret).toString('base64').slice(0, -4),
  ];
  // Most are one and the same for a credential or a token, of which there are thousands.
  return [...new Set(all)];
}

/** Each place where a secret stands, as `<where>: <what>`; without repetitions. */
export function leaks(texts: readonly Text[], { properties, credentials, tokens }: Secrets): string[] {
  const found = new Set<string>();
  const look = (what: string, secret: string, where: readonly Text[]) => {
    const wanted = forms(secret);
    for (const { where: place, text } of where) {
      if (wanted.some((form) => text.includes(form))) found.add(`${place}: ${what}`);
    }
  };
  const open = texts.filter(({ model }) => !model);
  for (const [what, secret] of Object.entries(properties)) look(what, secret, open);
  for (const secret of credentials) look('credentials', secret, texts);
  const unofficial = texts.filter(({ where }) => where !== 'stack events');
  for (const secret of tokens) look('token', secret, unofficial);
  return [...found].sort();
}
