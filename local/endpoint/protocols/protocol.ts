/** What every wire protocol of AWS can do with a service model. */
import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError, Structure } from '../../service';
import type { Operation, ServiceModel } from '../models';

/** An HTTP request as it came in, its body complete and not compressed. */
export interface HttpMessage {
  readonly method: string;
  /** Path as sent, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An HTTP response to send. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface Protocol {
  /** Name of the operation that a request asks for (it need not exist), or undefined when the request names none. */
  operationName(model: ServiceModel, message: HttpMessage): string | undefined;
  /**
   * The input of an operation, with the member names of the model. Members that the model does not know, and values of
   * the wrong type, are kept as they are: the validation refuses them.
   *
   * @throws AwsError SerializationException when the message cannot be parsed.
   */
  decode(model: ServiceModel, operation: Operation, message: HttpMessage): Structure;
  /** @throws Error when the output does not fit the model: a mistake of the service that made it. */
  encode(model: ServiceModel, operation: Operation, output: Structure, requestId: string): HttpAnswer;
  encodeError(model: ServiceModel | undefined, error: AwsError, requestId: string): HttpAnswer;
}
