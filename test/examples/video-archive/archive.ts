/** The stacks of examples/video-archive: made and deleted by the AWS CLI, requested as users do, and what goes on in them. */
import { CloudControl } from '@aws-sdk/client-cloudcontrol';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  type ServiceDeployment,
} from '@aws-sdk/client-ecs';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { SSM } from '@aws-sdk/client-ssm';
import { createHostedZone } from '../../../local/account';
import { GOVERNANCE_FUNCTION } from '../../../local/extension/repository';
import { requestHost } from '../../../local/http-request';
import { whileRequested, type Answers, type Send } from '../../moves/steady-requests';
import { ACCOUNT_ID, BASE_DOMAIN, REGION, TYPE_NAME } from '../../support/account';
import { clientsOf, ROOT, type Run } from '../../support/client-processes';
import { eventually, inVirtualTime } from '../../support/eventually';
import { StackAccount, type Outcome } from '../../support/stack-account';
import { EXAMPLES } from '../platform';
import { callSqs } from './queue';

export const SERVICES = ['catalog', 'frontend', 'notifications', 'streaming'] as const;
export type ServiceName = (typeof SERVICES)[number];
export type StackName = ServiceName | 'functions';

const DOMAIN = 'example.org';
const HOST = `videos.${DOMAIN}`;
const STREAMS = `streams.${DOMAIN}`;
const DOMAIN_NAMES: Readonly<Partial<Record<StackName, string>>> = { catalog: HOST, streaming: STREAMS };
/** In the tasks of the frontend. */
const INSIDE = 'http://catalog:8080/catalog/search';

/** Virtual seconds between two requests of a client, and between two looks at a deployment. */
const PAUSE_SECONDS = 20;

/** What users saw while something was done. */
export interface Seen<Result> {
  readonly result: Result;
  /** Answers other than 200. */
  readonly lost: readonly string[];
  /** Images that have answered, each once, in the order in which they appeared, by where they were requested. */
  readonly images: Readonly<Record<string, readonly string[]>>;
}

export class Archive {
  private readonly run: Run;
  private readonly ecs: ECSClient;
  private readonly cloudControl: CloudControl;
  private readonly cloudWatch: CloudWatch;

  private constructor(
    private readonly account: StackAccount,
    private readonly hostedZoneId: string,
    /** What {@link others} answers before the first stack. */
    private readonly before: readonly string[],
  ) {
    const options = account.aws.clientOptions();
    this.run = clientsOf(account.aws);
    this.ecs = new ECSClient(options);
    this.cloudControl = new CloudControl(options);
    this.cloudWatch = new CloudWatch(options);
  }

  /** An account with a hosted zone, the roles of examples/roles.yml, and the governance hook, which refuses. */
  static async open(): Promise<Archive> {
    const account = await StackAccount.open(EXAMPLES, BASE_DOMAIN);
    try {
      const hostedZoneId = await createHostedZone(account.aws, DOMAIN);
      await account.standing('governance', {
        template: 'governance-hook.yml',
        parameters: { GovernanceFunctionArn: account.aws.lambda.arn(GOVERNANCE_FUNCTION) },
      });
      return new Archive(account, hostedZoneId, await others(account));
    } catch (error) {
      await account.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const client of [this.ecs, this.cloudControl, this.cloudWatch]) client.destroy();
    await this.account.close();
  }

  get aws() {
    return this.account.aws;
  }

  /** Make a stack by the AWS CLI, and wait for the end. @throws Error with what the CLI says when it is refused. */
  async create(stack: StackName, image?: string): Promise<Outcome> {
    const parameters = Object.entries(this.parameters(stack, image)).map(
      ([name, value]) => `ParameterKey=${name},ParameterValue=${value}`,
    );
    await this.cli(
      ...['cloudformation', 'create-stack', '--stack-name', stack, '--capabilities', 'CAPABILITY_IAM'],
      ...['--template-body', `file://examples/video-archive/${stack}.yml`],
      ...(parameters.length > 0 ? ['--parameters', ...parameters] : []),
    );
    return this.account.last(stack);
  }

  /** Wait, while virtual time stands still, until the processes of {@link create} have begun to make these stacks. */
  begun(...stacks: readonly StackName[]): Promise<unknown> {
    const { aws, cloudFormation } = this.account;
    const haveBegun = async () => {
      const { Stacks = [] } = await cloudFormation.describeStacks();
      const names = Stacks.map(({ StackName }) => StackName);
      return stacks.every((stack) => names.includes(stack));
    };
    return aws.clock.work(() => eventually(`${stacks.join(', ')} are being made`, haveBegun));
  }

