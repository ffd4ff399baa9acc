/** Types of Amazon SNS that moto's CloudFormation does not know while its SNS does. It delivers nothing by e-mail. */
import type { Clock } from '../../clock';
import { generatedName } from './api/api-type';
import {
  ProvisionFailure,
  type ExistingRequest,
  type ProvisionRequest,
  type ResourceProvider,
} from './provider';

type Call = (action: string, parameters: Readonly<Record<string, string>>) => Promise<string>;

interface SnsType {
  /** Answers the physical id. */
  create(request: ProvisionRequest, call: Call): Promise<string>;
  delete(request: ExistingRequest, call: Call): Promise<unknown>;
}

const TYPES: Readonly<Record<string, SnsType>> = {
  'AWS::SNS::TopicPolicy': {
    async create(request, call) {
      const { Topics, PolicyDocument } = request.properties;
      for (const TopicArn of Topics) {
        const AttributeValue = JSON.stringify(PolicyDocument);
        await call('SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
      }
      return generatedName(request);
    },
    // The topic keeps it: SNS has no operation that removes a policy.
    delete: async () => undefined,
  },
  'AWS::SNS::Subscription': {
    async create({ properties: { TopicArn, Protocol, Endpoint } }, call) {
      const answer = await call('Subscribe', { TopicArn, Protocol, Endpoint, ReturnSubscriptionArn: 'true' });
      return /<SubscriptionArn>(.+)<\/SubscriptionArn>/.exec(answer)![1]!;
    },
    delete: ({ current }, call) => call('Unsubscribe', { SubscriptionArn: current.physicalId }),
  },
};

export function snsProvider({
  clock,
  motoUrl,
}: {
  readonly clock: Clock;
  readonly motoUrl: string;
}): ResourceProvider {
  function caller({ stack: { region } }: ProvisionRequest): Call {
    // moto reads service and Region from the scope of the credentials, and checks no signature.
    const scope = `local/20260101/${region}/sns/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=local`;
    return async (Action, parameters) => {
      const body = new URLSearchParams({ Action, Version: '2010-03-31', ...parameters });
      const answer = await clock.work(() =>
        fetch(motoUrl, { method: 'POST', headers: { authorization }, body }),
      );
      const text = await answer.text();
      if (answer.ok) return text;
      const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? `HTTP ${answer.status}`;
      throw new ProvisionFailure(`${Action} of SNS failed: ${message}`);
    };
  }

  return {
    handles: ({ typeName }) => Object.hasOwn(TYPES, typeName),
    async create(request) {
      const physicalId = await TYPES[request.type.typeName]!.create(request, caller(request));
      return { physicalId, attributes: {} };
    },
    async update() {
      throw new ProvisionFailure('The local AWS replaces this type.', { code: 'NotUpdatable' });
    },
    delete: async (request) => void (await TYPES[request.type.typeName]!.delete(request, caller(request))),
    read: async () => ({}),
  };
}
