/** Which protocol a client speaks. Several services take more than one, so the request decides before the model. */
import type { ServiceModel, WireProtocol } from '../models';
import { cbor } from './cbor';
import { json } from './json';
import type { HttpMessage, Protocol } from './protocol';
import { ec2, query } from './query';
import { restJson, restXml } from './rest';

export type { HttpAnswer, HttpMessage, Protocol } from './protocol';

const PROTOCOLS: Record<WireProtocol, Protocol> = {
  json,
  query,
  ec2,
  'rest-json': restJson,
  'rest-xml': restXml,
  'smithy-rpc-v2-cbor': cbor,
};

/** The protocol of a request to a service of this model; without a model, the best guess for an error document. */
export function protocolOf(model: ServiceModel | undefined, message: HttpMessage): Protocol {
  if (message.headers['smithy-protocol'] === 'rpc-v2-cbor') return cbor;
  if (message.headers['x-amz-target']) return json;
  const form = String(message.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const protocol = model?.metadata.protocol;
  if (form && protocol !== 'ec2' && !protocol?.startsWith('rest-')) return query;
  return protocol ? PROTOCOLS[protocol] : restJson;
}