  /** Update a stack, by the SDK, for the process of a client takes a second to start; wait for the end. */
  update(stack: StackName, image: string): Promise<Outcome> {
    const parameters = this.parameters(stack, image);
    return this.account.update(stack, { template: `video-archive/${stack}.yml`, parameters });
  }

  /** Delete a stack by the AWS CLI, and wait for the end. */
  async delete(stack: StackName): Promise<void> {
    await this.cli('cloudformation', 'delete-stack', '--stack-name', stack);
    await this.aws.cloudFormation.settled(stack);
  }

  private parameters(stack: StackName, image?: string): Record<string, string> {
    const DomainName = DOMAIN_NAMES[stack];
    return {
      ...(DomainName && { DomainName, HostedZoneId: this.hostedZoneId }),
      ...(image && { Image: image }),
    };
  }

  private cli(...args: string[]): Promise<void> {
    return this.command('aws', ...args);
  }

  private async command(program: string, ...args: string[]): Promise<void> {
    const { code, stderr } = await this.run(ROOT, program, ...args);
    if (code !== 0) throw new Error(`${program} ${args.slice(0, 2).join(' ')}: ${stderr}`);
  }

  /** What there is in the account that was not there before the first stack. */
  async left(): Promise<string[]> {
    const now = await others(this.account);
    return [...(await this.account.clear()), ...now.filter((line) => !this.before.includes(line))];
  }

  /** What the governance hook has answered, each status once. */
  async verdicts(): Promise<string[]> {
    const { HookResults = [] } = await this.account.cloudFormation.listHookResults({});
    const { HookResults: refused = [] } = await this.account.cloudFormation.listHookResults({
      Status: 'HOOK_COMPLETE_FAILED',
    });
    return [...new Set([...HookResults, ...refused].map(({ Status }) => Status!))];
  }

  /** The newest deployment of a service, once it is so far. */
  private async deployment(
    service: ServiceName,
    what: string,
    isSoFar: (deployment: ServiceDeployment) => boolean,
  ): Promise<ServiceDeployment> {
    let found: ServiceDeployment | undefined;
    const look = async () => {
      found = await this.newestDeployment(service);
      return found !== undefined && isSoFar(found);
    };
    const { clock } = this.aws;
    const waited = `the deployment of ${service} ${what}`;
    await inVirtualTime(clock, waited, () => clock.work(look), PAUSE_SECONDS);
    return found!;
  }

