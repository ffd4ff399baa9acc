/** How SDK clients reach moto: past what it has answered before. */
import { EC2Client } from '@aws-sdk/client-ec2';
import { buildQueryString, HttpResponse, type HttpHandler, type HttpRequest } from '@smithy/core/protocols';
import { purposeOf, type RememberedAnswers } from './remembered-answers';

/**
 * @param answers what moto has answered.
 * @returns what SDK clients of any service send their requests with.
 */
export function createRequestHandler(answers: RememberedAnswers): HttpHandler {
  const credentials = { accessKeyId: '', secretAccessKey: '' };
  const wire = new EC2Client({ region: 'us-east-1', credentials }).config.requestHandler as HttpHandler;
  return {
    metadata: wire.metadata,
    handle: (request, options) =>
      answers.to(
        purposeOf({ ...request, path: pathOf(request), body: request.body ?? '' }),
        () => wire.handle(request, options),
        async ({ response: { statusCode: status, headers, body } }) => ({
          status,
          headers,
          body: await bytesOf(body),
        }),
        ({ status: statusCode, headers, body }) => ({
          // The SDK makes an object of its own of the body that it is given.
          response: new HttpResponse({ statusCode, headers, body: body.subarray() }),
        }),
      ),
    updateHttpClientConfig: (key, value) => wire.updateHttpClientConfig(key, value),
    httpHandlerConfigs: () => wire.httpHandlerConfigs(),
    // Other clients have it too.
    destroy: () => undefined,
  };
}

function pathOf({ path, query }: HttpRequest): string {
  const text = buildQueryString(query);
  return text ? `${path}?${text}` : path;
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}
