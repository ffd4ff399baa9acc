import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchPayload, HookPayloadError } from '../../hooks/adapters/hook-payload';
import { handler } from '../../hooks/adapters/lambda-hook';

const SERVICE = (AssignPublicIp: unknown) => ({
  NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1'], AssignPublicIp } },
});
const breaker = { DeploymentConfiguration: { DeploymentCircuitBreaker: { Enable: true, Rollback: true } } };

function resourceEvent(changes: object = {}, request: object = {}): object {
  return {
    clientRequestToken: 'token-1',
    awsAccountId: '111122223333',
    region: 'eu-west-1',
    stackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/1',
    changeSetId: null,
    hookTypeName: 'Org::Governance::Hook',
    hookModel: { LambdaFunction: 'arn' },
    actionInvocationPoint: 'CREATE_PRE_PROVISION',
    requestData: {
      targetName: 'AWS::ECS::Service',
      targetType: 'AWS::ECS::Service',
      targetLogicalId: 'Web',
      targetModel: {
        resourceProperties: { ...SERVICE('ENABLED'), ...breaker },
        previousResourceProperties: null,
      },
      ...request,
    },
    requestContext: { invocation: 1, callbackContext: null },
    ...changes,
  };
}

describe('a resource that CloudFormation or Cloud Control is about to make', () => {
  test('is refused with the rule, the resource, the path, the value and the remedy', async () => {
    const answer = await handler(resourceEvent());
    expect(answer).toMatchObject({
      hookStatus: 'FAILED',
      errorCode: 'NonCompliant',
      clientRequestToken: 'token-1',
    });
    expect(answer.message).toContain(
      'NET-01 Web (AWS::ECS::Service) NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp is "ENABLED": tasks get a public IP address. Set AssignPublicIp to DISABLED',
    );
    const annotation = answer.annotations?.find(({ annotationName }) => annotationName === 'NET-01');
    expect(annotation).toMatchObject({
      status: 'FAILED',
      severityLevel: 'HIGH',
      remediationMessage: expect.stringContaining('DISABLED'),
    });
    expect(new Set(answer.annotations?.map(({ annotationName }) => annotationName)).size).toBe(
      answer.annotations?.length,
    );
  });

  test.each([
    [
      'complies',
      resourceEvent({}, { targetModel: { resourceProperties: { ...SERVICE('DISABLED'), ...breaker } } }),
    ],
    [
      'is deleted, so that nothing is judged',
      resourceEvent(
        { actionInvocationPoint: 'DELETE_PRE_PROVISION' },
        { targetModel: { resourceProperties: null } },
      ),
    ],
    ['is of a type without rules', resourceEvent({}, { targetName: 'AWS::SQS::Queue' })],
    [
      'comes through Cloud Control and complies',
      resourceEvent(
        { stackId: '', changeSetId: '' },
        { targetType: 'RESOURCE', targetModel: { resourceProperties: SERVICE('DISABLED') } },
      ),
    ],
  ])('passes when it %s', async (_, event) => {
    await expect(handler(event)).resolves.toMatchObject({
      hookStatus: 'SUCCESS',
      clientRequestToken: 'token-1',
    });
  });

  test('is refused through Cloud Control too, where targetType is RESOURCE', async () => {
    const answer = await handler(resourceEvent({ stackId: '', changeSetId: '' }, { targetType: 'RESOURCE' }));
    expect(answer).toMatchObject({ hookStatus: 'FAILED', errorCode: 'NonCompliant' });
  });

  test.each([
    [
      'token spelt as the guide does',
      { clientRequestToken: undefined, clientRequesttoken: 'token-2' },
      'token-2',
    ],
    ['no token', { clientRequestToken: undefined }, null],
  ])('answers with the token: %s', async (_, changes, expected) => {
    expect((await handler(resourceEvent(changes))).clientRequestToken).toBe(expected);
  });

  test('gets a warning, not a refusal, for what only its stack can tell', async () => {
    const event = resourceEvent(
      {},
      { targetName: 'AWS::WAFv2::WebACL', targetModel: { resourceProperties: { Rules: [{ Name: 'x' }] } } },
    );
    const answer = await handler(event);
    expect(answer.hookStatus).toBe('SUCCESS');
    expect(answer.message).toMatch(
      /^Warnings only\. WAF-02 Web .* cannot be judged, because only this resource is visible/,
    );
    expect(answer.annotations).toMatchObject([
      { annotationName: 'WAF-01', status: 'PASSED' },
      { annotationName: 'WAF-02', status: 'SKIPPED' },
    ]);
  });

  test('with many problems gets a message that fits and leads with the rules', async () => {
    const containers = Array.from({ length: 10 }, (_, index) => ({
      Name: `c${index}`,
      Image: 'x',
      Privileged: true,
      User: 'root',
    }));
    const event = resourceEvent(
      {},
      {
        targetName: 'AWS::ECS::TaskDefinition',
        targetModel: { resourceProperties: { ContainerDefinitions: containers } },
      },
    );
    const { message } = await handler(event);
    expect(message.length).toBeLessThanOrEqual(1024);
    expect(message).toMatch(/^TD-01, TD-02, TD-03, TD-06, TD-07, TD-10, TD-11: TD-01 /);
    expect(message).toMatch(/\(and \d+ more\)$/);
  });

  test('never shows a credential', async () => {
    const Environment = [
      { Name: 'DB_PASSWORD', Value: 'hunter2' },
      { Name: 'KEY', Value: 'AKIAIOSFODNN7EXAMPLE' },
    ];
    const event = resourceEvent(
      {},
      {
        targetName: 'AWS::ECS::TaskDefinition',
        targetModel: { resourceProperties: { ContainerDefinitions: [{ Name: 'a', Environment }] } },
      },
    );
    const answer = JSON.stringify(await handler(event));
    expect(answer).toContain('TD-08');
    expect(answer).not.toMatch(/hunter2|AKIAIOSFODNN7EXAMPLE/);
  });
});

