/**
 * Dynamic references to AWS Secrets Manager, which CloudFormation resolves when it provisions a resource: the stack keeps the
 * reference, and its provider gets the value. Those to other services stay as they are.
 */
import type { Structure } from '../service';
import { callMoto, SECRETS_MANAGER } from '../moto/call';
import type { ClientOptions } from '../moto';
import { ProvisionFailure, type ResourceProvider } from './providers/provider';

const REFERENCE = /\{\{resolve:secretsmanager:([^{}]*)\}\}/g;

/** Parts of the ARN of a secret, which may stand in the place of its name. */
const PARTS_OF_ARN = 7;

/** A provider that gets secrets where the template refers to them. */
export function withSecrets(
  provider: ResourceProvider,
  moto: Pick<ClientOptions, 'endpoint'>,
): ResourceProvider {
  const resolved = (properties: Structure, region: string) => inValue(properties, moto, region);
  return {
    ...provider,
    async create(request) {
      const properties = await resolved(request.properties, request.stack.region);
      return provider.create({ ...request, properties });
    },
    async update(request) {
      const { current, stack } = request;
      return provider.update({
        ...request,
        properties: await resolved(request.properties, stack.region),
        current: { ...current, properties: await resolved(current.properties, stack.region) },
      });
    },
  };
}

async function inValue(value: any, moto: Pick<ClientOptions, 'endpoint'>, region: string): Promise<any> {
  if (typeof value === 'string') return inText(value, moto, region);
  if (Array.isArray(value)) return Promise.all(value.map((item) => inValue(item, moto, region)));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(async ([name, member]) => [
    name,
    await inValue(member, moto, region),
  ]);
  return Object.fromEntries(await Promise.all(members));
}

async function inText(text: string, moto: Pick<ClientOptions, 'endpoint'>, region: string): Promise<string> {
  let result = text;
  for (const [reference, selector] of text.matchAll(REFERENCE))
    result = result.replace(reference, await secret(selector!, moto, region));
  return result;
}

/** @param selector secret, perhaps followed by `SecretString`, a key of JSON, a version stage and a version id. */
async function secret(
  selector: string,
  moto: Pick<ClientOptions, 'endpoint'>,
  region: string,
): Promise<string> {
  const parts = selector.split(':');
  const SecretId = parts.splice(0, selector.startsWith('arn:') ? PARTS_OF_ARN : 1).join(':');
  const [, key, VersionStage, VersionId] = parts.map((part) => part || undefined);
  const input = { SecretId, VersionStage, VersionId };
  const { SecretString, message } = await callMoto(moto, SECRETS_MANAGER, region, 'GetSecretValue', input);
  if (typeof SecretString !== 'string') {
    throw new ProvisionFailure(`Could not resolve the dynamic reference to ${SecretId}: ${message}`, {
      code: 'InvalidRequest',
    });
  }
  return key === undefined ? SecretString : String(JSON.parse(SecretString)[key]);
}