  private async newestDeployment(service: ServiceName): Promise<ServiceDeployment | undefined> {
    const { serviceDeployments: [newest] = [] } = await this.ecs
      .send(new ListServiceDeploymentsCommand({ service }))
      .catch((error: Error) => {
        if (error.name.endsWith('NotFoundException')) return { serviceDeployments: [] };
        throw error;
      });
    if (!newest) return undefined;
    const { serviceDeployments } = await this.ecs.send(
      new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [newest.serviceDeploymentArn!] }),
    );
    return serviceDeployments![0];
  }

  /**
   * Once the deployment waits for somebody, let it go on, or back, by the command that the resource names.
   *
   * @param look is done before.
   */
  async answerPause(
    service: ServiceName,
    command: 'ContinueCommand' | 'RollbackCommand',
    look: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    await this.deployment(service, 'waits for somebody', ({ finishedAt, lifecycleHookDetails = [] }) => {
      if (finishedAt) return false;
      return lifecycleHookDetails.some(({ status }) => status === 'AWAITING_ACTION');
    });
    await this.aws.clock.work(async () => {
      await look();
      const Identifier = `arn:aws:ecs:${REGION}:${ACCOUNT_ID}:service/default/${service}`;
      const { ResourceDescription } = await this.cloudControl.getResource({
        TypeName: TYPE_NAME,
        Identifier,
      });
      const { CurrentDeployment } = JSON.parse(ResourceDescription!.Properties!);
      const [program, ...args] = CurrentDeployment.AwaitedActions[0][command].split(' ');
      await this.command(program, ...args);
    });
  }

  /** Once a tenth of the requests go to new tasks of the catalogue, these count searches that fail. */
  async failSearches(): Promise<void> {
    const { targetServiceRevision } = await this.deployment(
      'catalog',
      'is in its first step',
      ({ finishedAt, targetServiceRevision }) =>
        !finishedAt && targetServiceRevision?.requestedProductionTrafficWeight === 10,
    );
    await this.aws.clock.work(async () => {
      const { serviceRevisions } = await this.ecs.send(
        new DescribeServiceRevisionsCommand({ serviceRevisionArns: [targetServiceRevision!.arn!] }),
      );
      const Value = serviceRevisions![0]!.taskDefinition!.split('/')[1]!;
      const Dimensions = [{ Name: 'TaskDefinition', Value }];
      await this.cloudWatch.putMetricData({
        Namespace: 'VideoArchive',
        MetricData: [{ MetricName: 'FailedSearches', Dimensions, Value: 3 }],
      });
    });
  }

  /** An alarm of the service goes off while its former tasks stand by, until the deployment has ended. */
  async alarm(service: ServiceName): Promise<void> {
    const { alarms } = await this.deployment(
      service,
      'bakes',
      ({ finishedAt, lifecycleStage }) => !finishedAt && lifecycleStage === 'BAKE_TIME',
    );
    const AlarmName = alarms!.alarmNames![0]!;
    const set = (StateValue: 'ALARM' | 'OK') =>
      this.aws.clock.work(() =>
        this.cloudWatch.setAlarmState({ AlarmName, StateValue, StateReason: 'the test says so' }),
      );
    await set('ALARM');
    await this.deployment(service, 'ends', ({ finishedAt }) => finishedAt !== undefined);
    await set('OK');
  }

  /** The image that answers a request at the host of the archive now. */
  async image(path: string, headers: Record<string, string> = {}): Promise<string> {
    const { body } = await requestHost(this.aws.dataPlaneUrl, HOST, { path, headers });
    return JSON.parse(body).image;
  }

  /** Request all that the archive answers, while something is done. */
  async whileRequested<Result>(operation: () => Promise<Result>): Promise<Seen<Result>> {
    const seen: [string, Answers][] = [];
    /** Connections of their own, for a Network Load Balancer moves no others. */
    const requested =
      (name: string, host: string, path: string, inner: () => Promise<Result>) => async () => {
        const send: Send = (url, to, { headers }) =>
          requestHost(url, to, { path, headers: { ...headers, connection: 'close' } });
        const { aws, hostedZoneId } = this;
        const { result, answers } = await whileRequested(
          ...[aws, host, hostedZoneId, inner, send, PAUSE_SECONDS],
        );
        seen.push([name, answers]);
        return result;
      };
    const inside = async () => {
      const { result, answers } = await this.whileRequestedInside(operation);
      seen.push(['catalog inside', answers]);
      return result;
    };
    const streaming = requested('streaming', STREAMS, '/live', inside);
    const catalog = requested('catalog', HOST, '/catalog/search', streaming);
    const result = await requested('frontend', HOST, '/frontend/index.html', catalog)();
    const imagesOf = ({ bodies }: Answers) => [
      ...new Set(bodies.map((body) => JSON.parse(body).image as string)),
    ];
    return {
      result,
      lost: seen.flatMap(([name, { lost }]) => lost.map((answer) => `${name}: ${answer}`)),
      images: Object.fromEntries(seen.map(([name, answers]) => [name, imagesOf(answers)])),
    };
  }

  /** The same with requests in Service Connect, from a task of the frontend. */
  private async whileRequestedInside<Result>(operation: () => Promise<Result>) {
    const { clock } = this.aws;
    const lost: string[] = [];
    const bodies: string[] = [];
    let isOver = false;
    const ask = async () => {
      while (!isOver) {
        await clock.work(async () => {
          const { status, body } = await this.requestInside();
          if (status === 200) bodies.push(body.toString());
          else lost.push(`${status}: ${body.toString()}`);
        });
        await clock.sleep(PAUSE_SECONDS * 1000);
      }
    };
    const [result] = await Promise.all([operation().finally(() => (isOver = true)), ask()]);
    return { result, answers: { total: bodies.length + lost.length, lost, bodies } };
  }

  private async requestInside() {
    const { taskArns = [] } = await this.ecs.send(new ListTasksCommand({ serviceName: 'frontend' }));
    const { tasks = [] } = await this.ecs.send(new DescribeTasksCommand({ tasks: taskArns }));
    const running = tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING');
    const [oldest] = running.sort((one, other) => one.startedAt!.getTime() - other.startedAt!.getTime());
    return this.aws.serviceConnect.request({ task: oldest!.taskArn!, url: INSIDE });
  }
}

/** Functions, parameters and queues of an account, which the inventory leaves out. */
async function others({ aws }: StackAccount): Promise<string[]> {
  const lambda = new LambdaClient(aws.clientOptions());
  const ssm = new SSM(aws.clientOptions());
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}));
  const { Parameters = [] } = await ssm.describeParameters({});
  const { QueueUrls = [] } = await callSqs(aws, 'ListQueues', {});
  for (const client of [lambda, ssm]) client.destroy();
  return [
    ...Functions.map(({ FunctionName }) => `AWS::Lambda::Function ${FunctionName}`),
    ...Parameters.map(({ Name }) => `AWS::SSM::Parameter ${Name}`),
    ...QueueUrls.map((url: string) => `AWS::SQS::Queue ${url}`),
  ];
}