describe('an event that cannot be read is refused, and shows nothing of itself', () => {
  test.each([
    ['null', null],
    ['a text', 'secret-text'],
    ['no request data', { clientRequestToken: 'token-1' }],
    ['no target', resourceEvent({}, { targetName: undefined })],
    ['no properties', resourceEvent({}, { targetModel: { resourceProperties: null } })],
    ['a stack without payload', resourceEvent({}, { targetName: 'STACK' })],
  ])('%s', async (_, event) => {
    const answer = await handler(event);
    expect(answer).toMatchObject({
      hookStatus: 'FAILED',
      errorCode: 'InternalFailure',
      message: expect.stringMatching(/^Refused because it cannot be judged\./),
    });
    expect(answer.message).not.toContain('secret-text');
  });
});

describe('a stack or change set, whose payload is fetched', () => {
  let server: Server;
  let url: string;
  let listener: RequestListener;

  beforeAll(async () => {
    server = createServer((request, response) => listener(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/payload?X-Amz-Signature=secret`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const serve =
    (payload: unknown): RequestListener =>
    (_, response) =>
      response.end(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const judge = (targetName: string) =>
    handler(resourceEvent({}, { targetName, targetType: targetName, payload: url, targetModel: undefined }));

  const yaml = `
Parameters: { Ip: { Type: String, Default: ENABLED } }
Resources:
  Alb: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: { Scheme: internet-facing } }
  Acl: { Type: AWS::WAFv2::WebACLAssociation, Properties: { ResourceArn: !Ref Alb, WebACLArn: arn } }
  Web: { Type: AWS::ECS::Service, Properties: { NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: !Ref Ip } } } }
`;

  test.each([
    ['in lowerCamel', { template: yaml, previousTemplate: null }],
    ['in UpperCamel', { Template: yaml }],
  ])('YAML with short tags, keys %s: cross-resource rules are decided', async (_, payload) => {
    listener = serve(payload);
    const answer = await judge('STACK');
    expect(answer).toMatchObject({ hookStatus: 'FAILED', errorCode: 'NonCompliant' });
    expect(answer.annotations).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ annotationName: 'ELB-02', status: 'PASSED' }),
        expect.objectContaining({ annotationName: 'NET-01', status: 'FAILED' }),
      ]),
    );
  });

  test('the resolved template decides where CloudFormation sends it', async () => {
    const resolved = {
      Resources: {
        Web: {
          Type: 'AWS::ECS::Service',
          Properties: { NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } } },
        },
      },
    };
    listener = serve({ template: yaml, resolvedTemplate: JSON.stringify(resolved) });
    const answer = await judge('STACK');
    expect(answer.annotations).toEqual(
      expect.arrayContaining([expect.objectContaining({ annotationName: 'NET-01', status: 'PASSED' })]),
    );
  });

  const change = (logicalResourceId: string, resourceType: string, action: string, properties?: object) => ({
    logicalResourceId,
    resourceType,
    action,
    lineNumber: 1,
    beforeContext: null,
    afterContext: properties && JSON.stringify({ Properties: properties }),
  });

  test('of a change set only what changes is judged, by the values that CloudFormation computed', async () => {
    listener = serve({
      template: yaml,
      changedResources: [
        change('Web', 'AWS::ECS::Service', 'Modify', {
          NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
        }),
      ],
    });
    const answer = await judge('CHANGE_SET');
    expect(answer.hookStatus).toBe('SUCCESS');
    expect(answer.annotations?.map(({ annotationName }) => annotationName)).not.toContain('ELB-07');
    expect(answer.annotations).toEqual(
      expect.arrayContaining([expect.objectContaining({ annotationName: 'NET-01', status: 'PASSED' })]),
    );
  });

  test('a change set that removes a web ACL association is judged for the load balancer that loses it', async () => {
    listener = serve({
      template: yaml.replace(/^ {2}Acl:.*$/m, ''),
      changedResources: [change('Acl', 'AWS::WAFv2::WebACLAssociation', 'Remove')],
    });
    const answer = await judge('CHANGE_SET');
    expect(answer.message).toMatch(/^ELB-02 Alb /);
  });

  test('a server error is tried again', async () => {
    let calls = 0;
    listener = (request, response) => {
      if (++calls > 1) return serve({ template: yaml })(request, response);
      response.statusCode = 503;
      response.end();
    };
    expect((await judge('STACK')).errorCode).toBe('NonCompliant');
    expect(calls).toBe(2);
  });

  test.each<[string, RequestListener, RegExp]>([
    [
      'is refused by the server',
      (_, response) => response.writeHead(403).end('denied'),
      /the server answered 403/,
    ],
    ['stays unavailable', (_, response) => response.writeHead(500).end(), /the server answered 500/],
    ['loses the connection', (request) => request.socket.destroy(), /the connection failed/],
    ['is not JSON', serve('<html>'), /not JSON/],
    ['holds no template', serve({}), /holds no template/],
    ['holds a broken template', serve({ template: 'Resources: [' }), /Line 1/],
    ['holds no resources', serve({ template: '{}' }), /no Resources/],
  ])('a payload that %s refuses the stack without showing the URL', async (_, respond, problem) => {
    listener = respond;
    const answer = await judge('STACK');
    expect(answer).toMatchObject({
      hookStatus: 'FAILED',
      errorCode: 'InternalFailure',
      message: expect.stringMatching(problem),
    });
    expect(answer.message).not.toContain('secret');
  });

  test('a change set without list of changes is refused', async () => {
    listener = serve({ template: yaml });
    expect(await judge('CHANGE_SET')).toMatchObject({ hookStatus: 'FAILED', errorCode: 'InternalFailure' });
  });

  test.each<[string, RequestListener, object, RegExp]>([
    [
      'answers too late',
      () => undefined,
      { attemptMilliseconds: 50, totalMilliseconds: 120 },
      /took too long/,
    ],
    ['sends too much', serve(' '.repeat(2000)), { maximumBytes: 1000 }, /more than 1000 bytes/],
  ])('a server that %s is given up', async (_, respond, limits, problem) => {
    listener = respond;
    const started = Date.now();
    const fetched = fetchPayload(url, {
      attemptMilliseconds: 1000,
      totalMilliseconds: 1000,
      maximumBytes: 1e6,
      ...limits,
    });
    await expect(fetched).rejects.toThrow(problem);
    await expect(fetched).rejects.toBeInstanceOf(HookPayloadError);
    expect(Date.now() - started).toBeLessThan(5000);
    server.closeAllConnections();
  });
});
